"""A report as XLSX: a sheet for each table and one that says what the file is.

A text is always written as text, also where it looks like a formula, an address or a number; numbers are numbers, days
are days. Rows go to the disk as they are read. Source: reliability checklist, item 30.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.infra.spreadsheet import HALVES, LOST
from app.reports.files.manifest import Manifest
from app.reports.files.values import HIDDEN, Value, batches, decimals_of, value_of
from app.reports.findings import Column, Findings, Hidden, Kind, Table

if TYPE_CHECKING:
    from rustpy_xlsxwriter import Format

LONGEST_CELL = 32_767
"""How much text a cell holds, in the halves by which Excel counts."""
LONGEST_SHEET_NAME = 31
FIRST_DAY = date(1900, 3, 1)
"""Excel takes 1900 for a leap year, so that earlier days would be shown as others."""
CUT = "…"
ABOUT = "About"
NAME_COLUMN, TEXT_COLUMN = "What", "Words"
NARROW, WIDE, VERY_WIDE = 14.0, 28.0, 48.0
MOST_ROWS = 1_048_575
"""How many rows a sheet holds below its titles."""
UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

Progress = Callable[[int], None]


class TooManyRowsError(Exception):
    """A sheet holds no more rows; CSV and JSON have no such limit."""


def write_xlsx(findings: Findings, manifest: Manifest, path: Path, *, progress: Progress | None = None) -> int:
    """Write a report into a file and return how many rows it holds. `progress` hears of every few rows.

    TooManyRowsError where a table has more rows than a sheet holds.
    """
    # The writer is a library of its own, and most processes never make such a file.
    from rustpy_xlsxwriter import Format, write_worksheets  # noqa: PLC0415

    counter = _Counter(progress)
    sheets = [
        _Sheet(name, table, _titles(table.columns))
        for name, table in zip(_sheet_names(findings.tables), findings.tables, strict=True)
    ]
    about = _free(ABOUT, [sheet.name for sheet in sheets])
    widths: dict[str, Any] = {about: {NAME_COLUMN: NARROW, TEXT_COLUMN: VERY_WIDE}}
    formats: dict[str, Any] = {about: {TEXT_COLUMN: Format().set_text_wrap().set_align("top")}}
    for sheet in sheets:
        widths[sheet.name] = dict(sheet.of_columns(_width))
        formats[sheet.name] = dict(sheet.of_columns(lambda column: _format(Format(), column)))
    # The last sheet is read last, when every row has been counted.
    records: list[tuple[str, Any]] = [(sheet.name, _records(sheet, counter)) for sheet in sheets]
    write_worksheets(
        [*records, (about, _about(findings, manifest, counter))],
        str(path),
        bold_headers=True,
        freeze_panes={"general": {"row": 1, "col": 0}},
        autofilter=dict.fromkeys((sheet.name for sheet in sheets), True),
        column_widths=widths,
        column_formats=formats,
    )
    return counter.count


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table, the name of its sheet, and its titles, each of which stands there once."""

    name: str
    table: Table
    titles: list[str]

    def of_columns(self, what: Callable[[Column], Any]) -> Iterator[tuple[str, Any]]:
        """Return something of each column, by its title."""
        return zip(self.titles, map(what, self.table.columns), strict=True)


class _Counter:
    """Counts rows while they are written."""

    def __init__(self, progress: Progress | None) -> None:
        self.count = 0
        self._progress = progress

    def add(self, rows: int) -> None:
        self.count += rows
        if self._progress is not None:
            self._progress(self.count)


def _records(sheet: _Sheet, counter: _Counter) -> Iterator[dict[str, Any]]:
    titles, decimals = sheet.titles, [decimals_of(column) for column in sheet.table.columns]
    written = 0
    for batch in batches(sheet.table.rows):
        written += len(batch)
        if written > MOST_ROWS:
            raise TooManyRowsError
        for row in batch:
            yield {
                title: cell if cell is None else _writable(value_of(cell, places))
                for title, cell, places in zip(titles, row, decimals, strict=True)
            }
        counter.add(len(batch))
    if not written:
        # The titles come with the first row; a table without rows has them all the same.
        yield dict.fromkeys(titles)


def _writable(value: Value) -> Any:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Hidden):
        return HIDDEN
    if isinstance(value, date) and value < FIRST_DAY:
        return value.isoformat()
    return value


def _text(text: str) -> str:
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_CELL:
        return str(text)
    text = UNWRITABLE.sub(LOST, text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 <= LONGEST_CELL or len(text.encode("utf-16-le")) // 2 <= LONGEST_CELL:
        return text
    cut = text.encode("utf-16-le")[: (LONGEST_CELL - len(CUT)) * 2].decode("utf-16-le", "ignore")
    return f"{cut}{CUT}"


def _titles(columns: Sequence[Column]) -> list[str]:
    """Return the titles of columns, each once: two columns with one title would be one."""
    titles: list[str] = []
    for column in columns:
        titles.append(_free(_text(column.title), titles))
    return titles


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    names: list[str] = []
    for table in tables:
        bare = NOT_IN_NAMES.sub(" ", HALVES.sub(LOST, table.title)).strip(" '")
        names.append(_free(bare[:LONGEST_SHEET_NAME].strip(" '") or table.key, [*names, ABOUT, "History"]))
    return names


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name that is not taken yet, whatever the case of its letters."""
    lower = {one.lower() for one in taken}
    number, free = 1, name
    while free.lower() in lower:
        number += 1
        free = f"{name[: LONGEST_SHEET_NAME - 5]} ({number})"
    return free


def _about(findings: Findings, manifest: Manifest, counter: _Counter) -> Iterator[Mapping[str, str]]:
    said = [
        ("question", findings.question),
        ("answer", " ".join(filter(None, (findings.answer, findings.rest)))),
        *manifest.pairs(findings, counter.count),
        *((note.title, note.text) for note in findings.notes),
    ]
    for name, words in said:
        yield {NAME_COLUMN: _text(name[:1].upper() + name[1:]), TEXT_COLUMN: _text(words)}


def _format(made: Format, column: Column) -> Format:
    if column.kind is Kind.TEXT:
        return made
    if column.kind is Kind.DAY:
        return made.set_num_format("yyyy-mm-dd")
    if column.kind is Kind.SHARE:
        return made.set_num_format("0.0%")
    decimals = decimals_of(column)
    return made.set_num_format("0" if not decimals else f"0.{'0' * decimals}")


def _width(column: Column) -> float:
    least = VERY_WIDE if column.is_wide else WIDE if column.kind is Kind.TEXT else NARROW
    return min(VERY_WIDE, max(least, float(len(column.title) + 2)))
