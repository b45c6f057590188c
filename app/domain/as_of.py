"""On which day a report stands, and what is known of that day: as it was known then, or as corrected since.

Source of the rules: domain specification, sections 5.3 (quarter ends) and 5.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS_A_QUARTER = 3
DAYS_A_MONTH = 30.4375
"""How many days make a month where a length of time is told in months (domain specification, 5.1)."""


class Known(StrEnum):
    """What a report on a past day rests on."""

    THEN = "then"
    """What was recorded by the end of that day; it says the same for ever."""
    NOW = "now"
    """What is recorded now, with every correction since."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day of a report, and what is known of it."""

    day: date
    known: Known = Known.THEN


def is_quarter_end(day: date) -> bool:
    """Say whether a day is the last one of a quarter.

    >>> is_quarter_end(date(2026, 9, 30)), is_quarter_end(date(2026, 10, 31))
    (True, False)
    """
    after = day + timedelta(days=1)
    return after.day == 1 and (after.month - 1) % MONTHS_A_QUARTER == 0


def last_quarter_end(day: date) -> date:
    """Return the last end of a quarter up to a day, that day included.

    >>> last_quarter_end(date(2026, 11, 21)), last_quarter_end(date(2026, 9, 30))
    (datetime.date(2026, 9, 30), datetime.date(2026, 9, 30))
    """
    if is_quarter_end(day):
        return day
    first_month = day.month - (day.month - 1) % MONTHS_A_QUARTER
    return date(day.year, first_month, 1) - timedelta(days=1)


def quarter_ends(first: date, last: date) -> Iterator[date]:
    """Return the ends of quarters from the first day to the last, both included, the latest first.

    >>> [day.isoformat() for day in quarter_ends(date(2026, 1, 1), date(2026, 11, 21))]
    ['2026-09-30', '2026-06-30', '2026-03-31']
    """
    day = last_quarter_end(last)
    while day >= first:
        yield day
        day = last_quarter_end(day - timedelta(days=1))
