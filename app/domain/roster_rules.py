"""What taking a people file over would do to a company: the plan that people read, and the decisions behind it.

Nothing depends on the order of the rows. Taking the same file over again changes nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from app.domain.roster import GROUP_PREFIX, ChangeKind, Column, Fault, FieldChange, PersonChange, Plan, Unlisted
from app.domain.roster_cells import EmailCheck, RowReader
from app.domain.roster_company import Company, Member
from app.domain.roster_comparison import Comparison
from app.domain.roster_dates import last_day
from app.domain.roster_decisions import Decision
from app.domain.roster_faults import Findings
from app.domain.roster_header import read_header
from app.domain.roster_reporting import check_loops, left_behind

Objections = Callable[[frozenset[uuid.UUID]], Mapping[uuid.UUID, str]]
OWN_ROW = (
    "This is your own row. Nobody changes their own row: write what Belay holds of you, ask another person of HR, or "
    "run the import on the server."
)


Progress = Callable[[float], None]
"""Hears how far the work is, as a share from 0 to 1."""
HALF = 0.5
TOLD_EVERY = 500
"""How many rows are read between two words about them."""
Thing = TypeVar("Thing")


def no_progress(share: float) -> None:
    """Tell nobody."""
    del share


def counted(
    things: Iterable[Thing], total: int, progress: Progress, *, first: float = 0, last: float = 1
) -> Iterator[Thing]:
    """Yield things, and tell from time to time how far they are on the way from one share to another.

    >>> told = []
    >>> len(list(counted(range(1000), 1000, told.append, first=0.5)))
    1000
    >>> told
    [0.5, 0.75, 1]
    """
    for number, thing in enumerate(things):
        if number % TOLD_EVERY == 0:
            progress(first + (last - first) * min(number / max(total, 1), 1))
        yield thing
    progress(last)


def no_objections(people: frozenset[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Object to nothing."""
    del people
    return {}


@dataclass(frozen=True)
class Setting:
    """What the rules need beside the file and the company.

    `from_on` is the day from which teams, managers and groups change. `importer_id` is whoever takes the file over,
    None on the command line. `objections` says of people about to leave why one may not yet, `address_objections` of
    people about to sign in with another address; the latter are not asked on the command line.
    """

    from_on: date
    today: date
    importer_id: uuid.UUID | None
    check_email: EmailCheck
    objections: Objections
    address_objections: Objections = no_objections


@dataclass(frozen=True)
class Outcome:
    """The plan as it is shown, and the decisions to be carried out; none while there is a fault."""

    plan: Plan
    decisions: Sequence[Decision] = ()
    comparison: Comparison | None = None


def refused(fault: Fault) -> Outcome:
    """Return the outcome of a file that cannot be read at all."""
    return Outcome(Plan(0, faults=[fault], faults_in_all=1, digest=_hash(repr(fault))))


def work_out(
    header: Sequence[str],
    header_row: int,
    rows: Iterable[tuple[int, list[str]]],
    company: Company,
    setting: Setting,
    *,
    file_digest: str,
    expected_rows: int = 0,
    progress: Progress = no_progress,
) -> Outcome:
    """Compare a people file with the company. Faults of the header end it; every other fault is found together.

    `expected_rows` is about how many there are; nothing but the progress depends on it.
    """
    findings = Findings()
    layout = read_header(header, header_row, findings)
    plan = Plan(0, ignored=layout.ignored, absent=layout.absent)
    if findings.count:
        return Outcome(_with_faults(plan, findings))
    reader = RowReader(layout, company, today=setting.today, check_email=setting.check_email, findings=findings)
    entries = list(reader.read_all(counted(rows, expected_rows, progress, last=HALF)))
    if not entries and not findings.count:
        findings.add(None, "", "", "There is no row below the header. Each person has a row of their own.")
    comparison = Comparison(layout, company, entries, reader, from_on=setting.from_on, today=setting.today)
    looked_at = counted(entries, len(entries), progress, first=HALF)
    decisions = [decision for entry in looked_at if (decision := comparison.decide(entry)) is not None]
    check_loops(comparison, decisions, findings)
    _check_own_row(decisions, setting, findings)
    _check_leaving(decisions, setting, findings)
    _check_addresses(decisions, setting, findings)
    decisions = [decision for decision in decisions if decision.entry.row not in findings.rows]
    changes = [
        PersonChange(one.entry.row, one.entry.employee_id, one.entry.name, one.kind, one.fields) for one in decisions
    ]
    faulty = sum(1 for entry in entries if entry.row in findings.rows)
    plan = replace(
        plan,
        rows=reader.rows,
        changes=changes,
        unchanged=len(entries) - len(decisions) - faulty,
        unlisted=_unlisted(company, comparison, setting.from_on),
        new_teams=sorted(comparison.new_teams.values()),
        remarks=left_behind(comparison, decisions),
    )
    digest = _digest(file_digest, setting, decisions, plan)
    plan = replace(_with_faults(plan, findings), digest=digest)
    return Outcome(plan, () if plan.faults else decisions, comparison)


