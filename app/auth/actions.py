"""Signing in and out, making accounts, granting roles."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.access.actor import Role
from app.audit.actions import Author, Note, log, note_in
from app.audit.tags import Tag
from app.auth.models import Account, AuthSession, RoleGrant, SignInAttempt, Theme
from app.auth.passwords import Passwords, check_new_password
from app.auth.queries import LONGEST_DELAY, hashed
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import record
from app.people.models import Person

SEEN_EVERY = timedelta(minutes=1)


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


def open_session(person_id: uuid.UUID, *, address: str, browser: str, at: datetime) -> str:
    """Open a session and return the random id for the cookie; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    row = AuthSession(
        id=uuid.uuid4(),
        token_hash=hashed(token),
        person_id=person_id,
        created_at=at,
        seen_at=at,
        address=address[:64],
        browser=browser[:200],
    )
    db.session.add(row)
    by = Author(person_id, address=address)
    log(Tag.SIGN_IN, by=by, at=at, subject_id=person_id, object_id=row.id)
    return token


def end_session(row: AuthSession, *, by: Author, at: datetime, tag: Tag = Tag.SIGN_OUT) -> None:
    """End a session; its cookie is worthless from the next request on."""
    if row.ended_at is None:
        row.ended_at = at
        log(tag, by=by, at=at, subject_id=row.person_id, object_id=row.id)


def end_other_sessions(person_id: uuid.UUID, *, keep: uuid.UUID | None, by: Author, at: datetime) -> None:
    """End all sessions of a person but one."""
    rows = db.session.scalars(
        select(AuthSession)
        .where(AuthSession.person_id == person_id, AuthSession.ended_at.is_(None), AuthSession.id != keep)
        .order_by(AuthSession.created_at, AuthSession.id),
    )
    for row in rows:
        end_session(row, by=by, at=at, tag=Tag.SESSION_ENDED)


def change_password(
    account: Account,
    person: Person,
    *,
    old: str,
    new: str,
    passwords: Passwords,
    by: Author,
    at: datetime,
) -> Account:
    """Change a password, given the old one. InvalidError names the field at fault."""
    if not passwords.matches(account.password_hash, old):
        raise InvalidError("This is not your present password.", field="old_password")
    check_new_password(new, known_words=(*person.name.split(), person.email.partition("@")[0]))
    account.password_hash = passwords.hash(new)
    log(Tag.PASSWORD_CHANGED, by=by, at=at, subject_id=person.id, object_id=account.id)
    return account


def strengthen_hash(account: Account, password: str, passwords: Passwords) -> None:
    """Hash a password anew that was just found right, where its hash was made with other parameters than today's."""
    if account.password_hash is not None and passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash(password)


def set_password(
    account: Account, person: Person, password: str, *, passwords: Passwords, by: Author, at: datetime
) -> None:
    """Set a new password without the old one, as the command line may; every session of the account ends."""
    check_new_password(password, known_words=(*person.name.split(), person.email.partition("@")[0]))
    account.password_hash = passwords.hash(password)
    log(Tag.PASSWORD_CHANGED, by=by, at=at, subject_id=person.id, object_id=account.id)
    end_other_sessions(person.id, keep=None, by=by, at=at)


def choose_theme(account: Account, theme: Theme) -> None:
    """Keep the colours that a person has chosen."""
    account.theme = theme


def note_failed_sign_in(account_key: str, address: str, at: datetime, *, throttled: bool) -> None:
    """Record a failed attempt, whatever becomes of the request; the address that was typed is kept as a hash."""

    def work(session: Session) -> None:
        tag = Tag.SIGN_IN_THROTTLED if throttled else Tag.SIGN_IN_FAILED
        note_in(session, Note(tag, at, Author(None, address=address), details={"account": account_key[:12]}))
        if not throttled:
            session.add(SignInAttempt(account_key=account_key, address=address, at=at))
            session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - 2 * LONGEST_DELAY))

    record(work)


def note_seen(session_id: uuid.UUID, seen_at: datetime, at: datetime) -> None:
    """Record that a session is in use, at most once a minute."""
    if at - seen_at >= SEEN_EVERY:
        seen = update(AuthSession).where(AuthSession.id == session_id, AuthSession.seen_at < at).values(seen_at=at)

        def work(session: Session) -> None:
            session.execute(seen)

        record(work)


def clear_failures(account_key: str) -> None:
    """Forget the failures of an account after a good sign-in."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == account_key))
