"""Planning a session, changing it, and saying whether it took place.

Either of the two may do any of it. No session is planned while the mentorship is paused; nothing is written once it is
over. The record holds that a session was planned or held, and never where, nor a word of it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.mentorship import MentorshipState
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.mentoring.actions.steps import MOVED_ON, author_id, lock_mentorship
from app.mentoring.models import MentoringSession, Mentorship, SessionState
from app.mentoring.queries.sessions import PairSession, find_number_at, last_number

LEAST_MINUTES, MOST_MINUTES = 5, 480
MOST_SESSIONS = 200
"""How many sessions a pair may plan in all (house): far more than anybody needs, so that no page grows without end."""
FURTHEST = timedelta(days=366)
PAUSED = "This mentorship is paused, so no session is planned. Go on with it first; everything can still be read."
OVER = "This mentorship is over: what was written stays, and nothing more is added."


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where two people mean to meet."""

    starts_at: datetime
    minutes: int = 60
    place: str = ""


def check_underway(mentorship: Mentorship) -> None:
    """Refuse with NotAllowedNowError what is written only while the two are a pair. The row is locked before."""
    if not mentorship.is_underway:
        raise NotAllowedNowError(OVER if mentorship.state.is_over else MOVED_ON)


def why_not_planning(mentorship: Mentorship) -> str:
    """Return why the two cannot plan a session now, as a sentence; empty while they can."""
    return PAUSED if mentorship.state is MentorshipState.PAUSED else ""


def _check_may_plan(mentorship: Mentorship) -> None:
    check_underway(mentorship)
    if reason := why_not_planning(mentorship):
        raise NotAllowedNowError(reason)


def plan_session(mentorship: Mentorship, plan: Plan, *, by: Author, at: datetime) -> MentoringSession:
    """Plan a session under the pair's next number.

    A day behind is fine: a session that nobody had planned is written down so. InvalidError for a day before the two
    were a pair or more than a year ahead, for less than 5 or more than 480 minutes, and for a time at which the two
    meet already.
    """
    lock_mentorship(mentorship)
    _check_may_plan(mentorship)
    _check(plan, mentorship, at)
    number = last_number(mentorship.id) + 1
    if number > MOST_SESSIONS:
        raise NotAllowedNowError(f"You have planned {MOST_SESSIONS} sessions, which is the most. Change one of them.")
    _check_is_free(plan, mentorship)
    row = MentoringSession(
        mentorship_id=mentorship.id,
        number=number,
        starts_at=plan.starts_at,
        minutes=plan.minutes,
        place=plan.place,
        state=SessionState.PLANNED,
        created_by_id=author_id(by),
        created_at=at,
        changed_at=at,
    )
    db.session.add(row)
    db.session.flush()
    _note(Tag.SESSION_PLANNED, mentorship, by=by, at=at)
    return row


def _check(plan: Plan, mentorship: Mentorship, at: datetime) -> None:
    day = local(plan.starts_at).date()
    if mentorship.began_on is not None and day < mentorship.began_on:
        raise InvalidError(
            f"You have been a pair since {long_date(mentorship.began_on)}; a session lies on that day or later.",
            field="day",
        )
    if plan.starts_at > at + FURTHEST:
        raise InvalidError("That is more than a year ahead. Look at the year again.", field="day")
    if not LEAST_MINUTES <= plan.minutes <= MOST_MINUTES:
        raise InvalidError(f"A session takes from {LEAST_MINUTES} to {MOST_MINUTES} minutes.", field="minutes")


def _check_is_free(plan: Plan, mentorship: Mentorship, but: uuid.UUID | None = None) -> None:
    """Refuse a time at which the two meet already; `but` is the session that is moved. The mentorship is locked."""
    number = find_number_at(mentorship.id, plan.starts_at, but=but)
    if number is not None:
        raise InvalidError(
            f"Session {number} begins at this very time. Choose another time, or change that session.", field="time"
        )


