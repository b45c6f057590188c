"""Who reviews a case: the seats of its panel, who is recused and why, and who could be drawn.

Here the relations are asked for all people of one case at once, and `domain.committee` says what follows from them;
`queries.relations` asks the same of one person and all cases. Source of the rules: domain specification, 3.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Select, false, func, literal, or_, select, union_all

from app.access.relations import Fact, relations
from app.domain.committee import Candidate, RecusalReason, Relationship, may_review, recusals
from app.domain.progression import held_on
from app.domain.promotion import CycleState
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import LevelMark, level_marks
from app.people.models import ManagerLink, Person
from app.people.queries import get_people, held_levels_of, holds_on, managers_of
from app.promotion.models import (
    CommitteeMember,
    FeedbackState,
    Nomination,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    Recusal,
    ReviewRank,
)
from app.promotion.queries.cases import edition_of, get_cycle
from app.promotion.queries.relations import NEVER_CANDIDATES

People = frozenset[uuid.UUID]
OVER = tuple(state for state in CycleState if state.is_over)


@once_per_transaction
def all_seats_of(case_id: uuid.UUID) -> tuple[PanelSeat, ...]:
    """Return every seat that a case has or had, in the order in which they were taken."""
    rows = select(PanelSeat).where(PanelSeat.case_id == case_id).order_by(PanelSeat.seated_at, PanelSeat.id)
    return tuple(db.session.scalars(rows))


def seats_of(case_id: uuid.UUID) -> tuple[PanelSeat, ...]:
    """Return the seats of a case that are held today."""
    return tuple(seat for seat in all_seats_of(case_id) if seat.ended_at is None)


@once_per_transaction
def serving(cycle_id: uuid.UUID) -> tuple[CommitteeMember, ...]:
    """Return who sits on the committee of a cycle, in the order in which they were named."""
    rows = select(CommitteeMember).where(CommitteeMember.cycle_id == cycle_id, CommitteeMember.ended_at.is_(None))
    return tuple(db.session.scalars(rows.order_by(CommitteeMember.named_at, CommitteeMember.id)))


@dataclass(frozen=True, slots=True)
class ReviewerRank:
    """Up to which rank somebody may review: that of the level they hold, or without a level the one that HR set."""

    held: LevelMark | None
    granted: int | None

    @property
    def value(self) -> int | None:
        """Return the rank that counts; None where somebody may review nothing."""
        return self.granted if self.held is None else self.held.rank

    def reaches(self, target_rank: int) -> bool:
        """Say whether it is enough to review a target of a rank."""
        return may_review(
            rank=None if self.held is None else self.held.rank, review_rank=self.granted, target_rank=target_rank
        )


@once_per_transaction
def ranks_of(ids: People, on: date) -> dict[uuid.UUID, ReviewerRank]:
    """Return up to which rank people may review on a day."""
    marks = level_marks()
    live = select(ReviewRank.person_id, ReviewRank.rank).where(
        ReviewRank.person_id.in_(ids), ReviewRank.ended_at.is_(None)
    )
    granted = {row.person_id: row.rank for row in db.session.execute(live.order_by(ReviewRank.person_id))}
    found = {}
    for person_id, spells in held_levels_of(ids).items():
        held = held_on(spells, on)
        mark = marks.get((held.ladder, held.level)) if held else None
        found[person_id] = ReviewerRank(mark, granted.get(person_id))
    return found


def target_rank_of(case: PromotionCase) -> int:
    """Return the rank of the level that a case is about, on its pinned ladder."""
    return edition_of(case).ladder.level(case.target_level).rank


# Recusals -------------------------------------------------------------------


@once_per_transaction
def recusals_recorded(case_id: uuid.UUID) -> tuple[Recusal, ...]:
    """Return the recusals that were written down for a case, oldest first."""
    rows = select(Recusal).where(Recusal.case_id == case_id).order_by(Recusal.at, Recusal.id)
    return tuple(db.session.scalars(rows))


def recusals_among(case_id: uuid.UUID, people: People) -> dict[uuid.UUID, tuple[RecusalReason, ...]]:
    """Return for each of some people every reason for which they take no part in a case; empty when there is none.

    What holds today, and what was written down when it held.
    """
    case = db.session.get_one(PromotionCase, case_id)
    kept: dict[uuid.UUID, set[str]] = {}
    for row in recusals_recorded(case_id):
        kept.setdefault(row.person_id, set()).add(row.reason)
    found = {}
    for known in relationships(case, people):
        derived = recusals(known)
        recorded = kept.get(known.reviewer_id, set())
        found[known.reviewer_id] = tuple(
            reason for reason in RecusalReason if reason in derived or reason.value in recorded
        )
    return found


def recusals_of(case_id: uuid.UUID, person_id: uuid.UUID) -> tuple[RecusalReason, ...]:
    """Return every reason for which somebody takes no part in a case; empty when there is none."""
    return recusals_among(case_id, frozenset({person_id}))[person_id]


def relationships(case: PromotionCase, people: People) -> list[Relationship]:
    """Return how some people stand to the candidate of a case today, as the rule of recusal asks for it."""
    chain, near = managers_of(case.subject_id), _near(case.id)
    declared = {row.person_id for row in recusals_recorded(case.id) if row.reason == RecusalReason.DECLARED.value}
    target = (case.lineage, case.target_level)
    return [
        Relationship(
            reviewer_id=person_id,
            candidate_id=case.subject_id,
            managers=chain,
            wrote_statement=(RecusalReason.STATEMENT, person_id) in near,
            reports_to_candidate=(RecusalReason.DIRECT_REPORT, person_id) in near,
            mentoring=(RecusalReason.MENTORING, person_id) in near,
            nominated=(RecusalReason.NOMINATED, person_id) in near,
            gave_feedback=(RecusalReason.PEER_FEEDBACK, person_id) in near,
            targets=frozenset({target} if (RecusalReason.SAME_TARGET, person_id) in near else ()),
            case_target=target,
            declared=person_id in declared,
        )
        for person_id in sorted(people, key=str)
    ]


def _manager_then(case: PromotionCase) -> Select[uuid.UUID]:
    """Return whose statement is in, and who was line manager on the day the packet came in."""
    then = case.submitted_on
    managed = select(ManagerLink.manager_id).where(
        ManagerLink.person_id == case.subject_id, false() if then is None else holds_on(ManagerLink, then)
    )
    return select(Person.id).where(or_(Person.id == case.statement_by_id, Person.id.in_(managed)))


@once_per_transaction
def _near(case_id: uuid.UUID) -> frozenset[tuple[RecusalReason, uuid.UUID]]:
    """Return who stands near a case, and how, in one question.

    Who wrote the statement or was line manager when the packet came in, reports to the candidate, mentors them, has
    nominated them, gave feedback on the case, or is a candidate for the same target on the same ladder in the cycle.
    """
    case = db.session.get_one(PromotionCase, case_id)
    asked = {
        RecusalReason.STATEMENT: _manager_then(case),
        RecusalReason.DIRECT_REPORT: select(ManagerLink.person_id).where(
            ManagerLink.manager_id == case.subject_id, holds_on(ManagerLink, today())
        ),
        RecusalReason.NOMINATED: select(Nomination.author_id).where(
            Nomination.cycle_id == case.cycle_id, Nomination.subject_id == case.subject_id
        ),
        RecusalReason.PEER_FEEDBACK: select(PeerFeedback.author_id).where(
            PeerFeedback.case_id == case_id, PeerFeedback.state == FeedbackState.GIVEN
        ),
        RecusalReason.SAME_TARGET: select(PromotionCase.subject_id).where(
            PromotionCase.cycle_id == case.cycle_id,
            PromotionCase.lineage == case.lineage,
            PromotionCase.target_level == case.target_level,
            PromotionCase.id != case_id,
            PromotionCase.state.not_in(NEVER_CANDIDATES),
        ),
    }
    # It goes both ways: whoever mentors the candidate, and whom the candidate mentors.
    if (mentoring := relations.between_people.get(Fact.MENTORS)) is not None:
        asked[RecusalReason.MENTORING] = mentoring.subjects(case.subject_id)
    rows = union_all(*(query.add_columns(literal(reason.value)) for reason, query in asked.items()))
    return frozenset((RecusalReason(reason), person_id) for person_id, reason in db.session.execute(rows))


def chair_of(case: PromotionCase) -> uuid.UUID | None:
    """Return who chairs a case: the chair, or the deputy where the chair is recused or there is none; None if neither.

    Who chairs a case need not rate it, and their rank does not matter.
    """
    cycle = get_cycle(case.cycle_id)
    asked = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    recused = recusals_among(case.id, frozenset(asked))
    return next((one for one in asked if not recused[one]), None)


def deputy_for(case: PromotionCase, person_id: uuid.UUID) -> bool:
    """Say whether somebody else can chair a case from which this person steps aside."""
    cycle = get_cycle(case.cycle_id)
    leading = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    others = frozenset(one for one in leading if one != person_id)
    return any(not reasons for reasons in recusals_among(case.id, others).values())


# The pool ------------------------------------------------------------------


class Obstacle(StrEnum):
    """Why a member of the committee cannot be drawn for a case, apart from a recusal."""

    SEATED = "seated"
    SAT_BEFORE = "sat_before"
    NO_RANK = "no_rank"
    RANK_TOO_LOW = "rank_too_low"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member of the committee stands to one case: recused for these reasons, kept out by this, or to be drawn."""

    person: Person
    rank: ReviewerRank
    reasons: tuple[RecusalReason, ...] = ()
    obstacle: Obstacle | None = None

    @property
    def may_be_drawn(self) -> bool:
        """Say whether they are in the pool."""
        return not self.reasons and self.obstacle is None