def summary_of(plan: Plan) -> str:
    """Return a plan in one line; `people.import_pages.counts_in` reads it again.

    >>> summary_of(Plan(3, unchanged=2, faults_in_all=1))
    '0 added, 0 changed, 0 left, 0 back, 2 unchanged, 1 fault'
    """
    counts = dict.fromkeys(ChangeKind, 0)
    for change in plan.changes:
        counts[change.kind] += 1
    words = {
        ChangeKind.ADDED: "added",
        ChangeKind.CHANGED: "changed",
        ChangeKind.LEAVER: "left",
        ChangeKind.RETURNED: "back",
    }
    parts = [f"{counts[kind]} {word}" for kind, word in words.items()]
    parts.append(f"{plan.unchanged} unchanged")
    if plan.unlisted:
        parts.append(f"{len(plan.unlisted)} not in the file")
    if plan.faults_in_all:
        parts.append(f"{plan.faults_in_all} fault{'' if plan.faults_in_all == 1 else 's'}")
    return ", ".join(parts)


def _with_faults(plan: Plan, findings: Findings) -> Plan:
    faults = findings.first()
    return replace(plan, faults=faults, faults_in_all=findings.count, digest=_hash(repr(faults)))


def _check_own_row(decisions: Sequence[Decision], setting: Setting, findings: Findings) -> None:
    """Note what somebody would change of themselves by their own import; `roster` says what may be."""
    for decision in decisions:
        member = decision.member
        if member is None or member.id != setting.importer_id:
            continue
        for change in decision.fields:
            if not (member.employee_id is None and _is_first_placing(change, member)):
                findings.add(decision.entry.row, change.column, change.new, OWN_ROW)


def _is_first_placing(change: FieldChange, member: Member) -> bool:
    """Say whether a change only writes down where somebody stands of whom that is not known."""
    if change.column == Column.EMPLOYEE_ID:
        return True
    if change.column == Column.HIRED_ON:
        return member.hired_on is None
    if change.column == Column.TEAM:
        return not member.teams
    if change.column == Column.MANAGER:
        return not member.managers
    dimension = change.column.removeprefix(GROUP_PREFIX)
    return dimension != change.column and all(row.value.dimension != dimension for row in member.groups)


def leavers(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that record or change the leaving of somebody who is known."""
    return [
        one
        for one in decisions
        if one.member is not None and one.kind is not ChangeKind.RETURNED and one.person.get(Column.LEFT_ON) is not None
    ]


def _check_leaving(decisions: Sequence[Decision], setting: Setting, findings: Findings) -> None:
    leaving = {one.member.id: one for one in leavers(decisions) if one.member is not None}
    if not leaving:
        return
    for person_id, why in setting.objections(frozenset(leaving)).items():
        entry = leaving[person_id].entry
        findings.add(entry.row, Column.LEFT_ON, str(last_day(entry.left_on)), why)


def moved(decisions: Iterable[Decision]) -> dict[uuid.UUID, str]:
    """Return who is known and gets another address to sign in with, with the one that they had before."""
    return {
        one.member.id: one.member.email for one in decisions if one.member is not None and Column.EMAIL in one.person
    }


def _check_addresses(decisions: Sequence[Decision], setting: Setting, findings: Findings) -> None:
    """Ask whether addresses may change, as the form does; whoever commands the server may change any."""
    moving = moved(decisions)
    if not moving or setting.importer_id is None:
        return
    entries = {one.member.id: one.entry for one in decisions if one.member is not None}
    for person_id, why in setting.address_objections(frozenset(moving)).items():
        findings.add(entries[person_id].row, Column.EMAIL, entries[person_id].email, why)


def _unlisted(company: Company, comparison: Comparison, day: date) -> list[Unlisted]:
    missing = [
        member
        for member in company.members.values()
        if member.employee_id not in comparison.row_of_id and member.works_on(day)
    ]
    return [
        Unlisted(one.employee_id or "", one.name)
        for one in sorted(missing, key=lambda member: (member.name, member.employee_id or ""))
    ]


def _digest(file_digest: str, setting: Setting, decisions: Sequence[Decision], plan: Plan) -> str:
    """Return what names this very outcome; of somebody new the row of the file says everything."""
    digest = hashlib.sha256(f"{file_digest} {setting.from_on}".encode())
    for one in decisions:
        digest.update(f"\n{one.entry.row} {one.kind}".encode())
        if one.member is None:
            digest.update(f" {one.begins_on} {one.reports_from}".encode())
        else:
            digest.update(f" {one.member.id} {list(one.fields)!r} {sorted(one.person.items())!r}".encode())
            digest.update(f"{one.team!r} {one.manager!r} {one.level!r} {one.groups!r}".encode())
    rest = (plan.unchanged, plan.new_teams, [one.employee_id for one in plan.unlisted], plan.remarks)
    digest.update(repr(rest).encode())
    return digest.hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
