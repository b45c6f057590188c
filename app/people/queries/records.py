"""Reading single entries of somebody's history: a level, a team, a line manager, a leave."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from sqlalchemy import func, literal, select, union_all

from app.domain.errors import MissingError
from app.infra.db import db, once_per_transaction
from app.people.models import Leave, LevelSpell, ManagerLink, Person, TeamMembership
from app.people.queries.persons import get_person

Row = LevelSpell | TeamMembership | ManagerLink | Leave


class RecordKind(StrEnum):
    """What an entry of the history is about."""

    LEVEL = "level"
    TEAM = "team"
    MANAGER = "manager"
    LEAVE = "leave"


TABLES: dict[RecordKind, type[Row]] = {
    RecordKind.LEVEL: LevelSpell,
    RecordKind.TEAM: TeamMembership,
    RecordKind.MANAGER: ManagerLink,
    RecordKind.LEAVE: Leave,
}


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of somebody's history."""

    kind: RecordKind
    row: Row
    person: Person

    @property
    def id(self) -> uuid.UUID:
        """Return the id of the entry."""
        return self.row.id

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom the entry is about."""
        return self.person.id


def get_record(record_id: uuid.UUID) -> Record:
    """Return an entry by its id, superseded or not; MissingError when there is none."""
    places = [
        select(literal(kind.value).label("kind")).where(table.id == record_id).select_from(table)
        for kind, table in TABLES.items()
    ]
    kind = db.session.scalar(union_all(*places))
    if kind is None:
        raise MissingError
    row = cast("Row", db.session.get_one(TABLES[RecordKind(kind)], record_id))
    return Record(RecordKind(kind), row, get_person(row.person_id))


@once_per_transaction
def list_line(record: Record) -> list[Row]:
    """Return everything that was ever recorded of the same person and kind, superseded or not, oldest first."""
    table = TABLES[record.kind]
    rows = select(table).where(table.person_id == record.subject_id)
    return list(db.session.scalars(rows.order_by(table.starts_on, table.recorded_at, table.id)))


def is_superseded(record: Record) -> bool:
    """Say whether an entry counts no more, as the database knows it at this moment."""
    table = TABLES[record.kind]
    return db.session.scalar(select(table.superseded_at).where(table.id == record.id)) is not None


def moment_after(person_id: uuid.UUID, at: datetime) -> datetime:
    """Return a moment, later than all that is recorded of a person: an undo tells changes apart by their moments."""
    latest = [
        select(func.max(table.recorded_at), func.max(table.superseded_at)).where(table.person_id == person_id)
        for table in TABLES.values()
    ]
    known: list[datetime] = [
        moment for row in db.session.execute(union_all(*latest)) for moment in row if moment is not None
    ]
    return max([at, *(moment + timedelta(microseconds=1) for moment in known)])
