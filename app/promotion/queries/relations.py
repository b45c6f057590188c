"""Who stands how to a case, as facts that access and recusal read: reviewer, chair, recused, on the committee.

Each fact is asked in two forms that say the same: for one object, and as a select of objects, so that lists are
filtered by the database. `queries.panels` asks the other way round, for all people of one case at once, with the rule
of `domain.committee`; a table of tests holds the three to the same answers. Source of the rules: domain
specification, 3.4; access matrix, note 2.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, false, or_, select, true, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.access.relations import Fact, ObjectRelation, PersonRelation, relations
from app.domain.committee import RecusalReason
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.people.models import ManagerLink
from app.people.queries import holds_on, managers_of, select_reports
from app.promotion.models import (
    CommitteeMember,
    FeedbackState,
    Nomination,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    Recusal,
)
from app.promotion.queries.cases import get_cycle

NEVER_CANDIDATES = (CaseState.DECLINED, CaseState.INELIGIBLE, CaseState.CANCELLED)
"""States of a case whose engineer is no candidate of the cycle and never was one."""
_GIVEN_UP = (CaseState.WITHDRAWN, CaseState.CANCELLED)


# Made once: a page asks for recusals many times, and a new alias of a table costs more than the question itself.
_LINK, _ABOVE, _OTHER = aliased(ManagerLink), aliased(ManagerLink), aliased(PromotionCase)


def publish_relations() -> None:
    """Tell access who stands how to cases and cycles."""
    relations.between_people[Fact.REPORTS_TO] = PersonRelation(
        lambda actor_id, person_id: person_id in managers_of(actor_id)[:1], _select_manager
    )
    relations.between_people[Fact.JUDGES] = PersonRelation(
        lambda actor_id, person_id: _is_among(person_id, select_judged(actor_id)), select_judged, pairs=_select_judging
    )
    for fact, selecting in _ABOUT_CASES.items():
        relations.about_objects[fact] = _fact(fact, selecting)
    relations.about_objects[Fact.ON_COMMITTEE] = ObjectRelation(is_on_committee, select_committees)
    relations.about_objects[Fact.SITS_FROM_OUTSIDE] = ObjectRelation(sits_from_outside, select_outside_seats)
    relations.about_objects[Fact.COMPETES] = ObjectRelation(competes, select_competitions)
    relations.about_objects[Fact.IS_OVER] = ObjectRelation(
        lambda _, cycle_id: get_cycle(cycle_id).state.is_over, lambda _: _select_over()
    )
    relations.about_objects[Fact.IS_BLIND] = _whoever_asks(_select_blind)
    relations.about_objects[Fact.IS_UNRELEASED] = _whoever_asks(_select_unreleased)
    relations.about_objects[Fact.AWAITS] = ObjectRelation(
        lambda actor_id, cycle_id: _is_among(cycle_id, select_awaited(actor_id)), select_awaited
    )
    relations.about_objects[Fact.KEPT_FROM] = ObjectRelation(
        lambda actor_id, object_id: object_id in kept_from(actor_id), select_kept_from
    )


def _fact(fact: Fact, selecting: Callable[[uuid.UUID], Select[uuid.UUID]]) -> ObjectRelation:
    return ObjectRelation(lambda actor_id, case_id: fact in find_ties(actor_id, case_id), selecting)


@once_per_transaction
def find_ties(actor_id: uuid.UUID, case_id: uuid.UUID) -> frozenset[Fact]:
    """Return which facts hold between somebody and one case; in one question, as a page asks for all of them."""
    asked = [selecting(actor_id).subquery() for selecting in _ABOUT_CASES.values()]
    row = db.session.execute(select(*(exists().where(one.c[0] == case_id) for one in asked))).one()
    return frozenset(fact for fact, holds in zip(_ABOUT_CASES, row, strict=True) if holds)


@once_per_transaction
def is_on_committee(actor_id: uuid.UUID, cycle_id: uuid.UUID) -> bool:
    """Say whether somebody sits on the committee of a cycle that is not archived."""
    return _is_among(cycle_id, select_committees(actor_id))


@once_per_transaction
def sits_from_outside(actor_id: uuid.UUID, cycle_id: uuid.UUID) -> bool:
    """Say whether somebody is an external reviewer of a cycle that is not archived."""
    return _is_among(cycle_id, select_outside_seats(actor_id))


@once_per_transaction
def competes(actor_id: uuid.UUID, cycle_id: uuid.UUID) -> bool:
    """Say whether somebody has an open case in a cycle."""
    return _is_among(cycle_id, select_competitions(actor_id))


def _is_among(object_id: uuid.UUID, selected: Select[uuid.UUID]) -> bool:
    found = selected.subquery()
    return bool(db.session.scalar(select(exists().where(found.c[0] == object_id))))


def _select_manager(person_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(ManagerLink.manager_id).where(ManagerLink.person_id == person_id, holds_on(ManagerLink, today()))


def _subjects(fact: Fact, actor_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that a fact between people holds with the candidate; a fact nobody provides never does."""
    relation = relations.between_people.get(fact)
    return false() if relation is None else PromotionCase.subject_id.in_(relation.subjects(actor_id))


