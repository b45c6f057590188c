"""What holds for a time, rewritten: no row is changed, a row that no longer holds is superseded by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from app.domain.roster_company import Stored

Value = TypeVar("Value")


class Span(NamedTuple, Generic[Value]):
    """A value that holds from a day until the day before another, or without an end."""

    value: Value
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Rewrite(Generic[Value]):
    """The rows that are superseded, and what is written in their place."""

    superseded: Sequence[Stored[Value]]
    written: Sequence[Span[Value]]

    def result(self, rows: Sequence[Stored[Value]]) -> list[Span[Value]]:
        """Return what holds of the rows once this is done."""
        gone = {row.id for row in self.superseded}
        kept = [Span(row.value, row.starts_on, row.ends_on) for row in rows if row.id not in gone]
        return [*kept, *self.written]


def held_on(rows: Sequence[Stored[Value]], day: date) -> Stored[Value] | None:
    """Return the row that holds on a day."""
    for row in rows:
        if row.covers(day):
            return row
    return None


def changed_since(rows: Sequence[Stored[Value]], day: date, today: date) -> date | None:
    """Return the last day after a day, today at the latest, on which something else began to hold, or nothing did."""
    days = [edge for row in rows for edge in (row.starts_on, row.ends_on) if edge is not None and day < edge <= today]
    return max(days, default=None)


def set_from(rows: Sequence[Stored[Value]], value: Value, day: date) -> Rewrite[Value]:
    """Let a value hold from a day until the next known change; what held on that day ends there."""
    ending = end_from(rows, day)
    ends_on = min((row.starts_on for row in rows if row.starts_on > day), default=None)
    return Rewrite(ending.superseded, [*ending.written, Span(value, day, ends_on)])


def end_from(rows: Sequence[Stored[Value]], day: date) -> Rewrite[Value]:
    """Let nothing hold from a day until the next known change."""
    held = held_on(rows, day)
    if held is None:
        return Rewrite((), ())
    kept = [Span(held.value, held.starts_on, day)] if held.starts_on < day else []
    return Rewrite([held], kept)
