"""The committee of a cycle as its page shows it: who leads, who sits on it, who may review which target."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.errors import MissingError
from app.infra.clock import today
from app.infra.db import db
from app.ladders.queries import Edition, LevelMark, level_marks
from app.people.models import Person
from app.people.queries import get_people, get_person
from app.promotion.models import (
    CommitteeMember,
    PanelSeat,
    PromotionCase,
    PromotionCycle,
    Recusal,
    ReviewRank,
)
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.cycles import pinned_of
from app.promotion.queries.panels import ReviewerRank, has_gone, ranks_of, serving


@dataclass(frozen=True, slots=True)
class Target:
    """A level that cases of a cycle can be about, and how many members may review it."""

    ladder: str
    mark: LevelMark
    reviewers: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the committee: up to which rank they review, and on how many cases they sit.

    `cases` counts those that the reader may look into; None where the reader sees no panels.
    """

    row: CommitteeMember
    person: Person
    rank: ReviewerRank
    has_gone: bool
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class FormerLine:
    """Somebody who sat on the committee and does not any more."""

    row: CommitteeMember
    person: Person


@dataclass(frozen=True, slots=True)
class Membership:
    """One member with the cycle whose rights decide on them."""

    row: CommitteeMember
    person: Person
    cycle: PromotionCycle

    @property
    def id(self) -> uuid.UUID:
        """Return the id of the cycle: rights on a membership are rights on its cycle."""
        return self.cycle.id

    @property
    def chair_id(self) -> uuid.UUID | None:
        """Return who chairs the cycle."""
        return self.cycle.chair_id

    @property
    def is_in_use(self) -> bool:
        """Say whether the cycle is not archived."""
        return self.cycle.is_in_use


def get_membership(member_id: uuid.UUID) -> Membership:
    """Return a member who sits on a committee today; MissingError when there is none of that id."""
    row = db.session.get(CommitteeMember, member_id)
    if row is None or row.ended_at is not None:
        raise MissingError
    return Membership(row, get_person(row.person_id), get_cycle(row.cycle_id))


def members_of(cycle: PromotionCycle, actor: Actor, *, with_cases: bool) -> list[MemberLine]:
    """Return who sits on the committee, highest rank first, then by name."""
    rows = serving(cycle.id)
    ids = frozenset(row.person_id for row in rows)
    people, ranks = get_people(ids), ranks_of(ids, today())
    cases = _cases_seen(cycle.id, actor) if with_cases else None
    lines = [
        MemberLine(
            row,
            people[row.person_id],
            ranks[row.person_id],
            has_gone(people[row.person_id], today()),
            None if cases is None else cases.get(row.person_id, 0),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (-(line.rank.value or 0), line.person.sort_name, str(line.person.id)))


def leading(cycle: PromotionCycle) -> list[uuid.UUID]:
    """Return who leads a committee: the chair and the deputy, as far as they are named."""
    return [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]


def _cases_seen(cycle_id: uuid.UUID, actor: Actor) -> dict[uuid.UUID, int]:
    """Return on how many cases each person sits, of those whose panels the reader may see.

    A candidate in HR would read from a whole number who reviews their own case.
    """
    rows = (
        select(PanelSeat.person_id, func.count())
        .join(PromotionCase, PromotionCase.id == PanelSeat.case_id)
        .where(
            PromotionCase.cycle_id == cycle_id,
            PanelSeat.ended_at.is_(None),
            visible_to(actor, Permission.Case.READ_PANEL, PromotionCase),
        )
        .group_by(PanelSeat.person_id)
        .order_by(PanelSeat.person_id)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def former_members_of(cycle_id: uuid.UUID) -> list[FormerLine]:
    """Return who sat on the committee before, last left first."""
    rows = db.session.execute(
        select(CommitteeMember, Person)
        .join(Person, Person.id == CommitteeMember.person_id)
        .where(CommitteeMember.cycle_id == cycle_id, CommitteeMember.ended_at.is_not(None))
        .order_by(CommitteeMember.ended_at.desc(), CommitteeMember.id)
    )
    return [FormerLine(row[0], row[1]) for row in rows]


def targets_of(cycle: PromotionCycle, members: Sequence[MemberLine]) -> list[Target]:
    """Return the levels that cases of a cycle can be about, ladder by ladder, with how many members reach each."""
    staying = [line.rank for line in members if not line.has_gone]
    return [
        Target(edition.ladder.title, mark, sum(rank.reaches(mark.rank) for rank in staying))
        for edition in pinned_of(cycle.id)
        for mark in _targets_on(edition)
    ]


def why_no_target(cycle: PromotionCycle, person_id: uuid.UUID) -> str:
    """Return why somebody may review no target of a cycle, to follow their name; empty where they may review one."""
    rank = ranks_of(frozenset({person_id}), today())[person_id]
    targets = [mark for edition in pinned_of(cycle.id) for mark in _targets_on(edition)]
    if not targets or any(rank.reaches(mark.rank) for mark in targets):
        return ""
    if rank.held is not None:
        return f"holds {rank.held.level}, which is below every target of this cycle, and will be drawn for no case"
    if rank.granted is not None:
        return f"reviews up to rank {rank.granted}, below every target of this cycle, and will be drawn for no case"
    return "holds no level and has no review rank, and will be drawn for no case until HR sets a rank"


def _targets_on(edition: Edition) -> list[LevelMark]:
    ladder = edition.ladder
    rungs = max(level.rank for level in ladder.levels)
    following = {one for level in ladder.levels for one in level.next}
    return [
        LevelMark(level.id, level.rank, rungs, ladder.title)
        for level in sorted(ladder.levels, key=lambda level: (level.rank, level.id))
        if level.id in following
    ]


@dataclass(frozen=True, slots=True)
class OwnRecusal:
    """A case from which somebody has stepped aside, as they read it: its name and their own note, nothing else."""

    case_code: str
    row: Recusal


def own_recusals_in(cycle_id: uuid.UUID, person_id: uuid.UUID) -> list[OwnRecusal]:
    """Return the cases of a cycle from which somebody has declared themselves recused.

    Derived ones are not told: that there is a case at all may be what nobody tells them.
    """
    rows = db.session.execute(
        select(PromotionCase, Recusal)
        .join(Recusal, Recusal.case_id == PromotionCase.id)
        .where(PromotionCase.cycle_id == cycle_id, Recusal.person_id == person_id, Recusal.by_id == person_id)
        .order_by(PromotionCase.number)
    )
    return [OwnRecusal(row[0].code, row[1]) for row in rows]


def ranks_in_words() -> list[tuple[int, str]]:
    """Return the ranks of the ladders that count with the levels that have them, lowest first."""
    found: dict[int, list[str]] = {}
    for mark in level_marks().values():
        found.setdefault(mark.rank, []).append(f"{mark.level} of {mark.title}")
    return [(rank, ", ".join(sorted(levels))) for rank, levels in sorted(found.items())]


def find_review_rank(person_id: uuid.UUID) -> ReviewRank | None:
    """Return the rank that HR has set for somebody, with its reason; None where none was set."""
    live = select(ReviewRank).where(ReviewRank.person_id == person_id, ReviewRank.ended_at.is_(None))
    return db.session.scalars(live).one_or_none()
