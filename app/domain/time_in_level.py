"""Stays at levels as the report on time in level counts them: from the day they came into sight until they ended.

Source of the rules: domain specification, section 5.1. Nobody writes down the stays of those who had moved on or left
before a company moved in. A person is in sight from the day on which a level of theirs was first written down; what
came before counts for nobody, since it could only be seen of those who were still there (delayed entry). It does not
matter who wrote it, a people file or HR: a file names only the present level, and by hand mostly that is typed, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from app.domain.movement import History, Kind, Stay, events
from app.domain.survival import End, Time

ONE_DAY = timedelta(days=1)
ENDS = {Kind.PROMOTED: End.EVENT, Kind.LEFT: End.COMPETING}


class LevelStay(NamedTuple):
    """One stay at a level: its time in days, and the last day that counts, for which the team is looked up."""

    lineage: str
    level: str
    last_on: date
    time: Time

    @property
    def is_late(self) -> bool:
        """Say whether it came into sight after it had begun."""
        return self.time.entry > 0


def level_stays(person: History, day: date, seen_on: date | None = None) -> Iterator[LevelStay]:
    """Yield the stays of a person up to a day, oldest first, that were in sight for a day or longer.

    `seen_on` is the day on which a level of theirs was first written down. Rows that follow each other at one level
    are one stay. A promotion is the event, leaving competes with it; whoever is still there, moved to another ladder,
    was demoted or corrected is censored. What begins or ends after `day` has not happened.
    """
    if len(person.stays) == 1 and person.stays[0].ends_on is None:
        yield from _in_sight(person.stays[0], person.stays[0].starts_on, day, End.CENSORED, seen_on)
        return
    ends = {(event.day, event.lineage): ENDS[event.kind] for event in events(person) if event.kind in ENDS}
    began_on, last = date.min, None
    for stay in person.stays:
        if last is not None and not _goes_on(last, stay):
            yield from _ended(last, began_on, day, ends, seen_on)
        if last is None or not _goes_on(last, stay):
            began_on = stay.starts_on
        last = stay
    if last is not None:
        yield from _ended(last, began_on, day, ends, seen_on)


def _goes_on(last: Stay, stay: Stay) -> bool:
    return last.ends_on == stay.starts_on and (last.lineage, last.level) == (stay.lineage, stay.level)


def _ended(
    stay: Stay, began_on: date, day: date, ends: dict[tuple[date, str], End], seen_on: date | None
) -> Iterator[LevelStay]:
    if stay.ends_on is None or stay.ends_on > day:
        return _in_sight(stay, began_on, day, End.CENSORED, seen_on)
    end = ends.get((stay.ends_on, stay.lineage), End.CENSORED)
    return _in_sight(stay, began_on, stay.ends_on, end, seen_on)


def _in_sight(stay: Stay, began_on: date, until: date, end: End, seen_on: date | None) -> Iterator[LevelStay]:
    entry = 0 if seen_on is None or seen_on <= began_on else (seen_on - began_on).days
    length = (until - began_on).days
    if length > entry:
        yield LevelStay(stay.lineage, stay.level, until - ONE_DAY, Time(length, end, entry))
