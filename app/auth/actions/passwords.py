"""Setting and changing passwords."""

from __future__ import annotations

from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions.ending import end_links
from app.auth.actions.sessions import end_other_sessions
from app.auth.models import Account
from app.auth.passwords import Passwords, check_new_password
from app.auth.queries.accounts import lock_account
from app.domain.errors import InvalidError
from app.people.models import Person

NOT_YOURS = "This is not your present password."


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
    """Change a password, given the old one; links that would change it again die.

    InvalidError names the field at fault; `old_password` was not theirs.
    """
    lock_account(person.id)
    if not passwords.matches(account.password_hash, old):
        raise InvalidError(NOT_YOURS, field="old_password")
    check_new_password(new, known_words=(*person.name.split(), person.email.partition("@")[0]))
    account.password_hash = passwords.hash(new)
    end_links([person.id], at=at)
    log(Tag.PASSWORD_CHANGED, by=by, at=at, subject_id=person.id, object_id=account.id)
    return account


def strengthen_hash(account: Account, password: str, passwords: Passwords) -> None:
    """Hash a password anew that was just found right, where its hash was made with other parameters than today's."""
    if account.password_hash is not None and passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash(password)


def set_password(
    account: Account, person: Person, password: str, *, passwords: Passwords, by: Author, at: datetime
) -> None:
    """Set a new password without the old one, as the command line may; every session and every link ends."""
    lock_account(person.id)
    check_new_password(password, known_words=(*person.name.split(), person.email.partition("@")[0]))
    account.password_hash = passwords.hash(password)
    end_links([person.id], at=at)
    log(Tag.PASSWORD_CHANGED, by=by, at=at, subject_id=person.id, object_id=account.id)
    end_other_sessions(person.id, keep=None, by=by, at=at)
