"""Making accounts, opening and closing them, and granting roles.

A change of roles ends every session of the person: they sign in anew, with the second factor where the new role asks
for one, and get a new session id. Source: reliability checklist, item 2.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.access.actor import Role
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions.ending import end_links, parts_of
from app.auth.actions.sessions import end_other_sessions
from app.auth.models import Account, AuthSession, RecoveryCode, RoleGrant, Theme
from app.auth.passwords import Passwords, check_new_password
from app.auth.queries.accounts import lock_accounts, lock_administrators
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.people.models import Person

LAST_ADMINISTRATOR = "the last administrator. Make somebody else one first; otherwise nobody could look after accounts."


def create_account(person: Person, *, password: str | None, passwords: Passwords, by: Author, at: datetime) -> Account:
    """Give a person the right to sign in; an account that has no password yet gets this one.

    Without a password nobody can sign in until one is set. InvalidError when there is an account with a password, when
    the account is disabled, and when the person has left: a password would open nothing.
    """
    if person.left_on is not None and person.left_on <= local(at).date():
        raise InvalidError(
            f"{person.name} has left. Let HR record that they are back first, under People.", field="email"
        )
    if password is not None:
        check_new_password(password, known_words=(*person.name.split(), person.email.partition("@")[0]))
    there = db.session.scalars(select(Account).where(Account.person_id == person.id)).one_or_none()
    if there is not None:
        if there.disabled_at is not None:
            raise InvalidError(
                f"The account of {person.name} is disabled. Enable it first: belay user enable --email {person.email}",
                field="email",
            )
        if there.password_hash is not None or password is None:
            raise InvalidError(
                f"{person.name} has an account already. “belay user password” sets a password, “belay user role” "
                "grants a role.",
                field="email",
            )
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


def ensure_accounts(person_ids: Collection[uuid.UUID], *, by: Author, at: datetime) -> dict[uuid.UUID, Account]:
    """Return the accounts of people, locked; who has none gets one, without a password.

    Of two that make the same account at once one makes it, and the other waits and finds it.
    """
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for part in parts_of(person_ids):
        there = set(db.session.scalars(select(Account.person_id).where(Account.person_id.in_(part))))
        rows = [{"id": uuid.uuid4(), "person_id": one, "created_at": at} for one in part if one not in there]
        if not rows:
            continue
        added = insert(Account).values(rows).on_conflict_do_nothing().returning(Account.id, Account.person_id)
        for account_id, person_id in db.session.execute(added).all():
            log(Tag.ACCOUNT_CREATED, by=by, at=at, subject_id=person_id, object_id=account_id)
    return {one: account for part in parts_of(person_ids) for one, account in lock_accounts(part).items()}


def grant_role(person: Person, role: Role, *, by: Author, at: datetime) -> bool:
    """Grant a role and say whether it is new; sessions and links of the person end. Nobody grants themselves one.

    A link that was made before shows to others what opens a role now. Somebody without an account gets one, to be
    invited to. A role that is held changes nothing.
    """
    if by.person_id == person.id:
        raise InvalidError("Nobody grants themselves a role; ask another administrator.", field="role")
    ensure_accounts([person.id], by=by, at=at)
    if _find_grant(person.id, role) is not None:
        return False
    db.session.add(RoleGrant(person_id=person.id, role=role, granted_at=at, granted_by_id=by.person_id))
    log(Tag.ROLE_GRANTED, by=by, at=at, subject_id=person.id, role=role.value)
    end_links([person.id], at=at)
    end_other_sessions(person.id, keep=None, by=by, at=at)
    return True


def revoke_role(person: Person, role: Role, *, by: Author, at: datetime) -> None:
    """Take a role away; the person's sessions end. Never one's own, and never that of the last administrator."""
    if by.person_id == person.id:
        raise InvalidError("Nobody takes their own role away; ask another administrator.", field="role")
    if role is Role.ADMIN:
        _refuse_last_administrator(person)
    grant = _find_grant(person.id, role)
    if grant is None:
        raise NotAllowedNowError(f"{person.name} does not hold this role any more.")
    grant.superseded_at = at
    log(Tag.ROLE_REVOKED, by=by, at=at, subject_id=person.id, role=role.value)
    end_other_sessions(person.id, keep=None, by=by, at=at)


def _find_grant(person_id: uuid.UUID, role: Role) -> RoleGrant | None:
    live = (RoleGrant.person_id == person_id, RoleGrant.role == role, RoleGrant.superseded_at.is_(None))
    return db.session.scalars(select(RoleGrant).where(*live)).one_or_none()


def _refuse_last_administrator(person: Person) -> None:
    if lock_administrators() == {person.id}:
        raise NotAllowedNowError(f"{person.name} is {LAST_ADMINISTRATOR}")


def disable_account(account: Account, person: Person, *, by: Author, at: datetime) -> None:
    """Close an account: its sessions and links are dead from the next request on, mail that waits is not sent.

    Never one's own, and never that of the last administrator.
    """
    if by.person_id == person.id:
        raise NotAllowedNowError("Nobody disables their own account; ask another administrator.")
    if account.disabled_at is not None:
        return
    _refuse_last_administrator(person)
    account.disabled_at = at
    end_links([person.id], at=at)
    log(Tag.ACCOUNT_DISABLED, by=by, at=at, subject_id=person.id, object_id=account.id)
    end_other_sessions(person.id, keep=None, by=by, at=at)


def enable_account(account: Account, *, by: Author, at: datetime) -> None:
    """Open an account again. Nothing old comes back to life: no session and no link."""
    if account.disabled_at is not None:
        account.disabled_at = None
        log(Tag.ACCOUNT_ENABLED, by=by, at=at, subject_id=account.person_id, object_id=account.id)


def objections_to_leaving(people: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Say of administrators among people who are about to leave that nobody would be left to look after accounts."""
    administrators = lock_administrators()
    if not administrators or administrators - set(people):
        return {}
    return dict.fromkeys(administrators, f"This is {LAST_ADMINISTRATOR}")


