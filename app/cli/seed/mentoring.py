"""Mentoring in the example company: a round that is over, pairs that meet, requests that wait, and a round that runs.

What is told stands in `rounds/mentoring.toml`. Rows are written as the actions of mentoring would have written them,
with the times of the story; the round that runs is matched by the same code as everybody's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.audit.actions import Author
from app.cli.seed.citing import Table, told_round
from app.cli.seed.pairs import PairRows
from app.cli.seed.rounds_people import Cast
from app.cli.seed.shown import Shown
from app.domain.mentorship import PairSide
from app.infra.db import db
from app.ladders.queries import get_edition
from app.mentoring.actions.matching import run_matching
from app.mentoring.actions.rounds import open_round
from app.mentoring.models import (
    ChoiceKind,
    MatchLeft,
    MatchPair,
    MatchRun,
    MentoringCoordinator,
    MentoringOffer,
    MentoringPreference,
    MentoringProfile,
    MentoringRound,
    MentoringWish,
    RoundChoice,
    RoundState,
)
from app.mentoring.queries.profiles import split_key

if TYPE_CHECKING:
    from app.cli.seed.load import Loader
    from app.cli.seed.plan import CompanyPlan

STORY = "mentoring"
PARTS = ("goals", "level", "team", "hours", "preference", "load")


def add_mentoring(loader: Loader, plan: CompanyPlan) -> None:
    """Write the mentoring of a company whose people, work and promotion are written."""
    ladders = {slug: get_edition(version).ladder for slug, version in loader.editions.items()}
    cast = Cast({person.key: person for person in plan.people}, ladders, plan.today)
    told = told_round(STORY)
    _Programme(loader, cast, told).add()


class _Programme:
    """Everything that is told of mentoring in one company; whoever is not in it is left out, with their pairs."""

    def __init__(self, loader: Loader, cast: Cast, told: Table) -> None:
        self.loader, self.cast, self.told = loader, cast, told
        self.round_id = loader.id("mentoring", "round")
        self.shown = Shown(loader)
        who = told["coordinator"]["who"]
        self.coordinator = who if self._is_here(who) else cast.hr()

    def add(self) -> None:
        """Write profiles, the round that is over with its pairs, and the requests; then match the one that runs."""
        self._add_coordinator()
        self._add_profiles()
        pairs = [pair for pair in self.told["pairs"] if self._fits(pair)]
        of_round = [pair for pair in pairs if "round" in pair]
        if of_round:
            self._add_round(of_round)
        self.loader.write()
        rows = PairRows(self.loader, self.cast, self.shown, self.round_id, self.coordinator)
        for pair in pairs:
            rows.add(pair)
        self.loader.write()
        if of_round:
            self._run_the_open_one()

    def _is_here(self, key: str) -> bool:
        return self.cast.works_on(key, self.cast.today)

    def _fits(self, pair: Table) -> bool:
        return self._is_here(pair["mentee"]) and self._is_here(pair["mentor"])

    def _add_coordinator(self) -> None:
        self.loader.add(
            MentoringCoordinator,
            id=self.loader.id("mentoring", "coordinator"),
            person_id=self.loader.person_id(self.coordinator),
            named_at=self.cast.moment(self.told["coordinator"]["named"]),
            # HR does not name themself; of a company without anybody else nobody did.
            named_by_id=None if self.coordinator == self.cast.hr() else self.loader.person_id(self.cast.hr()),
            ended_at=None,
        )

    # Profiles ---------------------------------------------------------------

    def _add_profiles(self) -> None:
        mentors = {one["who"]: one for one in self.told["mentors"] if self._is_here(one["who"])}
        mentees = {one["who"]: one for one in self.told["mentees"] if self._is_here(one["who"])}
        for key in dict.fromkeys((*mentors, *mentees, *self._former())):
            self._add_profile(key, mentors.get(key), mentees.get(key))

    def _former(self) -> Iterator[str]:
        """Yield who has a pair or had one and neither offers nor seeks today: their profile stays."""
        for pair in self.told["pairs"]:
            if self._fits(pair):
                yield from (pair["mentee"], pair["mentor"])

    def _add_profile(self, key: str, mentor: Table | None, mentee: Table | None) -> None:
        person = self.cast.people[key]
        zone, begins, ends, languages = self.told["hours"][person.groups.get("office", "Rotterdam")]
        if mentee and "hours" in mentee:
            begins, ends = mentee["hours"]
        since = [self.cast.moment(one["since"]) for one in (mentor, mentee) if one]
        offers = mentor is not None and not mentor.get("stopped", False)
        goals = self.shown.goals(key, mentee["goals"]) if mentee else []
        self.loader.add(
            MentoringProfile,
            id=self.loader.id("mentoring", "profile", key),
            person_id=self.loader.person_id(key),
            time_zone=zone,
            works_from=begins,
            works_until=ends,
            languages=languages,
            mentors_since=self.cast.moment(mentor["since"]) if mentor and offers else None,
            capacity=mentor["capacity"] if mentor else 1,
            paused_until=self.cast.day(mentor["paused_until"]) if mentor and "paused_until" in mentor else None,
            seeks_since=self.cast.moment(mentee["since"]) if mentee and goals else None,
            changed_at=max(since, default=self.cast.moment(self.told["coordinator"]["named"])),
            version=1,
        )
        if mentor:
            self._add_expectations(MentoringOffer, key, self.shown.offers(key, mentor["offers"]))
            self._add_names(key, mentor, PairSide.MENTOR)
        if mentee:
            self._add_expectations(MentoringWish, key, goals)
            self._add_names(key, mentee, PairSide.MENTEE)

    def _add_expectations(self, table: type[Any], key: str, ids: Sequence[str]) -> None:
        for place, one in enumerate(ids):
            lineage, expectation_id = split_key(one)
            self.loader.add(
                table,
                id=self.loader.id("mentoring", table.__tablename__, key, one),
                person_id=self.loader.person_id(key),
                lineage=lineage,
                expectation_id=expectation_id,
                **({"position": place} if table is MentoringWish else {}),
            )

    def _add_names(self, key: str, told: Mapping[str, Any], side: PairSide) -> None:
        for other in told.get("names", ()):
            if self._is_here(other):
                self.loader.add(
                    MentoringPreference,
                    id=self.loader.id("mentoring", "names", key, other),
                    person_id=self.loader.person_id(key),
                    other_id=self.loader.person_id(other),
                    side=side,
                )

    # The round that is over -------------------------------------------------

    def _add_round(self, pairs: Sequence[Table]) -> None:
        told = self.told["finished"]
        runs = [self.cast.moment(at) for at in told["matched"]]
        by_id = self.loader.person_id(self.coordinator)
        last_id = self.loader.id("mentoring", "run", len(runs))
        self.loader.add(
            MentoringRound,
            id=self.round_id,
            name=told["name"],
            state=RoundState.CLOSED,
            opened_at=self.cast.moment(told["opened"]),
            opened_by_id=by_id,
            published_at=self.cast.moment(told["published"]),
            published_by_id=by_id,
            published_run_id=last_id,
            closed_at=self.cast.moment(told["closed"]),
            version=1,
        )
        self._add_ban(told, runs[0], by_id)
        left = [one for one in told["left"] if self._is_here(one["who"])]
        for number, at in enumerate(runs, start=1):
            self._add_run(number, at, pairs, left, told)

    def _add_ban(self, told: Table, after: datetime, by_id: object) -> None:
        banned = told["banned"]
        if not self._fits(banned):
            return
        self.loader.add(
            RoundChoice,
            id=self.loader.id("mentoring", "ban"),
            round_id=self.round_id,
            mentee_id=self.loader.person_id(banned["mentee"]),
            mentor_id=self.loader.person_id(banned["mentor"]),
            kind=ChoiceKind.BAN,
            reason=banned["reason"],
            made_at=after,
            made_by_id=by_id,
            ended_at=None,
        )

    def _add_run(self, number: int, at: datetime, pairs: Sequence[Table], left: Sequence[Table], told: Table) -> None:
        scores = [sum(pair["parts"]) for pair in pairs]
        run_id = self.loader.id("mentoring", "run", number)
        mentees = len(pairs) + len(left)
        self.loader.add(
            MatchRun,
            id=run_id,
            round_id=self.round_id,
            number=number,
            at=at,
            by_id=self.loader.person_id(self.coordinator),
            digest=self.loader.id("mentoring", "digest", number).hex * 2,
            mentees=mentees,
            mentors=told["mentors"],
            places=told["places"],
            admissible=min(told["admissible"], mentees * told["mentors"]),
            matched=len(pairs),
            worst=min(scores),
            total=sum(scores),
            explanation="{}",
        )
        for pair, score in zip(pairs, scores, strict=True):
            following = pair.get("next", "")
            self.loader.add(
                MatchPair,
                id=self.loader.id("mentoring", "run", number, pair["mentee"]),
                run_id=run_id,
                mentee_id=self.loader.person_id(pair["mentee"]),
                mentor_id=self.loader.person_id(pair["mentor"]),
                score=score,
                is_pinned=False,
                is_cross_ladder=False,
                next_mentor_id=self.loader.person_id(following) if self._is_here(following) else None,
                next_score=pair["next_score"] if self._is_here(following) else None,
                detail="{}",
                **{f"{part}_part": value for part, value in zip(PARTS, pair["parts"], strict=True)},
            )
        for one in left:
            self.loader.add(
                MatchLeft,
                id=self.loader.id("mentoring", "run", number, one["who"]),
                run_id=run_id,
                mentee_id=self.loader.person_id(one["who"]),
                reasons=json.dumps(one["reasons"]),
                rivals="[]",
                mentors="[]",
                places=None,
                unheld="[]",
            )

    # The round that runs ----------------------------------------------------

    def _run_the_open_one(self) -> None:
        told = self.told["running"]
        by = Author(self.loader.person_id(self.coordinator))
        opened = open_round(told["name"], by=by, at=self.cast.moment(told["opened"]))
        db.session.flush()
        run_matching(opened, by=by, at=self.cast.moment(told["matched"]))
