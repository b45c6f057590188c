"""A table of a report as CSV: UTF-8, every cell quoted, no cell a formula, the manifest in the last row.

Source: reliability checklist, item 30.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

from app.infra.spreadsheet import safe_cell, safe_texts, utf8_bytes
from app.reports.files.manifest import Manifest
from app.reports.files.values import HIDDEN, batches, decimals_of, number_words, value_of
from app.reports.findings import Cell, Column, Findings, Hidden, Kind, Table

MANIFEST_SIGN = "#"

Convert = Callable[[Sequence[Cell]], list[str]]


def csv_chunks(findings: Findings, manifest: Manifest, table: Table, *, has_mark: bool = False) -> Iterator[bytes]:
    """Return one table as CSV, a chunk for every few rows. `has_mark`: it begins with the mark that Excel wants.

    The whole file holds the rows of the table and nothing besides, but for the titles and the manifest.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    if has_mark:
        yield codecs.BOM_UTF8
    writer.writerow([safe_cell(column.title) for column in table.columns])
    converts = [_convert(column) for column in table.columns]
    count = 0
    for batch in batches(table.rows):
        count += len(batch)
        # Column by column, so that what a column needs is decided once for all its cells.
        columns = [convert(cells) for convert, cells in zip(converts, zip(*batch, strict=True), strict=True)]
        writer.writerows(zip(*columns, strict=True))
        yield _taken(text)
    writer.writerow([MANIFEST_SIGN, manifest.line(findings, count)])
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    chunk = utf8_bytes(text.getvalue())
    text.seek(0)
    text.truncate()
    return chunk


def _convert(column: Column) -> Convert:
    if column.kind is Kind.TEXT:
        return _texts
    if column.kind is Kind.DAY:
        return _days
    return partial(_numbers, decimals=decimals_of(column))


def _texts(cells: Sequence[Cell]) -> list[str]:
    return safe_texts(cells, partial(_other, decimals=1))


def _days(cells: Sequence[Cell]) -> list[str]:
    return [cell.isoformat() if isinstance(cell, date) else _other(cell, 0) for cell in cells]


def _numbers(cells: Sequence[Cell], decimals: int) -> list[str]:
    if not decimals:
        return [str(cell) if type(cell) is int else _other(cell, 0) for cell in cells]
    # The z takes the sign off a zero that was rounded from below.
    form = f"z.{decimals}f"
    return [format(cell, form) if type(cell) is float else _other(cell, decimals) for cell in cells]


def _other(cell: Cell, decimals: int) -> str:
    """Return any cell as text: hidden, empty, or of another kind than its column."""
    if cell is None:
        # By far the most of them, so that they are told before anything is asked of them.
        return ""
    value = value_of(cell, decimals)
    if isinstance(value, Hidden):
        return HIDDEN
    if isinstance(value, int | float):
        return number_words(value, decimals)
    return safe_cell(value)
