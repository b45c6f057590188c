"""Making accounts and granting roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.models import Account, RoleGrant, Theme
from app.auth.passwords import Passwords, check_new_password
from app.domain.errors import InvalidError
from app.infra.db import db
from app.people.models import Person


def create_account(person: Person, *, password: str | None, passwords: Passwords, by: Author, at: datetime) -> Account:
    """Give a person the right to sign in; an account that has no password yet gets this one.

    Without a password nobody can sign in until one is set. InvalidError when there is an account with a password.
    """
    if password is not None:
        check_new_password(password, known_words=(*person.name.split(), person.email.partition("@")[0]))
    there = db.session.scalars(select(Account).where(Account.person_id == person.id)).one_or_none()
    if there is not None:
        if there.password_hash is not None or password is None:
            raise InvalidError(f"{person.name} has an account already.", field="email")
        there.password_hash = passwords.hash(password)
        log(Tag.PASSWORD_CHANGED, by=by, at=at, subject_id=person.id, object_id=there.id)
        return there
    account = Account(
        person_id=person.id,
        password_hash=passwords.hash(password) if password is not None else None,
        created_at=at,
    )
    db.session.add(account)
    db.session.flush()
    log(Tag.ACCOUNT_CREATED, by=by, at=at, subject_id=person.id, object_id=account.id)
    return account


def grant_role(person: Person, role: Role, *, by: Author, at: datetime) -> None:
    """Grant a role. Nobody grants themselves one. Granting a role that is held changes nothing."""
    if by.person_id == person.id:
        raise InvalidError("Nobody grants themselves a role; ask another administrator.", field="role")
    held = db.session.scalars(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person.id,
            RoleGrant.role == role,
            RoleGrant.superseded_at.is_(None),
        ),
    ).first()
    if held is None:
        db.session.add(RoleGrant(person_id=person.id, role=role, granted_at=at, granted_by_id=by.person_id))
        log(Tag.ROLE_GRANTED, by=by, at=at, subject_id=person.id, role=role.value)


def choose_theme(account: Account, theme: Theme) -> None:
    """Keep the colours that a person has chosen."""
    account.theme = theme
