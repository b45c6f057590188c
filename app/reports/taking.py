"""A report as it is taken out: which one, for whom, with which filters, and into what kind of file.

The page, the worker and the command line share it, so that every file of a report comes about in one way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.access.actor import Actor, Role
from app.access.policy import can
from app.audit.actions import record_refusal
from app.domain.as_of import Known, is_quarter_end, last_quarter_end
from app.domain.errors import InvalidError, MissingError
from app.policies.queries import value_of
from app.reports import storage
from app.reports.actions.exports import Asked
from app.reports.catalogue import REPORTS, Definition
from app.reports.criteria import AS_OF, EVERY, PERSON, TO, Criteria, Viewer, read_criteria
from app.reports.files import MOST_PDF_ROWS, csv_chunks, json_chunks, pdf_bytes, write_xlsx
from app.reports.files.manifest import Manifest, manifest_of
from app.reports.findings import Findings, Table
from app.reports.models import FileFormat

TABLE, OUTSIDE = "table", "outside"
SMALLEST_GROUP, SMALLEST_GROUP_OUTSIDE = "report_smallest_group", "report_smallest_group_outside"
CHUNK = 64 * 1024
XLSX_AT_ONCE = 5000
PDF_AT_ONCE = 300
COMPUTED_AT_ONCE = 2000
"""So many people's standing is computed anew for a past day while somebody waits; more is work for the worker."""
STANDING_REPORTS = frozenset({"progression", "readiness"})


@dataclass(frozen=True, slots=True)
class Taking:
    """One report with all that its file needs."""

    definition: Definition
    criteria: Criteria
    findings: Findings
    table: Table
    manifest: Manifest

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables."""
        return sum(table.rows.count() for table in self.findings.tables)

    def rows_of(self, kind: FileFormat) -> int:
        """Return how many rows a file of a kind holds: CSV holds one table, the others all of them."""
        return self.table.rows.count() if kind is FileFormat.CSV else self.rows

    def takes_long(self, kind: FileFormat) -> bool:
        """Say whether the worker makes the file, because somebody would wait too long for it."""
        rows = self.rows
        limits = {FileFormat.XLSX: XLSX_AT_ONCE, FileFormat.PDF: PDF_AT_ONCE}
        as_of = self.criteria.as_of
        is_computed = as_of.known is Known.NOW and as_of.day < self.criteria.today
        return rows > limits.get(kind, rows) or (
            is_computed and self.definition.name in STANDING_REPORTS and rows > COMPUTED_AT_ONCE
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be taken out, by somebody who may: values alone, so that it can be carried out in a later transaction.

    `table` is the key of the table that a CSV holds, empty for the main one.
    """

    definition: Definition
    criteria: Criteria
    table: str
    taken_by: str
    at: datetime

    def file_name(self, kind: FileFormat) -> str:
        """Return the name of the file: made by us, and saying nothing of anybody."""
        return f"belay-{self.definition.name}-{self.criteria.day.isoformat()}.{kind.value}"

    def take(self) -> Taking:
        """Return the report as it stands. InvalidError: a filter or the table is none that it has."""
        findings = self.definition.find(self.criteria)
        if not findings.tables:
            # Too few people to count: the file says so as the page does.
            findings = replace(findings, tables=(findings.main,))
        chosen = findings.table(self.table) if self.table else findings.main
        if chosen is None:
            known = ", ".join(one.key for one in findings.tables)
            raise InvalidError(f"This report has no table “{self.table}”; it has: {known}.", field=TABLE)
        title = self.definition.title
        manifest = manifest_of(self.definition.name, title, self.criteria, taken_by=self.taken_by, at=self.at)
        return Taking(self.definition, self.criteria, findings, chosen, manifest)


def find_report(name: str) -> Definition:
    """Return a report by its name; MissingError when there is none."""
    definition = REPORTS.get(name)
    if definition is None:
        raise MissingError
    return definition


def criteria_of(
    definition: Definition, given: Mapping[str, str], viewer: Viewer, today: date, *, is_for_outside: bool = False
) -> Criteria:
    """Return what a report is asked for. InvalidError names the field; a list of single people never leaves."""
    if is_for_outside and not definition.has_outside:
        raise InvalidError("This report lists single people, so that it has no version for outside.", field=OUTSIDE)
    k = int(str(value_of(SMALLEST_GROUP)))
    if is_for_outside:
        k = max(k, int(str(value_of(SMALLEST_GROUP_OUTSIDE))))
    criteria = read_criteria(given, definition.takes, viewer=viewer, today=today, k=k, is_for_outside=is_for_outside)
    if is_for_outside:
        _check_day_outside(definition, criteria)
    return criteria