def _managed_then(actor_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that somebody was line manager of the candidate on the day the packet came in."""
    if relations.in_period is None:
        return false()
    case: Any = PromotionCase
    return relations.in_period.rows(actor_id, case.subject_id, case.submitted_on)


def recusal_conditions(actor_id: uuid.UUID) -> dict[RecusalReason, ColumnElement[bool]]:
    """Return, for each reason of recusal, the condition on cases under which it holds for somebody today."""
    link, above, other = _LINK, _ABOVE, _OTHER
    # Joined and not nested: the conditions are also asked with a column, which is found one level up and no further.
    two_up = (
        select(link.person_id)
        .join(above, above.person_id == link.manager_id)
        .where(above.manager_id == actor_id, holds_on(above, today()), holds_on(link, today()))
    )
    return {
        RecusalReason.SELF: PromotionCase.subject_id == actor_id,
        RecusalReason.MANAGER: PromotionCase.subject_id.in_(select_reports(actor_id)),
        RecusalReason.MANAGERS_MANAGER: PromotionCase.subject_id.in_(two_up),
        RecusalReason.STATEMENT: or_(
            # Never unknown where no statement is in: the conditions are also asked the other way round.
            and_(PromotionCase.statement_by_id.is_not(None), PromotionCase.statement_by_id == actor_id),
            _managed_then(actor_id),
        ),
        RecusalReason.DIRECT_REPORT: _subjects(Fact.REPORTS_TO, actor_id),
        RecusalReason.MENTORING: _subjects(Fact.MENTORS, actor_id),
        # By cycle and candidate and not by case: a nomination may come before there is a case, or outlive one.
        RecusalReason.NOMINATED: exists().where(
            Nomination.cycle_id == PromotionCase.cycle_id,
            Nomination.subject_id == PromotionCase.subject_id,
            Nomination.author_id == actor_id,
        ),
        RecusalReason.PEER_FEEDBACK: PromotionCase.id.in_(
            select(PeerFeedback.case_id).where(
                PeerFeedback.author_id == actor_id, PeerFeedback.state == FeedbackState.GIVEN
            )
        ),
        RecusalReason.SAME_TARGET: exists().where(
            other.cycle_id == PromotionCase.cycle_id,
            other.subject_id == actor_id,
            other.id != PromotionCase.id,
            other.lineage == PromotionCase.lineage,
            other.target_level == PromotionCase.target_level,
            other.state.not_in(NEVER_CANDIDATES),
        ),
        RecusalReason.DECLARED: _recorded(actor_id, Recusal.reason == RecusalReason.DECLARED.value),
    }


def _recorded(actor_id: uuid.UUID, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return PromotionCase.id.in_(select(Recusal.case_id).where(Recusal.person_id == actor_id, *which))


_JUDGING = (
    PromotionCycle.state.not_in([state for state in CycleState if state.is_over]),
    PromotionCase.state.not_in([state for state in CaseState if state.is_over]),
)
"""The conditions under which a committee has a case before it, or will have."""


def select_judged(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the candidates of running cycles on whose committee somebody sits. Takes a column as well as a value."""
    return (
        select(PromotionCase.subject_id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .outerjoin(
            CommitteeMember,
            and_(CommitteeMember.cycle_id == PromotionCycle.id, CommitteeMember.ended_at.is_(None)),
        )
        .where(
            or_(
                PromotionCycle.chair_id == actor_id,
                PromotionCycle.deputy_id == actor_id,
                CommitteeMember.person_id == actor_id,
            ),
            *_JUDGING,
        )
    )


def _select_judging() -> Select[uuid.UUID, uuid.UUID]:
    """Return the same for everybody at once: who sits on a committee, and whose case it may judge."""
    of_cycle = PromotionCycle.id == PromotionCase.cycle_id
    leading = [
        select(column, PromotionCase.subject_id).join(PromotionCase, of_cycle).where(column.is_not(None), *_JUDGING)
        for column in (PromotionCycle.chair_id, PromotionCycle.deputy_id)
    ]
    members = (
        select(CommitteeMember.person_id, PromotionCase.subject_id)
        .join(PromotionCase, PromotionCase.cycle_id == CommitteeMember.cycle_id)
        .join(PromotionCycle, of_cycle)
        .where(CommitteeMember.ended_at.is_(None), *_JUDGING)
    )
    judging = union(*leading, members).subquery()
    return select(judging.c[0], judging.c[1])


def select_recused(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cases in which somebody takes no part, for whatever reason.

    A recusal that was written down stays, also when what it was derived from has ended: whoever managed the candidate
    when the panel was drawn does not judge them after a change of team.
    """
    return _recused_as_of(actor_id, today())


@once_per_transaction
def _recused_as_of(actor_id: uuid.UUID, _day: date) -> Select[uuid.UUID]:
    # Put together once: a page asks in many places, and putting it together takes longer than the question.
    return select(PromotionCase.id).where(or_(*recusal_conditions(actor_id).values(), _recorded(actor_id)))


def select_reviewed(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cases that somebody reviews: seated, not recused, not withdrawn, in a cycle that is not archived."""
    return (
        select(PromotionCase.id)
        .join(PanelSeat, and_(PanelSeat.case_id == PromotionCase.id, PanelSeat.ended_at.is_(None)))
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            PanelSeat.person_id == actor_id,
            PromotionCase.state.not_in(_GIVEN_UP),
            PromotionCase.id.not_in(select_recused(actor_id)),
            PromotionCycle.is_in_use,
        )
    )


@once_per_transaction
def _deputised(actor_id: uuid.UUID) -> tuple[tuple[uuid.UUID, uuid.UUID | None], ...]:
    """Return the cycles of which somebody is the deputy, each with its chair."""
    rows = select(PromotionCycle.id, PromotionCycle.chair_id).where(PromotionCycle.deputy_id == actor_id)
    return tuple((row[0], row[1]) for row in db.session.execute(rows.order_by(PromotionCycle.id)))


def select_chaired(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cases that somebody chairs: as the chair unless recused; as the deputy where the chair is, or left."""
    stands_in = (
        and_(
            PromotionCase.cycle_id == cycle_id,
            true() if chair_id is None else PromotionCase.id.in_(select_recused(chair_id)),
        )
        for cycle_id, chair_id in _deputised(actor_id)
    )
    return (
        select(PromotionCase.id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            or_(PromotionCycle.chair_id == actor_id, *stands_in),
            # What ended because its candidate left is for HR alone; a decision that was taken is still to be released.
            or_(PromotionCase.left_at.is_(None), PromotionCase.state.not_in(_GIVEN_UP)),
            PromotionCase.id.not_in(select_recused(actor_id)),
            PromotionCycle.is_in_use,
        )
    )


def select_committees(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cycles on whose committee somebody sits, until they are archived.

    An external reviewer sees their cases and not the committee.
    """
    return (
        select(CommitteeMember.cycle_id)
        .join(PromotionCycle, PromotionCycle.id == CommitteeMember.cycle_id)
        .where(
            CommitteeMember.person_id == actor_id,
            CommitteeMember.ended_at.is_(None),
            ~CommitteeMember.is_external,
            PromotionCycle.is_in_use,
        )
    )


def select_outside_seats(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cycles on whose committee somebody sits as an external reviewer, until they are archived."""
    return (
        select(CommitteeMember.cycle_id)
        .join(PromotionCycle, PromotionCycle.id == CommitteeMember.cycle_id)
        .where(
            CommitteeMember.person_id == actor_id,
            CommitteeMember.ended_at.is_(None),
            CommitteeMember.is_external,
            PromotionCycle.is_in_use,
        )
    )


def select_competitions(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cycles in which somebody has a case that is not over."""
    over = [state for state in CaseState if state.is_over]
    return select(PromotionCase.cycle_id).where(PromotionCase.subject_id == actor_id, PromotionCase.state.not_in(over))


def _whoever_asks(selecting: Callable[[], Select[uuid.UUID]]) -> ObjectRelation:
    return ObjectRelation(lambda _, object_id: _is_among(object_id, selecting()), lambda _: selecting())


def _select_blind() -> Select[uuid.UUID]:
    return select(PromotionCase.id).where(PromotionCase.lifted_at.is_(None))


def _select_unreleased() -> Select[uuid.UUID]:
    before = [one for one in CycleState if one.order < CycleState.COMMUNICATED.order]
    return select(PromotionCycle.id).where(PromotionCycle.state.in_(before))


def select_awaited(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cycles whose decisions are not released and in which somebody has a case that they were not told."""
    return select(PromotionCase.cycle_id).where(
        PromotionCase.subject_id == actor_id,
        PromotionCase.told_at.is_(None),
        PromotionCase.cycle_id.in_(_select_unreleased()),
    )


def _select_over() -> Select[uuid.UUID]:
    return select(PromotionCycle.id).where(PromotionCycle.state.in_([one for one in CycleState if one.is_over]))


def _select_managed_then(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(PromotionCase.id).where(_managed_then(actor_id))


def select_kept_from(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the cases of which somebody learns nothing from the record.

    Those from which they are recused, until they were told; their own for good, as the record names who rated them.
    What others did about themselves they read in their own access record.
    """
    return select_recused(actor_id).where(or_(PromotionCase.told_at.is_(None), PromotionCase.subject_id == actor_id))


@once_per_transaction
def kept_from(actor_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the same cases at once: a page of the record asks for each of its rows."""
    return frozenset(db.session.scalars(select_kept_from(actor_id).order_by(PromotionCase.id)))


_ABOUT_CASES = {
    Fact.RECUSED: select_recused,
    Fact.REVIEWS: select_reviewed,
    Fact.CHAIRS: select_chaired,
    Fact.MANAGED_THEN: _select_managed_then,
}
