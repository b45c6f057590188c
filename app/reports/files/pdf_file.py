"""A report as PDF, to read and to print: the sentence, charts, tables, what is hidden, and who took it out.

Every page carries at its foot who took the report out and when. Tagged for screen readers (PDF/UA), with the titles of
a table repeated on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from app.infra.pdf import make_pdf
from app.infra.templating import counted, full_moment
from app.reports.drawing import svg_of
from app.reports.files.manifest import Manifest
from app.reports.findings import Cell, Column, Findings, Kind, Table
from app.reports.shown import shown_cell

TEMPLATE = "report.typ"
MOST_PDF_ROWS = 2000
"""How many rows a PDF holds at most; a longer list is for a spreadsheet."""
WIDE_FROM = 6
"""From so many columns on the paper lies on its side."""
SMALL_FROM = 9
SIZE, SMALL_SIZE = 9.0, 7.5
LEAST_WIDTH, DAY_WIDTH, MOST_WIDTH, MOST_WORD, AROUND = 6.0, 8.0, 30.0, 26.0, 1.5
AFTER_NUMBER = 1.5
"""Widths of columns, in letters; words that follow a number begin apart from it."""


def pdf_bytes(findings: Findings, manifest: Manifest) -> bytes:
    """Return the file. It holds `MOST_PDF_ROWS` rows of each table at most, and says so where there are more."""
    return make_pdf(TEMPLATE, pdf_data(findings, manifest), at=manifest.at)


def pdf_data(findings: Findings, manifest: Manifest) -> dict[str, Any]:
    """Return what the template shows: texts alone, every one of them ready to be printed."""
    columns = max(len(table.columns) for table in findings.tables)
    rows = sum(table.rows.count() for table in findings.tables)
    return {
        "title": findings.question,
        "answer": findings.answer,
        "rest": findings.rest,
        "scope": findings.scope,
        "is_wide": columns >= WIDE_FROM,
        "size": SMALL_SIZE if columns >= SMALL_FROM else SIZE,
        "charts": list(_charts(findings)),
        "tables": [_listing(table) for table in findings.tables],
        "hidden": list(findings.hidden),
        "notes": [{"title": note.title, "text": note.text} for note in findings.notes],
        "about": [
            {"name": f"{name[:1].upper()}{name[1:]}", "said": said} for name, said in manifest.pairs(findings, rows)
        ],
        "foot": f"{manifest.taken_by} · {full_moment(manifest.at)}",
    }


def _charts(findings: Findings) -> Iterator[dict[str, str]]:
    for chart in findings.charts:
        svg = svg_of(chart)
        if svg is not None:
            alt = " ".join(filter(None, (chart.title, chart.description)))
            yield {"title": chart.title, "svg": svg, "alt": alt, "remark": getattr(chart, "remark", "")}


def _listing(table: Table) -> dict[str, Any]:
    shown = [
        [_words(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in islice(table.rows.stream(), MOST_PDF_ROWS)
    ]
    left = table.rows.count() - len(shown)
    return {
        "title": table.title,
        "remark": table.remark,
        "empty": table.empty,
        "titles": [column.title for column in table.columns],
        "ends": [_is_number(column) for column in table.columns],
        "widths": _widths(table.columns, shown),
        "rows": shown,
        "more": f"{counted(left, 'row is', 'rows are')} left out here; take the CSV or XLSX file." if left > 0 else "",
    }


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return how wide each column is beside the others: its longest word stands on one line, within bounds."""
    widths = []
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        longest = max(map(len, cells), default=0)
        word = max((len(one) for text in (column.title, *cells) for one in text.split()), default=0)
        least = DAY_WIDTH if column.kind is Kind.DAY else LEAST_WIDTH
        apart = AFTER_NUMBER if place and _is_number(columns[place - 1]) and not _is_number(column) else 0
        widths.append(max(least, min(MOST_WORD, word + AROUND), min(MOST_WIDTH, longest * 0.6)) + apart)
    return widths


def _is_number(column: Column) -> bool:
    return column.kind in {Kind.COUNT, Kind.NUMBER, Kind.SHARE}


def _words(cell: Cell, column: Column) -> str:
    """Return a cell as the page of the report shows it; no cell leads anywhere on paper."""
    return shown_cell(str(cell) if isinstance(cell, str) else cell, column).text
