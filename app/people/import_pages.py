"""The people import as its pages show it: a verdict in one sentence, and every list cut to what a page can hold."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.roster import GROUP_PREFIX, ChangeKind, Column, Fault, FieldChange, PersonChange, Plan
from app.infra.spreadsheet import Cell
from app.infra.templating import counted, join_words, plural
from app.people.models import ImportState, PeopleImport

SHOWN_AT_ONCE = 50
SHOWN_AT_MOST = 500
SHOWN_FAULTS = 200
LABELS: Mapping[str, str] = {
    Column.EMPLOYEE_ID: "Employee id",
    Column.NAME: "Name",
    Column.EMAIL: "E-mail",
    Column.TEAM: "Team",
    Column.MANAGER: "Line manager",
    Column.LADDER: "Ladder",
    Column.LEVEL: "Level",
    Column.LEVEL_SINCE: "Level since",
    Column.HIRED_ON: "Hired on",
    Column.LEFT_ON: "Last day",
}
WOULD: Mapping[str, tuple[str, str]] = {
    ChangeKind.ADDED: ("would be added", "would be added"),
    ChangeKind.CHANGED: ("would change", "would change"),
    ChangeKind.RETURNED: ("would come back", "would come back"),
    ChangeKind.LEAVER: ("would leave", "would leave"),
}
DID: Mapping[str, tuple[str, str]] = {
    ChangeKind.ADDED: ("was added", "were added"),
    ChangeKind.CHANGED: ("was changed", "were changed"),
    ChangeKind.RETURNED: ("came back", "came back"),
    ChangeKind.LEAVER: ("was recorded as having left", "were recorded as having left"),
}
COUNT = re.compile(r"(\d+) (\w+)")
SECTIONS: Mapping[ChangeKind, tuple[str, str]] = {
    ChangeKind.LEAVER: (
        "Leaving",
        "They can no longer sign in once the day has come. What they wrote and confirmed stays.",
    ),
    ChangeKind.RETURNED: ("Coming back", "They had left, and the file says that they work here again."),
    ChangeKind.ADDED: ("Added", "They are not told of it before you invite them."),
    ChangeKind.CHANGED: ("Changed", "What Belay holds now, and what the file says."),
}


@dataclass(frozen=True, slots=True)
class ColumnHelp:
    """One column of the file: what stands in it."""

    name: str
    need: str
    meaning: str


COLUMNS = (
    ColumnHelp(Column.EMPLOYEE_ID, "required", "What tells people apart. It stays the same for as long as they do."),
    ColumnHelp(Column.NAME, "required", "The name, as colleagues write it."),
    ColumnHelp(Column.EMAIL, "required", "The address that the person signs in with."),
    ColumnHelp(Column.TEAM, "optional", "The name of the team. A new name makes a new team."),
    ColumnHelp(Column.MANAGER, "optional", "The employee id of the line manager, in the file or in Belay."),
    ColumnHelp(Column.LADDER, "with a level", "The ladder that the level stands on."),
    ColumnHelp(Column.LEVEL, "with a level", "The level held. Blank for somebody whose work no ladder describes."),
    ColumnHelp(Column.LEVEL_SINCE, "with a level", "The day from which the level is held, as 2025-02-03."),
    ColumnHelp(Column.HIRED_ON, "optional", "The first day, as 2023-01-02."),
    ColumnHelp(Column.LEFT_ON, "optional", "The last day of work of somebody who leaves, as 2026-11-30; else blank."),
    ColumnHelp(f"{GROUP_PREFIX}office", "optional", "A group for reports, here the office; one column for each."),
)
EXAMPLE_HEADER = [str(column.name) for column in COLUMNS]


def example_rows(ladder: str, level: str) -> list[list[Cell]]:
    """Return two made-up people; without a ladder in the company, they hold no level."""
    since = "2025-02-03" if level else ""
    return [
        ["1001", "Petra Example", "petra@example.org", "Billing", "", "", "", "", "2019-09-01", "", "Leeds"],
        [
            "1002", "Amara Sample", "amara@example.org", "Billing", "1001", ladder, level, since, "2023-01-02", "",
            "Accra",
        ],
    ]  # fmt: skip


def label_of(column: str) -> str:
    """Return what people call a column.

    >>> label_of("manager_employee_id"), label_of("group:office")
    ('Line manager', 'Group “office”')
    """
    if column.startswith(GROUP_PREFIX):
        return f"Group “{column.removeprefix(GROUP_PREFIX)}”"
    return LABELS.get(column, column)


@dataclass(frozen=True, slots=True)
class ShownField:
    """One value that changes. `is_new`: there was none before. `note`: from when, and whether it is a correction."""

    label: str
    old: str
    new: str
    note: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One person, and what changes for them."""

    row: int
    employee_id: str
    name: str
    fields: Sequence[ShownField]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of change: the first people at once, more in a fold, and how many only the table holds."""

    id: str
    title: str
    lead: str
    total: int
    first: Sequence[ShownChange]
    folded: Sequence[ShownChange]
    left_out: int


def shown_field(change: FieldChange, *, is_addition: bool) -> ShownField:
    """Return a value that changes as the page says it: `old` stays empty where nobody is told of it."""
    notes = ["a correction" if change.is_correction else ""]
    if change.from_on and not is_addition:
        notes.append(f"from {_day(change.from_on)}")
    if change.is_hidden:
        notes.append("what stood there before is not shown")
    is_new = is_addition or (not change.old and not change.is_hidden)
    return ShownField(label_of(change.column), change.old, change.new, ", ".join(filter(None, notes)), is_new)


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def shown_change(change: PersonChange) -> ShownChange:
    """Return one person's changes as the page says them."""
    is_addition = change.kind is ChangeKind.ADDED
    fields: list[ShownField] = []
    for one in change.fields:
        if is_addition and one.column in {Column.NAME, Column.EMPLOYEE_ID}:
            continue
        fields.append(shown_field(one, is_addition=is_addition))
        if is_addition and one.column == Column.LEVEL and one.from_on:
            fields.append(ShownField(label_of(Column.LEVEL_SINCE), "", _day(one.from_on), "", is_new=True))
    return ShownChange(change.row, change.employee_id, change.name, fields)


