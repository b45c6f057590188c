"""Sessions as a calendar file: whom somebody meets, when and where, and never a word of the two.

Whoever downloads it is one of the pair, so the place is in it. It names the other one, as a calendar does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from app.infra.calendar_file import CalendarEntry, calendar_file
from app.mentoring.models import MentoringSession, SessionState

PRODUCT = "-//Belay//Mentoring sessions//EN"


def calendar_of(
    sessions: Iterable[MentoringSession], *, other: str, address_of: Callable[[MentoringSession], str], at: datetime
) -> bytes:
    """Return the file. `other` is the name of the other one of the two, `address_of` gives the page of a session."""
    title = f"Mentoring session with {other}"
    entries = [
        CalendarEntry(
            uid=f"session.{one.id}@belay",
            summary=title,
            begins=one.starts_at,
            ends=one.starts_at + timedelta(minutes=one.minutes),
            address=address_of(one),
            edition=one.version,
            is_cancelled=one.state is SessionState.CALLED_OFF,
            takes_time=True,
            place=one.place,
        )
        for one in sessions
    ]
    return calendar_file(entries, product=PRODUCT, name=title, at=at)


def still_to_come(sessions: Iterable[MentoringSession], at: datetime) -> list[MentoringSession]:
    """Return the sessions that lie ahead, those called off among them: a calendar that has one must hear of it."""
    return [one for one in sessions if one.state is not SessionState.HELD and one.starts_at >= at]
