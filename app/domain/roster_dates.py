"""Days in a people file: `2024-02-01` and nothing else, with a guess at what another form was meant to say."""

from __future__ import annotations

import re
from datetime import date, timedelta

EARLIEST = date(1930, 1, 1)
YEARS_AHEAD = 5
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_NUMBERS = re.compile(r"([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})\.?\Z")
_WITH_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]")
_SERIAL = re.compile(r"[1-9][0-9]{4}\Z")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z")
_SERIAL_DAY_ZERO = date(1899, 12, 30)
_FORM = "write it as year-month-day, such as 2024-02-01"
_SHORT_YEAR = 100


def latest(today: date) -> date:
    """Return the last day that a people file may name: five years ahead.

    >>> latest(date(2024, 2, 29))
    datetime.date(2029, 12, 31)
    """
    return date(today.year + YEARS_AHEAD, 12, 31)


def last_day(left_on: date | None) -> date | None:
    """Return the last day of employment of somebody of whom the first day without them is stored.

    >>> last_day(date(2026, 12, 1))
    datetime.date(2026, 11, 30)
    """
    return left_on - timedelta(days=1) if left_on is not None else None


def read_day(text: str, today: date) -> date | str:
    """Return the day of a text, or the sentence that says what is wrong and what would be right.

    >>> read_day("2024-02-01", date(2026, 11, 21))
    datetime.date(2024, 2, 1)
    >>> read_day("01/02/2024", date(2026, 11, 21))
    'This could be 1 February or 2 January 2024: write 2024-02-01 or 2024-01-02.'
    """
    if not _ISO.match(text):
        return _guess(text, today)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return f"There is no such day in the calendar; {_FORM}."
    if not EARLIEST <= day <= latest(today):
        return f"The year {day.year} cannot be meant: Belay takes days from {EARLIEST} to {latest(today)}."
    return day


def _guess(text: str, today: date) -> str:
    meant = sorted({day for day in _candidates(text) if EARLIEST <= day <= latest(today)})
    if len(meant) == 1:
        return f"This form of a day is not read: write {meant[0]} if {in_words(meant[0])} is meant."
    if meant:
        # The day that European forms put first is named first.
        second, first = meant
        words = f"{first.day} {first:%B}" if first.year == second.year else in_words(first)
        return f"This could be {words} or {in_words(second)}: write {first} or {second}."
    return f"This is no day that Belay reads: {_FORM}."


def _candidates(text: str) -> list[date]:
    parts: list[tuple[int, int, int]] = []
    if found := _WITH_TIME.match(text):
        year, month, day = map(int, found[1].split("-"))
        parts = [(year, month, day)]
    elif found := _COMPACT.match(text):
        parts = [(int(found[1]), int(found[2]), int(found[3]))]
    elif _SERIAL.match(text):
        return [_SERIAL_DAY_ZERO + timedelta(days=int(text))]
    elif found := _NUMBERS.match(text):
        one, two, three = int(found[1]), int(found[2]), int(found[3])
        if one >= _SHORT_YEAR:
            parts = [(one, two, three)]
        else:
            year = three if three >= _SHORT_YEAR else 2000 + three
            parts = [(year, two, one), (year, one, two)]
    days = [_day(*part) for part in parts]
    return [day for day in days if day is not None]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def in_words(day: date) -> str:
    """Return a day as a sentence says it.

    >>> in_words(date(2026, 6, 1))
    '1 June 2026'
    """
    return f"{day.day} {day:%B} {day.year}"
