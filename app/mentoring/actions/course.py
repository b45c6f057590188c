"""What the two of a pair do with their mentorship as a whole: pause it, make it longer, close it, end it.

Either of the two makes each of these moves. The other one hears of it and agrees to nothing here: an extension binds
nobody, for either may end a mentorship on any day without a reason. Consent of both belongs to the beginning alone.
Source of the rules: domain specification, 6.2.
"""

from __future__ import annotations

from datetime import date, datetime

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.domain.mentorship import (
    LONGEST_PAUSE,
    Course,
    MentorshipEvent,
    MentorshipState,
    add_months,
    after,
    months_left,
    pause_over,
)
from app.infra.clock import local
from app.infra.db import db
from app.mentoring.actions.reviews import reopen_closing
from app.mentoring.actions.steps import MOVED_ON, advance, author_id, lock_mentorship, note
from app.mentoring.models import Mentorship, MentorshipMessage, MessageKind, ReviewKind
from app.mentoring.queries.course import CHANGED, CLOSING, count_given, course_of
from app.notices.actions import tell

NO_MONTHS_LEFT = "This mentorship is meant for twelve months already, which is the longest. Ask anew once it is over."


def start_closing(mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Begin to close before the planned end, as one of the two. The other one is asked for their answers as well."""
    lock_mentorship(mentorship)
    advance(mentorship, MentorshipEvent.START_CLOSING, by=by, at=at)
    mentorship.closing_on = local(at).date()
    db.session.flush()
    tell(CLOSING, mentorship.other_than(author_id(by)), mentorship.id, by=by, at=at)


def extend(mentorship: Mentorship, months: int, *, by: Author, at: datetime) -> None:
    """Move the planned end some months later. A closing that has begun is called off, and its answers are drafts again.

    The mid-point of a mentorship that began to close before it is to come again, unless both have looked back.
    InvalidError at `months` where it is not between one and what is left of twelve months in all.
    """
    lock_mentorship(mentorship)
    if after(mentorship.state, MentorshipEvent.EXTEND) is None:
        raise NotAllowedNowError(MOVED_ON)
    most = months_left(mentorship.months)
    if not most:
        raise NotAllowedNowError(NO_MONTHS_LEFT)
    if not 1 <= months <= most:
        raise InvalidError(f"Choose a whole number of months from 1 to {most}.", field="months")
    was_closing = mentorship.state is MentorshipState.CLOSING
    today, course, began_on = local(at).date(), course_of(mentorship), mentorship.began_on or local(at).date()
    days = course.extended(months, today, began_on=began_on, months=mentorship.months)
    is_early = course.is_early(count_given(mentorship.id, ReviewKind.MID_POINT), today)
    advance(mentorship, MentorshipEvent.EXTEND, by=by, at=at, is_early=is_early)
    _plan(mentorship, days)
    mentorship.months += months
    mentorship.extensions += 1
    if was_closing:
        reopen_closing(mentorship)
    note(Tag.MENTORSHIP_EXTENDED, mentorship, by=by, at=at, months=months)
    _tell_other(mentorship, by=by, at=at)


def pause(mentorship: Mentorship, *, resumes_on: date | None = None, by: Author, at: datetime) -> None:
    """Stop the clock of a mentorship, until a day or until one of the two goes on; no reason is asked.

    It goes on by itself after twelve months, so that no place of a mentor is held for good.

    InvalidError at `resumes_on` where the day is not later than today or more than twelve months away.
    """
    lock_mentorship(mentorship)
    today, left = local(at).date(), mentorship.state
    if resumes_on is not None and not today < resumes_on <= add_months(today, LONGEST_PAUSE):
        raise InvalidError("Choose a day after today and within twelve months, or leave it open.", field="resumes_on")
    advance(mentorship, MentorshipEvent.PAUSE, by=by, at=at)
    mentorship.left_state, mentorship.paused_on, mentorship.resumes_on = left, today, resumes_on
    _tell_other(mentorship, by=by, at=at)


def resume(mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Go on after a pause, as one of the two: in the state that was left, all days later by the days of the pause."""
    lock_mentorship(mentorship)
    go_on(mentorship, by=by, at=at)
    _tell_other(mentorship, by=by, at=at)


def go_on(mentorship: Mentorship, *, code: str = "", by: Author, at: datetime) -> None:
    """Let a locked mentorship go on, as one of the two or as Belay itself.

    From the day on which the pause was over where that has come, whoever notices it, and however late.
    """
    today = local(at).date()
    paused_on = mentorship.paused_on or today
    on = min(today, pause_over(paused_on, mentorship.resumes_on))
    advance(mentorship, MentorshipEvent.RESUME, by=by, at=at, code=code)
    _plan(mentorship, course_of(mentorship).later((on - paused_on).days))
    mentorship.resumed_on = on
    mentorship.left_state = mentorship.paused_on = mentorship.resumes_on = None
    db.session.flush()


def end_early(mentorship: Mentorship, *, words: str = "", by: Author, at: datetime) -> None:
    """End a mentorship before its time, as one of the two. Nobody asks why, and nobody is at fault.

    `words` are for the other one alone. The company's record says that it ended, and not by whom; so that no list of
    letters says it either, both get the same one, and neither letter names who wrote it.
    """
    lock_mentorship(mentorship)
    advance(mentorship, MentorshipEvent.END_EARLY, by=by, at=at, unnamed=True)
    mentorship.ended_on = local(at).date()
    if words:
        db.session.add(
            MentorshipMessage(
                mentorship_id=mentorship.id,
                author_id=author_id(by),
                kind=MessageKind.PARTING,
                words=words,
                written_at=at,
            )
        )
    db.session.flush()
    for person_id in sorted((mentorship.mentee_id, mentorship.mentor_id)):
        tell(CHANGED, person_id, mentorship.id, by=Author(None), at=at)


def _plan(mentorship: Mentorship, days: Course) -> None:
    mentorship.mid_point_on, mentorship.ends_on, mentorship.closing_on = (
        days.mid_point_on,
        days.ends_on,
        days.closing_on,
    )


def _tell_other(mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Write to the other one of the two that something changed. What waits is read from the tables: first the flush."""
    db.session.flush()
    tell(CHANGED, mentorship.other_than(author_id(by)), mentorship.id, by=by, at=at)
