"""The promotion cycles of the example company: one that is closed, one in review, one that is a draft.

What is told stands in `rounds/`. Rows are written as the actions of promotion would have written them, with the times
of the story; the frozen packets are put together by the same code as everybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.cli.seed.citing import Table, told_round
from app.cli.seed.packets import PacketRows
from app.cli.seed.reviews import ReviewRows
from app.cli.seed.roster import dated
from app.cli.seed.rounds_people import RANKS, Cast, fitting_cases
from app.domain.eligibility import line_for
from app.domain.progression import Spell
from app.domain.promotion import DEADLINES, CycleState
from app.infra.clock import local
from app.ladders.queries import get_edition
from app.promotion.models import (
    CommitteeMember,
    CycleLadder,
    CycleStep,
    Eligibility,
    PromotionCycle,
    ReviewRank,
)

if TYPE_CHECKING:
    from app.cli.seed.load import Loader
    from app.cli.seed.plan import CompanyPlan

ROUNDS = ("autumn-2025", "autumn-2026", "spring-2027")


def add_promotion(loader: Loader, plan: CompanyPlan) -> None:
    """Write the cycles of a company whose people and their work are written; none that would have no case."""
    ladders = {slug: get_edition(version).ladder for slug, version in loader.editions.items()}
    cast = Cast({person.key: person for person in plan.people}, ladders, plan.today)
    for key, (rank, reason) in RANKS.items():
        if key in cast.people:
            loader.add(
                ReviewRank,
                id=loader.id("rank", key),
                person_id=loader.person_id(key),
                rank=rank,
                reason=reason,
                set_at=cast.moment(told_round(ROUNDS[0])["moves"]["drafted"]),
                set_by_id=loader.person_id(cast.hr()),
                ended_at=None,
            )
    for name in ROUNDS:
        told = told_round(name)
        cases = fitting_cases(told, cast)
        if cases or not told["cases"]:
            _Round(loader, cast, name, told, cases).add()


class _Round:
    """One cycle."""

    def __init__(self, loader: Loader, cast: Cast, name: str, told: Table, cases: Sequence[Table]) -> None:
        self.loader, self.cast, self.name, self.told, self.cases = loader, cast, name, told, cases
        self.id = loader.id("cycle", name)
        self.hr_id = loader.person_id(cast.hr())

    def add(self) -> None:
        """Write the cycle, its cases, and what the committee has done so far."""
        self._add_cycle()
        self._add_committee()
        self._add_eligibility()
        self._add_steps()
        packets = PacketRows(self.loader, self.cast, self.name, self.told)
        for number, case in enumerate(self.cases, start=1):
            packets.add(case, number)
        self.loader.write()
        reviews = ReviewRows(self.loader, self.cast, self.name, self.told)
        for case in self.cases:
            reviews.add(case)
        self.loader.write()
        reviews.approve(self.cases)
        self.loader.write()

    def _moment(self, move: str) -> datetime | None:
        return self.cast.moment(self.told["moves"][move]) if move in self.told["moves"] else None

    @property
    def state(self) -> CycleState:
        """Return the last state to which the cycle has moved."""
        moves = [move for move in self.told["moves"] if move != "drafted"]
        return CycleState(moves[-1]) if moves else CycleState.DRAFT

    def _person(self, key: str) -> Any:  # noqa: ANN401 - a key or nothing, for a row
        return self.loader.person_id(key) if key in self.cast.people else None

    def _add_cycle(self) -> None:
        communicated = self._moment("communicated")
        days = {name: self.cast.day(self.told["days"][name]) for name in DEADLINES}
        self.loader.add(
            PromotionCycle,
            id=self.id,
            name=self.told["name"],
            state=self.state,
            created_at=self._moment("drafted"),
            created_by_id=self.hr_id,
            evidence_until=self.cast.day(self.told["evidence_until"]),
            chair_id=self._person(self.told["chair"]) or self._person(self.told["deputy"]),
            deputy_id=self._person(self.told["deputy"]) if self.told["chair"] in self.cast.people else None,
            eligibility_listed_at=self._moment("open"),
            opened_at=self._moment("open"),
            communicated_on=local(communicated).date() if communicated else None,
            archived_on=self.cast.day(self.told["archived_on"]) if "archived_on" in self.told else None,
            next_number=len(self.cases) + 1,
            version=1,
            **days,
        )
        for lineage, version_id in self.loader.editions.items():
            self.loader.add(
                CycleLadder,
                id=self.loader.id("cycle", self.name, lineage),
                cycle_id=self.id,
                lineage=lineage,
                ladder_version_id=version_id,
            )

    def _add_committee(self) -> None:
        for key in dict.fromkeys((self.told["chair"], self.told["deputy"], *self.told["members"])):
            if key in self.cast.people:
                self.loader.add(
                    CommitteeMember,
                    id=self.loader.id("cycle", self.name, "member", key),
                    cycle_id=self.id,
                    person_id=self.loader.person_id(key),
                    is_external=False,
                    named_at=self._moment("drafted"),
                    named_by_id=self.hr_id,
                )

    def _add_eligibility(self) -> None:
        opened = self._moment("open")
        if opened is None:
            return
        on, until = local(opened).date(), self.cast.day(self.told["days"]["nominations_close"])
        for person in self.cast.people.values():
            if person.hired_on > on or (person.left_on is not None and person.left_on <= on):
                continue
            spells = [Spell(one.ladder, one.level, one.starts_on, one.ends_on) for one in person.levels]
            line = line_for(spells, self.cast.ladders, left_on=None, minimum_months=0, on=on, until=until)
            self.loader.add(
                Eligibility,
                id=self.loader.id("cycle", self.name, "eligible", person.key),
                cycle_id=self.id,
                subject_id=self.loader.person_id(person.key),
                lineage=line.lineage,
                level=line.level,
                held_since=line.held_since,
                targets=" ".join(line.targets),
                rule=line.rule.value if line.rule else "",
            )

    def _add_steps(self) -> None:
        source: CycleState | None = None
        for move in self.told["moves"]:
            target = CycleState.DRAFT if move == "drafted" else CycleState(move)
            is_chairs = target in {CycleState.CALIBRATION, CycleState.DECIDED}
            mover = self._person(self.told["chair"]) or self._person(self.told["deputy"]) if is_chairs else self.hr_id
            if target is CycleState.APPEALS:
                mover = None  # As soon as everybody has been told, by itself.
            self._add_step("move", self.told["moves"][move], mover, source=source, target=target)
            source = target
        for told in self.told.get("extensions", ()):
            days = {
                "deadline": told["deadline"],
                "day": self.cast.day(self.told["days"][told["deadline"]]),
                "day_before": self.cast.day(told["before"]),
            }
            self._add_step("extend", told["at"], self.hr_id, reason=dated(told["reason"], self.cast.today), **days)

    def _add_step(self, kind: str, written: str, by_id: object, **columns: Any) -> None:
        codes = {name: one.value if isinstance(one, CycleState) else one for name, one in columns.items()}
        row = {"source": None, "target": None, "deadline": None, "day": None, "day_before": None, "reason": ""}
        self.loader.add(
            CycleStep,
            id=self.loader.id("cycle", self.name, kind, written),
            cycle_id=self.id,
            at=self.cast.moment(written),
            by_id=by_id,
            kind=kind,
            **(row | codes),
        )
