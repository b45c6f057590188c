"""Reading sessions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from app.access.actor import Actor, Role
from app.auth.browsers import name_browser
from app.auth.models import Account, AuthSession, RoleGrant, SessionStage
from app.auth.second_factor import asks_for_one, is_compulsory_for, is_named
from app.domain.errors import MissingError
from app.domain.policies import POLICIES
from app.infra.clock import local
from app.infra.db import db
from app.people.models import ManagerLink, Person, Team, TeamMembership
from app.people.queries import holds_on
from app.policies.queries import select_value, value_of

HALF_SIGNED_IN = timedelta(minutes=10)
# A clock that was set back makes a session look as if it began later than now. Up to here that is taken for what it is;
# further back, nothing would end a session for as long as the clock had been ahead.
CLOCK_SET_BACK = timedelta(hours=2)
IDLE_PRIVILEGED, IDLE, ABSOLUTE = "idle_minutes_privileged", "idle_hours", "session_hours"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session may lie unused, and how long it lasts in any case."""

    idle: timedelta
    absolute: timedelta

    @classmethod
    def of(cls, texts: Mapping[str, str | None], *, is_privileged: bool) -> Limits:
        """Return the limits of somebody, by what the policies say; `texts` are their stored values.

        Privileged is whoever must have a second factor.
        """
        hours = {key: int(POLICIES[key].stored(text)) for key, text in texts.items()}
        idle = timedelta(minutes=hours[IDLE_PRIVILEGED]) if is_privileged else timedelta(hours=hours[IDLE])
        return cls(idle, timedelta(hours=hours[ABSOLUTE]))

    def are_over(self, row: AuthSession, at: datetime, stage: SessionStage | None = None) -> bool:
        """Say whether a session has lasted too long, or lain unused too long; one half-way in lasts ten minutes.

        `stage` is what the session counts as now, where that is less than it was opened as.
        """
        lasts = self.absolute if (stage or row.stage) is SessionStage.FULL else HALF_SIGNED_IN
        is_ahead = max(row.created_at, row.seen_at) - at > CLOCK_SET_BACK
        return at - row.seen_at > self.idle or at - row.created_at > lasts or is_ahead


def hashed(token: str) -> str:
    """Return the form in which a random id is stored."""
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class OpenSession:
    """What a cookie leads to, and whose it is.

    `actor` is None when the session is over, and while it is half-way in: `half` says then what is still due.
    """

    row_id: uuid.UUID
    person_id: uuid.UUID
    actor: Actor | None
    seen_at: datetime
    data: str
    half: HalfSignedIn | None = None


@dataclass(frozen=True, slots=True)
class HalfSignedIn:
    """Somebody whose password was right, and who has not given, or not set up, the second factor yet."""

    row_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    stage: SessionStage


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its owner sees it: where, since when, and the browser in words."""

    row: AuthSession
    browser: str

    @property
    def is_half(self) -> bool:
        """Say whether only the password was right so far."""
        return self.row.stage is not SessionStage.FULL


# Put together once a day: every request asks this first, and putting it together takes longer than the question.
@lru_cache(maxsize=2)
def _select_session(day: date) -> Select[*tuple[Any, ...]]:
    reports = select(ManagerLink.id).where(ManagerLink.manager_id == Person.id, holds_on(ManagerLink, day)).exists()
    return (
        select(
            AuthSession,
            Account.disabled_at,
            Account.theme,
            Person,
            Team.name,
            reports,
            RoleGrant.role,
            select_value(IDLE_PRIVILEGED),
            select_value(IDLE),
            select_value(ABSOLUTE),
            Account.first_seen_at,
            Account.totp_confirmed_at,
            is_named(Person.id),
        )
        .join(Account, Account.person_id == AuthSession.person_id)
        .join(Person, Person.id == AuthSession.person_id)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.superseded_at.is_(None)))
        .where(AuthSession.token_hash == bindparam("token_hash"))
        .order_by(RoleGrant.role)
    )


def find_session(token: str, at: datetime, address: str = "", *, is_demo: bool = False) -> OpenSession | None:
    """Return the session that a cookie names, alive or over; None when there never was one.

    Over means: ended, idle too long (as the policies say: 30 minutes for HR and administrators, 8 hours for others),
    older than 12 hours, account disabled, or the person left. A full session of somebody who must have a second factor
    and has none is half-way in: the factor is set up first, but in the demo, whose door asks for none. Source:
    reliability checklist, sessions 1 to 4, and item 12.
    """
    return _read_session(hashed(token), at, address, is_demo=is_demo)


def find_session_by_id(session_id: uuid.UUID, at: datetime, *, is_demo: bool = False) -> OpenSession | None:
    """Return a session by its row id, alive or over, for work that is done on behalf of it; None: there never was one.

    The limits are those of `find_session`.
    """
    row = db.session.get(AuthSession, session_id)
    return None if row is None else _read_session(row.token_hash, at, is_demo=is_demo)


def _read_session(token_hash: str, at: datetime, address: str = "", *, is_demo: bool) -> OpenSession | None:
    day = local(at).date()
    found = db.session.execute(_select_session(day), {"token_hash": token_hash}).all()
    if not found:
        return None
    row, disabled_at, theme, person, team, leads, _, *texts, first_seen_at, confirmed_at, named = found[0]
    roles = frozenset(Role(line[6]) for line in found if line[6])
    is_compulsory = bool(named) or asks_for_one(roles)
    policies = dict(zip((IDLE_PRIVILEGED, IDLE, ABSOLUTE), texts, strict=True))
    limits = Limits.of(policies, is_privileged=is_compulsory)
    stage = row.stage
    lacks_factor = not is_demo and confirmed_at is None and is_compulsory
    if stage is SessionStage.FULL and lacks_factor:
        stage = SessionStage.ENROL
    is_over = (
        row.ended_at is not None
        or disabled_at is not None
        or (person.left_on is not None and person.left_on <= day)
        or limits.are_over(row, at, stage)
    )
    if not is_over and stage is not SessionStage.FULL:
        half = HalfSignedIn(row.id, person.id, person.name, stage)
        return OpenSession(row.id, row.person_id, None, row.seen_at, row.data, half)
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
        is_new=first_seen_at is None,
        is_outside=person.employee_id is None and not roles,
    )
    return OpenSession(row.id, row.person_id, None if is_over else actor, row.seen_at, row.data)


def list_sessions(person_id: uuid.UUID, roles: frozenset[Role], at: datetime) -> list[OwnSession]:
    """Return a person's own open sessions, last seen first."""
    policies = {key: str(value_of(key)) for key in (IDLE_PRIVILEGED, IDLE, ABSOLUTE)}
    limits = Limits.of(policies, is_privileged=is_compulsory_for(person_id, roles))
    rows = select(AuthSession).where(
        AuthSession.person_id == person_id,
        AuthSession.ended_at.is_(None),
        # What lasts longest is weighed here, so that years of sessions are not read; the rest is weighed one by one.
        or_(AuthSession.created_at > at - limits.absolute, AuthSession.seen_at > at - limits.idle),
    )
    found = db.session.scalars(rows.order_by(AuthSession.seen_at.desc(), AuthSession.id))
    return [OwnSession(row, name_browser(row.browser)) for row in found if not limits.are_over(row, at)]


def get_session(session_id: uuid.UUID) -> AuthSession:
    """Return a session by its row id; MissingError when there is none."""
    row = db.session.get(AuthSession, session_id)
    if row is None:
        raise MissingError
    return row
