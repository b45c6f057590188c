"""Reading people: who somebody is, whom they report to, which level they hold."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.errors import MissingError
from app.domain.evidence import Leave as DomainLeave
from app.domain.progression import Spell
from app.infra.clock import today
from app.infra.db import already_read, db, once_per_transaction
from app.infra.pagination import PER_PAGE, Page
from app.people.models import Leave, LevelSpell, ManagerLink, Person, Team, TeamMembership

MAX_CHAIN = 50


def holds_on(table: Any, day: date) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped class or its alias
    """Return the condition that a row is live and holds on a day."""
    return and_(
        table.superseded_at.is_(None),
        table.starts_on <= day,
        or_(table.ends_on.is_(None), table.ends_on > day),
    )


def get_person(person_id: uuid.UUID) -> Person:
    """Return a person; MissingError when there is none of that id."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise MissingError
    return person


def find_person_by_email(email: str) -> Person | None:
    """Return the person with an e-mail address, whatever its capitals."""
    return db.session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()


def get_people(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Return people by id; asks the database, at most once, only for those that this transaction has not read yet."""
    found = {person_id: read for person_id in ids if (read := already_read(Person, person_id)) is not None}
    if missing := set(ids) - found.keys():
        rows = select(Person).where(Person.id.in_(missing)).order_by(Person.sort_name, Person.id)
        found |= {person.id: person for person in db.session.scalars(rows)}
    return found


def count_people() -> int:
    """Return how many people are known, leavers included."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


# Reporting lines ---------------------------------------------------------


@once_per_transaction
def find_manager(person_id: uuid.UUID, day: date | None = None) -> Person | None:
    """Return the line manager of a person on a day."""
    link = select(ManagerLink.manager_id).where(
        ManagerLink.person_id == person_id,
        holds_on(ManagerLink, day or today()),
    )
    return db.session.scalars(select(Person).where(Person.id.in_(link))).one_or_none()


def managers_of(person_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the chain of managers of a person today, nearest first."""
    day = today()
    chain = (
        select(ManagerLink.manager_id, literal(1).label("distance"))
        .where(ManagerLink.person_id == person_id, holds_on(ManagerLink, day))
        .cte("chain", recursive=True)
    )
    above = aliased(ManagerLink)
    chain = chain.union_all(
        select(above.manager_id, chain.c.distance + 1)
        .join(chain, above.person_id == chain.c.manager_id)
        .where(holds_on(above, day), chain.c.distance < MAX_CHAIN),
    )
    return tuple(db.session.execute(select(chain.c.manager_id).order_by(chain.c.distance)).scalars())


def is_line_manager(actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether the actor is the person's line manager today."""
    return was_line_manager(actor_id, person_id, today())


def is_above_manager(actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether the actor stands above the person's line manager today."""
    return actor_id in managers_of(person_id)[1:]


def select_reports(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the people whose line manager the actor is today."""
    return select(ManagerLink.person_id).where(ManagerLink.manager_id == actor_id, holds_on(ManagerLink, today()))


def select_below_reports(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the people who report to somebody below the actor today."""
    day = today()
    below = select_reports(actor_id).add_columns(literal(1).label("distance"))
    tree = below.cte("tree", recursive=True)
    link = aliased(ManagerLink)
    tree = tree.union_all(
        select(link.person_id, tree.c.distance + 1)
        .join(tree, link.manager_id == tree.c.person_id)
        .where(holds_on(link, day), tree.c.distance < MAX_CHAIN),
    )
    return select(tree.c.person_id).where(tree.c.distance > 1)


def was_line_manager(actor_id: uuid.UUID, person_id: uuid.UUID, on: date) -> bool:
    """Say whether the actor was the person's line manager on a day."""
    link = select(ManagerLink.id).where(
        ManagerLink.manager_id == actor_id,
        ManagerLink.person_id == person_id,
        holds_on(ManagerLink, on),
    )
    return db.session.execute(link.limit(1)).first() is not None


def was_line_manager_rows(
    actor_id: uuid.UUID,
    person: ColumnElement[Any],
    day: ColumnElement[Any],
) -> ColumnElement[bool]:
    """Return the condition that the actor managed the person of a row on the day of the row."""
    link = aliased(ManagerLink)
    return (
        select(link.id)
        .where(
            link.manager_id == actor_id,
            link.person_id == person,
            link.superseded_at.is_(None),
            link.starts_on <= day,
            or_(link.ends_on.is_(None), link.ends_on > day),
        )
        .exists()
    )


# Levels, teams, leave -------------------------------------------------------


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


def as_domain_spell(row: LevelSpell) -> Spell:
    """Return a spell as the rules see it."""
    # A row that was closed is a copy of the one the grant was recorded with; only an open one still has that moment.
    recorded_at = row.recorded_at if row.ends_on is None else None
    return Spell(row.ladder, row.level, row.starts_on, row.ends_on, recorded_at)


@once_per_transaction
def leaves_of(ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, list[DomainLeave]]:
    """Return the recorded leave of people, oldest first, as the rules see it."""
    rows = select(Leave).where(Leave.person_id.in_(ids), Leave.superseded_at.is_(None))
    found: dict[uuid.UUID, list[DomainLeave]] = {person_id: [] for person_id in ids}
    for row in db.session.scalars(rows.order_by(Leave.person_id, Leave.starts_on, Leave.id)):
        found[row.person_id].append(DomainLeave(starts_on=row.starts_on, ends_on=row.ends_on))
    return found


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


# Lists ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One line of the directory. Everybody sees the name; the rest is empty for whom `Person.READ` is refused."""

    id: uuid.UUID
    name: str
    is_readable: bool = False
    team: str | None = None
    ladder: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One direct report: name, team, and the level held with its first day."""

    id: uuid.UUID
    name: str
    team: str | None
    ladder: str | None
    level: str | None
    since: date | None


def sort_key(name: str) -> str:
    """Return a name as it is sorted and searched: without capitals and accents.

    >>> sort_key("Ébba  Nyström")
    'ebba nystrom'
    """
    plain = unicodedata.normalize("NFKD", name)
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).casefold().split())


def like_pattern(words: str) -> str:
    """Return words as a pattern for a search inside a text; the signs of the pattern language lose their power."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def works_here(day: date) -> ColumnElement[bool]:
    """Return the condition that a person is employed on a day: outsiders and leavers are not."""
    return and_(Person.employee_id.is_not(None), or_(Person.left_on.is_(None), Person.left_on > day))


def list_directory(actor: Actor, search: str, page: int) -> Page[DirectoryEntry]:
    """Return one page of everybody who works here, by name, as far as the actor may see. `search` is part of a name."""
    day = today()
    here = [works_here(day)]
    if words := sort_key(search):
        here.append(Person.sort_name.like(like_pattern(words), escape="\\"))
    total = db.session.scalar(select(func.count()).select_from(Person).where(*here)) or 0
    shown = (
        select(
            Person.id, Person.name, Person.sort_name, visible_to(actor, Permission.Person.READ, Person).label("open")
        )
        .where(*here)
        .order_by(Person.sort_name, Person.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .subquery()
    )
    rows = db.session.execute(
        select(shown.c.id, shown.c.name, shown.c.open, Team.name, LevelSpell.ladder, LevelSpell.level)
        .outerjoin(
            TeamMembership,
            and_(shown.c.open, TeamMembership.person_id == shown.c.id, holds_on(TeamMembership, day)),
        )
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(shown.c.open, LevelSpell.person_id == shown.c.id, holds_on(LevelSpell, day)))
        .order_by(shown.c.sort_name, shown.c.id),
    )
    return Page([DirectoryEntry(row[0], row[1], bool(row[2]), *row[3:]) for row in rows], page, total)


def list_reports(manager_id: uuid.UUID) -> list[ReportEntry]:
    """Return the direct reports of a manager today, by name; never in any other order."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Team.name, LevelSpell.ladder, LevelSpell.level, LevelSpell.starts_on)
        .join(ManagerLink, and_(ManagerLink.person_id == Person.id, holds_on(ManagerLink, day)))
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .where(ManagerLink.manager_id == manager_id)
        .order_by(Person.sort_name, Person.id),
    )
    return [ReportEntry(*row) for row in rows]


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
