"""Who moved where: levels held on a day, headcount as a step function, the progression matrix, events, internal fill.

Source of the rules: domain specification, section 5.6. A level is held only while somebody works here: what is recorded
of levels goes on after a leaving, so that stays are cut to the times of presence first (`history`). All counts are of
people or of events, exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

SETTLING_DAYS = 31
"""A first level that begins so soon after the first day of work was brought along from outside (house rule)."""
HIRE, CORRECTION = "hire", "correction"
JUNIOR_RANK, MENTOR_RANK = 1, 3
"""The span L1:L3 counts those at the first level for each one at the third, who can be their mentor."""


class Stay(NamedTuple):
    """One stay at one level of a ladder lineage, from `starts_on` until the day before `ends_on` (None: it lasts).

    `rank` counts from the lowest level; None where no ladder that counts has the level. `reason` is why it began.
    """

    lineage: str
    level: str
    rank: int | None
    starts_on: date
    ends_on: date | None = None
    reason: str = ""

    def covers(self, day: date) -> bool:
        """Say whether the level is held on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


class Presence(NamedTuple):
    """A time in which somebody works here, until the day before `ends_on`; None is not known, or goes on."""

    starts_on: date | None = None
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether somebody works here on a day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)


ALWAYS = (Presence(),)


class History(NamedTuple):
    """What one person held: stays oldest first that overlap nowhere, each within one time of presence."""

    stays: Sequence[Stay]
    present: Sequence[Presence] = ALWAYS

    def is_here(self, day: date) -> bool:
        """Say whether the person works here on a day."""
        for starts_on, ends_on in self.present:
            if (starts_on is None or starts_on <= day) and (ends_on is None or day < ends_on):
                return True
        return False

    def held_on(self, day: date) -> Stay | None:
        """Return the stay of a day; None where no level is held."""
        for stay in self.stays:
            if stay.starts_on <= day and (stay.ends_on is None or day < stay.ends_on):
                return stay
        return None


def history(stays: Iterable[Stay], present: Sequence[Presence] = ALWAYS) -> History:
    """Return the history of a person: stays in order, each ended by the next one and cut to the times of presence."""
    ordered = sorted(stays, key=_begin)
    if _needs_no_cut(ordered, present):
        return History(ordered, present)
    cut: list[Stay] = []
    for place, stay in enumerate(ordered):
        following = ordered[place + 1].starts_on if place + 1 < len(ordered) else None
        one = stay if following is None else stay._replace(ends_on=_earlier(stay.ends_on, following))
        cut += (part for time in present if (part := _within(one, time)) is not None)
    return History(cut, present)


def _needs_no_cut(ordered: Sequence[Stay], present: Sequence[Presence]) -> bool:
    """Say whether stays lie within one time of presence and overlap nowhere, as with nearly everybody."""
    if not ordered:
        return True
    if len(present) != 1 or present[0].ends_on is not None:
        return False
    began_on = present[0].starts_on
    if began_on is not None and ordered[0].starts_on < began_on:
        return False
    ends_on: date | None = ordered[0].starts_on
    for stay in ordered:
        if ends_on is None or stay.starts_on < ends_on:
            return False
        ends_on = stay.ends_on
    return True


def _begin(stay: Stay) -> date:
    return stay.starts_on


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _within(stay: Stay, time: Presence) -> Stay | None:
    starts_on = stay.starts_on if time.starts_on is None else max(stay.starts_on, time.starts_on)
    ends_on = _earlier(stay.ends_on, time.ends_on)
    if ends_on is not None and ends_on <= starts_on:
        return None
    if starts_on == stay.starts_on and ends_on == stay.ends_on:
        return stay
    return stay._replace(starts_on=starts_on, ends_on=ends_on)


# Headcount --------------------------------------------------------------------

Level = tuple[str, str]
"""A lineage and a level of it."""


EVERYBODY: Level = ("", "")
"""Whoever works here, at a level or not."""


