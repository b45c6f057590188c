"""One row of a people file: its cells, cleaned and checked each for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from unicodedata import is_normalized, normalize

from app.domain.roster import GROUP_PREFIX, Column
from app.domain.roster_company import Company, fold_name
from app.domain.roster_dates import read_day
from app.domain.roster_faults import UNSEEN, Findings, listed
from app.domain.roster_header import LEVEL_COLUMNS, Layout

MAX_CELL = 1000
MAX_ROWS = 200_000
MAX_GROUP_VALUE = 120
MOST_WRONG_EMAILS = 2000
_LIMITS: dict[str, int] = {column.value: MAX_CELL for column in Column} | {
    Column.EMPLOYEE_ID: 64,
    Column.NAME: 200,
    Column.EMAIL: 254,
    Column.TEAM: 120,
    Column.MANAGER: 64,
}
SHORTEST = min(_LIMITS.values())
FORMULA_SIGNS = frozenset("=+-@\t\r＝＋－＠")
# A plain address; any other is put to the checker, which knows the rest of the standard.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*/?^_`{|}~+=-]+(?:\.[a-z0-9!#$%&'*/?^_`{|}~+=-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z"
)
_LOCAL_PART = 64
EmailCheck = Callable[[str], str]
"""Returns what is wrong with a lower-case address, or an empty text."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a ladder or a level, in every row that names it."""

    column: Column
    value: str
    message: str


@dataclass(slots=True)
class Entry:
    """One row without the faults of its cells: a column with a fault is in `broken`, and its value says nothing.

    `left_on` is the first day without the person, as it is stored: the day after the last day that the cell names.
    """

    row: int
    employee_id: str
    name: str
    email: str
    team: str
    manager: str
    lineage: str
    level: str
    level_since: date | None
    hired_on: date | None
    left_on: date | None
    groups: tuple[str, ...]
    broken: frozenset[str]


