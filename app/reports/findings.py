"""What a report found, as values: the same for the page, every file and the command line.

A report has a question, an answer in a sentence, tables, charts, what is hidden and why, and notes. Its first table is
the main one, which a CSV file holds. Nothing here knows HTTP or a file format.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import islice
from typing import Protocol

from app.domain.suppression import Why
from app.reports.charts import Chart


class Kind(StrEnum):
    """What a column holds. It decides how a cell is shown, aligned and written into a file."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    """A number with the decimals of its column."""
    SHARE = "share"
    """A part of a whole, from 0 to 1: shown in percent, and in files as the number."""
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` is its name in JSON and CSV headers of machines, `title` what people read."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    decimals: int = 1
    note: str = ""
    is_wide: bool = False
    only_in_files: bool = False
    """Left out on the page, which says so, as it would push aside what the page is opened for."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A cell that is hidden on purpose, and why."""

    why: Why = Why.FEW
    k: int = 0


class Linked(str):
    """A text that leads to a page, for the screen only; a file takes it as the text that it is.

    `what` names what the id is of: “person”, “team” or “ladder expectation”.
    """

    __slots__ = ("key", "what")

    what: str
    key: str

    def __new__(cls, text: str, what: str, key: uuid.UUID | str) -> Linked:  # noqa: PYI034 - a text with more to it
        """Make a text that leads somewhere."""
        made = super().__new__(cls, text)
        made.what, made.key = what, str(key)
        return made


Cell = str | int | float | Fraction | Decimal | date | Hidden | None
Row = Sequence[Cell]


class Rows(Protocol):
    """The rows of a table in their order: how many, a page of them, or all one after another with flat memory."""

    def count(self) -> int:
        """Return how many there are."""

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of them; texts may be `Linked`."""

    def stream(self) -> Iterator[Row]:
        """Return all of them, read as they are needed."""


class FixedRows:
    """Rows that are few and known."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Keep the rows."""
        self._rows = rows

    def count(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of them."""
        return self._rows[offset : offset + limit]

    def stream(self) -> Iterator[Row]:
        """Return all of them."""
        return islice(self._rows, None)


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `remark` stands below its title; `empty` is said where it has no rows."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    remark: str = ""
    empty: str = "There is nothing to show."


@dataclass(frozen=True, slots=True)
class Note:
    """A remark beside the figures: how to read them, what they leave out."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One pill above the chart: what it selects, as changes of the address's query, and how many that are."""

    label: str
    changes: Mapping[str, str | None]
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Pills of which one is chosen."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report says.

    `answer` is one sentence, `rest` what follows it. `scope` says whom and which day it covers. `hidden` are sentences,
    each of which says what is hidden and why; `ladders` names the versions that were counted with. `is_named` says that
    there are rows of named people, which access governs and nothing suppresses.
    """

    question: str
    answer: str
    tables: tuple[Table, ...]
    rest: str = ""
    scope: str = ""
    charts: tuple[Chart, ...] = ()
    choices: tuple[ChoiceGroup, ...] = ()
    hidden: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    ladders: tuple[str, ...] = ()
    is_named: bool = False
    parts: Mapping[str, object] = field(default_factory=dict)
    """What a page of its own shows besides; a file never holds it."""

    @property
    def main(self) -> Table:
        """Return the main table; where there are no figures, one that holds the sentence instead."""
        if self.tables:
            return self.tables[0]
        return Table("answer", self.question, (Column("answer", "Answer", is_wide=True),), FixedRows([(self.answer,)]))

    def table(self, key: str) -> Table | None:
        """Return the table of a key; None where there is none."""
        return next((table for table in self.tables if table.key == key), None)
