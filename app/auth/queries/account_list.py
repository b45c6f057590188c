"""Reading accounts for those who look after them: how far each has come, and nothing of what its person does."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.access.actor import Role
from app.auth.models import Account, AuthSession, LinkPurpose, OneTimeLink, RoleGrant
from app.auth.queries.links import is_live, lifetime_of
from app.domain.errors import MissingError
from app.infra.clock import local
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.people.models import Person
from app.people.queries import has_not_left, like_pattern, sort_key
from app.policies.queries import value_of


class AccountState(StrEnum):
    """How far an account has come."""

    NOT_INVITED = "not-invited"
    INVITED = "invited"
    EXPIRED = "expired"
    ACTIVE = "active"
    DISABLED = "disabled"
    LEFT = "left"

    @property
    def label(self) -> str:
        """Return how a page says it."""
        return {
            "not-invited": "Not invited",
            "invited": "Invited, not signed in",
            "expired": "Link expired",
            "active": "Active",
            "disabled": "Disabled",
            "left": "Left",
        }[self.value]


TO_INVITE = frozenset({AccountState.NOT_INVITED, AccountState.INVITED, AccountState.EXPIRED})
"""The states in which an invitation, or another one, has a sense."""


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One person and their account. `roles` are those held, by name. The times are empty until something happened."""

    person_id: uuid.UUID
    name: str
    email: str
    left_on: date | None
    state: AccountState
    has_account: bool
    has_password: bool
    has_second_factor: bool
    invited_at: datetime | None
    first_seen_at: datetime | None
    last_sign_in_at: datetime | None
    disabled_at: datetime | None
    roles: tuple[Role, ...] = field(default=())

    @property
    def id(self) -> uuid.UUID:
        """Return what a right on this is asked by."""
        return self.person_id

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom it is about."""
        return self.person_id

    @property
    def holds_no_role(self) -> bool:
        """Say whether the person holds no role, so that a link may be handed over by hand."""
        return not self.roles

    @property
    def is_to_invite(self) -> bool:
        """Say whether an invitation has a sense."""
        return self.state in TO_INVITE


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts a list shows: of one state, of people with a role, with words in name or address."""

    state: AccountState | None = None
    with_role: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """How many accounts there are in all, in each state, and with a role."""

    total: int
    of_state: Counter[AccountState]
    with_role: int


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role that somebody holds, since when, and who granted it; nobody: the command line."""

    role: Role
    granted_at: datetime
    granted_by: str | None


def _state(at: datetime) -> ColumnElement[str]:
    day = local(at).date()
    link = select(OneTimeLink.id).where(
        OneTimeLink.person_id == Person.id, OneTimeLink.purpose == LinkPurpose.INVITE, is_live(at)
    )
    # Between an invitation by mail and the sending of its letter there is no link yet. One that was made and ended
    # since, as a restore ends them all, is no longer waited for.
    made = select(OneTimeLink.id).where(
        OneTimeLink.person_id == Person.id,
        OneTimeLink.purpose == LinkPurpose.INVITE,
        OneTimeLink.created_at >= Account.invited_at,
    )
    is_sent_soon = and_(Account.invited_at > at - lifetime_of(LinkPurpose.INVITE), ~made.exists())
    is_waiting = or_(link.exists(), is_sent_soon)
    return case(
        (Person.left_on <= day, AccountState.LEFT.value),
        (Account.disabled_at.is_not(None), AccountState.DISABLED.value),
        (Account.password_hash.is_not(None), AccountState.ACTIVE.value),
        (Account.invited_at.is_(None), AccountState.NOT_INVITED.value),
        (is_waiting, AccountState.INVITED.value),
        else_=AccountState.EXPIRED.value,
    )


def _holds_role() -> ColumnElement[bool]:
    return select(RoleGrant.id).where(RoleGrant.person_id == Person.id, RoleGrant.superseded_at.is_(None)).exists()


def _listed(at: datetime, words: str = "") -> list[ColumnElement[bool]]:
    """Return who belongs in the list: who works here or begins later, and everybody else who has an account."""
    conditions: list[ColumnElement[bool]] = [or_(has_not_left(local(at).date()), Account.id.is_not(None))]
    if sought := sort_key(words):
        pattern = like_pattern(sought)
        conditions.append(or_(Person.sort_name.like(pattern, escape="\\"), Person.email.like(pattern, escape="\\")))
    return conditions


def _narrowed(by: AccountFilter, at: datetime) -> list[ColumnElement[bool]]:
    conditions = _listed(at, by.words)
    if by.state is not None:
        conditions.append(_state(at) == by.state.value)
    if by.with_role:
        conditions.append(_holds_role())
    return conditions


def _entries(at: datetime) -> Select[*tuple[Any, ...]]:
    return select(
        Person.id,
        Person.name,
        Person.email,
        Person.left_on,
        _state(at).label("state"),
        Account.id.label("account_id"),
        Account.password_hash,
        Account.totp_confirmed_at,
        Account.invited_at,
        Account.first_seen_at,
        Account.last_sign_in_at,
        Account.disabled_at,
    ).outerjoin(Account, Account.person_id == Person.id)


def _entry(row: Any, roles: tuple[Role, ...]) -> AccountEntry:  # noqa: ANN401 - a row of `_entries`
    return AccountEntry(
        person_id=row.id,
        name=row.name,
        email=row.email,
        left_on=row.left_on,
        state=AccountState(row.state),
        has_account=row.account_id is not None,
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_confirmed_at is not None,
        invited_at=row.invited_at,
        first_seen_at=row.first_seen_at,
        last_sign_in_at=row.last_sign_in_at,
        disabled_at=row.disabled_at,
        roles=roles,
    )


def list_accounts(by: AccountFilter, page: int, at: datetime) -> Page[AccountEntry]:
    """Return one page of accounts, by the name of their people."""
    conditions = _narrowed(by, at)
    counted = select(func.count()).select_from(Person).outerjoin(Account, Account.person_id == Person.id)
    total = db.session.scalar(counted.where(*conditions)) or 0
    rows = db.session.execute(
        _entries(at)
        .where(*conditions)
        .order_by(Person.sort_name, Person.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE),
    ).all()
    roles = roles_of([row.id for row in rows])
    return Page([_entry(row, roles[row.id]) for row in rows], page, total)


def count_accounts(words: str, at: datetime) -> AccountCounts:
    """Return how many accounts are in each state, those with the words in name or address."""
    state = _state(at)
    rows = db.session.execute(
        select(state, func.count(), func.count().filter(_holds_role()))
        .select_from(Person)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(*_listed(at, words))
        .group_by(state),
    ).all()
    of_state = Counter({AccountState(row[0]): row[1] for row in rows})
    return AccountCounts(of_state.total(), of_state, sum(row[2] for row in rows))


def list_of_state(state: AccountState, at: datetime, words: str = "") -> list[AccountEntry]:
    """Return, by name, everybody whose account is in a state, however many; those with the words in name or address."""
    rows = db.session.execute(
        _entries(at).where(*_narrowed(AccountFilter(state, words=words), at)).order_by(Person.sort_name, Person.id),
    ).all()
    holders = select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.superseded_at.is_(None))
    roles: dict[uuid.UUID, tuple[Role, ...]] = {}
    for person_id, role in db.session.execute(holders.order_by(RoleGrant.role, RoleGrant.id)):
        roles[person_id] = (*roles.get(person_id, ()), role)
    return [_entry(row, roles.get(row.id, ())) for row in rows]


def list_entries(person_ids: Collection[uuid.UUID], at: datetime) -> list[AccountEntry]:
    """Return the accounts of people, by name; at most as many as one page shows."""
    rows = db.session.execute(
        _entries(at).where(Person.id.in_(person_ids), *_listed(at)).order_by(Person.sort_name, Person.id),
    ).all()
    roles = roles_of([row.id for row in rows])
    return [_entry(row, roles[row.id]) for row in rows]


def get_entry(person_id: uuid.UUID, at: datetime) -> AccountEntry:
    """Return a person with their account; MissingError for somebody who neither works here nor has an account."""
    row = db.session.execute(_entries(at).where(Person.id == person_id, *_listed(at))).one_or_none()
    if row is None:
        raise MissingError
    return _entry(row, roles_of([person_id])[person_id])


def roles_of(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[Role, ...]]:
    """Return the roles that each of the people holds."""
    found: dict[uuid.UUID, tuple[Role, ...]] = dict.fromkeys(person_ids, ())
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.superseded_at.is_(None))
        .order_by(RoleGrant.person_id, RoleGrant.role, RoleGrant.id),
    )
    for person_id, role in rows:
        found[person_id] = (*found[person_id], role)
    return found


def list_roles_held(person_id: uuid.UUID) -> list[RoleHeld]:
    """Return the roles that somebody holds, with who granted them and when; the first granted first."""
    rows = db.session.execute(
        select(RoleGrant.role, RoleGrant.granted_at, Person.name)
        .outerjoin(Person, Person.id == RoleGrant.granted_by_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.superseded_at.is_(None))
        .order_by(RoleGrant.granted_at, RoleGrant.id),
    )
    return [RoleHeld(*row) for row in rows]


def count_open_sessions(person_id: uuid.UUID, at: datetime) -> int:
    """Return in how many browsers somebody is signed in."""
    longest = timedelta(hours=int(value_of("session_hours")))
    open_ones = and_(
        AuthSession.person_id == person_id, AuthSession.ended_at.is_(None), AuthSession.created_at > at - longest
    )
    return db.session.scalar(select(func.count()).select_from(AuthSession).where(open_ones)) or 0
