"""Reading what happened to somebody, in time: levels, teams, line managers, leave; and who recorded each, when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.infra.db import db
from app.people.models import ImportState, LevelSpell, ManagerLink, PeopleImport, Team, TeamMembership
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

    def holds_on(self, day: date) -> bool:
        """Say whether the entry holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def history_of(person_id: uuid.UUID, *, with_leave: bool) -> list[Entry]:
    """Return what holds or held of a person, newest first; leave only where the reader may see it."""
    kinds = [kind for kind in RecordKind if with_leave or kind is not RecordKind.LEAVE]
    rows = {kind: _rows_of(kind, person_id) for kind in kinds}
    everything = [row for found in rows.values() for row in found]
    names = names_in(everything)
    imports = _import_moments(everything)
    entries = [
        entry_of(kind, row, names, _recorded(row, found, names, imports))
        for kind, found in rows.items()
        for row in found
        if row.superseded_at is None
    ]
    return sorted(entries, key=lambda entry: (-entry.starts_on.toordinal(), ORDER[entry.kind], str(entry.id)))


def entry_of(
    kind: RecordKind, row: Row, names: Mapping[uuid.UUID, str], recorded: tuple[str, datetime | None] = ("", None)
) -> Entry:
    """Return an entry of a row; one that is only planned has no id yet, and nobody has recorded it."""
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
        recorded_by=recorded[0],
        recorded_at=recorded[1],
    )


def names_in(rows: Iterable[Row]) -> dict[uuid.UUID, str]:
    """Return the names of the teams and people that rows speak of."""
    found = list(rows)
    teams = {row.team_id for row in found if isinstance(row, TeamMembership)}
    people = {row.manager_id for row in found if isinstance(row, ManagerLink)}
    people |= {row.recorded_by_id for row in found if row.recorded_by_id is not None}
    names = {one: person.name for one, person in get_people(people).items()}
    rows_of_teams = select(Team.id, Team.name).where(Team.id.in_(teams)).order_by(Team.id)
    return names | {one: name for one, name in db.session.execute(rows_of_teams)}  # noqa: C416 - rows are no pairs


def _rows_of(kind: RecordKind, person_id: uuid.UUID) -> list[Row]:
    table = TABLES[kind]
    rows = select(table).where(table.person_id == person_id)
    return list(db.session.scalars(rows.order_by(table.starts_on, table.recorded_at, table.id)))


def _named(row: Row) -> uuid.UUID | None:
    """Return whose name an entry bears: the team's or the manager's."""
    if isinstance(row, TeamMembership):
        return row.team_id
    return row.manager_id if isinstance(row, ManagerLink) else None


def _recorded(
    row: Row, line: Iterable[Row], names: Mapping[uuid.UUID, str], imports: frozenset[datetime]
) -> tuple[str, datetime]:
    """Return who first recorded an entry, and when: one whose end has moved is a copy of the first."""
    same = [one for one in line if one.starts_on == row.starts_on and _what(one) == _what(row)]
    first = min(same, key=lambda one: one.recorded_at)
    if first.recorded_at in imports or (isinstance(first, LevelSpell) and first.reason == "import"):
        return IMPORT, first.recorded_at
    who = first.recorded_by_id
    return (names.get(who, COMMAND_LINE) if who else COMMAND_LINE), first.recorded_at


def _what(row: Row) -> object:
    return (row.ladder, row.level, row.reason) if isinstance(row, LevelSpell) else _named(row)


def _import_moments(rows: Iterable[Row]) -> frozenset[datetime]:
    """Return at which of the moments of some rows a people file was taken over."""
    moments = {row.recorded_at for row in rows}
    applied = select(PeopleImport.applied_at).where(
        PeopleImport.state == ImportState.APPLIED, PeopleImport.applied_at.in_(moments)
    )
    return frozenset(moment for moment in db.session.scalars(applied.order_by(PeopleImport.id)) if moment)
