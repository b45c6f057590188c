"""Setting what holds of somebody from a day on. Nothing effective-dated is updated."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.people.models import (
    EffectiveDated,
    GroupMembership,
    Leave,
    LevelSpell,
    ManagerLink,
    Person,
    SpellReason,
    Team,
    TeamMembership,
)

Dated = TypeVar("Dated", bound=EffectiveDated)

ROW_COLUMNS = frozenset({"id", "starts_on", "ends_on", "recorded_at", "recorded_by_id", "superseded_at"})


def _copy(row: Dated, *, at: datetime, by: Author, **changed: Any) -> Dated:
    """Supersede a row and return its copy with some columns changed."""
    columns = [column.key for column in row.__table__.columns if column.key not in ROW_COLUMNS]  # type: ignore[attr-defined]
    values = {key: getattr(row, key) for key in columns} | {"starts_on": row.starts_on, "ends_on": row.ends_on}
    row.superseded_at = at
    # The old row must leave the index of live rows before its copy enters it.
    db.session.flush()
    return type(row)(**(values | changed | {"recorded_at": at, "recorded_by_id": by.person_id}))


def _set_from(new: Dated, *, within: Mapping[str, Any], at: datetime, by: Author) -> Dated:
    """Let a row hold from its first day until the next known change.

    The row that held on that day ends there; one that began on the very same day is superseded by the new one.
    """
    table = type(new)
    same = [getattr(table, key) == value for key, value in within.items()]
    live = db.session.scalars(
        select(table)
        .where(table.person_id == new.person_id, table.superseded_at.is_(None), *same)
        .order_by(table.starts_on, table.id),
    ).all()
    later = [row.starts_on for row in live if row.starts_on > new.starts_on]
    new.ends_on = min(later, default=new.ends_on)
    for row in live:
        if row.starts_on == new.starts_on:
            row.superseded_at = at
            db.session.flush()
        elif row.covers(new.starts_on):
            db.session.add(_copy(row, at=at, by=by, ends_on=new.starts_on))
    db.session.add(new)
    db.session.flush()
    return new


def set_team(person: Person, team: Team, *, from_on: date, by: Author, at: datetime) -> TeamMembership:
    """Put somebody into a team from a day on."""
    row = TeamMembership(
        person_id=person.id, team_id=team.id, starts_on=from_on, recorded_at=at, recorded_by_id=by.person_id
    )
    log(Tag.TEAM_SET, by=by, at=at, subject_id=person.id, object_id=team.id, from_on=from_on.isoformat())
    return _set_from(row, within={}, at=at, by=by)


def set_manager(person: Person, manager: Person, *, from_on: date, by: Author, at: datetime) -> ManagerLink:
    """Let somebody report to a manager from a day on. InvalidError when that would close a loop."""
    if manager.id == person.id:
        raise InvalidError("Nobody reports to themselves; name another manager.", field="manager")
    if person.id in _chain_on(manager.id, from_on):
        raise InvalidError(
            f"{manager.name} reports to {person.name}, directly or through others; this would be a loop.",
            field="manager",
        )
    row = ManagerLink(
        person_id=person.id, manager_id=manager.id, starts_on=from_on, recorded_at=at, recorded_by_id=by.person_id
    )
    log(Tag.MANAGER_SET, by=by, at=at, subject_id=person.id, object_id=manager.id, from_on=from_on.isoformat())
    return _set_from(row, within={}, at=at, by=by)


def _chain_on(person_id: uuid.UUID, day: date) -> set[uuid.UUID]:
    """Return everybody above a person on a day and at any later time that is already recorded."""
    seen: set[uuid.UUID] = set()
    below = {person_id}
    while below:
        above = set(
            db.session.scalars(
                select(ManagerLink.manager_id).where(
                    ManagerLink.person_id.in_(below),
                    ManagerLink.superseded_at.is_(None),
                    (ManagerLink.ends_on.is_(None)) | (ManagerLink.ends_on > day),
                ),
            ),
        )
        below = above - seen
        seen |= above
    return seen


def grant_level(
    person: Person,
    *,
    ladder: str,
    level: str,
    from_on: date,
    reason: SpellReason,
    by: Author,
    at: datetime,
) -> LevelSpell:
    """Let somebody hold a level from a day on. `ladder` is the lineage."""
    row = LevelSpell(
        person_id=person.id,
        ladder=ladder,
        level=level,
        reason=reason,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    log(
        Tag.LEVEL_GRANTED,
        by=by,
        at=at,
        subject_id=person.id,
        ladder=ladder,
        level=level,
        from_on=from_on.isoformat(),
        reason=reason.value,
    )
    return _set_from(row, within={}, at=at, by=by)


def record_leave(person: Person, *, from_on: date, until_on: date | None, by: Author, at: datetime) -> Leave:
    """Record leave; `until_on` is the first day back, None when it is not known yet. No reason is kept."""
    row = Leave(person_id=person.id, starts_on=from_on, ends_on=until_on, recorded_at=at, recorded_by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    log(Tag.LEAVE_RECORDED, by=by, at=at, subject_id=person.id, object_id=row.id)
    return row


def set_group(
    person: Person,
    *,
    dimension: str,
    value: str,
    from_on: date,
    by: Author,
    at: datetime,
) -> GroupMembership:
    """Put somebody into a group of one dimension from a day on."""
    row = GroupMembership(
        person_id=person.id,
        dimension=dimension,
        value=value,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    log(Tag.GROUP_SET, by=by, at=at, subject_id=person.id, dimension=dimension, from_on=from_on.isoformat())
    return _set_from(row, within={"dimension": dimension}, at=at, by=by)