class Headcount:
    """How many hold each level, as a function of the day that only steps where somebody moves."""

    def __init__(self, histories: Iterable[History]) -> None:
        """Count one up where a stay, or a time of presence, begins and one down where it ends."""
        changes: dict[tuple[str, str, date], int] = defaultdict(int)
        for stays, present in histories:
            for lineage, level, _, starts_on, ends_on, _ in stays:
                changes[lineage, level, starts_on] += 1
                if ends_on is not None:
                    changes[lineage, level, ends_on] -= 1
            for begins_on, gone_on in present:
                changes[*EVERYBODY, begins_on or date.min] += 1
                if gone_on is not None:
                    changes[*EVERYBODY, gone_on] -= 1
        days: dict[Level, list[date]] = {}
        for lineage, level, day in sorted(changes):
            days.setdefault((lineage, level), []).append(day)
        self._steps = {
            level: (dated, list(accumulate(changes[*level, day] for day in dated))) for level, dated in days.items()
        }

    def on(self, day: date) -> Counter[Level]:
        """Return how many held each level on a day; levels that nobody held are left out."""
        counts = Counter({level: self._at(level, day) for level in self._steps if level != EVERYBODY})
        return +counts

    def here(self, day: date) -> int:
        """Return how many worked here on a day, at a level or at none."""
        return self._at(EVERYBODY, day)

    def _at(self, level: Level, day: date) -> int:
        days, counts = self._steps.get(level, ([], []))
        place = bisect_right(days, day)
        return counts[place - 1] if place else 0


# The progression matrix -------------------------------------------------------


class Away(StrEnum):
    """Where somebody is who holds no level of a ladder: a row of its matrix at the start, a column at the end."""

    OTHER = "other"
    """At a level of another ladder."""
    NO_LEVEL = "no_level"
    """Working here, at no level."""
    OUTSIDE = "outside"
    """Not working here: joined by the end, or left by it."""


Matrix = Counter[tuple[str, str]]
"""How many people, by where they were at the start and where at the end: ids of levels, or `Away`."""


def matrices(histories: Iterable[History], start: date, end: date) -> dict[str, Matrix]:
    """Return the progression matrix of each lineage between two days.

    Several steps count once, from the first place to the last. Who held no level of the ladder on either day is in no
    cell. The sums of a level's row and column are its headcount on the first and the last day.
    """
    found: dict[str, Matrix] = {}
    for person in histories:
        before, after = person.held_on(start), person.held_on(end)
        for lineage in {stay.lineage for stay in (before, after) if stay is not None}:
            cell = (_place(person, before, lineage, start), _place(person, after, lineage, end))
            found.setdefault(lineage, Counter())[cell] += 1
    return found


def _place(person: History, held: Stay | None, lineage: str, day: date) -> str:
    if held is not None:
        return held.level if held.lineage == lineage else Away.OTHER
    return Away.NO_LEVEL if person.is_here(day) else Away.OUTSIDE


# Events -----------------------------------------------------------------------


class Kind(StrEnum):
    """What happened to somebody on a ladder."""

    PROMOTED = "promoted"
    DEMOTED = "demoted"
    CORRECTED = "corrected"
    """Another level of the same ladder that is neither up nor down: a correction, or the order is not known."""
    JOINED = "joined"
    GIVEN = "given"
    """A first level of somebody who worked here without one."""
    MOVED_IN = "moved_in"
    """Came from another ladder."""
    MOVED_OUT = "moved_out"
    LEFT = "left"
    ENDED = "ended"
    """Holds no level any more and still works here."""

    @property
    def by(self) -> int:
        """Return by how much the headcount of the ladder grows."""
        if self in {Kind.JOINED, Kind.GIVEN, Kind.MOVED_IN}:
            return 1
        return -1 if self in {Kind.MOVED_OUT, Kind.LEFT, Kind.ENDED} else 0


SAID = {"promotion": Kind.PROMOTED, "demotion": Kind.DEMOTED}


class Event(NamedTuple):
    """One event on one ladder: the level before and the one after, None where that is not on this ladder."""

    day: date
    kind: Kind
    lineage: str
    before: str | None
    after: str | None


