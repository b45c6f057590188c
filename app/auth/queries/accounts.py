"""Reading accounts."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from app.access.actor import Role
from app.auth.models import Account, RoleGrant
from app.domain.errors import MissingError
from app.infra.db import db
from app.people.models import Person


def find_account(email: str) -> tuple[Account, Person] | None:
    """Return the account and the person of an e-mail address."""
    row = db.session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Person.email == email.strip().lower()),
    ).one_or_none()
    return (row[0], row[1]) if row else None


def may_enter(day: date) -> ColumnElement[bool]:
    """Return the condition that an account opens on a day: it is not disabled, and its person has not left."""
    return and_(Account.disabled_at.is_(None), or_(Person.left_on.is_(None), Person.left_on > day))


def get_account(person_id: uuid.UUID) -> Account:
    """Return the account of a person; MissingError when they have none."""
    account = db.session.scalars(select(Account).where(Account.person_id == person_id)).one_or_none()
    if account is None:
        raise MissingError
    return account


def lock_accounts(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Account]:
    """Return the accounts of people by person, read anew, and let nobody else change them before the commit.

    Signing in, and what changes how somebody signs in, wait for one another here: whoever comes second sees the first.
    """
    rows = select(Account).where(Account.person_id.in_(person_ids)).order_by(Account.id).with_for_update()
    found = db.session.scalars(rows.execution_options(populate_existing=True))
    return {account.person_id: account for account in found}


def lock_account(person_id: uuid.UUID) -> Account:
    """Return one account so; MissingError when the person has none."""
    account = lock_accounts([person_id]).get(person_id)
    if account is None:
        raise MissingError
    return account


def lock_administrators() -> set[uuid.UUID]:
    """Return who can administer and is to stay: they hold the role and have a password, no last day is recorded.

    Somebody who was only invited does not count: an invitation that nobody takes up would leave nobody.

    Of two acts at once that would each take one of the last two away, the second waits and sees the first.
    """
    rows = (
        select(RoleGrant)
        .join(Account, Account.person_id == RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.superseded_at.is_(None),
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
            Person.left_on.is_(None),
        )
        .order_by(RoleGrant.id)
        .with_for_update()
    )
    return {grant.person_id for grant in db.session.scalars(rows)}


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who may be invited: no password yet, not disabled, not left. `account` is None before the first time."""

    person_id: uuid.UUID
    account: Account | None
    holds_role: bool


def list_invitees(person_ids: Collection[uuid.UUID], day: date) -> list[Invitee]:
    """Return, by name, those of the people who may be invited on a day."""
    role = select(RoleGrant.id).where(RoleGrant.person_id == Person.id, RoleGrant.superseded_at.is_(None)).exists()
    rows = db.session.execute(
        select(Person.id, Account, role)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Person.id.in_(person_ids),
            or_(Person.left_on.is_(None), Person.left_on > day),
            or_(Account.id.is_(None), and_(Account.password_hash.is_(None), Account.disabled_at.is_(None))),
        )
        .order_by(Person.sort_name, Person.id),
    )
    return [Invitee(row[0], row[1], bool(row[2])) for row in rows]


def find_enterable(person_id: uuid.UUID, day: date) -> tuple[Account, Person] | None:
    """Return the account and the person, if the account is open and the person has not left on a day."""
    row = db.session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.person_id == person_id,
            may_enter(day),
        ),
    ).one_or_none()
    return (row[0], row[1]) if row else None