def sections_of(plan: Plan) -> list[Section]:
    """Return the kinds of changes that a plan has, each cut to what a page can hold."""
    found = []
    for kind, (title, lead) in SECTIONS.items():
        changes = plan.of(kind)
        if changes:
            shown = [shown_change(change) for change in changes[:SHOWN_AT_MOST]]
            first, folded = shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:]
            left_out = len(changes) - len(shown)
            found.append(Section(f"h-{kind}", title, lead, len(changes), first, folded, left_out))
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """An uploaded file before it is taken over."""

    plan: Plan
    verdict: str
    consequence: str
    sections: Sequence[Section]
    faults: Sequence[Fault]

    @property
    def has_faults(self) -> bool:
        """Say whether nothing can be taken over."""
        return self.plan.faults_in_all > 0

    @property
    def people(self) -> int:
        """Return how many people taking the file over would touch."""
        return len(self.plan.changes)

    @property
    def adds_people(self) -> bool:
        """Say whether somebody new comes; they begin on their first day, not on the day of the upload."""
        return bool(self.plan.of(ChangeKind.ADDED))

    @property
    def faults_left_out(self) -> int:
        """Return how many faults do not stand on the page."""
        return self.plan.faults_in_all - len(self.faults)


def preview_of(plan: Plan) -> Preview:
    """Return what the page of an uploaded file shows."""
    faults = sorted(plan.faults, key=lambda fault: fault.row or 0)
    if plan.faults_in_all:
        verdict = f"{counted(plan.faults_in_all, 'fault', 'faults')} in this file"
        mended = plural(plan.faults_in_all, "it is mended", "they are mended")
        consequence = f"Nothing can be taken over until {mended}. Nothing is stored."
    elif plan.changes or plan.new_teams:
        verdict = sentence_of(counts_of(plan), WOULD) or f"{_teams(plan)} would be added"
        consequence = "Nothing is stored yet."
    else:
        verdict = "Nothing would change"
        consequence = f"Belay holds all {counted(plan.rows, 'person', 'people')} of the file as the file says."
    return Preview(plan, verdict, consequence, sections_of(plan), faults[:SHOWN_FAULTS])


def _teams(plan: Plan) -> str:
    return counted(len(plan.new_teams), "team", "teams")


def counts_of(plan: Plan) -> dict[str, int]:
    """Return how many people each kind of change touches."""
    return {kind.value: len(plan.of(kind)) for kind in ChangeKind}


def sentence_of(counts: Mapping[str, int], words: Mapping[str, tuple[str, str]]) -> str:
    """Return counts as a sentence; empty when there is nothing to count.

    >>> sentence_of({"added": 38, "changed": 1, "leaver": 1}, WOULD)
    '38 people would be added, 1 would change and 1 would leave'
    """
    parts: list[str] = []
    for kind, (one, many) in words.items():
        number = counts.get(kind, 0)
        if number:
            noun = f" {plural(number, 'person', 'people')}" if not parts else ""
            parts.append(f"{number}{noun} {plural(number, one, many)}")
    return join_words(parts)


# After the preview -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownImport:
    """One upload in the list of uploads, and at the head of its page."""

    row: PeopleImport
    uploaded_by: str
    outcome: str
    counts: Mapping[str, int]

    @property
    def is_waiting(self) -> bool:
        """Say whether it is neither taken over nor dropped."""
        return self.row.state is ImportState.PREVIEWED


def counts_in(row: PeopleImport) -> dict[str, int]:
    """Return the counts that were kept when a file was taken over, by the kind of change.

    Source of the line: `domain.roster_rules.summary_of`.
    """
    words = {"left": ChangeKind.LEAVER.value, "back": ChangeKind.RETURNED.value, "not": "unlisted"}
    return {words.get(word, word): int(number) for number, word in COUNT.findall(row.summary)}


def shown_import(row: PeopleImport, names: Mapping[uuid.UUID, str]) -> ShownImport:
    """Return one upload with what came of it in words."""
    counts = counts_in(row)
    outcome = {
        ImportState.PREVIEWED: "Waits to be taken over or dropped",
        ImportState.DROPPED: "Dropped; nothing was changed",
        ImportState.APPLIED: sentence_of(counts, DID) or "Nothing had to be changed",
    }[row.state]
    return ShownImport(row, names.get(row.uploaded_by_id, ""), outcome, counts)


# Tables to download ------------------------------------------------------------

FAULT_HEADER = ("row", "column", "value", "what is wrong")
CHANGE_HEADER = ("row", "employee_id", "name", "what happens", "column", "old", "new", "from", "remark")


def fault_rows(plan: Plan) -> Iterable[Sequence[Cell]]:
    """Yield the faults as rows of a table."""
    for fault in sorted(plan.faults, key=lambda one: one.row or 0):
        yield fault.row, fault.column, fault.value, fault.message


def change_rows(plan: Plan) -> Iterable[Sequence[Cell]]:
    """Yield every value that would change as a row of a table."""
    for person in plan.changes:
        for one in person.fields:
            remark = "correction" if one.is_correction else "old value not shown" if one.is_hidden else ""
            about = (person.row, person.employee_id, person.name, person.kind.value)
            yield *about, one.column, one.old, one.new, one.from_on, remark
