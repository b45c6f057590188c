"""Reading a file of pull requests, reviews, tickets and incidents: a CSV table, or a JSON list of objects.

Whatever the bytes are, the answer is entries and faults; each fault names row, column, value and what would be right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Never

from app.domain.evidence import EvidenceKind
from app.domain.links import link_key
from app.domain.roster import Fault
from app.domain.roster_faults import shown
from app.evidence.links import fault_of
from app.evidence.models import NARRATIVE_LENGTH, TITLE_LENGTH
from app.infra.clock import local
from app.infra.table_file import TableError, open_table
from app.infra.templating import KIND_LABELS, long_date

MEGABYTE = 1024 * 1024
MOST_BYTES = 2 * MEGABYTE
MOST_ROWS = 1000
MOST_FAULTS = 200
REQUIRED = ("kind", "title", "link", "occurred_on")
COLUMNS = ("source_id", *REQUIRED, "occurred_from", "narrative")
COMMON_WORDS = {
    "pull request": EvidenceKind.PULL_REQUEST,
    "pr": EvidenceKind.PULL_REQUEST,
    "merge request": EvidenceKind.PULL_REQUEST,
    "mr": EvidenceKind.PULL_REQUEST,
    "review": EvidenceKind.CODE_REVIEW,
    "issue": EvidenceKind.TICKET,
    "outage": EvidenceKind.INCIDENT,
    "design": EvidenceKind.DESIGN_DOC,
}
_KINDS = (
    {kind.value: kind for kind in EvidenceKind}
    | {label.lower(): EvidenceKind(value) for value, label in KIND_LABELS.items()}
    | COMMON_WORDS
)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_EMPTY = "The file is empty. Its first row names the columns: kind, title, link, occurred_on and what else is known."


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece that a file describes. `row` counts as a spreadsheet does; in a list of JSON it is the place."""

    row: int
    source_id: str
    kind: EvidenceKind
    title: str
    link: str
    occurred_on: date
    occurred_from: date | None
    narrative: str

    @property
    def key(self) -> str:
        """Return what tells it from others: its link."""
        return link_key(self.link)


@dataclass
class Reading:
    """What a file holds. `ignored` are columns that Belay does not read; `faults_in_all` counts those not kept too.

    `repeated` are rows that are passed over, each with the row that it repeats.
    """

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    faults_in_all: int = 0
    rows: int = 0
    ignored: list[str] = field(default_factory=list)
    repeated: list[Fault] = field(default_factory=list)

    def refuse(self, row: int | None, column: str, value: object, message: str) -> None:
        """Note a fault; beyond the first ones it is only counted."""
        self.faults_in_all += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, shown(_SURROGATES.sub("\ufffd", str(value))), message))


class NotReadableError(Exception):
    """The file as a whole, or from a row on, cannot be read."""

    def __init__(self, message: str, *, row: int | None = None, value: str = "") -> None:
        """Keep the sentence, the row and what stands there."""
        super().__init__(message)
        self.message, self.row, self.value = message, row, value


def read_file(content: bytes, today: date) -> Reading:
    """Return what a file holds, as of a day: what lies after it has not happened."""
    reading = Reading()
    try:
        for row, cells in _at_most(MOST_ROWS, _rows(content, reading)):
            reading.rows += 1
            _take(reading, row, cells, today)
    except NotReadableError as error:
        # What stops the reading is said, however many faults came before it.
        del reading.faults[MOST_FAULTS - 1 :]
        reading.refuse(error.row, "", error.value, error.message)
    _skip_repetitions(reading)
    return reading


def _rows(content: bytes, reading: Reading) -> Iterator[tuple[int, Mapping[str, str]]]:
    if len(content) > MOST_BYTES:
        raise NotReadableError(f"The file is larger than {MOST_BYTES // MEGABYTE} MB. Split it by row.")
    beginning = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not beginning:
        raise NotReadableError(_EMPTY)
    if beginning[:1] in {b"[", b"{"}:
        return _objects(beginning, reading)
    return _table(content, reading)


def _at_most(most: int, rows: Iterator[tuple[int, Mapping[str, str]]]) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, (row, cells) in enumerate(rows, 1):
        if number > most:
            raise NotReadableError(f"The file has more than {most} rows. Split it.", row=row)
        yield row, cells


# CSV --------------------------------------------------------------------------------


def _table(content: bytes, reading: Reading) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        table = open_table(content)
        names = [name.strip().lower() for name in table.header]
        _check_header(names, table.header_row, reading)
        for row, cells in table.rows():
            if len(cells) > len(names) and any(cells[len(names) :]):
                reading.refuse(row, "", cells[len(names)], "The row has more cells than the header has names.")
                continue
            yield row, {name: cell for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
    except TableError as error:
        message = _EMPTY if error.message.startswith("The file is empty") else error.message
        raise NotReadableError(
            message.replace("a people file", "such a file"), row=error.row, value=error.value
        ) from error


def _check_header(names: list[str], row: int, reading: Reading) -> None:
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        raise NotReadableError("This column stands there twice. Take one of them out.", row=row, value=twice)
    if missing := [name for name in REQUIRED if name not in names]:
        raise NotReadableError(
            f"The header lacks {', '.join(missing)}. It names the columns: {', '.join(REQUIRED)} are needed.",
            row=row,
            value=", ".join(names)[:200],
        )
    reading.ignored = [shown(name) for name in names if name and name not in COLUMNS]


# JSON -------------------------------------------------------------------------------


def _objects(content: bytes, reading: Reading) -> Iterator[tuple[int, Mapping[str, str]]]:
    ignored: dict[str, None] = {}
    for place, one in enumerate(_list_in(content), 1):
        if not isinstance(one, dict):
            reading.refuse(place, "", json.dumps(one)[:200], "This is no object. Write {…} with a name for each value.")
            continue
        ignored |= dict.fromkeys(shown(_SURROGATES.sub("\ufffd", name)) for name in one if name not in COLUMNS)
        cells = {}
        for name in COLUMNS:
            value = one.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, str | int):
                reading.refuse(place, name, json.dumps(value)[:200], "Write a text in quotation marks.")
                continue
            cells[name] = str(value)
        yield place, cells
    reading.ignored = list(ignored)[:50]


