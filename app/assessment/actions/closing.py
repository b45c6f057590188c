"""The days of an assessment and its end without a side: due day, reminders, closing as “not given”, calling off."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.assessment.actions.rows import check_is_running, lock, note, tell_others
from app.assessment.actions.signing import tell_both_to_sign
from app.assessment.models import Assessment, Side
from app.assessment.queries import SIDE_DUE, closing_of, is_to_remind, list_owing
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.unit_of_work import touch
from app.notices.actions import put, tell
from app.notices.models import Hearing
from app.notices.queries import hearing_of
from app.policies.queries import value_of

LONGEST = timedelta(days=366)
CALLED_OFF = "assessment.called_off"


def due_day(wanted: date | None, today: date) -> date:
    """Return the day by which both sides are asked for: the one that is named, else as the policy has it.

    InvalidError at `due_on` for a day that is past, or more than a year ahead.
    """
    if wanted is None:
        return today + timedelta(days=int(value_of("assessment_due_days")))
    if wanted < today:
        raise InvalidError("This day is past; name today or a later one.", field="due_on")
    if wanted - today > LONGEST:
        raise InvalidError("This day is more than a year ahead; name an earlier one.", field="due_on")
    return wanted


def set_due(assessment: Assessment, due_on: date | None, *, by: Author, at: datetime) -> Assessment:
    """Set by when both sides are asked for, while it runs. The other side hears of it.

    A reminder of another due day counts no more: before a side is closed, its author is reminded of the day that
    counts. InvalidError at `due_on` without a day, or for one that is past or too far away.
    """
    lock(assessment)
    check_is_running(assessment)
    if due_on is None:
        raise InvalidError("Name the day by which both sides are asked for.", field="due_on")
    wanted = due_day(due_on, local(at).date())
    if wanted == assessment.due_on:
        return assessment
    assessment.due_on, assessment.reminded_at = wanted, None
    note(Tag.ASSESSMENT_DUE_SET, assessment, by=by, at=at, due_on=wanted.isoformat())
    db.session.flush()
    tell_others(assessment, by=by, at=at)
    return assessment


def remind(assessment: Assessment, *, by: Author, at: datetime) -> Assessment:
    """Remind everybody who owes a side; at most once a day, whoever presses.

    NotAllowedNowError when it was done today, and where nobody owes a side but whoever presses.
    """
    lock(assessment)
    check_is_running(assessment)
    today = local(at).date()
    owing = list_owing(assessment, today)
    if not [one for one in owing if one != by.person_id]:
        raise NotAllowedNowError("Nobody else who works here owes a side.")
    if assessment.reminded_at is not None and local(assessment.reminded_at).date() >= today:
        raise NotAllowedNowError("A reminder went out today already. The next one may tomorrow.")
    assessment.reminded_at = at
    note(Tag.ASSESSMENT_REMINDED, assessment, by=by, at=at, people=len(owing))
    db.session.flush()
    for person_id in owing:
        tell(SIDE_DUE, person_id, assessment.id, by=by, at=at)
    return assessment


def remind_when_due(assessment: Assessment, *, by: Author, at: datetime) -> bool:
    """Remind by itself before and after the due day; return whether it was time, and there was somebody to remind."""
    lock(assessment)
    today = local(at).date()
    if not is_to_remind(assessment, today) or not list_owing(assessment, today):
        return False
    remind(assessment, by=by, at=at)
    return True


def close_side(assessment: Assessment, side: Side, *, by: Author, at: datetime) -> Assessment:
    """Close a missing side as “not given”, which opens the side that is in. Nothing of its draft is opened.

    NotAllowedNowError before the due day is past and a reminder was sent, and unless the other side is in.
    """
    lock(assessment)
    check_is_running(assessment)
    today = local(at).date()
    lacks = closing_of(assessment, side, today).lacks
    if lacks:
        raise NotAllowedNowError(f"This side cannot be closed yet. {' '.join(lacks)}")
    if side is Side.SELF:
        assessment.self_closed_at = at
    else:
        assessment.manager_closed_at = at
    assessment.closed_by_id, assessment.submitted_on = by.person_id, today
    note(Tag.ASSESSMENT_SIDE_CLOSED, assessment, by=by, at=at, side=side.value)
    touch(assessment.subject_id)
    db.session.flush()
    tell_both_to_sign(assessment, by=by, at=at)
    return assessment


def call_off(assessment: Assessment, *, by: Author, at: datetime) -> Assessment:
    """End an assessment that was opened by mistake; drafts stay their authors'. NotAllowedNowError if a side is in.

    The other side hears of it by mail, if they hear of sides that are asked for at once: nothing else would tell them.
    """
    lock(assessment)
    check_is_running(assessment)
    if not assessment.is_untouched:
        raise NotAllowedNowError("A side is in. What was handed in is not called off; it opens when both are settled.")
    others = [one for one in list_owing(assessment, local(at).date()) if one != by.person_id]
    assessment.called_off_at, assessment.called_off_by_id = at, by.person_id
    note(Tag.ASSESSMENT_CALLED_OFF, assessment, by=by, at=at)
    db.session.flush()
    for person_id in others:
        if hearing_of(person_id, SIDE_DUE) is Hearing.AT_ONCE:
            put(CALLED_OFF, person_id, {"assessment": assessment.id}, by=by, at=at)
    return assessment
