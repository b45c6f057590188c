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
"""So many mentees a mentor takes on who has said nothing else, unless the company's policy says otherwise (house)."""
MAX_GOALS = 3
"""A mentorship has one to three goals, each tied to an expectation that is not shown yet."""
ANSWER_DAYS = 14
"""Days after which a question that nobody answered is over."""
MONTHS = 6
"""How long a mentorship is meant to last, unless the company's policy says otherwise (house)."""
MIN_MONTHS, MAX_MONTHS = 1, 12
SESSION_WEEKS = 3
"""How often a pair means to meet, in weeks, unless the company's policy says otherwise (house)."""
MIN_SESSION_WEEKS, MAX_SESSION_WEEKS = 2, 4
OVERDUE_WEEKS = 6
"""A mentorship without a session for longer is silent, unless the company's policy says otherwise (house)."""
MIN_OVERDUE_WEEKS, MAX_OVERDUE_WEEKS = 2, 12
LONGEST_PAUSE = 12
"""Months after which a pause is over, whoever has named no day or forgotten it, for it holds a place (house)."""
RECENT_MONTHS = 12
"""For how long after its end a mentorship still counts: for recusal, and for a pairing that failed."""
CLOSING_DAYS = 14
"""Days after which a closing mentorship completes, whatever feedback is in."""
MID_POINT_WEEKS = 4
"""Weeks after the mid-point from which the look back of one of the two is enough (house)."""
REMINDER_WEEKS = 2
"""Weeks that pass between two reminders of a silent mentorship (house)."""
MAX_EXTENSION = 6
"""The most months of one extension (house). All of them together keep a mentorship within `MAX_MONTHS`."""
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
    """Both have looked back at the mid-point."""
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

    `target` is None for `resume`, which leads back to the state that was left, and for an extension that keeps it. An
    extension of a mentorship that is closing calls the closing off. `early` is where it leads then as long as the
    mid-point is to come: to have begun to close early is not to have looked back.
    """

    event: MentorshipEvent
    sources: tuple[MentorshipState, ...]
    target: MentorshipState | None
    movers: tuple[PairMover, ...]
    early: MentorshipState | None = None


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
    PairMove(
        MentorshipEvent.EXTEND,
        (MentorshipState.CLOSING,),
        MentorshipState.MID_POINT_DONE,
        _PAIR,
        early=MentorshipState.ACTIVE,
    ),
    PairMove(MentorshipEvent.END_EARLY, UNDERWAY, MentorshipState.ENDED_EARLY, (*_PAIR, PairMover.BELAY)),
    PairMove(MentorshipEvent.PAUSE, (*_MEETING, MentorshipState.CLOSING), MentorshipState.PAUSED, _PAIR),
    PairMove(MentorshipEvent.RESUME, (MentorshipState.PAUSED,), None, (*_PAIR, PairMover.BELAY)),
)
"""Every step that a mentorship can make."""
_BY_SOURCE: Mapping[tuple[MentorshipEvent, MentorshipState], PairMove] = MappingProxyType(
    {(move.event, source): move for move in PAIR_MOVES for source in move.sources}
)


def after(
    state: MentorshipState, event: MentorshipEvent, *, left: MentorshipState | None = None, is_early: bool = False
) -> MentorshipState | None:
    """Return the state that an event leads to; None where it cannot happen.

    `left` is the state before a pause; `is_early`: the mid-point is to come (`Course.is_early`).
    """
    move = _BY_SOURCE.get((event, state))
    if move is None:
        return None
    if is_early and move.early is not None:
        return move.early
    if move.target is not None:
        return move.target
    return left if event is MentorshipEvent.RESUME else state


def may_make(event: MentorshipEvent, mover: PairMover) -> bool:
    """Say whether somebody may let an event happen."""
    return any(mover in move.movers for move in PAIR_MOVES if move.event is event)


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
    """Return the day at the mid-point, the earlier one of two.

    >>> mid_point(date(2026, 1, 1), date(2026, 7, 1))
    datetime.date(2026, 4, 1)
    """
    return began_on + (ends_on - began_on) // 2


@dataclass(frozen=True, slots=True)
class Course:
    """The days that a mentorship is planned by. `closing_on` is the day on which its closing began, if it has."""

    mid_point_on: date
    ends_on: date
    closing_on: date | None = None

    def later(self, days: int) -> Course:
        """Return the same days, all of them some days later: what a pause of so many days does."""
        by = timedelta(days=days)
        return Course(self.mid_point_on + by, self.ends_on + by, self.closing_on + by if self.closing_on else None)

    def is_early(self, given: int, today: date) -> bool:
        """Say whether the mid-point is to come: its day lies ahead, and fewer than two have looked back."""
        return self.mid_point_on > today and given < 2  # noqa: PLR2004 - the two of them

    def extended(self, more: int, today: date, *, began_on: date, months: int) -> Course:
        """Return the days after an extension of a mentorship that began on a day and is meant for so many months.

        They are counted from its beginning, so that the last day of a short month does not stay with it, and what
        pauses added is added again; from today where the planned end lies behind. The mid-point moves by half of what
        is added as long as it lies ahead. A closing that had begun is called off.

        >>> began = date(2026, 8, 31)
        >>> Course(date(2026, 11, 29), date(2027, 2, 28)).extended(1, began, began_on=began, months=6).ends_on
        datetime.date(2027, 3, 31)
        """
        paused = self.ends_on - add_months(began_on, months)
        ends_on = add_months(began_on, months + more) + paused
        if self.ends_on < today:
            ends_on = max(ends_on, add_months(today, more))
        added = (ends_on - self.ends_on) // 2
        return Course(self.mid_point_on + added if self.mid_point_on > today else self.mid_point_on, ends_on)


def pause_over(paused_on: date, resumes_on: date | None) -> date:
    """Return the day on which a pause is over: the one that was named, or after the longest that a pause may last.

    >>> pause_over(date(2026, 11, 21), None)
    datetime.date(2027, 11, 21)
    """
    longest = add_months(paused_on, LONGEST_PAUSE)
    return longest if resumes_on is None else min(resumes_on, longest)


def months_left(months: int) -> int:
    """Return by how many months a mentorship that is meant for so many may still be extended, at once.

    >>> months_left(6), months_left(9), months_left(12)
    (6, 3, 0)
    """
    return max(0, min(MAX_EXTENSION, MAX_MONTHS - months))


def review_is_done(given: int, mid_point_on: date, today: date) -> bool:
    """Say whether the two have looked back: both have, or one has and four weeks (house) are past the mid-point."""
    is_late = today >= mid_point_on + timedelta(weeks=MID_POINT_WEEKS)
    return given >= 2 or (given == 1 and is_late)  # noqa: PLR2004 - the two of them


def closing_is_done(given: int, goals_open: int, closing_on: date, today: date) -> bool:
    """Say whether a closing is complete: both have answered and each goal has an outcome, or its days are past."""
    return (given >= 2 and not goals_open) or has_lapsed(answer_day(closing_on, CLOSING_DAYS), today)  # noqa: PLR2004 - the two


def silent_before(today: date, weeks: int) -> date:
    """Return the day before which a mentorship must have met last to be silent today, after so many weeks.

    >>> silent_before(date(2026, 11, 21), 6)
    datetime.date(2026, 10, 10)
    """
    return today - timedelta(weeks=weeks)


def may_remind(last_reminded_on: date | None, today: date) -> bool:
    """Say whether a silent mentorship may be reminded: not again before two weeks (house) are past."""
    return last_reminded_on is None or today >= last_reminded_on + timedelta(weeks=REMINDER_WEEKS)


def is_silent(last_session_on: date | None, began_on: date, today: date, weeks: int) -> bool:
    """Say whether the two have not met for more than so many weeks, counted from the beginning at first."""
    return (last_session_on or began_on) < silent_before(today, weeks)
