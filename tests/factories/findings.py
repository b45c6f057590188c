"""Findings for tests of files: every kind of column, hidden cells, empty ones, and texts that look like formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import islice

from app.domain.as_of import Known
from app.reports.files import Manifest
from app.reports.findings import Column, Findings, FixedRows, Hidden, Kind, Linked, Note, Row, Rows, Table

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
COLUMNS = (
    Column("name", "Name"),
    Column("team", "Team", is_wide=True),
    Column("people", "People", Kind.COUNT),
    Column("months", "Months", Kind.NUMBER, decimals=1),
    Column("share", "Share", Kind.SHARE),
    Column("since", "Since", Kind.DAY),
)
ROWS: tuple[Row, ...] = (
    (Linked("Amara Diallo", "person", "1"), "Platform", 12, 7.25, Fraction(1, 3), date(2024, 3, 1)),
    ("=1+1", "@SUM(A1)", -3, -0.01, 0, None),
    ("-5", "＝cmd", None, None, None, date(1899, 12, 31)),
    ("http://example.org", "123", Hidden(), Hidden(), Hidden(), None),
    ("Zoë “Zed”; 'Z', \"z\"", "two\nlines\r\nthree", 100_000, Fraction(7, 2), 1, date(2026, 11, 21)),
)
MANIFEST = Manifest(
    report="headcount",
    title="Headcount",
    as_of=date(2026, 11, 21),
    known=Known.THEN,
    taken_by="Ruth Okonjo",
    at=AT,
    filters={"ladder": "swe", "team": "b3"},
)


def table_of(rows: Sequence[Row] | Rows, columns: tuple[Column, ...] = COLUMNS, key: str = "main") -> Table:
    """Return a table."""
    return Table(key, key.capitalize(), columns, FixedRows(rows) if isinstance(rows, Sequence) else rows)


def findings_of(*tables: Table) -> Findings:
    """Return findings with a sentence of everything."""
    return Findings(
        question="How many people hold each level?",
        answer="12 people hold a level.",
        rest="Most of them are in Platform.",
        scope="The whole company, as of 21 November 2026",
        tables=tables or (table_of(ROWS),),
        hidden=("Three figures are hidden: they are about fewer than 5 people.",),
        notes=(Note("Leave", "Days on leave count."),),
        ladders=("swe v1.2", "ops v1.0"),
    )


class CountedRows:
    """Rows that know how many of them were asked for, to see how far a writer reads ahead."""

    def __init__(self, count: int, row: Row = ("Somebody", "Team", 1, 1.5, 0.25, date(2026, 1, 1))) -> None:
        """Take how many rows there are."""
        self.total, self.read, self._row = count, 0, row

    def count(self) -> int:
        """Return how many there are."""
        return self.total

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of them."""
        return [self._row] * min(limit, self.total - offset)

    def stream(self) -> Iterator[Row]:
        """Return them one by one, counting."""
        for _ in range(self.total):
            self.read += 1
            yield self._row


class FailingRows(CountedRows):
    """Rows whose source breaks in the middle."""

    def stream(self) -> Iterator[Row]:
        """Return some, and fail."""
        yield from islice(super().stream(), self.total - 1)
        raise ConnectionError("the database went away")