def _check_day_outside(definition: Definition, criteria: Criteria) -> None:
    """Refuse a day that is no quarter's end: two files of days close to each other would tell of few people.

    A report that stands as of today alone has no other day. InvalidError names the last end of a quarter.
    """
    if definition.only_quarter_ends and AS_OF not in criteria.text:
        # It opens on the last end of a quarter by itself.
        return
    field = next((one for one in (AS_OF, TO) if one in definition.takes), None)
    day = criteria.end or criteria.day
    if field is not None and not is_quarter_end(day):
        last = last_quarter_end(day).isoformat()
        raise InvalidError(
            f"Outside, reports are told at the ends of quarters alone. The last one is {last}.", field=field
        )


def check_right(definition: Definition, criteria: Criteria) -> None:
    """Refuse who may not open the report, as if it did not exist; MissingError. The command line may open all."""
    who = criteria.viewer.actor
    if who is None:
        return
    thing = definition.on(criteria) if definition.on else None
    if not can(who, definition.permission, thing):
        record_refusal(who, definition.permission, thing)
        raise MissingError


def check_right_in(definition: Definition, given: Mapping[str, str], viewer: Viewer, today: date) -> None:
    """Do the same for what somebody sends, of which only the person matters; a person that is none is missing."""
    only = {PERSON: given.get(PERSON, "")}
    try:
        criteria = read_criteria(only, definition.takes & {PERSON}, viewer=viewer, today=today, k=0)
    except InvalidError:
        raise MissingError from None
    check_right(definition, criteria)


def is_own(definition: Definition, given: Mapping[str, str], who: Actor) -> bool:
    """Say whether a report holds nothing but the data of who takes it, so that it asks for no reason and no proof."""
    if definition.name == "person":
        return given.get(PERSON, "") in {"", str(who.person_id)}
    return definition.name == "progression" and not who.leads and not who.has_role(Role.HR)


def check_size(taking: Taking, kind: FileFormat) -> None:
    """Refuse a PDF that nobody would print; InvalidError says what to take instead."""
    if kind is FileFormat.PDF and (rows := taking.rows) > MOST_PDF_ROWS:
        raise InvalidError(
            f"A PDF holds at most {MOST_PDF_ROWS} rows, and this has {rows}. Take CSV or XLSX, or narrow the filters.",
            field="format",
        )


def asked_of(taking: Taking, kind: FileFormat, *, reason: str, is_own: bool, has_mark: bool) -> Asked:
    """Return what is written down of a report that is taken out."""
    criteria = taking.criteria
    who = criteria.viewer.actor
    about = criteria.person_id or (who.person_id if who is not None else None)
    is_main = taking.table is taking.findings.main
    return Asked(
        report=taking.definition.name,
        format=kind,
        filters={**criteria.text, **({} if is_main else {TABLE: taking.table.key})},
        rows=taking.rows_of(kind),
        reason=reason,
        is_own=is_own,
        has_mark=has_mark and kind is FileFormat.CSV,
        is_for_outside=criteria.is_for_outside,
        has_job=taking.takes_long(kind),
        subject_id=about if taking.definition.name == "person" else None,
    )


def filters_in(stored: str) -> dict[str, str]:
    """Return the filters of an export as they were stored."""
    return {name: value for name, value in json.loads(stored).items() if name in {*EVERY, TABLE}}


def chunks_of(taking: Taking, kind: FileFormat, *, has_mark: bool) -> Iterator[bytes]:
    """Return a file as chunks of bytes. CSV and JSON come while the rows are read, the others are made first."""
    if kind is FileFormat.CSV:
        yield from csv_chunks(taking.findings, taking.manifest, taking.table, has_mark=has_mark)
    elif kind is FileFormat.JSON:
        yield from json_chunks(taking.findings, taking.manifest)
    elif kind is FileFormat.PDF:
        yield pdf_bytes(taking.findings, taking.manifest)
    else:
        # Beside the worker's files, and private as they are: what a crash leaves there is swept away.
        with NamedTemporaryFile(dir=storage.folder(), prefix="made-", suffix=".xlsx") as file:
            write_xlsx(taking.findings, taking.manifest, Path(file.name))
            yield from iter(partial(file.read, CHUNK), b"")
