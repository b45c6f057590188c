"""Reading what holds of a person for a time: levels, leave, teams, line managers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import null, select, union_all

from app.domain.evidence import Leave as DomainLeave
from app.domain.progression import Spell
from app.infra.bulk import remembered
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.people.models import GroupMembership, Leave, LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries.persons import holds_on


@once_per_transaction
def spells_of(ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, list[LevelSpell]]:
    """Return the live spells of people, oldest first."""
    rows = select(LevelSpell).where(LevelSpell.person_id.in_(ids), LevelSpell.superseded_at.is_(None))
    found: dict[uuid.UUID, list[LevelSpell]] = {person_id: [] for person_id in ids}
    for row in db.session.scalars(rows.order_by(LevelSpell.person_id, LevelSpell.starts_on, LevelSpell.id)):
        found[row.person_id].append(row)
    return found


def list_spells(person_id: uuid.UUID) -> list[LevelSpell]:
    """Return the live spells of a person, oldest first."""
    return list(spells_of(frozenset({person_id}))[person_id])


@once_per_transaction
def held_levels_of(ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, list[Spell]]:
    """Return the levels that people hold or held, oldest first, as the rules see them. One question.

    A level counts as granted when it was first written down: what ends it, corrects its reason or brings it back
    writes a copy, and the copy keeps that moment. Source: the rule for ratings of a first day, in `Spell`.
    """
    rows = [row for row in _times_of(ids) if row.ladder is not None]
    first: dict[tuple[uuid.UUID, str, str, date], datetime] = {}
    for row in rows:
        first.setdefault((row.person_id, row.ladder, row.level, row.starts_on), row.recorded_at)
    found: dict[uuid.UUID, list[Spell]] = {person_id: [] for person_id in ids}
    for row in rows:
        if row.superseded_at is None:
            granted_at = first[row.person_id, row.ladder, row.level, row.starts_on]
            found[row.person_id].append(Spell(row.ladder, row.level, row.starts_on, row.ends_on, granted_at))
    return found


def list_held_levels(person_id: uuid.UUID) -> list[Spell]:
    """Return the levels that a person holds or held, oldest first, as the rules see them."""
    return list(held_levels_of(frozenset({person_id}))[person_id])


@once_per_transaction
def leaves_of(ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, list[DomainLeave]]:
    """Return the recorded leave of people, oldest first, as the rules see it."""
    found: dict[uuid.UUID, list[DomainLeave]] = {person_id: [] for person_id in ids}
    for row in _times_of(ids):
        if row.ladder is None:
            found[row.person_id].append(DomainLeave(starts_on=row.starts_on, ends_on=row.ends_on))
    return found


@once_per_transaction
def _times_of(ids: frozenset[uuid.UUID]) -> Sequence[Any]:
    """Return the rows of levels, superseded ones too, and of recorded leave, which have no ladder. One question."""
    rows = union_all(
        select(
            remembered(LevelSpell.person_id),
            LevelSpell.ladder,
            LevelSpell.level,
            remembered(LevelSpell.starts_on),
            remembered(LevelSpell.ends_on),
            remembered(LevelSpell.recorded_at),
            remembered(LevelSpell.superseded_at),
            LevelSpell.id.label("row_id"),
        ).where(LevelSpell.person_id.in_(ids)),
        select(Leave.person_id, null(), null(), Leave.starts_on, Leave.ends_on, null(), null(), Leave.id).where(
            Leave.person_id.in_(ids), Leave.superseded_at.is_(None)
        ),
    ).subquery()
    return db.session.execute(
        select(*(column for column in rows.c if column.key != "row_id")).order_by(
            rows.c.person_id, rows.c.starts_on, rows.c.recorded_at, rows.c.row_id
        ),
    ).all()


def list_leaves(person_id: uuid.UUID) -> list[DomainLeave]:
    """Return the recorded leave of a person, oldest first, as the rules see it."""
    return list(leaves_of(frozenset({person_id}))[person_id])


def find_team(person_id: uuid.UUID, day: date | None = None) -> Team | None:
    """Return the team of a person on a day."""
    row = select(TeamMembership.team_id).where(
        TeamMembership.person_id == person_id,
        holds_on(TeamMembership, day or today()),
    )
    return db.session.scalars(select(Team).where(Team.id.in_(row))).one_or_none()


@dataclass(frozen=True, slots=True)
class NamedSpell:
    """One stay with a name: in a team, or under a line manager."""

    name: str
    starts_on: date
    ends_on: date | None


def list_team_spells(person_id: uuid.UUID) -> list[NamedSpell]:
    """Return the teams that somebody has been in, newest first."""
    rows = db.session.execute(
        select(Team.name, TeamMembership.starts_on, TeamMembership.ends_on)
        .join(Team, Team.id == TeamMembership.team_id)
        .where(TeamMembership.person_id == person_id, TeamMembership.superseded_at.is_(None))
        .order_by(TeamMembership.starts_on.desc(), TeamMembership.id),
    )
    return [NamedSpell(*row) for row in rows]


def list_manager_spells(person_id: uuid.UUID) -> list[NamedSpell]:
    """Return the line managers that somebody has had, newest first."""
    rows = db.session.execute(
        select(Person.name, ManagerLink.starts_on, ManagerLink.ends_on)
        .join(Person, Person.id == ManagerLink.manager_id)
        .where(ManagerLink.person_id == person_id, ManagerLink.superseded_at.is_(None))
        .order_by(ManagerLink.starts_on.desc(), ManagerLink.id),
    )
    return [NamedSpell(*row) for row in rows]


def list_groups(person_id: uuid.UUID) -> list[tuple[str, str]]:
    """Return the groups for reports that somebody is in today, as pairs of dimension and value."""
    rows = db.session.execute(
        select(GroupMembership.dimension, GroupMembership.value)
        .where(GroupMembership.person_id == person_id, holds_on(GroupMembership, today()))
        .order_by(GroupMembership.dimension, GroupMembership.id),
    )
    return [(dimension, value) for dimension, value in rows]
