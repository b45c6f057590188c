"""The people file: what a row may say, what is wrong with it, and what taking it over would change.

Source: the interface `belay people import FILE`. These are the values that the rules hand to the page and the command
line; the rules themselves stand in `roster_rules`.

`left_on` is the last day of employment, as other systems export it and as every page says it. What is stored is the
first day without the person, the day after; whatever the file, a fault or a change shows is the last day.

Nobody changes their own row: whoever takes a file over finds every difference between their own row and what is held of
them as a fault. One thing is allowed, because the first file of a company could not be loaded otherwise: an account
without an employee id takes over the id that its address has in the file, and with it team, line manager, first day
and groups, each where nothing is held of them; never a level, a last day, another name or another address. The command
line is nobody's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

GROUP_PREFIX = "group:"


class Column(StrEnum):
    """The columns that Belay reads; beside them `group:<dimension>`."""

    EMPLOYEE_ID = "employee_id"
    NAME = "name"
    EMAIL = "email"
    TEAM = "team"
    MANAGER = "manager_employee_id"
    LADDER = "ladder"
    LEVEL = "level"
    LEVEL_SINCE = "level_since"
    HIRED_ON = "hired_on"
    LEFT_ON = "left_on"


REQUIRED_COLUMNS = (Column.EMPLOYEE_ID, Column.NAME, Column.EMAIL)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what stands there, and what would be right.

    `row` counts as a spreadsheet does, the header being row 1; None is about the file as a whole. `column` is empty
    when it is about the whole row. `value` is what stands there, shortened, control characters made visible.
    """

    row: int | None
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class IgnoredColumn:
    """A column that Belay does not read, and the one that was perhaps meant."""

    name: str
    perhaps: str = ""


class ChangeKind(StrEnum):
    """What taking a row over does to its person."""

    ADDED = "added"
    CHANGED = "changed"
    LEAVER = "leaver"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that changes: `old` and `new` as people read them, empty for none; from which day, where that matters.

    The old value of a group is never told: nobody reads another person's group. It stands as an empty text, and
    `is_hidden` says so.
    """

    column: str
    old: str
    new: str
    from_on: date | None = None
    is_hidden: bool = False
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What happens to one person."""

    row: int
    employee_id: str
    name: str
    kind: ChangeKind
    fields: Sequence[FieldChange]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Somebody who works here and is not in the file; they are not touched."""

    employee_id: str
    name: str


@dataclass(frozen=True)
class Plan:
    """What taking the file over would do; nothing may be taken over while there is a fault.

    `faults` holds the first ones in the order of rows, `faults_in_all` counts every one. `remarks` are no faults: the
    file can be taken over, but somebody should look. `digest` names this very outcome; it differs as soon as the file,
    the day or the company does.
    """

    rows: int
    changes: Sequence[PersonChange] = ()
    unchanged: int = 0
    unlisted: Sequence[Unlisted] = ()
    new_teams: Sequence[str] = ()
    ignored: Sequence[IgnoredColumn] = ()
    absent: Sequence[str] = ()
    faults: Sequence[Fault] = ()
    faults_in_all: int = 0
    remarks: Sequence[Fault] = ()
    digest: str = ""

    def of(self, kind: ChangeKind) -> list[PersonChange]:
        """Return the changes of one kind, in the order of the file."""
        return [change for change in self.changes if change.kind is kind]
