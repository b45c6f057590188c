"""What Belay does with mentorships by itself, a day at a time: go on, close, complete, remind, and let leavers go.

Each act locks its mentorship first and looks again, so that two workers at once, or one twice, do nothing twice.
"""

from __future__ import annotations

from datetime import datetime

from app.audit.actions import Author
from app.domain.mentorship import MentorshipEvent, MentorshipState, is_silent, may_remind
from app.infra.clock import local
from app.infra.db import db
from app.jobs.actions import WORKER
from app.mentoring.actions.course import go_on
from app.mentoring.actions.reviews import settle_reviews
from app.mentoring.actions.steps import advance, lock_mentorship
from app.mentoring.models import Mentorship, MentorshipStep
from app.mentoring.queries.course import (
    CHANGED,
    LEFT,
    MEETING,
    REMINDED,
    SILENT,
    has_left,
    last_reminded_at,
    last_session_on,
    next_session_at,
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
    resumes_on = mentorship.resumes_on
    if mentorship.state is MentorshipState.PAUSED and resumes_on is not None and resumes_on <= today:
        # On the day that the two named, however late the worker comes to it.
        go_on(mentorship, on=resumes_on, by=BELAY, at=at)
    if mentorship.state in MEETING and mentorship.ends_on is not None and mentorship.ends_on <= today:
        advance(mentorship, MentorshipEvent.START_CLOSING, by=BELAY, at=at)
        # The two have all days of a closing, however late the worker comes to it.
        mentorship.closing_on = today
        db.session.flush()
    settle_reviews(mentorship, by=BELAY, at=at)


def _let_go(mentorship: Mentorship, *, at: datetime) -> None:
    if mentorship.state is MentorshipState.PROPOSED:
        advance(mentorship, MentorshipEvent.WITHDRAW, by=BELAY, at=at, code=LEFT)
    elif mentorship.is_underway:
        advance(mentorship, MentorshipEvent.END_EARLY, by=BELAY, at=at, code=LEFT)
        mentorship.ended_on = local(at).date()
        db.session.flush()
        # Who has left finds nothing waiting, so that no letter leaves for them.
        for person_id in (mentorship.mentee_id, mentorship.mentor_id):
            tell(CHANGED, person_id, mentorship.id, by=BELAY, at=at)
    db.session.flush()


def remind_silent(mentorship: Mentorship, *, at: datetime) -> bool:
    """Remind both that they have not met for six weeks, once in two; return whether it went out."""
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
    db.session.flush()
    for person_id in (mentorship.mentee_id, mentorship.mentor_id):
        tell(SILENT, person_id, mentorship.id, by=BELAY, at=at)
    return True


def _is_silent(mentorship: Mentorship, at: datetime) -> bool:
    days = [day for day in (mentorship.began_on, mentorship.resumed_on, last_session_on(mentorship.id)) if day]
    return bool(days) and is_silent(None, max(days), local(at).date()) and next_session_at(mentorship.id, at) is None
