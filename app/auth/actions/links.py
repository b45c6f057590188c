"""Making and using one-time links. A token leaves this module once, to be sent or shown; its hash alone is stored."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, update

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions.ending import end_links, parts_of
from app.auth.actions.passwords import set_password
from app.auth.models import LinkPurpose, OneTimeLink
from app.auth.passwords import Passwords, check_new_password
from app.auth.queries.accounts import lock_account, lock_accounts
from app.auth.queries.links import find_link, lifetime_of
from app.auth.queries.sessions import hashed
from app.domain.errors import MissingError
from app.infra.db import db

TOKEN_BYTES = 32


def make_link(person_id: uuid.UUID, purpose: LinkPurpose, *, by: Author, at: datetime) -> str:
    """Make a link and return its token; an earlier link of the same purpose is dead from here on."""
    return make_links([person_id], purpose, by=by, at=at)[person_id]


def make_links(
    person_ids: Collection[uuid.UUID], purpose: LinkPurpose, *, by: Author, at: datetime
) -> dict[uuid.UUID, str]:
    """Make one link for each person and return the tokens, in three statements for a thousand people."""
    tokens = {person_id: secrets.token_urlsafe(TOKEN_BYTES) for person_id in person_ids}
    expires_at = at + lifetime_of(purpose)
    for part in parts_of(tokens):
        # Of two links made at once one would escape the other's ending: the accounts are the lock.
        lock_accounts(part)
        end_links(part, at=at, purpose=purpose)
        db.session.execute(
            insert(OneTimeLink),
            [
                {
                    "token_hash": hashed(tokens[person_id]),
                    "person_id": person_id,
                    "purpose": purpose,
                    "created_at": at,
                    "created_by_id": by.person_id,
                    "expires_at": expires_at,
                }
                for person_id in part
            ],
        )
    return tokens


def use_link(
    token: str, purpose: LinkPurpose, password: str, *, passwords: Passwords, address: str, at: datetime
) -> uuid.UUID:
    """Set the password that somebody chose through their link, and return who it is.

    Of two submits at once one wins. All sessions and all other links of the person end. MissingError when the link
    does not live, InvalidError when the password is none to use; then the link stays good.
    """
    found = find_link(token, purpose, at)
    if found is None:
        raise MissingError
    person = found.person
    # A password that is refused must find the link as it was.
    check_new_password(password, known_words=(*person.name.split(), person.email.partition("@")[0]))
    # The account before the link, as everywhere: two that lock in another order wait for one another for ever.
    lock_account(person.id)
    mine = update(OneTimeLink).where(
        OneTimeLink.id == found.row.id, OneTimeLink.used_at.is_(None), OneTimeLink.ended_at.is_(None)
    )
    if db.session.execute(mine.values(used_at=at).returning(OneTimeLink.id)).one_or_none() is None:
        raise MissingError
    by = Author(person.id, address=address)
    set_password(found.account, person, password, passwords=passwords, by=by, at=at)
    log(Tag.LINK_USED, by=by, at=at, subject_id=person.id, object_id=found.row.id, purpose=purpose.value)
    return person.id