@once_per_transaction
def count_cases_of(cycle_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return on how many cases of a cycle each person sits today."""
    rows = (
        select(PanelSeat.person_id, func.count())
        .join(PromotionCase, PromotionCase.id == PanelSeat.case_id)
        .where(PromotionCase.cycle_id == cycle_id, PanelSeat.ended_at.is_(None))
        .group_by(PanelSeat.person_id)
        .order_by(PanelSeat.person_id)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def standings_of(case: PromotionCase) -> list[Standing]:
    """Return how each member of the committee stands to a case, by name."""
    members = frozenset(row.person_id for row in serving(case.cycle_id))
    everybody = members | everybody_near(case)
    people, ranks = get_people(everybody), ranks_of(everybody, today())
    reasons = recusals_among(case.id, members)
    wanted, seats = target_rank_of(case), all_seats_of(case.id)
    held = {seat.person_id for seat in seats if seat.ended_at is None}
    before = {seat.person_id for seat in seats} - held

    def obstacle(person: Person, rank: ReviewerRank) -> Obstacle | None:
        asked = {
            Obstacle.LEFT: has_gone(person, today()),
            Obstacle.SEATED: person.id in held,
            # Their earlier ratings stay in the record, and a second first opinion there cannot be.
            Obstacle.SAT_BEFORE: person.id in before,
            Obstacle.NO_RANK: rank.value is None,
            Obstacle.RANK_TOO_LOW: not rank.reaches(wanted),
        }
        return next((one for one, holds in asked.items() if holds), None)

    return [
        Standing(person, ranks[person.id], reasons[person.id], obstacle(person, ranks[person.id]))
        for person in sorted(people.values(), key=lambda one: (one.sort_name, str(one.id)))
        if person.id in members
    ]


def everybody_near(case: PromotionCase) -> People:
    """Return everybody whom the page of a panel names: members, who sits or sat, who leads, who is recused."""
    cycle = get_cycle(case.cycle_id)
    leading = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    members = [row.person_id for row in serving(cycle.id)]
    sat = [seat.person_id for seat in all_seats_of(case.id)]
    aside = [row.person_id for row in recusals_recorded(case.id)]
    return frozenset({*leading, *members, *sat, *aside, case.subject_id})


def candidates_for(case: PromotionCase) -> list[Candidate]:
    """Return who may be drawn for a case: members who reach the target's rank, are not recused, and do not sit."""
    loads = count_cases_of(case.cycle_id)
    return [Candidate(one.person.id, loads.get(one.person.id, 0)) for one in standings_of(case) if one.may_be_drawn]


def has_gone(person: Person, on: date) -> bool:
    """Say whether somebody has left by a day."""
    return person.left_on is not None and person.left_on <= on


def gone_among(ids: Iterable[uuid.UUID], on: date) -> People:
    """Return which of some people have left by a day."""
    return frozenset(one.id for one in get_people(list(ids)).values() if has_gone(one, on))


def rank_limits() -> tuple[int, int]:
    """Return the lowest and the highest rank of the ladders that count; (1, 1) before one does."""
    ranks = [mark.rank for mark in level_marks().values()]
    return (min(ranks), max(ranks)) if ranks else (1, 1)


def cycles_with(people: People) -> list[PromotionCycle]:
    """Return the cycles that are not over on whose committee one of some people sits, or which they chair."""
    on_it = select(CommitteeMember.cycle_id).where(
        CommitteeMember.person_id.in_(people), CommitteeMember.ended_at.is_(None)
    )
    rows = select(PromotionCycle).where(
        PromotionCycle.state.not_in(OVER),
        or_(PromotionCycle.id.in_(on_it), PromotionCycle.chair_id.in_(people), PromotionCycle.deputy_id.in_(people)),
    )
    return list(db.session.scalars(rows.order_by(PromotionCycle.id)))
