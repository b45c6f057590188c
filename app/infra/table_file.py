"""Reading a table from a file of unknown origin: UTF-8 with commas, semicolons or tabs, and nothing else.

Whatever the bytes are, the answer is rows or a `TableError` that says what was found and what to do. The text is
decoded and read piece by piece, so that a file takes no more memory than its bytes do.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BYTES = 32 * 1024 * 1024
MAX_COLUMNS = 200
MAX_LINE = 250_000
MAX_LINES = 1_000_000
MAX_LINES_BEFORE_HEADER = 100
DELIMITERS = ",;\t"
CHUNK = 64 * 1024
SAMPLE = 4096
MANY_SIGNS = 3
SAVE_AS = "Save it as “CSV UTF-8” and use that file."
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind (XLS)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3\0", "a database"),
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_WORD_ENDS = (b",", b";", b"\t", b"\n", b"\r", b'"')
_KANJI = re.compile(rb"(?:[\x88-\x9f][\x40-\x7e\x80-\xfc]){2,}")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\s*\Z', re.IGNORECASE)


class TableError(Exception):
    """The file cannot be read on: where, what stands there, and what to do. `row` is None for the file as a whole."""

    def __init__(self, message: str, *, row: int | None = None, value: str = "") -> None:
        """Keep the sentence, the row as a spreadsheet counts, and what stands there."""
        super().__init__(message)
        self.message = message
        self.row = row
        self.value = value


@dataclass(frozen=True)
class Table:
    """A table whose header has been read. `header_row` is its row as a spreadsheet counts, 1 unless lines are blank."""

    header: list[str]
    header_row: int
    delimiter: str
    _rows: Iterator[tuple[int, list[str]]]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank with its number, once. TableError when the file cannot be read on."""
        return self._rows


def read_limited(stream: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """Return what a stream holds; TableError as soon as it gives more than `limit` bytes, however long it goes on."""
    kept = bytearray()
    while piece := stream.read(min(CHUNK * 16, limit + 1 - len(kept))):
        kept += piece
        if len(kept) > limit:
            raise TableError(too_large(limit))
    return bytes(kept)


def too_large(limit: int = MAX_BYTES) -> str:
    """Return the sentence that refuses a file for its size."""
    return (
        f"The file is larger than {limit // (1024 * 1024)} MB. Leave out the columns that Belay does not read, "
        "or split it by row."
    )


def open_table(content: bytes) -> Table:
    """Read the header of a table; TableError when the content is none that can be read."""
    if len(content) > MAX_BYTES:
        raise TableError(too_large())
    _refuse_other_formats(content)
    _refuse_nul(content)
    _refuse_other_encodings(content)
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    delimiter, skipped, first = _find_header(text)
    rows = _records(text, first, delimiter, skipped)
    header_row, header = next(rows)
    while header and not header[-1].strip():
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise TableError(_too_many_columns(), row=header_row, value=f"{len(header)} columns")
    return Table(header, header_row, delimiter, rows)


def _find_header(text: io.TextIOWrapper) -> tuple[str, int, str]:
    """Return the delimiter, the number of lines before the header, and the line of the header."""
    skipped = looked_at = 0
    chosen = ""
    while line := text.readline(MAX_LINE + 1):
        if looked_at == MAX_LINES_BEFORE_HEADER:
            raise TableError(
                f"The first {MAX_LINES_BEFORE_HEADER} rows are blank. The header stands in the first row; take the "
                "blank ones out.",
                row=1,
            )
        looked_at += 1
        if len(line) > MAX_LINE:
            delimiter = chosen or _delimiter_of(line)
            many = line.count(delimiter) >= MAX_COLUMNS
            raise TableError(_too_many_columns() if many else _too_long(), row=skipped + 1, value=line[:SAMPLE])
        if said := _SEPARATOR_LINE.match(line):
            # A spreadsheet does not show this line, and counts from the next one.
            chosen = said[1]
            continue
        if line.strip().strip(DELIMITERS).strip():
            return chosen or _delimiter_of(line), skipped, line
        skipped += 1
    raise TableError(
        "The file is empty. Its first row names the columns: employee_id, name, email and what else is known."
    )


def _delimiter_of(line: str) -> str:
    """Return what separates the names of a header: the sign that stands most often outside quotation marks.

    >>> _delimiter_of('employee_id;name;"group:a,b,c"')
    ';'
    """
    plain = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=plain.count)


