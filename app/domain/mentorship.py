"""The life of a mentorship: every state, every move, who makes it, and the numbers of a good programme.

Source of the rules: domain specification, 6.1 and 6.2. Consent is two separate, dated acts; nobody consents for
anybody else. The table below is the rule; nothing else in Belay decides whether a move is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

MAX_CAPACITY = 4
"""The most mentees that one mentor may take on (house: 0 to 4)."""
DEFAULT_CAPACITY = 2
MAX_GOALS = 3
"""A mentorship has one to three goals, each tied to an expectation that is not shown yet."""
ANSWER_DAYS = 14
"""Days after which a question that nobody answered is over."""
MONTHS = 6
"""How long a mentorship is meant to last (house)."""
MIN_MONTHS, MAX_MONTHS = 1, 12
SESSION_WEEKS = (2, 3, 4)
"""How often a pair may mean to meet: every two to four weeks (house)."""
OVERDUE_WEEKS = 6
"""A mentorship without a session for longer than this is silent (house)."""
RECENT_MONTHS = 12
"""For how long after its end a mentorship still counts: for recusal, and for a pairing that failed."""
CLOSING_DAYS = 14
"""Days after which a closing mentorship completes, whatever feedback is in."""
QUESTIONS = 4
"""How many questions closing feedback has, each way."""


class PairSide(StrEnum):
    """Which of the two somebody is."""

    MENTEE = "mentee"
    MENTOR = "mentor"

    @property
    def other(self) -> PairSide:
        """Return the other one."""
        return PairSide.MENTOR if self is PairSide.MENTEE else PairSide.MENTEE


class MentorshipState(StrEnum):
    """Where a mentorship is."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    MID_POINT_DONE = "mid_point_done"
    CLOSING = "closing"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Taken back by who asked, or because the mentee found another mentor first."""
    EXPIRED = "expired"
    ENDED_EARLY = "ended_early"
    PAUSED = "paused"

    @property
    def is_underway(self) -> bool:
        """Say whether the two meet: it holds a place of the mentor, and the one of the mentee."""
        return self in UNDERWAY

    @property
    def is_over(self) -> bool:
        """Say whether nothing follows."""
        return self is not MentorshipState.PROPOSED and self not in UNDERWAY


UNDERWAY = (
    MentorshipState.ACTIVE,
    MentorshipState.MID_POINT_DONE,
    MentorshipState.CLOSING,
    MentorshipState.PAUSED,
)
"""The states in which the two are a pair."""


class MentorshipEvent(StrEnum):
    """What may happen to a mentorship."""

    BEGIN = "begin"
    """The second of the two has consented."""
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REVIEW = "review"
    """Both have looked back at half time."""
    START_CLOSING = "start_closing"
    COMPLETE = "complete"
    EXTEND = "extend"
    END_EARLY = "end_early"
    PAUSE = "pause"
    RESUME = "resume"


class PairMover(StrEnum):
    """Who makes a move."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    BELAY = "belay"
    """By itself, on the day or as soon as what it waits for is in."""


@dataclass(frozen=True, slots=True)
class PairMove:
    """One allowed step: what happens, from which states, to which one, and who may let it happen.

    `target` is None for `resume`, which leads back to the state that was left, and for `extend`, which keeps it.
    """

    event: MentorshipEvent
    sources: tuple[MentorshipState, ...]
    target: MentorshipState | None
    movers: tuple[PairMover, ...]


_PAIR = (PairMover.MENTEE, PairMover.MENTOR)
_MEETING = (MentorshipState.ACTIVE, MentorshipState.MID_POINT_DONE)

PAIR_MOVES: tuple[PairMove, ...] = (
    PairMove(MentorshipEvent.BEGIN, (MentorshipState.PROPOSED,), MentorshipState.ACTIVE, _PAIR),
    PairMove(MentorshipEvent.DECLINE, (MentorshipState.PROPOSED,), MentorshipState.DECLINED, _PAIR),
    PairMove(
        MentorshipEvent.WITHDRAW,
        (MentorshipState.PROPOSED,),
        MentorshipState.WITHDRAWN,
        (PairMover.MENTEE, PairMover.BELAY),
    ),
    PairMove(MentorshipEvent.EXPIRE, (MentorshipState.PROPOSED,), MentorshipState.EXPIRED, (PairMover.BELAY,)),
    PairMove(
        MentorshipEvent.REVIEW, (MentorshipState.ACTIVE,), MentorshipState.MID_POINT_DONE, (*_PAIR, PairMover.BELAY)
    ),
    PairMove(MentorshipEvent.START_CLOSING, _MEETING, MentorshipState.CLOSING, (*_PAIR, PairMover.BELAY)),
    PairMove(
        MentorshipEvent.COMPLETE, (MentorshipState.CLOSING,), MentorshipState.COMPLETED, (*_PAIR, PairMover.BELAY)
    ),
    PairMove(MentorshipEvent.EXTEND, _MEETING, None, _PAIR),
    PairMove(MentorshipEvent.END_EARLY, UNDERWAY, MentorshipState.ENDED_EARLY, (*_PAIR, PairMover.BELAY)),
    PairMove(MentorshipEvent.PAUSE, (*_MEETING, MentorshipState.CLOSING), MentorshipState.PAUSED, _PAIR),
    PairMove(MentorshipEvent.RESUME, (MentorshipState.PAUSED,), None, (*_PAIR, PairMover.BELAY)),
)
"""Every step that a mentorship can make."""
_BY_EVENT: Mapping[MentorshipEvent, PairMove] = MappingProxyType({move.event: move for move in PAIR_MOVES})


def after(
    state: MentorshipState, event: MentorshipEvent, *, left: MentorshipState | None = None
) -> MentorshipState | None:
    """Return the state that an event leads to; None where it cannot happen. `left` is the state before a pause."""
    move = _BY_EVENT[event]
    if state not in move.sources:
        return None
    if move.target is not None:
        return move.target
    return left if event is MentorshipEvent.RESUME else state


def may_make(event: MentorshipEvent, mover: PairMover) -> bool:
    """Say whether somebody may let an event happen."""
    return mover in _BY_EVENT[event].movers


def has_lapsed(answer_by: date, today: date) -> bool:
    """Say whether a question that was open until the end of a day, in the company's time zone, is over."""
    return today > answer_by


def answer_day(asked_on: date, days: int = ANSWER_DAYS) -> date:
    """Return the last day on which a question may be answered.

    >>> answer_day(date(2026, 11, 21))
    datetime.date(2026, 12, 5)
    """
    return asked_on + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where it has no such day.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("Every month has 28 days.")


def mid_point(began_on: date, ends_on: date) -> date:
    """Return the day at half time, the earlier one of two.

    >>> mid_point(date(2026, 1, 1), date(2026, 7, 1))
    datetime.date(2026, 4, 1)
    """
    return began_on + (ends_on - began_on) // 2


def is_silent(last_session_on: date | None, began_on: date, today: date) -> bool:
    """Say whether the two have not met for more than six weeks (house), counted from the beginning at first."""
    return (today - (last_session_on or began_on)).days > OVERDUE_WEEKS * 7
