"""Reading one-time links. A link lives until it is used, ended by a newer one, or its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from app.auth.models import Account, LinkPurpose, OneTimeLink
from app.auth.queries.accounts import may_enter
from app.auth.queries.sessions import hashed
from app.infra.clock import local
from app.infra.db import db
from app.people.models import Person
from app.policies.queries import value_of


def lifetime_of(purpose: LinkPurpose) -> timedelta:
    """Return how long a new link is good, as the policies say: an invitation at most a day, a reset at most an hour."""
    if purpose is LinkPurpose.INVITE:
        return timedelta(hours=int(value_of("invitation_hours")))
    return timedelta(minutes=int(value_of("reset_minutes")))


@dataclass(frozen=True, slots=True)
class LiveLink:
    """A link that opens, and whose password it lets somebody choose."""

    row: OneTimeLink
    account: Account
    person: Person


def is_live(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a link is neither used, nor ended, nor too old."""
    return and_(OneTimeLink.used_at.is_(None), OneTimeLink.ended_at.is_(None), OneTimeLink.expires_at > at)


def find_link(token: str, purpose: LinkPurpose, at: datetime) -> LiveLink | None:
    """Return what a link opens now; None when it is used, too old, unknown, or its person may not come in.

    An invitation is for somebody without a password, a reset for somebody who has one. Source: reliability checklist,
    items 3 and 15.
    """
    is_new = Account.password_hash.is_(None)
    found = db.session.execute(
        select(OneTimeLink, Account, Person)
        .join(Account, Account.person_id == OneTimeLink.person_id)
        .join(Person, Person.id == OneTimeLink.person_id)
        .where(
            OneTimeLink.token_hash == hashed(token),
            OneTimeLink.purpose == purpose,
            is_live(at),
            may_enter(local(at).date()),
            is_new if purpose is LinkPurpose.INVITE else ~is_new,
        ),
    ).one_or_none()
    return LiveLink(*found) if found else None
