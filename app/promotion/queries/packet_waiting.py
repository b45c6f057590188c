"""For whom a packet waits: the candidate who writes it, and the line manager who owes a statement. No word is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import aliased

from app.domain.promotion import CaseState
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on
from app.promotion.models import CycleStep, PromotionCase, PromotionCycle

PACKET_DUE, STATEMENT_DUE = "promotion.packet", "promotion.statement"
INCOMPLETE = "incomplete"


def _due() -> Any:  # noqa: ANN401 - a column of days
    """Return the last day for the packet of a case: that of the cycle, or the latest to which it was extended."""
    extended = (
        select(func.max(CycleStep.day))
        .where(
            CycleStep.case_id == PromotionCase.id,
            CycleStep.kind == "extend",
            CycleStep.deadline == "packets_due",
        )
        .correlate(PromotionCase)
        .scalar_subquery()
    )
    return case((extended > PromotionCycle.packets_due, extended), else_=PromotionCycle.packets_due)


def select_packets_due(on: date) -> Select[Any]:
    """Return every packet that is being written, for its candidate, up to the day on which it is due.

    `words` is the name of the cycle, `code` says where HR has marked it incomplete.
    """
    due = _due()
    return (
        select(
            *waiting_columns(
                PACKET_DUE,
                person_id=PromotionCase.subject_id,
                object_id=PromotionCase.id,
                words=PromotionCycle.name,
                code=case((PromotionCase.is_incomplete, INCOMPLETE), else_=""),
                since=func.coalesce(PromotionCase.answered_at, PromotionCase.nominated_at),
                due_on=due,
            )
        )
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(PromotionCase.state == CaseState.DRAFTING, due >= on, has_not_left(on))
    )


def select_statements_due(on: date) -> Select[Any]:
    """Return every statement that is not in, for the line manager of the day, while packets can be written.

    `who` is the candidate, `words` the name of the cycle. Nothing says whether the candidate has handed in.
    """
    due, subject, manager = _due(), aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                STATEMENT_DUE,
                person_id=ManagerLink.manager_id,
                object_id=PromotionCase.id,
                who=subject.name,
                words=PromotionCycle.name,
                since=func.coalesce(PromotionCase.answered_at, PromotionCase.nominated_at),
                due_on=due,
            )
        )
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(subject, subject.id == PromotionCase.subject_id)
        .join(ManagerLink, and_(ManagerLink.person_id == PromotionCase.subject_id, holds_on(ManagerLink, on)))
        .join(manager, manager.id == ManagerLink.manager_id)
        .where(
            PromotionCase.state.in_([CaseState.DRAFTING, CaseState.SUBMITTED]),
            PromotionCase.statement_at.is_(None),
            due >= on,
            has_not_left(on, subject),
            has_not_left(on, manager),
        )
    )
