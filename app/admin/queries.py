"""What the pages under /admin ask beside the questions of the features below."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, or_, select, text

from app.access.actor import Role
from app.auth.models import Account, RoleGrant
from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person
from app.people.queries import get_people, like_pattern, sort_key

SIZE_OF = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
NAMES_OF = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody who holds a role and can sign in."""

    person_id: uuid.UUID
    role: Role
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What the database says of itself: its kind, and its size in bytes."""

    kind: str
    size: int


def list_role_holders() -> list[RoleHolder]:
    """Return who holds which role, as far as their account is open, by role."""
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role, Account.totp_confirmed_at.is_not(None))
        .join(Account, Account.person_id == RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.superseded_at.is_(None),
            Account.disabled_at.is_(None),
            or_(Person.left_on.is_(None), Person.left_on > today()),
        )
        .order_by(RoleGrant.role, RoleGrant.person_id, RoleGrant.id),
    )
    return [RoleHolder(*row) for row in rows]


def find_database_state() -> DatabaseState:
    """Return the kind and the size of the database."""
    dialect = db.session.get_bind().dialect.name
    size = db.session.execute(text(SIZE_OF[dialect])).scalar_one()
    return DatabaseState(NAMES_OF[dialect], int(size))


def names_of(ids: Collection[uuid.UUID | None]) -> Mapping[uuid.UUID, str]:
    """Return the names of people by id; None among the ids is nobody."""
    return {one: person.name for one, person in get_people({one for one in ids if one}).items()}


def select_people_named(words: str) -> Select[uuid.UUID] | None:
    """Return the ids of everybody, leavers included, whose name holds some words; None without words."""
    key = sort_key(words)
    if not key:
        return None
    return select(Person.id).where(Person.sort_name.like(like_pattern(key), escape="\\"))