class _Lines:
    """Hands lines to the reader of records, and stops it where no row of a people file goes on.

    A line break in quotation marks ends no record, so that one record may take in any number of lines.
    """

    def __init__(self, text: io.TextIOWrapper, first: str) -> None:
        """Take the text, of which the first line is read already."""
        self._text = text
        self._first = first
        self._in_record = 0

    def end_record(self) -> None:
        """Note that the next line begins a record."""
        self._in_record = 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines. TableError when there are too many, or a record holds too much."""
        line, left = self._first, MAX_LINES
        while line:
            self._in_record += len(line)
            if self._in_record > MAX_LINE:
                raise TableError(_too_long(), value=line[:SAMPLE])
            yield line
            line = self._text.readline(MAX_LINE + 1)
            left -= 1
            if left < 0:
                raise TableError(f"The file has more than {MAX_LINES} lines. Take the blank ones out.")


def _records(text: io.TextIOWrapper, first: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not blank with their rows; turn every fault of the text into a TableError."""
    row = skipped
    lines = _Lines(text, first)
    records = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row, cells in enumerate(records, skipped + 1):
            lines.end_record()
            if any(cells):
                yield row, cells
    except csv.Error as error:
        raise TableError(_said_of(str(error)), row=row + 1) from error
    except TableError as error:
        raise TableError(error.message, row=row + 1, value=error.value) from error


def _said_of(fault: str) -> str:
    if "unexpected end" in fault:
        return "A quotation mark opens here and is never closed. Close it, or take it away."
    if "field limit" in fault:
        return (
            f"A cell is longer than {csv.field_size_limit():,} characters; perhaps a quotation mark opens here and is "
            "never closed."
        ).replace(",", "\N{NO-BREAK SPACE}", 1)
    if "expected after" in fault:
        return (
            "Text follows a closing quotation mark. A quotation mark inside a cell is written twice, and the cell "
            "stands in quotation marks."
        )
    return f"The row cannot be read as a row of a table ({fault})."


def _too_many_columns() -> str:
    return f"The header names more than {MAX_COLUMNS} columns. Leave out the columns that Belay does not read."


def _too_long() -> str:
    return f"The row is longer than {MAX_LINE} characters, which no row of a people file is."


# What is no text of ours -----------------------------------------------------


def _refuse_other_formats(content: bytes) -> None:
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise TableError(f"This is {_kind_of_archive(content, what)}, not a CSV file. {SAVE_AS}")
    for bom, name in _BOMS:
        if content.startswith(bom):
            raise TableError(f"The file is {name}, not UTF-8. {SAVE_AS}")
    beginning = content[:SAMPLE].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if beginning.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise TableError(f"This is a web page or an XML document, not a CSV file. {SAVE_AS}")


def _kind_of_archive(content: bytes, what: str) -> str:
    beginning = content[:SAMPLE]
    if b"[Content_Types].xml" in beginning or b"xl/" in beginning:
        return "an Excel workbook (XLSX)"
    return "an OpenDocument spreadsheet (ODS)" if b"opendocument" in beginning else what


def _line_at(content: bytes, position: int) -> int:
    return 1 + max(content.count(b"\n", 0, position), content.count(b"\r", 0, position))


def _refuse_nul(content: bytes) -> None:
    position = content.find(b"\0")
    if position < 0:
        return
    beginning = content[:SAMPLE]
    if beginning.count(b"\0") * 3 >= len(beginning):
        raise TableError(f"The file looks like UTF-16 or UTF-32, not UTF-8. {SAVE_AS}")
    raise TableError(
        f"A character without meaning (NUL) stands here; the file is damaged, or no text. {SAVE_AS}",
        row=_line_at(content, position),
    )


def _refuse_other_encodings(content: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    for start in range(0, len(content) + 1, CHUNK):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + CHUNK], final=start + CHUNK > len(content))
        except UnicodeDecodeError as error:
            position = start - waiting + error.start
            raise TableError(
                f"The file is not UTF-8: there is the byte {content[position]:02X}. "
                f"{_guess(content, position)} {SAVE_AS}",
                row=_line_at(content, position),
            ) from error


def _guess(content: bytes, position: int) -> str:
    """Say in which encoding the text around a byte would make sense."""
    begin = max(content.rfind(b"\n", max(0, position - SAMPLE), position) + 1, position - SAMPLE, 0)
    around = content[begin : position + SAMPLE]
    japanese = around.decode("shift_jis", errors="replace")
    # Of kanji, the common ones count where several stand together: one alone may be an accented letter and the next.
    signs = len(_KANA.findall(japanese)) + sum(len(run) // 2 for run in _KANJI.findall(around))
    if signs > MANY_SIGNS and japanese.count("\N{REPLACEMENT CHARACTER}") <= 1:
        return "It looks like Shift-JIS."
    word_begin = max(begin, *(content.rfind(sign, begin, position) + 1 for sign in _WORD_ENDS))
    word = re.split(rb'[,;\t\r\n"]', content[max(word_begin, position - 40) : position + 40], maxsplit=1)[0]
    western = word.decode("cp1252", errors="replace")
    if western and western.isprintable() and "\N{REPLACEMENT CHARACTER}" not in western:
        return f"It looks like Windows-1252 or Latin-1, where it would read “{western}”."
    return "Its encoding is not known."