def _list_in(content: bytes) -> list[Any]:
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise NotReadableError("The file is not UTF-8. Save it as UTF-8 and use that file.") from error
    except json.JSONDecodeError as error:
        raise NotReadableError(
            f"The file begins as JSON and is none: {error.msg.lower()} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise NotReadableError("The JSON is nested too deeply. It is a list of objects with plain values.") from error
    except ValueError as error:
        raise NotReadableError("The JSON holds a number that is too long, NaN or Infinity.") from error
    lists = [value for value in found.values() if isinstance(value, list)] if isinstance(found, dict) else [found]
    if len(lists) != 1:
        raise NotReadableError("The JSON is no list. Write [{…}, {…}], an object for each piece.")
    return list(lists[0])


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotReadableError("An object names this twice. Take one of them out.", value=twice)
    return found


def _no_constant(name: str) -> Never:
    raise ValueError(name)


# One row ----------------------------------------------------------------------------


def _take(reading: Reading, row: int, cells: Mapping[str, str], today: date) -> None:
    before = reading.faults_in_all
    texts = {name: _text(reading, row, name, cells.get(name, "")) for name in COLUMNS}
    for name in REQUIRED:
        if not texts[name] and not cells.get(name, "").strip():
            reading.refuse(row, name, "", MISSING[name])
    kind = _KINDS.get(texts["kind"].lower().replace("-", " "))
    if texts["kind"] and kind is None:
        reading.refuse(row, "kind", texts["kind"], f"Write one of: {', '.join(KIND_LABELS.values())}.")
    if texts["link"] and (fault := fault_of(texts["link"])):
        reading.refuse(row, "link", texts["link"], f"{fault[0].upper()}{fault[1:]}")
    on = _day(reading, row, "occurred_on", texts["occurred_on"], today)
    first = _day(reading, row, "occurred_from", texts["occurred_from"], today)
    if on and first and first > on:
        reading.refuse(
            row, "occurred_from", texts["occurred_from"], "The first day lies after the last one; swap them."
        )
    if reading.faults_in_all == before and kind is not None and on is not None:
        first = None if first == on else first
        entry = Entry(row, texts["source_id"], kind, texts["title"], texts["link"], on, first, texts["narrative"])
        reading.entries.append(entry)


MISSING = {
    "kind": f"Say what it is: {', '.join(KIND_LABELS.values())}.",
    "title": "Write one line that says what happened.",
    "link": "A row needs a link: by it, the same piece is recognised the next time.",
    "occurred_on": "Write the day on which it happened, as 2026-11-30.",
}
LONGEST = {"title": TITLE_LENGTH, "narrative": NARRATIVE_LENGTH, "source_id": TITLE_LENGTH}


def _text(reading: Reading, row: int, name: str, value: str) -> str:
    tidy = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if name != "narrative":
        tidy = " ".join(tidy.split()) if name != "link" else tidy
    if _UNSTORABLE.search(tidy):
        reading.refuse(row, name, tidy, "Take out the invisible control characters.")
        return ""
    if name in LONGEST and len(tidy) > LONGEST[name]:
        reading.refuse(row, name, tidy, f"This has at most {LONGEST[name]} characters; here are {len(tidy)}.")
        return ""
    return tidy


def _day(reading: Reading, row: int, name: str, text: str, today: date) -> date | None:
    """Return a day; of a moment, the company's calendar day."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        day = local(moment).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        reading.refuse(row, name, text, "This is no day; write it as 2026-11-30.")
        return None
    if day > today:
        reading.refuse(row, name, text, f"That day lies ahead; the last possible day is today, {long_date(today)}.")
        return None
    return day


def _skip_repetitions(reading: Reading) -> None:
    """Leave out entries that repeat an earlier one: an export lists the same page twice soon enough."""
    for column, value_of in (("link", _key), ("source_id", _source)):
        seen: dict[str, int] = {}
        kept = []
        for entry in reading.entries:
            value = value_of(entry)
            if value and value in seen:
                text = shown(entry.link if column == "link" else entry.source_id)
                reading.repeated.append(Fault(entry.row, column, text, f"Row {seen[value]} has the same one."))
                continue
            seen[value] = entry.row
            kept.append(entry)
        reading.entries = kept
    reading.repeated.sort(key=lambda fault: fault.row or 0)


def _key(entry: Entry) -> str:
    return entry.key


def _source(entry: Entry) -> str:
    return entry.source_id