def events(person: History) -> Iterator[Event]:
    """Yield what happened to a person, oldest first. Going on at the same level, after a correction, is no event."""
    last: Stay | None = None
    for stay in person.stays:
        follows = last is not None and last.ends_on == stay.starts_on
        if last is not None and follows:
            yield from _step(last, stay)
        else:
            if last is not None:
                yield _end(person, last)
            kind = Kind.JOINED if _came_from_outside(person, stay) else Kind.GIVEN
            yield Event(stay.starts_on, kind, stay.lineage, None, stay.level)
        last = stay
    if last is not None and last.ends_on is not None:
        yield _end(person, last)


def events_between(histories: Iterable[History], start: date, end: date) -> Iterator[Event]:
    """Yield the events after the first day and up to the last one: what leads from the one headcount to the other."""
    for person in histories:
        # Nearly everybody stays where they are, and nothing happens to them.
        if len(person.stays) == 1 and person.stays[0].starts_on <= start and person.stays[0].ends_on is None:
            continue
        yield from (event for event in events(person) if start < event.day <= end)


def _step(last: Stay, stay: Stay) -> Iterator[Event]:
    if last.lineage != stay.lineage:
        yield Event(stay.starts_on, Kind.MOVED_OUT, last.lineage, last.level, None)
        yield Event(stay.starts_on, Kind.MOVED_IN, stay.lineage, None, stay.level)
    elif last.level != stay.level:
        yield Event(stay.starts_on, direction(last, stay), stay.lineage, last.level, stay.level)


def direction(last: Stay, stay: Stay) -> Kind:
    """Return whether a step leads up or down. An import of a higher level is a promotion; a correction never is.

    Where the order of the two is not known, the reason that was recorded decides.
    """
    if stay.reason == CORRECTION:
        return Kind.CORRECTED
    if last.rank is None or stay.rank is None or last.rank == stay.rank:
        return SAID.get(stay.reason, Kind.CORRECTED)
    return Kind.PROMOTED if stay.rank > last.rank else Kind.DEMOTED


def _end(person: History, stay: Stay) -> Event:
    day = stay.ends_on or stay.starts_on
    return Event(day, Kind.ENDED if person.is_here(day) else Kind.LEFT, stay.lineage, stay.level, None)


def _came_from_outside(person: History, stay: Stay) -> bool:
    """Say whether somebody who begins at a level came from outside, or back.

    The first day of work decides, and not the reason alone: a first level is recorded as a hire even of somebody who
    has long worked here without one, and as an import of whoever is in the first people file. The level must begin on
    that day or soon after. Where the day is not known the reason decides.
    """
    began_on = next((time.starts_on for time in person.present if time.covers(stay.starts_on)), None)
    if began_on is None:
        return stay.reason == HIRE
    return stay.starts_on - began_on <= timedelta(days=SETTLING_DAYS)


# Filling levels ---------------------------------------------------------------


class Fill(NamedTuple):
    """How a level was filled: by promotions into it, and by people from outside."""

    promoted: int
    joined: int

    @property
    def total(self) -> int:
        """Return how many came into the level in either way."""
        return self.promoted + self.joined

    @property
    def share(self) -> Fraction | None:
        """Return the internal-fill rate; None where nobody came.

        >>> Fill(3, 1).share, Fill(0, 0).share
        (Fraction(3, 4), None)
        """
        return Fraction(self.promoted, self.total) if self.total else None


def fills(found: Iterable[Event]) -> dict[Level, Fill]:
    """Return how each level was filled. Who came from another ladder or had no level is neither."""
    counts: Counter[tuple[str, str | None, Kind]] = Counter((one.lineage, one.after, one.kind) for one in found)
    levels = {(lineage, level) for lineage, level, kind in counts if level and kind in {Kind.PROMOTED, Kind.JOINED}}
    return {
        (lineage, level): Fill(counts[lineage, level, Kind.PROMOTED], counts[lineage, level, Kind.JOINED])
        for lineage, level in sorted(levels)
    }


def span(counts: Mapping[int, int]) -> Fraction | None:
    """Return the span L1:L3: people at the first level for each one at the third; None where nobody is there.

    `counts` is the headcount of a ladder by rank.

    >>> span({1: 9, 2: 5, 3: 2})
    Fraction(9, 2)
    """
    mentors = counts.get(MENTOR_RANK, 0)
    return Fraction(counts.get(JUNIOR_RANK, 0), mentors) if mentors else None
