"""What Belay does with mentorships by itself, a day at a time: go on, close, complete, remind, and let leavers go.

Each act locks its mentorship first and looks again, so that two workers at once, or one twice, do nothing twice.
"""

from __future__ import annotations

from datetime import date, datetime

from app.audit.actions import Author
from app.domain.mentorship import MentorshipEvent, MentorshipState, is_silent, may_remind, pause_over
from app.infra.clock import local
from app.infra.db import db
from app.jobs.actions import WORKER
from app.mentoring.actions.course import go_on
from app.mentoring.actions.reviews import settle_reviews
from app.mentoring.actions.steps import advance, lock_mentorship
from app.mentoring.models import Mentorship, MentorshipStep
from app.mentoring.queries.course import (
    CHANGED,
    CLOSING,
    LEFT,
    MEETING,
    REMINDED,
    RESTED,
    SILENT,
    has_left,
    last_reminded_at,
    last_session_on,
    next_session_at,
    overdue_weeks,
)
from app.notices.actions import tell

BELAY = Author(None, label=WORKER)


def follow(mentorship: Mentorship, *, at: datetime) -> None:
    """Do what the day asks of one mentorship, in the company's time zone; nothing where nothing is due."""
    lock_mentorship(mentorship)
    today = local(at).date()
    if has_left(mentorship, today):
        _let_go(mentorship, at=at)
        return
    if mentorship.state is MentorshipState.PAUSED and mentorship.paused_on is not None:
        _end_pause(mentorship, mentorship.paused_on, at=at)
    if mentorship.state in MEETING and mentorship.ends_on is not None and mentorship.ends_on <= today:
        advance(mentorship, MentorshipEvent.START_CLOSING, by=BELAY, at=at)
        # The two have all days of a closing, however late the worker comes to it.
        mentorship.closing_on = today
        _tell_both(CLOSING, mentorship, at=at)
    settle_reviews(mentorship, by=BELAY, at=at)


def _end_pause(mentorship: Mentorship, paused_on: date, *, at: datetime) -> None:
    """Let a pause end on the day that the two named, which both know, or after the longest one, which both hear."""
    if pause_over(paused_on, mentorship.resumes_on) > local(at).date():
        return
    is_forgotten = mentorship.resumes_on is None
    go_on(mentorship, code=RESTED if is_forgotten else "", by=BELAY, at=at)
    if is_forgotten:
        _tell_both(CHANGED, mentorship, at=at)


def _tell_both(kind: str, mentorship: Mentorship, *, at: datetime) -> None:
    """Write to both of the two. What waits is read from the tables: first the flush."""
    db.session.flush()
    for person_id in (mentorship.mentee_id, mentorship.mentor_id):
        tell(kind, person_id, mentorship.id, by=BELAY, at=at)


def _let_go(mentorship: Mentorship, *, at: datetime) -> None:
    if mentorship.state is MentorshipState.PROPOSED:
        advance(mentorship, MentorshipEvent.WITHDRAW, by=BELAY, at=at, code=LEFT)
    elif mentorship.is_underway:
        advance(mentorship, MentorshipEvent.END_EARLY, by=BELAY, at=at, code=LEFT)
        mentorship.ended_on = local(at).date()
        # Who has left finds nothing waiting, so that no letter leaves for them.
        _tell_both(CHANGED, mentorship, at=at)
    db.session.flush()


def remind_silent(mentorship: Mentorship, *, at: datetime) -> bool:
    """Remind both that they have not met for long, once in two weeks; return whether it went out."""
    lock_mentorship(mentorship)
    today = local(at).date()
    if mentorship.state not in MEETING or not _is_silent(mentorship, at):
        return False
    reminded_at = last_reminded_at(mentorship.id)
    if not may_remind(local(reminded_at).date() if reminded_at else None, today):
        return False
    state = mentorship.state.value
    db.session.add(
        MentorshipStep(mentorship_id=mentorship.id, at=at, event=REMINDED, source=state, target=state, code="silent")
    )
    _tell_both(SILENT, mentorship, at=at)
    return True


def _is_silent(mentorship: Mentorship, at: datetime) -> bool:
    days = [day for day in (mentorship.began_on, mentorship.resumed_on, last_session_on(mentorship.id)) if day]
    if not days or not is_silent(None, max(days), local(at).date(), overdue_weeks()):
        return False
    return next_session_at(mentorship.id, at) is None