class RowReader:
    """Reads the rows of one file, and notes what is wrong with each cell."""

    def __init__(
        self, layout: Layout, company: Company, *, today: date, check_email: EmailCheck, findings: Findings
    ) -> None:
        """Take the layout of the file, and what its cells may name."""
        self.layout = layout
        self.today = today
        self.findings = findings
        self.check_email = check_email
        self.rows = 0
        self._wrong_emails = 0
        self.row_of_id: dict[str, int] = {}
        self.row_of_email: dict[str, int] = {}
        self._company = company
        self._days: dict[str, date | str] = {}
        self._levels: dict[tuple[str, str], tuple[str, str] | Wrong] = {}
        self._ladders = {name: ladder for ladder in company.ladders for name in ladder.names}
        # A column that is not there reads the empty cell that is put behind the last one.
        places = [layout.places.get(column, -1) for column in Column]
        self._places = (*places, *(place for _, place in layout.groups))
        self._names = (*Column, *(f"{GROUP_PREFIX}{dimension}" for dimension, _ in layout.groups))

    def read_all(self, rows: Iterable[tuple[int, list[str]]]) -> Iterable[Entry]:
        """Yield what can be read; stop with a fault when there are more rows than a people file has."""
        for row, cells in rows:
            self.rows += 1
            if self.rows > MAX_ROWS:
                message = f"The file has more than {MAX_ROWS} rows. Split it by row."
                self.findings.add(row, "", "", message)
                return
            if (entry := self.read(row, cells)) is not None:
                yield entry

    def read(self, row: int, cells: list[str]) -> Entry | None:
        """Return the entry of a row; None when it is blank, or nobody can tell whose it is."""
        if not self._fits(row, cells):
            return None
        cells.append("")
        picked = [cells[place] for place in self._places]
        text = "".join(picked)
        broken: set[str] = set()
        if len(text) > MAX_CELL or not (text.isprintable() and (text.isascii() or _is_tidy(text))):
            self._clean(row, picked, broken)
        picked = [cell.strip() for cell in picked]
        for number, cell in enumerate(picked):
            if cell and cell[0] in FORMULA_SIGNS:
                self._break(row, number, cell, broken, _formula(cell))
        employee_id, name, email, team, manager, ladder, level, since, hired, left, *groups = picked
        if max(map(len, picked)) > SHORTEST:
            self._check_lengths(row, picked, broken)
        if not self._has_own_id(row, employee_id, broken):
            return None
        if not name and Column.NAME not in broken:
            self._fault(row, Column.NAME, "", broken, "The name is missing.")
        email = self._read_email(row, email, broken)
        lineage, level_id = self._read_level(row, ladder, level, since, broken)
        day = self._read_day
        last = day(row, Column.LEFT_ON, left, broken)
        return Entry(
            row, employee_id, name, email, team, manager, lineage, level_id,
            day(row, Column.LEVEL_SINCE, since, broken), day(row, Column.HIRED_ON, hired, broken),
            last + timedelta(days=1) if last else None, tuple(groups), frozenset(broken),
        )  # fmt: skip

    def _fault(self, row: int, column: str, value: str, broken: set[str], message: str) -> None:
        broken.add(column)
        self.findings.add(row, column, value, message)

    def _break(self, row: int, number: int, cell: str, broken: set[str], message: str) -> None:
        if self._names[number] not in broken:
            self._fault(row, self._names[number], cell, broken, message)

    def _fits(self, row: int, cells: Sequence[str]) -> bool:
        if len(cells) == self.layout.width:
            return any(map(str.strip, cells))
        if not any(map(str.strip, cells)):
            return False
        if len(cells) < self.layout.width or any(map(str.strip, cells[self.layout.width :])):
            self.findings.add(
                row, "", f"{len(cells)} cells",
                f"The header names {self.layout.width} columns, and this row has {len(cells)} cells. Perhaps a "
                "separator stands in a cell without quotation marks around it, or is missing.",
            )  # fmt: skip
            return False
        return True

    def _clean(self, row: int, picked: list[str], broken: set[str]) -> None:
        """Look at each cell of a row that is not plain: what cannot be seen is a fault, the rest is put into NFC."""
        for number, cell in enumerate(picked):
            if len(cell) > MAX_CELL:
                self._break(row, number, cell, broken, f"The cell is longer than {MAX_CELL} characters.")
                picked[number] = ""
            elif unseen := UNSEEN.search(cell.strip(" ")):
                self._break(row, number, cell, broken, _unseen(unseen[0]))
            elif "\N{REPLACEMENT CHARACTER}" in cell:
                message = "A character was lost when the file was saved (�). Write it anew, and save as UTF-8."
                self._break(row, number, cell, broken, message)
            else:
                picked[number] = normalize("NFC", cell)

    def _check_lengths(self, row: int, picked: Sequence[str], broken: set[str]) -> None:
        for number, (column, cell) in enumerate(zip(self._names, picked, strict=True)):
            most = _LIMITS.get(column, MAX_GROUP_VALUE)
            if len(cell) > most:
                self._break(row, number, cell, broken, f"This is longer than the {most} characters that are kept.")

    def _has_own_id(self, row: int, employee_id: str, broken: set[str]) -> bool:
        column = Column.EMPLOYEE_ID
        if column in broken:
            return False
        if not employee_id:
            self._fault(row, column, "", broken, "The employee id is missing; nobody can tell whose row this is.")
            return False
        first = self.row_of_id.setdefault(employee_id, row)
        if first != row:
            message = f"Row {first} has the same employee id. Keep one row for each person."
            self._fault(row, column, employee_id, broken, message)
        return first == row

    def _read_email(self, row: int, cell: str, broken: set[str]) -> str:
        column, email = Column.EMAIL, cell.lower()
        if column in broken:
            return ""
        if not email:
            self._fault(row, column, "", broken, "The e-mail address is missing.")
        elif not _is_plain(email) and (wrong := self._wrong_with(email)):
            self._fault(row, column, cell, broken, f"This is no e-mail address that can be used. {wrong}")
        elif (first := self.row_of_email.setdefault(email, row)) != row:
            message = f"Row {first} has the same e-mail address. Each person has one of their own."
            self._fault(row, column, cell, broken, message)
        return email

    def _wrong_with(self, email: str) -> str:
        """Ask the checker; no longer once so many addresses are wrong that nobody reads of another one."""
        if self._wrong_emails >= MOST_WRONG_EMAILS:
            return ""
        wrong = self.check_email(email)
        self._wrong_emails += bool(wrong)
        return wrong

    def _read_day(self, row: int, column: Column, cell: str, broken: set[str]) -> date | None:
        if not cell or column in broken:
            return None
        read = self._days.get(cell)
        if read is None:
            read = self._days[cell] = read_day(cell, self.today)
        if isinstance(read, str):
            self._fault(row, column, cell, broken, read)
            return None
        return read

    def _read_level(self, row: int, ladder: str, level: str, since: str, broken: set[str]) -> tuple[str, str]:
        if not (ladder or level or since) or not broken.isdisjoint(LEVEL_COLUMNS):
            return "", ""
        if not (ladder and level and since):
            lacking = [column for column, cell in zip(LEVEL_COLUMNS, (ladder, level, since), strict=True) if not cell]
            for column in lacking:
                message = f"Fill {listed(LEVEL_COLUMNS)}, or leave all three blank."
                self._fault(row, column, "", broken, f"A part of the level is missing. {message}")
            return "", ""
        known = self._levels.get((ladder, level))
        if known is None:
            known = self._levels[ladder, level] = self._find_level(ladder, level)
        if isinstance(known, Wrong):
            self._fault(row, known.column, known.value, broken, known.message)
            return "", ""
        return known

    def _find_level(self, ladder: str, level: str) -> tuple[str, str] | Wrong:
        found = self._ladders.get(fold_name(ladder))
        if found is None:
            known = listed(sorted(one.lineage for one in self._company.ladders))
            message = f"There is no such ladder. The ladders are: {known}." if known else "No ladder is adopted yet."
            return Wrong(Column.LADDER, ladder, message)
        for one in found.levels:
            if one.casefold() == level.casefold():
                return found.lineage, one
        message = f"The ladder {found.title} has no such level. Its levels are: {listed(found.levels, most=30)}."
        return Wrong(Column.LEVEL, level, message)


def _is_tidy(text: str) -> bool:
    return is_normalized("NFC", text) and "\N{REPLACEMENT CHARACTER}" not in text


def _is_plain(email: str) -> bool:
    return email.find("@") <= _LOCAL_PART and _PLAIN_ADDRESS.match(email) is not None


def _formula(cell: str) -> str:
    if not cell.strip("-–— "):
        return "Leave the cell blank when there is nothing to say."
    return f"A cell may not begin with “{cell[0]}”: a spreadsheet would take it for a formula."


def _unseen(sign: str) -> str:
    what = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(
        sign, f"an invisible sign (U+{ord(sign):04X})"
    )
    return f"The cell holds {what}. Take it out."
