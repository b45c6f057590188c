"""Cells of a report as values of a file: numbers rounded as their column says, so that every format says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import islice

from app.reports.findings import Cell, Column, Hidden, Kind, Row, Rows

HIDDEN = "hidden"
"""What stands in a cell that is hidden on purpose; an empty cell says that nothing is known."""
SHARE_DECIMALS = 4
BATCH = 200
"""How many rows are read before they are handed on: more is faster, and takes more memory."""

Value = str | int | float | date | Hidden | None


def decimals_of(column: Column) -> int:
    """Return with how many decimals the numbers of a column are written."""
    if column.kind is Kind.SHARE:
        return SHARE_DECIMALS
    return column.decimals if column.kind is Kind.NUMBER else 0


def value_of(cell: Cell, decimals: int) -> Value:
    """Return a cell as a file holds it: an exact number as one with these decimals, everything else as it is.

    >>> value_of(Fraction(1, 3), 4), value_of(7, 1), value_of(-0.01, 1), value_of("L2", 0), value_of(None, 1)
    (0.3333, 7.0, 0.0, 'L2', None)
    """
    if cell is None or isinstance(cell, str | date | Hidden):
        return cell
    if isinstance(cell, Fraction):
        cell = float(cell)
    # Adding nothing takes the sign off a zero that was rounded from below.
    return round(float(cell), decimals) + 0.0 if decimals else round(cell)


def number_words(value: float, decimals: int) -> str:
    """Return a number as text that every program reads as one.

    >>> number_words(0.5, 4), number_words(12, 0)
    ('0.5000', '12')
    """
    return f"{value:.{decimals}f}"


def batches(rows: Rows) -> Iterator[Sequence[Row]]:
    """Return the rows a batch at a time; the next batch is read when it is asked for."""
    stream = rows.stream()
    while batch := list(islice(stream, BATCH)):
        yield batch
