"""For whom a request for feedback waits. No word of the case or of an answer is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from app.domain.promotion import CaseState, CycleState
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries import has_not_left
from app.promotion.models import CycleStep, FeedbackState, PeerFeedback, PromotionCase, PromotionCycle

FEEDBACK_DUE = "promotion.feedback"


def select_feedback_due(on: date) -> Select[Any]:
    """Return every request that is not answered, for its colleague, up to the day on which feedback is due.

    `who` is the candidate, `words` the name of the cycle, `code` the target level. Where the feedback of the case was
    extended, the later day counts.
    """
    author, subject = aliased(Person), aliased(Person)
    extended = (
        select(func.max(CycleStep.day))
        .where(
            CycleStep.case_id == PromotionCase.id,
            CycleStep.kind == "extend",
            CycleStep.deadline == "feedback_due",
        )
        .correlate(PromotionCase)
        .scalar_subquery()
    )
    due = case((extended > PromotionCycle.feedback_due, extended), else_=PromotionCycle.feedback_due)
    return (
        select(
            *waiting_columns(
                FEEDBACK_DUE,
                person_id=PeerFeedback.author_id,
                object_id=PeerFeedback.id,
                who=subject.name,
                words=PromotionCycle.name,
                code=PromotionCase.target_level,
                since=PeerFeedback.asked_at,
                due_on=due,
            )
        )
        .join(PromotionCase, PromotionCase.id == PeerFeedback.case_id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(author, author.id == PeerFeedback.author_id)
        .where(
            PeerFeedback.state == FeedbackState.ASKED,
            PromotionCase.state == CaseState.IN_FEEDBACK,
            PromotionCycle.state == CycleState.FEEDBACK,
            due >= on,
            has_not_left(on, author),
        )
    )
