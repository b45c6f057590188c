"""What waits around decisions: to decide, to approve, to tell, and to read. Rows for everybody at once.

No row says anything of a decision, for what stands here goes into mail.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Role
from app.auth.models import RoleGrant
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.clock import clock
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries import has_not_left
from app.promotion.models import (
    CaseStep,
    CycleApproval,
    CycleStep,
    Decision,
    PromotionCase,
    PromotionCycle,
    Recusal,
)
from app.promotion.queries.relations import recusal_conditions

TO_DECIDE, TO_APPROVE, TO_TELL, TOLD = (
    "promotion.to_decide",
    "promotion.to_approve",
    "promotion.to_tell",
    "promotion.told",
)
DEFERRED = "promotion.deferred"
READ_WITHIN = timedelta(days=14)
"""So long a decision stands among what waits for its candidate; then it is found on their case alone."""
APPROVERS = 2


def _hr(on: date) -> Select[Any]:
    return (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.HR, RoleGrant.superseded_at.is_(None), has_not_left(on))
    )


def _recused(person_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of ids
    """Return the condition that the person of each row takes no part in its case, written down or by the facts.

    The same facts open the pages, so that nobody is asked for what they would not find, and nobody reads a name that is
    kept from them.
    """
    written = select(Recusal.case_id).where(Recusal.person_id == person_id)
    return or_(PromotionCase.id.in_(written), *recusal_conditions(cast("Any", person_id)).values())


def select_to_decide(on: date) -> Select[Any]:
    """Return the cases that wait for the chair's decision; for the deputy where the chair takes no part.

    Where neither may decide it waits for nobody here: the pages of the cycle say so to HR.
    """
    decider, subject = aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                TO_DECIDE,
                person_id=decider.id,
                object_id=PromotionCase.id,
                since=func.coalesce(CaseStep.at, PromotionCase.nominated_at),
                who=subject.name,
                words=PromotionCycle.name,
                code=PromotionCase.target_level,
                due_on=PromotionCycle.calibration_on,
            )
        )
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(decider, or_(decider.id == PromotionCycle.chair_id, decider.id == PromotionCycle.deputy_id))
        .outerjoin(CaseStep, and_(CaseStep.case_id == PromotionCase.id, CaseStep.event == "calibrate"))
        .where(
            PromotionCase.state == CaseState.CALIBRATED,
            PromotionCase.is_calibrated,
            PromotionCase.is_open_to_others,
            PromotionCycle.state == CycleState.CALIBRATION,
            has_not_left(on, decider),
            ~_recused(decider.id),
            or_(
                decider.id == PromotionCycle.chair_id,
                PromotionCycle.chair_id.is_(None),
                _recused(PromotionCycle.chair_id),
            ),
        )
    )


def select_to_approve(on: date) -> Select[Any]:
    """Return the lists of decisions that wait for their second approval, for everybody of HR who may give it."""
    hr = _hr(on).subquery()
    # A table of its own: the facts of recusal find the person of a row one level up, and no further.
    kept = (
        select(PromotionCase.cycle_id, hr.c.person_id)
        .join(hr, hr.c.person_id.is_not(None))
        .where(PromotionCase.state == CaseState.DECIDED, _recused(hr.c.person_id))
        .subquery()
    )
    approvals = (
        select(func.count(func.distinct(CycleApproval.person_id)))
        .where(CycleApproval.cycle_id == PromotionCycle.id)
        .scalar_subquery()
    )
    decided_one = exists().where(
        Decision.case_id == PromotionCase.id,
        PromotionCase.cycle_id == PromotionCycle.id,
        or_(Decision.decided_by_id == hr.c.person_id, Decision.written_by_id == hr.c.person_id),
    )
    return (
        select(
            *waiting_columns(
                TO_APPROVE,
                person_id=hr.c.person_id,
                object_id=PromotionCycle.id,
                since=func.coalesce(CycleStep.at, PromotionCycle.created_at),
                words=PromotionCycle.name,
                due_on=PromotionCycle.communicate_by,
            )
        )
        .select_from(PromotionCycle)
        .join(hr, hr.c.person_id.is_not(None))
        .outerjoin(CycleStep, _entered(CycleState.DECIDED))
        .where(
            PromotionCycle.state == CycleState.DECIDED,
            approvals < APPROVERS,
            ~exists().where(CycleApproval.cycle_id == PromotionCycle.id, CycleApproval.person_id == hr.c.person_id),
            or_(PromotionCycle.chair_id.is_(None), PromotionCycle.chair_id != hr.c.person_id),
            or_(PromotionCycle.deputy_id.is_(None), PromotionCycle.deputy_id != hr.c.person_id),
            ~exists().where(kept.c.cycle_id == PromotionCycle.id, kept.c.person_id == hr.c.person_id),
            ~decided_one,
        )
    )


def _entered(state: CycleState) -> ColumnElement[bool]:
    return and_(CycleStep.cycle_id == PromotionCycle.id, CycleStep.kind == "move", CycleStep.target == state.value)


def select_to_tell(on: date) -> Select[Any]:
    """Return the released decisions whose candidates were not told yet, for everybody of HR who takes part."""
    hr, subject = _hr(on).subquery(), aliased(Person)
    return (
        select(
            *waiting_columns(
                TO_TELL,
                person_id=hr.c.person_id,
                object_id=PromotionCase.id,
                since=func.coalesce(CycleStep.at, PromotionCycle.created_at),
                who=subject.name,
                words=PromotionCycle.name,
                due_on=PromotionCycle.communicate_by,
            )
        )
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(hr, hr.c.person_id != subject.id)
        .outerjoin(CycleStep, _entered(CycleState.COMMUNICATED))
        .where(
            PromotionCase.state == CaseState.DECIDED,
            PromotionCycle.state == CycleState.COMMUNICATED,
            ~_recused(hr.c.person_id),
        )
    )


def select_deferred(on: date) -> Select[Any]:
    """Return the told deferrals whose day has come, for everybody else of HR, until the person has a newer case."""
    hr, subject, newer = _hr(on).subquery(), aliased(Person), aliased(PromotionCase)
    return (
        select(
            *waiting_columns(
                DEFERRED,
                person_id=hr.c.person_id,
                object_id=PromotionCase.id,
                since=PromotionCase.told_at,
                who=subject.name,
                words=PromotionCycle.name,
                due_on=Decision.defer_until,
            )
        )
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Decision, Decision.case_id == PromotionCase.id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(hr, hr.c.person_id != subject.id)
        .where(
            PromotionCase.is_told,
            Decision.kind == DecisionKind.DEFER,
            Decision.defer_until <= on,
            has_not_left(on, subject),
            ~exists().where(
                newer.subject_id == PromotionCase.subject_id, newer.nominated_at > PromotionCase.nominated_at
            ),
        )
    )


def select_told(on: date) -> Select[Any]:
    """Return the decisions that their candidates were told within the last fourteen days."""
    first: datetime = datetime.combine(on - READ_WITHIN, time(0), ZoneInfo(clock.zone))
    return (
        select(
            *waiting_columns(
                TOLD,
                person_id=PromotionCase.subject_id,
                object_id=PromotionCase.id,
                since=PromotionCase.told_at,
                words=PromotionCycle.name,
            )
        )
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(PromotionCase.told_at.is_not(None), PromotionCase.told_at >= first)
    )
