"""Reading a people file against the company: what taking it over would change. Nothing is written."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, func, or_, select, union_all
from sqlalchemy.orm import defer

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import MissingError
from app.domain.roster import Fault, Plan
from app.domain.roster_company import Company, Grouped, Held, KnownLadder, Member, Stored, fold_name
from app.domain.roster_faults import shown
from app.domain.roster_rules import Outcome, Progress, Setting, no_progress, refused, work_out
from app.infra.db import db
from app.infra.table_file import TableError, open_table
from app.ladders.models import LadderVersion
from app.ladders.queries import list_adopted
from app.people import hooks
from app.people.models import (
    EffectiveDated,
    GroupMembership,
    ImportState,
    LevelSpell,
    ManagerLink,
    PeopleImport,
    Person,
    Team,
    TeamMembership,
)

SHOWN = 50
FETCHED = 5000
LONGEST_DOMAIN = 100
MOST_DOMAINS = 500


def plan_import(
    content: bytes,
    *,
    from_on: date,
    today: date,
    importer_id: uuid.UUID | None,
    progress: Progress = no_progress,
) -> Plan:
    """Return what taking a people file over would do; faults are in the plan, never raised.

    Teams, managers and groups change from `from_on`. `importer_id` is whoever would take the file over, None on the
    command line. `progress` hears how far it is.
    """
    return work_out_import(content, from_on=from_on, today=today, importer_id=importer_id, progress=progress).plan


def work_out_import(
    content: bytes,
    *,
    from_on: date,
    today: date,
    importer_id: uuid.UUID | None,
    progress: Progress = no_progress,
) -> Outcome:
    """Return the plan of a people file with the decisions behind it."""
    try:
        table = open_table(content)
        return work_out(
            table.header,
            table.header_row,
            table.rows(),
            read_company(from_on=from_on, today=today),
            Setting(
                from_on,
                today,
                importer_id,
                AddressCheck(),
                hooks.objections_to_leaving,
                hooks.objections_to_address_change,
            ),
            file_digest=file_digest(content),
            expected_rows=content.count(b"\n"),
            progress=progress,
        )
    except TableError as error:
        return refused(Fault(error.row, "", shown(error.value), error.message))


def file_digest(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


class AddressCheck:
    """Says what is wrong with addresses, empty when one can be used. Nothing is looked up in the network.

    Putting a domain with other letters than a to z into the form of the network takes long, and many people share few
    domains: each is looked at once, and only so many of them.
    """

    def __init__(self) -> None:
        """Begin with no domain known."""
        self._domains: dict[str, str] = {}

    def __call__(self, address: str) -> str:
        """Return what is wrong with an address."""
        name, at, domain = address.rpartition("@")
        if not at or domain.isascii():
            return _wrong_with(address)
        known = self._domains.get(domain)
        if known is None:
            known = self._domains[domain] = self._look_at(domain)
        return known or _wrong_with(f"{name}@example.org")

    def _look_at(self, domain: str) -> str:
        if len(domain) > LONGEST_DOMAIN:
            return f"The part after the @-sign is longer than {LONGEST_DOMAIN} characters."
        if len(self._domains) >= MOST_DOMAINS:
            return (
                f"The file names more than {MOST_DOMAINS} domains that are written with other letters than a to z, "
                "and this one was not looked at. Write it as the network does, beginning with xn--."
            )
        return _wrong_with(f"somebody@{domain}")


def _wrong_with(address: str) -> str:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return str(error)
    return ""


# The company ------------------------------------------------------------------


def read_company(*, from_on: date, today: date) -> Company:
    """Return everybody with what holds of them from a day on, in as many statements as there are tables."""
    members = {row[0]: Member(*row) for row in _rows(Person.id, *_PERSON)}
    later = (or_(TeamMembership.ends_on.is_(None), TeamMembership.ends_on > from_on),)
    for person_id, held in _held(TeamMembership, TeamMembership.team_id, where=later):
        members[person_id].teams = held
    later = (or_(ManagerLink.ends_on.is_(None), ManagerLink.ends_on > from_on),)
    for person_id, held in _held(ManagerLink, ManagerLink.manager_id, where=later):
        members[person_id].managers = held
    for person_id, held in _held(LevelSpell, LevelSpell.ladder, LevelSpell.level, LevelSpell.reason, value=Held):
        members[person_id].spells = held
    later = (or_(GroupMembership.ends_on.is_(None), GroupMembership.ends_on > from_on),)
    columns = (GroupMembership.dimension, GroupMembership.value)
    for person_id, held in _held(GroupMembership, *columns, value=Grouped, where=later):
        members[person_id].groups = held
    teams = {row[0]: row[1] for row in db.session.execute(select(Team.id, Team.name).order_by(Team.name))}
    return Company(members, teams, _ladders(today))


_PERSON = (Person.employee_id, Person.name, Person.email, Person.hired_on, Person.left_on)


def _rows(key: Any, *columns: Any, where: Sequence[ColumnElement[bool]] = ()) -> Iterator[Any]:  # noqa: ANN401
    statement = select(key, *columns).where(*where).order_by(key, *columns[:1]).execution_options(yield_per=FETCHED)
    for portion in db.session.execute(statement).partitions():
        yield from portion


def _held(
    table: type[EffectiveDated],
    *columns: Any,
    value: Any = None,  # noqa: ANN401 - what makes a value of the columns
    where: Iterable[ColumnElement[bool]] = (),
) -> Iterator[tuple[uuid.UUID, list[Stored[Any]]]]:
    """Yield the live rows of each person, first days first."""
    held: dict[uuid.UUID, list[Stored[Any]]] = defaultdict(list)
    live = (table.superseded_at.is_(None), *where)
    for person_id, row_id, starts_on, ends_on, *values in _rows(
        table.person_id, table.id, table.starts_on, table.ends_on, *columns, where=live
    ):
        made = value(*values) if value is not None else values[0]
        held[person_id].append(Stored(row_id, made, starts_on, ends_on))
    for person_id, rows in held.items():
        rows.sort(key=lambda row: (row.starts_on, row.id))
        yield person_id, rows


def _ladders(today: date) -> list[KnownLadder]:
    """Return the ladders that count, each with every name that a version of its lineage has had."""
    names: dict[str, set[str]] = defaultdict(set)
    versions = select(LadderVersion.lineage, LadderVersion.ladder, LadderVersion.title).order_by(LadderVersion.id)
    for lineage, slug, title in db.session.execute(versions):
        names[lineage] |= {fold_name(lineage), fold_name(slug), fold_name(title)}
    return [
        KnownLadder(
            edition.ladder.lineage,
            edition.ladder.title,
            frozenset(names[edition.ladder.lineage]),
            tuple(level.id for level in edition.ladder.levels),
        )
        for edition in list_adopted(today)
    ]


def moment_after_all(at: datetime) -> datetime:
    """Return a moment, later than all that is recorded of anybody: nothing is superseded before it was recorded."""
    latest = [
        select(func.max(table.recorded_at), func.max(table.superseded_at))
        for table in (TeamMembership, ManagerLink, LevelSpell, GroupMembership)
    ]
    known: list[datetime] = [
        moment for row in db.session.execute(union_all(*latest)) for moment in row if moment is not None
    ]
    return max([at, *(moment + timedelta(microseconds=1) for moment in known)])


# Uploaded files ---------------------------------------------------------------


def plan_of(row: PeopleImport, *, today: date, importer_id: uuid.UUID | None) -> Plan:
    """Return what taking an uploaded file over would do now. MissingError when its content is no longer kept."""
    if row.content is None:
        raise MissingError
    return plan_import(row.content, from_on=row.from_on, today=today, importer_id=importer_id)


def find_import(import_id: uuid.UUID) -> PeopleImport | None:
    """Return an uploaded people file; its content is read when it is asked for. None when there is none of that id."""
    rows = select(PeopleImport).where(PeopleImport.id == import_id).options(defer(PeopleImport.content))
    return db.session.scalars(rows).one_or_none()


def get_import(import_id: uuid.UUID) -> PeopleImport:
    """Return an uploaded people file; MissingError when there is none of that id."""
    found = find_import(import_id)
    if found is None:
        raise MissingError
    return found


def find_applier(row: PeopleImport) -> uuid.UUID | None:
    """Return who took a file over, as the record of acts tells; None when nobody has."""
    if row.state is not ImportState.APPLIED:
        return None
    return db.session.scalar(
        select(AuditEvent.actor_id)
        .where(AuditEvent.tag == Tag.PEOPLE_IMPORTED.value, AuditEvent.object_id == row.id)
        .order_by(AuditEvent.seq)
        .limit(1)
    )


def list_imports() -> list[PeopleImport]:
    """Return the latest uploaded people files without their contents, the latest first."""
    rows = select(PeopleImport).order_by(PeopleImport.uploaded_at.desc(), PeopleImport.id).limit(SHOWN)
    return list(db.session.scalars(rows.options(defer(PeopleImport.content))))
