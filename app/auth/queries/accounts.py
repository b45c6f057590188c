"""Reading accounts."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app.auth.models import Account
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


def get_account(person_id: uuid.UUID) -> Account:
    """Return the account of a person; MissingError when they have none."""
    account = db.session.scalars(select(Account).where(Account.person_id == person_id)).one_or_none()
    if account is None:
        raise MissingError
    return account
