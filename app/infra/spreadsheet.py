"""Writing tables for spreadsheets: no cell becomes a formula there, whatever somebody has typed into it.

Source: reliability checklist, item 30.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from flask import Response

T = TypeVar("T")
Cell = str | int | float | date | None
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LOST = "\N{REPLACEMENT CHARACTER}"
HALVES = re.compile("[\\ud800-\\udfff]")
TEXT_MARK = "'"
"""What a spreadsheet takes as: the rest is text. It shows no such mark itself."""


def safe_cell(value: Cell) -> str:
    """Return a cell as text that no spreadsheet reads as a formula. Numbers and days stay what they are.

    >>> safe_cell("=1+1"), safe_cell(" @SUM(A1)"), safe_cell(-3), safe_cell("L2"), safe_cell(None)
    ("'=1+1", "' @SUM(A1)", '-3', 'L2', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    bare = value.lstrip()
    before = value[: len(value) - len(bare)]
    is_formula = bare.startswith(FORMULA_SIGNS) or any(sign in before for sign in FORMULA_SIGNS)
    return f"{TEXT_MARK}{value}" if is_formula else value


def safe_texts(values: Iterable[T], other: Callable[[T], str]) -> list[str]:
    """Return a column of cells, each as `other` makes it safe. A text that begins with a letter or a digit is safe.

    >>> safe_texts(["L2", None, "-1 day"], safe_cell)
    ['L2', '', "'-1 day"]
    """
    return [value if isinstance(value, str) and value[:1].isalnum() else other(value) for value in values]


def utf8_bytes(text: str) -> bytes:
    """Return text as UTF-8. What no reader takes, NUL and half of a character, becomes the sign for a lost one."""
    if "\0" in text:
        text = text.replace("\0", LOST)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return HALVES.sub(LOST, text).encode()


def table_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV: UTF-8 with a mark that spreadsheets know it by, every cell quoted, every cell safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def download(content: bytes, file_name: str) -> Response:
    """Return the answer that hands a table over as a file. `file_name` is a constant of ours, never somebody's text."""
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
