"""`belay people import FILE`: look at a people file, and take all of it over or nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from app.cli.context import CANNOT_START, FAULTS, command_line, open_app, stop
from app.domain.errors import DomainError
from app.domain.roster import ChangeKind, Fault, FieldChange, PersonChange, Plan
from app.domain.roster_rules import Progress, no_progress, summary_of
from app.infra.clock import now, today
from app.infra.table_file import MAX_BYTES, TableError, read_limited, too_large
from app.infra.unit_of_work import transaction
from app.people.actions.importing import apply_plan
from app.people.queries.importing import plan_import

MOST_PRINTED = 1000
LONG = 256 * 1024
"""From this size on, somebody who looks on is told that work is going on. Bytes."""
HEADINGS = {
    ChangeKind.ADDED: "Added",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.LEAVER: "Left",
    ChangeKind.RETURNED: "Back",
}


def _day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"“{value}” is no day; write one such as 2027-01-31.") from None


@click.group("people")
def people_group() -> None:
    """Load people from a file."""


@people_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--from",
    "from_on",
    callback=_day,
    metavar="DATE",
    help="Day from which teams, managers and groups change; today when left out.",
)
def import_people(file: Path, *, dry_run: bool, from_on: date | None) -> None:
    """Take the people of a CSV FILE over: all of them, or none when there is a fault. A - reads standard input.

    Faults are printed as FILE:row:column: message (value), one a line.
    """
    content = _read(file)
    with open_app().app_context():
        day = from_on or today()
        progress = _teller(content, "Comparing the file with the company")
        plan = plan_import(content, from_on=day, today=today(), importer_id=None, progress=progress)
        if plan.faults_in_all:
            for line in _faults(str(file), plan):
                click.echo(line)
            stop(_count_of(plan), FAULTS)
        if not dry_run:
            progress = _teller(content, "Taking it over")
            try:
                with transaction():
                    plan = apply_plan(
                        content,
                        from_on=day,
                        by=command_line(),
                        at=now(),
                        expected_digest=plan.digest,
                        progress=progress,
                    )
            except DomainError as refusal:
                stop(f"Nothing was taken over. {refusal.message}", FAULTS)
    for line in _summary(plan):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was changed: this was only a look (--dry-run).")


def _read(file: Path) -> bytes:
    """Return the content of a file, or of standard input, or stop; what is too large is not read to its end."""
    try:
        if str(file) == "-":
            return read_limited(sys.stdin.buffer)
        with file.open("rb") as stream:
            if file.stat().st_size > MAX_BYTES:
                stop(f"{file}: {too_large()}", CANNOT_START)
            return read_limited(stream)
    except TableError as error:
        stop(f"{file}: {error.message}", CANNOT_START)
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror or error}.", CANNOT_START)


def _is_looked_at() -> bool:
    return sys.stderr.isatty()


def _teller(content: bytes, words: str) -> Progress:
    """Return what tells of every tenth that is done, when the file is long and somebody looks on."""
    if len(content) < LONG or not _is_looked_at():
        return no_progress
    told = -1

    def tell(share: float) -> None:
        nonlocal told
        if (tenths := int(share * 10)) > told:
            told = tenths
            click.echo(f"{words}: {tenths * 10} %", err=True)

    return tell


def _count_of(plan: Plan) -> str:
    count = plan.faults_in_all
    what = f"{count} fault{'' if count == 1 else 's'}; nothing was taken over."
    more = count - min(count, MOST_PRINTED, len(plan.faults))
    return f"{what} {more} more are not shown." if more else what


def _faults(name: str, plan: Plan) -> Iterator[str]:
    for fault in plan.faults[:MOST_PRINTED]:
        yield _line_of(name, fault)


def _line_of(name: str, fault: Fault) -> str:
    row = fault.row if fault.row is not None else ""
    value = f" ({fault.value})" if fault.value else ""
    return f"{name}:{row}:{fault.column}: {fault.message}{value}"


def _summary(plan: Plan) -> Iterator[str]:
    yield f"{plan.rows} row{'' if plan.rows == 1 else 's'}: {summary_of(plan)}."
    for kind, heading in HEADINGS.items():
        if found := plan.of(kind):
            yield f"{heading} ({len(found)}):"
            yield from (f"  {_person(change)}" for change in found)
    yield from _list("New teams", plan.new_teams)
    yield from _list("Not in the file, not touched", [f"{one.name} ({one.employee_id})" for one in plan.unlisted])
    ignored = [f"{one.name}; perhaps {one.perhaps} is meant" if one.perhaps else one.name for one in plan.ignored]
    yield from _list("Columns that Belay does not read", ignored)
    yield from _list("Columns that are not there, and stay as they are", plan.absent)
    yield from _list("To look at", [f"row {one.row}, {one.value}: {one.message}" for one in plan.remarks])


def _person(change: PersonChange) -> str:
    who = f"{change.name} ({change.employee_id})"
    if change.kind is ChangeKind.ADDED:
        return who
    return f"{who}: {'; '.join(_field(field) for field in change.fields)}"


def _field(field: FieldChange) -> str:
    old = "another value" if field.is_hidden else field.old or "none"
    day = f" from {field.from_on}" if field.from_on else ""
    corrected = ", a correction" if field.is_correction else ""
    return f"{field.column} {old} → {field.new or 'none'}{day}{corrected}"


def _list(heading: str, words: Sequence[str]) -> Iterator[str]:
    if words:
        yield f"{heading} ({len(words)}):"
        yield from (f"  {word}" for word in words)
