"""Reading what happened to somebody, in time: levels, teams, line managers, leave; and who recorded each, when."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import aliased

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.infra.clock import local
from app.infra.db import db
from app.people.models import (
    ImportState,
    LevelSpell,
    ManagerLink,
    PeopleImport,
    Person,
    SpellReason,
    Team,
    TeamMembership,
)
from app.people.queries.persons import get_people
from app.people.queries.records import TABLES, RecordKind, Row

ORDER = {kind: place for place, kind in enumerate(RecordKind)}
COMMAND_LINE, IMPORT = "the command line", "an import"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a history. `name` is the team or the manager; `ladder` and `level` are those of a level.

    `ends_on` is the first day on which it holds no more. `recorded_by` says who first recorded it, `recorded_at` when.
    """

    kind: RecordKind
    id: uuid.UUID | None
    starts_on: date
    ends_on: date | None
    name: str
    ladder: str
    level: str
    reason: str
    recorded_by: str
    recorded_at: datetime | None
    left_on: date | None = None
    """The first day without the manager, where they have left."""

    def holds_on(self, day: date) -> bool:
        """Say whether the entry holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def history_of(person_id: uuid.UUID, *, with_leave: bool) -> list[Entry]:
    """Return what holds or held of a person, newest first; leave only where the reader may see it. One question."""
    kinds = [kind for kind in RecordKind if with_leave or kind is not RecordKind.LEAVE]
    rows = db.session.execute(union_all(*(_everything_of(kind, person_id) for kind in kinds))).all()
    entries = [_entry_in(row, rows) for row in rows if row.superseded_at is None]
    return sorted(entries, key=lambda entry: (-entry.starts_on.toordinal(), ORDER[entry.kind], str(entry.id)))


def _everything_of(kind: RecordKind, person_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """Return a select of everything that was ever recorded of one kind, with the same columns for each kind."""
    table, recorder, manager = TABLES[kind], aliased(Person), aliased(Person)
    is_level = kind is RecordKind.LEVEL
    name = {RecordKind.TEAM: Team.name, RecordKind.MANAGER: manager.name}.get(kind, literal(""))
    rows = (
        select(
            literal(kind.value).label("kind"),
            table.id,
            table.starts_on,
            table.ends_on,
            table.recorded_at,
            table.superseded_at,
            (LevelSpell.ladder if is_level else literal("")).label("ladder"),
            (LevelSpell.level if is_level else literal("")).label("level"),
            (LevelSpell.reason if is_level else null()).label("reason"),
            name.label("name"),
            recorder.name.label("recorder"),
            (manager.left_on if kind is RecordKind.MANAGER else cast(null(), Date)).label("left_on"),
            exists()
            .where(PeopleImport.state == ImportState.APPLIED, PeopleImport.applied_at == table.recorded_at)
            .label("is_import"),
        )
        .select_from(table)
        .outerjoin(recorder, recorder.id == table.recorded_by_id)
        .where(table.person_id == person_id)
    )
    if kind is RecordKind.TEAM:
        return rows.join(Team, Team.id == TeamMembership.team_id)
    return rows.join(manager, manager.id == ManagerLink.manager_id) if kind is RecordKind.MANAGER else rows


def _entry_in(row: Any, rows: Iterable[Any]) -> Entry:  # noqa: ANN401 - a row of the select above
    """Return an entry. Who recorded it is said of the first one: one whose end has moved is a copy of that."""

    def says(one: Any) -> object:  # noqa: ANN401 - as above
        return one.kind, one.starts_on, one.ladder, one.level, one.reason, one.name

    first = min((one for one in rows if says(one) == says(row)), key=lambda one: one.recorded_at)
    is_import = first.is_import or first.reason is SpellReason.IMPORT
    return Entry(
        kind=RecordKind(row.kind),
        id=row.id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        name=row.name,
        ladder=row.ladder,
        level=row.level,
        reason=row.reason.label if row.reason else "",
        recorded_by=IMPORT if is_import else first.recorder or COMMAND_LINE,
        recorded_at=first.recorded_at,
        left_on=row.left_on,
    )


@dataclass(frozen=True, slots=True)
class Absence:
    """A time between leaving and coming back: its first day, and the day on which the return was recorded."""

    left_on: date
    back_on: date


def absences_of(person_id: uuid.UUID) -> list[Absence]:
    """Return the times in which somebody did not work here and that are over, oldest first. One question.

    The row of a person holds one last day, the present one; coming back clears it and leaves no gap in levels, teams
    and managers. That there was a time away is therefore told by the record of acts alone, and so is its end: the day
    on which the return was recorded. A last day that was taken back before it came was never a time away.
    """
    tags = (Tag.PERSON_ADDED, Tag.PERSON_CHANGED, Tag.PERSON_LEFT, Tag.PERSON_RETURNED)
    acts = db.session.execute(
        select(AuditEvent.tag, AuditEvent.at, AuditEvent.details)
        .where(AuditEvent.subject_id == person_id, AuditEvent.tag.in_([tag.value for tag in tags]))
        .order_by(AuditEvent.seq),
    )
    found: list[Absence] = []
    left_on: date | None = None
    for act in acts:
        said = json.loads(act.details).get("left_on")
        left_on = date.fromisoformat(said) if said else left_on
        if act.tag == Tag.PERSON_RETURNED:
            back_on = local(act.at).date()
            if left_on is not None and left_on <= back_on:
                found.append(Absence(left_on, back_on))
            left_on = None
    return found


def entry_of(kind: RecordKind, row: Row, names: Mapping[uuid.UUID, str]) -> Entry:
    """Return an entry of a row; one that is only planned has no id yet. Who recorded it is not said."""
    level = row if isinstance(row, LevelSpell) else None
    named = _named(row)
    return Entry(
        kind=kind,
        id=row.id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        name=names.get(named, "") if named else "",
        ladder=level.ladder if level else "",
        level=level.level if level else "",
        reason=level.reason.label if level else "",
        recorded_by="",
        recorded_at=None,
    )


def names_in(rows: Iterable[Row]) -> dict[uuid.UUID, str]:
    """Return the names of the teams and people that rows speak of."""
    found = list(rows)
    teams = {row.team_id for row in found if isinstance(row, TeamMembership)}
    people = {row.manager_id for row in found if isinstance(row, ManagerLink)}
    names = {one: person.name for one, person in get_people(people).items()}
    rows_of_teams = select(Team.id, Team.name).where(Team.id.in_(teams)).order_by(Team.id)
    return names | {one: name for one, name in db.session.execute(rows_of_teams)}  # noqa: C416 - rows are no pairs


def _named(row: Row) -> uuid.UUID | None:
    """Return whose name an entry bears: the team's or the manager's."""
    if isinstance(row, TeamMembership):
        return row.team_id
    return row.manager_id if isinstance(row, ManagerLink) else None
