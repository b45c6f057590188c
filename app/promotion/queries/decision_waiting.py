"""What waits around decisions: to decide, to approve, to tell, and to read. Rows for everybody at once.

No row says anything of a decision, for what stands here goes into mail.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Role
from app.auth.models import RoleGrant
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import clock
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on
from app.promotion.models import (
    CaseStep,
    CycleApproval,
    CycleStep,
    Decision,
    FeedbackState,
    Nomination,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
    Recusal,
)

TO_DECIDE, TO_APPROVE, TO_TELL, TOLD = (
    "promotion.to_decide",
    "promotion.to_approve",
    "promotion.to_tell",
    "promotion.told",
)
READ_WITHIN = timedelta(days=14)
"""So long a decision stands among what waits for its candidate; then it is found on their case alone."""
APPROVERS = 2


def _hr(on: date) -> Select[Any]:
    return (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.HR, RoleGrant.superseded_at.is_(None), has_not_left(on))
    )


def select_to_decide(on: date) -> Select[Any]:
    """Return the cases that wait for the chair's decision; for the deputy where the chair takes no part."""
    del on
    chair_out = or_(
        PromotionCase.subject_id == PromotionCycle.chair_id,
        exists().where(Recusal.case_id == PromotionCase.id, Recusal.person_id == PromotionCycle.chair_id),
    )
    decides = case((chair_out, PromotionCycle.deputy_id), else_=PromotionCycle.chair_id)
    return (
        select(
            *waiting_columns(
                TO_DECIDE,
                person_id=decides,
                object_id=PromotionCase.id,
                since=func.coalesce(CaseStep.at, PromotionCase.nominated_at),
                who=Person.name,
                words=PromotionCycle.name,
                code=PromotionCase.target_level,
                due_on=PromotionCycle.calibration_on,
            )
        )
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .outerjoin(CaseStep, and_(CaseStep.case_id == PromotionCase.id, CaseStep.event == "calibrate"))
        .where(
            PromotionCase.state == CaseState.CALIBRATED,
            PromotionCase.is_calibrated,
            PromotionCycle.state == CycleState.CALIBRATION,
            decides.is_not(None),
        )
    )


def select_to_approve(on: date) -> Select[Any]:
    """Return the lists of decisions that wait for their second approval, for everybody of HR who may give it."""
    hr = _hr(on).subquery()
    own = aliased(PromotionCase)
    approvals = (
        select(func.count(func.distinct(CycleApproval.person_id)))
        .where(CycleApproval.cycle_id == PromotionCycle.id)
        .scalar_subquery()
    )
    decided_one = exists().where(
        Decision.case_id == own.id, own.cycle_id == PromotionCycle.id, Decision.decided_by_id == hr.c.person_id
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
            ~exists().where(
                own.cycle_id == PromotionCycle.id,
                own.state == CaseState.DECIDED,
                or_(own.subject_id == hr.c.person_id, *_kept_from(own, hr.c.person_id, on)),
            ),
            ~decided_one,
        )
    )


def _entered(state: CycleState) -> ColumnElement[bool]:
    return and_(CycleStep.cycle_id == PromotionCycle.id, CycleStep.kind == "move", CycleStep.target == state.value)


def _kept_from(about: Any, person_id: Any, on: date) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - columns
    """Return the conditions under which HR takes no part in a case, so that it does not wait for them."""
    link, above = aliased(ManagerLink), aliased(ManagerLink)
    return (
        exists().where(Recusal.case_id == about.id, Recusal.person_id == person_id),
        exists().where(Nomination.case_id == about.id, Nomination.author_id == person_id),
        exists().where(
            PeerFeedback.case_id == about.id,
            PeerFeedback.author_id == person_id,
            PeerFeedback.state == FeedbackState.GIVEN,
        ),
        exists().where(link.person_id == about.subject_id, link.manager_id == person_id, holds_on(link, on)),
        exists().where(
            link.person_id == about.subject_id,
            holds_on(link, on),
            above.person_id == link.manager_id,
            above.manager_id == person_id,
            holds_on(above, on),
        ),
    )


def select_to_tell(on: date) -> Select[Any]:
    """Return the released decisions whose candidates were not told yet, for everybody of HR who takes part."""
    hr = _hr(on).subquery()
    return (
        select(
            *waiting_columns(
                TO_TELL,
                person_id=hr.c.person_id,
                object_id=PromotionCase.id,
                since=func.coalesce(CycleStep.at, PromotionCycle.created_at),
                who=Person.name,
                words=PromotionCycle.name,
                due_on=PromotionCycle.communicate_by,
            )
        )
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .join(hr, hr.c.person_id != PromotionCase.subject_id)
        .outerjoin(CycleStep, _entered(CycleState.COMMUNICATED))
        .where(
            PromotionCase.state == CaseState.DECIDED,
            PromotionCycle.state == CycleState.COMMUNICATED,
            ~or_(*_kept_from(PromotionCase, hr.c.person_id, on)),
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