def change_session(found: PairSession, plan: Plan, *, version: int, by: Author, at: datetime) -> MentoringSession:
    """Change when and where. ConflictError when it is no longer the version that the form was filled from.

    NotAllowedNowError where it was held or called off.
    """
    session = _lock(found)
    _check_may_plan(found.mentorship)
    if session.version != version:
        raise _conflict(session)
    if session.state is not SessionState.PLANNED:
        raise NotAllowedNowError("This session is no longer planned, so its time and place stay as they are.")
    _check(plan, found.mentorship, at)
    changed = (session.starts_at, session.minutes, session.place) != (plan.starts_at, plan.minutes, plan.place)
    if changed:
        _check_is_free(plan, found.mentorship, but=session.id)
        session.starts_at, session.minutes, session.place = plan.starts_at, plan.minutes, plan.place
        session.changed_at = at
        db.session.flush()
        _note(Tag.SESSION_CHANGED, found.mentorship, by=by, at=at)
    return session


def _conflict(session: MentoringSession) -> ConflictError:
    starts = local(session.starts_at)
    return ConflictError(
        "The other one of you has changed this session in the meantime, or you have in another window.",
        stored={
            "day": starts.date().isoformat(),
            "time": f"{starts:%H:%M}",
            "minutes": str(session.minutes),
            "place": session.place,
        },
        version=session.version,
        labels={"day": "Day", "time": "Time", "minutes": "Minutes", "place": "Place"},
    )


def hold_session(found: PairSession, *, held_on: date, by: Author, at: datetime) -> None:
    """Say that a session took place, and on which day. InvalidError for a day ahead, or before the two were a pair.

    Said a second time with the same day, it changes nothing: both of the two may have been asked.
    """
    session = _lock(found)
    check_underway(found.mentorship)
    if session.state is SessionState.HELD and session.held_on == held_on:
        return
    if held_on > local(at).date():
        raise InvalidError("That day lies ahead. Say that it took place once it has.", field="held_on")
    if found.mentorship.began_on is not None and held_on < found.mentorship.began_on:
        raise InvalidError(
            f"You have been a pair since {long_date(found.mentorship.began_on)}; it took place on that day or later.",
            field="held_on",
        )
    session.state, session.held_on, session.changed_at = SessionState.HELD, held_on, at
    db.session.flush()
    _note(Tag.SESSION_HELD, found.mentorship, by=by, at=at)


def call_off_session(found: PairSession, *, by: Author, at: datetime) -> None:
    """Call a session off, before its day or after it was missed. Nobody is asked why."""
    session = _lock(found)
    check_underway(found.mentorship)
    if session.state is SessionState.HELD:
        raise NotAllowedNowError("This session took place. Say first that it did not, if that was a mistake.")
    if session.state is SessionState.CALLED_OFF:
        return
    session.state, session.changed_at = SessionState.CALLED_OFF, at
    db.session.flush()
    _note(Tag.SESSION_CALLED_OFF, found.mentorship, by=by, at=at)


def reopen_session(found: PairSession, *, by: Author, at: datetime) -> None:
    """Let a session be planned as before: it did not take place, or is not called off after all."""
    session = _lock(found)
    check_underway(found.mentorship)
    if session.state is SessionState.PLANNED:
        return
    session.state, session.held_on, session.changed_at = SessionState.PLANNED, None, at
    db.session.flush()
    _note(Tag.SESSION_CHANGED, found.mentorship, by=by, at=at)


def _lock(found: PairSession) -> MentoringSession:
    """Lock the mentorship and then the session: the same order for everybody."""
    lock_mentorship(found.mentorship)
    db.session.refresh(found.meeting, with_for_update=True)
    return found.meeting


def _note(tag: Tag, mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Write the record: who, when and of which mentorship. It names nobody else and holds no word."""
    log(tag, by=by, at=at, object_id=mentorship.id)
