"""The header of a people file: which column stands where, which are ignored, which are missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.domain.roster import GROUP_PREFIX, REQUIRED_COLUMNS, Column, IgnoredColumn
from app.domain.roster_faults import UNSEEN, Findings, listed, shown

MAX_GROUPS = 20
MAX_DIMENSION = 64
LEVEL_COLUMNS = (Column.LADDER, Column.LEVEL, Column.LEVEL_SINCE)
_DIMENSION = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?\Z")
_NAMES = {column.value: column for column in Column}
# What other systems call the same things; only ever named as what was perhaps meant.
_OTHER_NAMES = {
    "id": Column.EMPLOYEE_ID, "employee": Column.EMPLOYEE_ID, "employee_number": Column.EMPLOYEE_ID,
    "personnel_number": Column.EMPLOYEE_ID, "staff_id": Column.EMPLOYEE_ID,
    "full_name": Column.NAME, "display_name": Column.NAME,
    "e_mail": Column.EMAIL, "mail": Column.EMAIL, "email_address": Column.EMAIL, "work_email": Column.EMAIL,
    "department": Column.TEAM, "dept": Column.TEAM, "unit": Column.TEAM,
    "manager": Column.MANAGER, "manager_id": Column.MANAGER, "line_manager": Column.MANAGER,
    "boss": Column.MANAGER, "supervisor": Column.MANAGER, "reports_to": Column.MANAGER,
    "track": Column.LADDER, "career_ladder": Column.LADDER, "grade": Column.LEVEL, "job_level": Column.LEVEL,
    "title": Column.LEVEL, "job_title": Column.LEVEL,
    "since": Column.LEVEL_SINCE, "level_date": Column.LEVEL_SINCE,
    "hire_date": Column.HIRED_ON, "start_date": Column.HIRED_ON, "joined_on": Column.HIRED_ON,
    "leaving_date": Column.LEFT_ON, "end_date": Column.LEFT_ON, "termination_date": Column.LEFT_ON,
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Where each column stands. `groups` are the dimensions with their places, in the order of their names."""

    width: int
    places: dict[Column, int] = field(default_factory=dict)
    groups: tuple[tuple[str, int], ...] = ()
    ignored: tuple[IgnoredColumn, ...] = ()

    @property
    def absent(self) -> list[str]:
        """Return the optional columns that are not there; what is stored of them stays."""
        return [column.value for column in Column if column not in self.places]

    def has(self, column: Column) -> bool:
        """Say whether a column is there."""
        return column in self.places


def read_header(cells: Sequence[str], row: int, findings: Findings) -> Layout:
    """Return the layout of a header; every fault of it goes into the findings.

    Capitals, and spaces or hyphens in place of underscores, make no difference.
    """
    places: dict[Column, int] = {}
    groups: dict[str, int] = {}
    ignored: list[IgnoredColumn] = []
    for place, cell in enumerate(cells):
        name = folded(cell)
        if column := _NAMES.get(name):
            if column in places:
                findings.add(row, column, cell, f"The column {column} is there twice. Keep one of the two.")
            places.setdefault(column, place)
        elif (kept := _tidy(cell)).startswith(GROUP_PREFIX) or name.startswith(GROUP_PREFIX):
            _read_group(kept, cell, place, row, groups, findings)
        else:
            text = shown(" ".join(cell.split())) or f"(column {place + 1}, without a name)"
            ignored.append(IgnoredColumn(text, _perhaps(name)))
    if len(groups) > MAX_GROUPS:
        findings.add(row, "", f"{len(groups)} columns", f"There are more than {MAX_GROUPS} group columns.")
    _require(places, ignored, row, findings)
    return Layout(len(cells), places, tuple(sorted(groups.items())), tuple(ignored))


def folded(name: str) -> str:
    """Return the name of a column as it is compared.

    >>> folded(" Employee ID")
    'employee_id'
    """
    return "_".join(_tidy(name).replace("-", " ").replace("_", " ").split())


def _tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _read_group(name: str, cell: str, place: int, row: int, groups: dict[str, int], findings: Findings) -> None:
    dimension = "-".join(name.partition(":")[2].split())
    column = f"{GROUP_PREFIX}{dimension}"[: MAX_DIMENSION + len(GROUP_PREFIX)]
    if len(dimension) > MAX_DIMENSION or not _DIMENSION.match(dimension) or UNSEEN.search(cell):
        findings.add(
            row, shown(column), cell,
            "The name of a group has letters from a to z, digits, hyphens and underscores, such as group:office; "
            f"at most {MAX_DIMENSION} of them.",
        )  # fmt: skip
    elif dimension in groups:
        findings.add(row, column, cell, f"The column {column} is there twice. Keep one of the two.")
    groups.setdefault(dimension, place)


def _perhaps(name: str) -> str:
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name].value
    if name.startswith("group") and len(name) > len("group_"):
        return GROUP_PREFIX + name.removeprefix("group").strip(" _:;.").replace("_", "-")
    close = get_close_matches(name[:64], list(_NAMES), n=1, cutoff=0.75)
    return close[0] if close else ""


def _require(places: dict[Column, int], ignored: Sequence[IgnoredColumn], row: int, findings: Findings) -> None:
    if not places:
        known = listed(Column, most=len(Column))
        found = listed([one.name for one in ignored], most=5)
        findings.add(
            row, "", found, f"The first row must name the columns, and none of these is one that Belay reads: {known}."
        )
        return
    for column in REQUIRED_COLUMNS:
        if column not in places:
            meant = [one.name for one in ignored if one.perhaps == column]
            hint = f" Perhaps “{meant[0]}” is it: rename it to {column}." if meant else f" Add a column named {column}."
            findings.add(row, column, "", f"The column {column} is missing; no row can be read without it.{hint}")
    there = [column for column in LEVEL_COLUMNS if column in places]
    if there and len(there) < len(LEVEL_COLUMNS):
        lacking = [column for column in LEVEL_COLUMNS if column not in places]
        are = "are" if len(lacking) > 1 else "is"
        findings.add(
            row, lacking[0], "",
            f"A level is read from {listed(LEVEL_COLUMNS)} together; {listed(lacking)} {are} missing. Add what is "
            "missing, or take the others out.",
        )  # fmt: skip
