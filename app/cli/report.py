"""`belay report`: the rows of a report's page, as a file or on standard output."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import func, select

from app.cli.context import CANNOT_START, FAULTS, command_line, open_app, stop
from app.domain.errors import DomainError, InvalidError, MissingError
from app.infra.clock import now, today
from app.infra.db import db, set_may_write
from app.infra.unit_of_work import transaction
from app.people.models import Person, Team
from app.promotion.models import PromotionCycle
from app.reports import storage, taking
from app.reports.actions import exports as acts
from app.reports.catalogue import REPORTS, Definition
from app.reports.criteria import AS_OF, CYCLE, FROM, GROUP, KNOWN, LADDER, LEVEL, PERSON, TEAM, TO, Viewer
from app.reports.files.xlsx_file import TooManyRowsError
from app.reports.models import REASON_LENGTH, FileFormat
from app.reports.queries.exports import begin_snapshot

FILTERS = (AS_OF, KNOWN, FROM, TO, TEAM, PERSON, LADDER, LEVEL, GROUP, CYCLE)
FORMATS = tuple(one.value for one in FileFormat)
FOR_A_FILE = frozenset({FileFormat.XLSX, FileFormat.PDF})
"""Kinds that a terminal shows as noise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for besides the filters."""

    kind: FileFormat
    target: Path | None
    table: str
    reason: str
    has_mark: bool
    is_for_outside: bool


def _list(context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value and not context.resilient_parsing:
        wide = max(map(len, REPORTS))
        for definition in REPORTS.values():
            click.echo(f"{definition.name:<{wide}}  {definition.question}")
        context.exit()


def _report(_context: click.Context, _option: click.Parameter, value: str) -> Definition:
    if value not in REPORTS:
        raise click.BadParameter(f"there is no report “{value}”; there are: {', '.join(REPORTS)}")
    return REPORTS[value]


@click.command("report")
@click.argument("definition", metavar="NAME", callback=_report)
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Name the reports.")
@click.option(
    "--as-of",
    AS_OF,
    metavar="DAY",
    help="The day of the report, or a period's last one; else today.",
)
@click.option("--known", KNOWN, type=click.Choice(["then", "now"]), help="As known on that day, or as corrected since.")
@click.option("--from", FROM, metavar="DAY", help="The first day of a period.")
@click.option("--to", TO, metavar="DAY", help="The last day of a period.")
@click.option("--team", TEAM, metavar="NAME", help="The name or the id of a team.")
@click.option("--person", PERSON, metavar="ID", help="The employee id or the id of a person.")
@click.option("--ladder", LADDER, metavar="NAME")
@click.option("--level", LEVEL, metavar="NAME")
@click.option("--group", GROUP, metavar="NAME", help="The dimension to compare by, such as office.")
@click.option("--cycle", CYCLE, metavar="NAME", help="The name or the id of a promotion cycle.")
@click.option("--table", "table", default="", metavar="KEY", help="Another table than the main one, in a CSV.")
@click.option(
    "--format", "kind", type=click.Choice([one.value for one in FileFormat]), default="csv", show_default=True
)
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), help="The file to write; standard output if left out."
)
@click.option("--outside", is_flag=True, help="It leaves the company: small groups are hidden earlier.")
@click.option("--mark", is_flag=True, help="Begin a CSV with the mark by which Excel knows UTF-8.")
@click.option("--reason", default="", help="What it is for; it is written into the record.")
def report(
    definition: Definition,
    kind: str,
    target: Path | None,
    table: str,
    reason: str,
    *,
    outside: bool,
    mark: bool,
    **filters: str | None,
) -> None:
    """Print a report, or write it into a file: the rows of its page, for everybody in the company.

    Small groups are hidden as on the page. Every fault is named at once, and then nothing is written. What is taken out
    stands in the record with the name of the system user.
    """
    wish = Wish(FileFormat(kind), target, table, " ".join(reason.split()), mark, outside)
    given = {name: value.strip() for name, value in filters.items() if value is not None and value.strip()}
    _check_target(wish)
    with open_app().app_context():
        faults = _faults(definition, given, wish)
        given = _with_end(definition, given)
        known = dict(_looked_up(given, faults))
        order = _order(definition, known, wish, faults) if not faults else None
        if order is None:
            for fault in faults:
                click.echo(fault, err=True)
            sys.exit(FAULTS)
        _hand_over(order, wish)


def _check_target(wish: Wish) -> None:
    """Stop where the file could not be written, before any work is done."""
    if wish.target is None:
        if wish.kind in FOR_A_FILE and sys.stdout.isatty():
            stop(f"A terminal cannot show {wish.kind.label}; name a file with -o.", CANNOT_START)
        return
    if not wish.target.parent.is_dir():
        stop(f"There is no folder {wish.target.parent} to write {wish.target.name} into.", CANNOT_START)
    if wish.target.is_dir():
        stop(f"{wish.target} is a folder; name a file.", CANNOT_START)


def _faults(definition: Definition, given: Mapping[str, str], wish: Wish) -> list[str]:
    """Return what is wrong with options one by one, each with the name of its option."""
    faults = [_no_such(definition, name, given) for name in given if name not in _known_to(definition, given)]
    for name in (AS_OF, FROM, TO, LADDER, LEVEL, GROUP):
        if name in given and name in _known_to(definition, given):
            taken = TO if name == AS_OF and AS_OF not in definition.takes else name
            try:
                taking.criteria_of(definition, {taken: given[name]}, Viewer(), today())
            except InvalidError as refusal:
                # A period that ends before today is weighed with its other end below.
                if refusal.field == taken:
                    faults.append(f"{_option(name)}: {refusal.message}")
    if wish.has_mark and wish.kind is not FileFormat.CSV:
        faults.append("--mark: only a CSV begins with it.")
    if wish.table and wish.kind is not FileFormat.CSV:
        faults.append(f"--table: {wish.kind.label} holds all tables.")
    if len(wish.reason) > REASON_LENGTH:
        faults.append(f"--reason: at most {REASON_LENGTH} characters.")
    return faults


def _known_to(definition: Definition, given: Mapping[str, str]) -> frozenset[str]:
    """Return the options that a report has: of a period, its last day stands in for the day of the report."""
    return definition.takes | {AS_OF} if TO in definition.takes and TO not in given else definition.takes


def _no_such(definition: Definition, name: str, given: Mapping[str, str]) -> str:
    """Return why a report has no use for an option."""
    if name == AS_OF and TO in definition.takes and TO in given:
        return f"{_option(name)}: for {definition.name} it is the end of the period, as --to is; give one of them."
    if name == AS_OF:
        return f"{_option(name)}: {definition.name} stands as of today; leave it out."
    return f"{_option(name)}: {definition.name} has no such filter."


def _with_end(definition: Definition, given: dict[str, str]) -> dict[str, str]:
    """Return the filters, of a report on a period with its last day in place of the day of the report."""
    if AS_OF in definition.takes or AS_OF not in given:
        return given
    return {TO: given[AS_OF], **{name: value for name, value in given.items() if name != AS_OF}}


def _option(name: str | None) -> str:
    return f"--{(name or 'table').replace('_', '-')}"


def _looked_up(given: Mapping[str, str], faults: list[str]) -> Iterator[tuple[str, str]]:
    """Give the filters with ids in place of names; who and what is not known is added to the faults."""
    for name, value in given.items():
        found = value
        try:
            if name == TEAM:
                found = _team(value)
            elif name == PERSON:
                found = _person(value)
            elif name == CYCLE:
                found = _cycle(value)
        except MissingError as refusal:
            faults.append(f"{_option(name)}: {refusal.message}")
        yield name, found


def _team(given: str) -> str:
    """Return the id of a team. MissingError: there is none."""
    by_id = _as_id(given)
    same = Team.id == by_id if by_id else func.lower(Team.name) == given.lower()
    found = db.session.scalar(select(Team.id).where(same).order_by(Team.id).limit(1))
    if found is None:
        raise MissingError(f"There is no team “{given}”.")
    return str(found)


def _person(given: str) -> str:
    """Return the id of a person. MissingError: nobody has that id."""
    by_id = _as_id(given)
    same = Person.id == by_id if by_id else Person.employee_id == given
    found = db.session.scalar(select(Person.id).where(same))
    if found is None:
        raise MissingError(f"Nobody has the id “{given}”.")
    return str(found)


def _cycle(given: str) -> str:
    """Return the id of a promotion cycle. MissingError: there is none, or several have that name."""
    by_id = _as_id(given)
    same = PromotionCycle.id == by_id if by_id else func.lower(PromotionCycle.name) == given.lower()
    found = db.session.scalars(select(PromotionCycle.id).where(same).order_by(PromotionCycle.id).limit(2)).all()
    if len(found) > 1:
        raise MissingError(f"Several cycles are called “{given}”; give the id of one.")
    if not found:
        raise MissingError(f"There is no promotion cycle “{given}”.")
    return str(found[0])


def _as_id(given: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(given)
    return None


def _order(definition: Definition, given: dict[str, str], wish: Wish, faults: list[str]) -> taking.Order | None:
    """Return what is taken out, or None with why not among the faults."""
    by = command_line().label
    try:
        criteria = taking.criteria_of(definition, given, Viewer(), today(), is_for_outside=wish.is_for_outside)
        return taking.Order(definition, criteria, wish.table, by, now())
    except InvalidError as refusal:
        faults.append(f"{_option(refusal.field)}: {refusal.message}")
        return None


def _hand_over(order: taking.Order, wish: Wish) -> None:
    """Write the record first, then the file: what cannot be recorded is not handed over."""
    # One transaction that only reads gives the count for the record and the rows; the record has one of its own.
    set_may_write(value=False)
    begin_snapshot()
    try:
        found = order.take()
        taking.check_size(found, wish.kind)
        asked = taking.asked_of(found, wish.kind, reason=wish.reason, is_own=False, has_mark=wish.has_mark)
    except DomainError as refusal:
        stop(f"{_option(refusal.field)}: {refusal.message}" if refusal.field else refusal.message, FAULTS)
    with current_app.app_context(), transaction():
        acts.note_export(asked, by=command_line(), at=order.at)
    try:
        _write(taking.chunks_of(found, wish.kind, has_mark=wish.has_mark), wish.target)
    except TooManyRowsError:
        stop("--format: a sheet of XLSX does not hold so many rows; take csv.", FAULTS)
    except BrokenPipeError:
        # Whoever read it has had enough, as `head` has; Python must not try to write the rest at its end.
        sys.stderr.close()


def _write(chunks: Iterator[bytes], target: Path | None) -> None:
    """Write all of it or nothing: the file takes its place when it is complete, and nobody else may read it."""
    if target is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    try:
        with storage.completed(target) as path, path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except OSError as error:
        stop(f"{target} cannot be written: {error.strerror}.", CANNOT_START)
