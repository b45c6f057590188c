"""The life of an assessment as pages show it: who opened it, by when, reminders, and how it may end. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from app.assessment.models import Side
from app.assessment.queries import Closing, Round
from app.infra.clock import local


@dataclass(frozen=True, slots=True)
class Acts:
    """What the reader may do about an assessment as a whole."""

    can_set_due: bool
    can_remind: bool
    can_call_off: bool


@dataclass(frozen=True, slots=True)
class ClosingView:
    """One missing side that the reader may close. `lacks` says what is missing until then, `href` is empty so long."""

    whose: str
    lacks: tuple[str, ...]
    href: str


@dataclass(frozen=True)
class LifeView:
    """The life of an assessment. `remind_href` is empty where nobody else owes a side, or one was reminded today."""

    round: Round
    is_overdue: bool
    days_left: int | None
    due_href: str
    remind_href: str
    whom: str
    was_reminded_today: bool
    reminded_at: datetime | None
    call_off_href: str
    closings: tuple[ClosingView, ...]


def whose_side(found: Round, side: Side) -> str:
    """Return how a side is called in a sentence: “Amara Diallo’s side”, “the line manager’s side”."""
    if side is Side.SELF:
        return f"{found.subject}’s side"
    return f"{found.manager}’s side" if found.manager else "the line manager’s side"


def life_view(found: Round, closings: Sequence[Closing], acts: Acts, *, others: Sequence[str], on: date) -> LifeView:
    """Return the life of an assessment as a reader sees it. `others` are the names of those else who owe a side."""
    was_reminded_today = found.reminded_at is not None and local(found.reminded_at).date() >= on
    can_remind = acts.can_remind and bool(others) and not was_reminded_today
    return LifeView(
        round=found,
        is_overdue=found.is_overdue(on),
        days_left=(found.due_on - on).days if found.due_on and found.is_running else None,
        due_href=url_for("assessment.show_due", assessment_id=found.id) if acts.can_set_due else "",
        remind_href=url_for("assessment.remind", assessment_id=found.id) if can_remind else "",
        whom=" and ".join(others),
        was_reminded_today=was_reminded_today and found.is_running,
        reminded_at=found.reminded_at,
        call_off_href=url_for("assessment.ask_call_off", assessment_id=found.id) if acts.can_call_off else "",
        closings=tuple(_closing(found, one) for one in closings),
    )


def _closing(found: Round, one: Closing) -> ClosingView:
    name = "assessment.ask_close_self" if one.side is Side.SELF else "assessment.ask_close_manager"
    href = "" if one.lacks else url_for(name, assessment_id=found.id)
    return ClosingView(whose_side(found, one.side), one.lacks, href)
