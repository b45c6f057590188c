"""For whom a review waits. No rating and no draft is read."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from app.notices.sources import waiting_columns
from app.people.models import Person
from app.promotion.models import CycleStep, PanelSeat, PromotionCase, PromotionCycle, Recusal
from app.promotion.queries.relations import recusal_conditions

REVIEW_DUE = "promotion.review"


def select_reviews_due(on: date) -> Select[Any]:
    """Return every case that waits for the ratings of a reviewer who is not recused from it.

    `who` is the candidate, `words` the name of the cycle, `code` the target level. A case that was extended has its
    own day.
    """
    reviewer, subject = aliased(Person), aliased(Person)
    extended = (
        select(func.max(CycleStep.day))
        .where(
            CycleStep.case_id == PromotionCase.id,
            CycleStep.kind == "extend",
            CycleStep.deadline == "review_due",
        )
        .correlate(PromotionCase)
        .scalar_subquery()
    )
    declared = (
        select(Recusal.id)
        .where(Recusal.case_id == PromotionCase.id, Recusal.person_id == PanelSeat.person_id)
        .correlate(PromotionCase, PanelSeat)
        .exists()
    )
    # The conditions compare with one person; here with the person of each row.
    recused = or_(declared, *recusal_conditions(cast("Any", PanelSeat.person_id)).values())
    due = case((extended > PromotionCycle.review_due, extended), else_=PromotionCycle.review_due)
    return (
        select(
            *waiting_columns(
                REVIEW_DUE,
                person_id=PanelSeat.person_id,
                object_id=PromotionCase.id,
                who=subject.name,
                words=PromotionCycle.name,
                code=PromotionCase.target_level,
                since=PanelSeat.seated_at,
                due_on=due,
            )
        )
        .select_from(PanelSeat)
        .join(PromotionCase, PromotionCase.id == PanelSeat.case_id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(reviewer, reviewer.id == PanelSeat.person_id)
        .where(
            PanelSeat.ended_at.is_(None),
            PanelSeat.submitted_at.is_(None),
            PromotionCase.is_in_rating,
            ~recused,
            # Somebody from outside reviews as well, and has no employee id.
            or_(reviewer.left_on.is_(None), reviewer.left_on > on),
        )
    )
