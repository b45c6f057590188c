"""Reading sessions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import and_, select

from app.access.actor import Actor, Role
from app.auth.models import Account, AuthSession, RoleGrant
from app.domain.errors import MissingError
from app.infra.clock import local
from app.infra.db import db
from app.people.models import ManagerLink, Person, Team, TeamMembership
from app.people.queries import holds_on

IDLE_PRIVILEGED = timedelta(minutes=30)

IDLE = timedelta(hours=8)

ABSOLUTE = timedelta(hours=12)


def hashed(token: str) -> str:
    """Return the form in which a random id is stored."""
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class OpenSession:
    """What a cookie leads to. `actor` is None when the session is over; `person_id` says whose it was."""

    row_id: uuid.UUID
    person_id: uuid.UUID
    actor: Actor | None
    seen_at: datetime
    data: str


def find_session(token: str, at: datetime, address: str = "") -> OpenSession | None:
    """Return the session that a cookie names, alive or over; None when there never was one.

    Over means: ended, idle too long (30 minutes for HR and administrators, 8 hours for others), older than 12 hours,
    account disabled, or the person left. Source: reliability checklist, sessions 1 to 4.
    """
    day = local(at).date()
    reports = select(ManagerLink.id).where(ManagerLink.manager_id == Person.id, holds_on(ManagerLink, day)).exists()
    found = db.session.execute(
        select(AuthSession, Account.disabled_at, Account.theme, Person, Team.name, reports, RoleGrant.role)
        .join(Account, Account.person_id == AuthSession.person_id)
        .join(Person, Person.id == AuthSession.person_id)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.superseded_at.is_(None)))
        .where(AuthSession.token_hash == hashed(token))
        .order_by(RoleGrant.role),
    ).all()
    if not found:
        return None
    row, disabled_at, theme, person, team, leads, _ = found[0]
    roles = frozenset(Role(line[6]) for line in found if line[6])
    idle = IDLE_PRIVILEGED if roles & {Role.HR, Role.ADMIN} else IDLE
    is_over = (
        row.ended_at is not None
        or disabled_at is not None
        or (person.left_on is not None and person.left_on <= day)
        or at - row.seen_at > idle
        or at - row.created_at > ABSOLUTE
    )
    actor = Actor(
        person.id,
        person.name,
        roles,
        theme=theme,
        team=team or "",
        leads=leads,
        session_id=row.id,
        address=address,
        proved_at=row.proved_at,
    )
    return OpenSession(row.id, row.person_id, None if is_over else actor, row.seen_at, row.data)


def list_sessions(person_id: uuid.UUID, at: datetime) -> list[AuthSession]:
    """Return a person's own open sessions, last seen first."""
    rows = select(AuthSession).where(
        AuthSession.person_id == person_id,
        AuthSession.ended_at.is_(None),
        AuthSession.created_at > at - ABSOLUTE,
        AuthSession.seen_at > at - IDLE,
    )
    return list(db.session.scalars(rows.order_by(AuthSession.seen_at.desc(), AuthSession.id)))


def get_session(session_id: uuid.UUID) -> AuthSession:
    """Return a session by its row id; MissingError when there is none."""
    row = db.session.get(AuthSession, session_id)
    if row is None:
        raise MissingError
    return row