def objections_to_another_address(people: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Say of those who hold a role and have no second factor that their address stays.

    Whoever wrote in an address of their own would ask for a new password there, and set the second factor up.
    """
    why = (
        "Whoever holds a role and has no second factor keeps the address to sign in with. Let them set up the second "
        "factor first, or change the address on the server with “belay people import”."
    )
    bare: set[uuid.UUID] = set()
    for part in parts_of(people):
        rows = select(RoleGrant.person_id).outerjoin(Account, Account.person_id == RoleGrant.person_id)
        held = RoleGrant.person_id.in_(part), RoleGrant.superseded_at.is_(None), Account.totp_confirmed_at.is_(None)
        bare |= set(db.session.scalars(rows.where(*held)))
    return dict.fromkeys(bare, why)


def close_for_leavers(people: Collection[uuid.UUID], by: Author, at: datetime) -> None:
    """End links and sessions of those whose last day is over; with a later day both die on that day by themselves."""
    for part in parts_of(people):
        due = Person.id.in_(part), Person.left_on <= local(at).date()
        gone = list(db.session.scalars(select(Person.id).where(*due).order_by(Person.id)))
        end_links(gone, at=at)
        _end_sessions_of(gone, by=by, at=at)


def renew_for_returners(people: Collection[uuid.UUID], by: Author, at: datetime) -> None:
    """Take password, second factor and roles from people who had left and are back: a new invitation is needed.

    Source: access.md, T5: a new account does not revive old roles.
    """
    for part in parts_of(people):
        end_links(part, at=at)
        _end_sessions_of(part, by=by, at=at)
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id.in_(part)))
        held = select(RoleGrant).where(RoleGrant.person_id.in_(part), RoleGrant.superseded_at.is_(None))
        for grant in db.session.scalars(held.order_by(RoleGrant.person_id, RoleGrant.role, RoleGrant.id)):
            grant.superseded_at = at
            log(Tag.ROLE_REVOKED, by=by, at=at, subject_id=grant.person_id, role=grant.role.value)
        accounts = select(Account).where(Account.person_id.in_(part)).order_by(Account.id)
        for account in db.session.scalars(accounts):
            account.password_hash = account.invited_at = account.first_seen_at = None
            account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
            log(Tag.ACCOUNT_RENEWED, by=by, at=at, subject_id=account.person_id, object_id=account.id)


def _end_sessions_of(people: list[uuid.UUID], *, by: Author, at: datetime) -> None:
    open_ones = AuthSession.person_id.in_(people), AuthSession.ended_at.is_(None)
    ended = update(AuthSession).where(*open_ones).values(ended_at=at).returning(AuthSession.id, AuthSession.person_id)
    for session_id, person_id in db.session.execute(ended).all() if people else ():
        log(Tag.SESSION_ENDED, by=by, at=at, subject_id=person_id, object_id=session_id)


def note_first_visit(account: Account, *, at: datetime) -> None:
    """Keep that somebody has seen the page that greets them; it greets once."""
    if account.first_seen_at is None:
        account.first_seen_at = at


def choose_theme(account: Account, theme: Theme, *, by: Author, at: datetime) -> None:
    """Keep the colours that a person has chosen."""
    if account.theme is not theme:
        account.theme = theme
        log(Tag.THEME_CHANGED, by=by, at=at, subject_id=account.person_id, object_id=account.id, theme=theme.value)
