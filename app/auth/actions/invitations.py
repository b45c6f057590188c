"""Inviting people, and helping those who have forgotten their password.

With mail on, a row goes into the outbox; the link is made when the letter is sent, so that no secret lies in the
database. With mail off, the links are returned once, to be handed over.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions.accounts import ensure_accounts
from app.auth.actions.ending import parts_of
from app.auth.actions.links import make_link, make_links
from app.auth.models import Account, LinkPurpose
from app.auth.queries.accounts import find_account, list_invitees
from app.domain.errors import NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.jobs.actions import queue
from app.notices.actions import put
from app.notices.queries import whose_mail_waits
from app.people.models import Person

INVITATION = "auth.invitation"
RESET = "auth.reset"
PASSWORD_CHANGED = "auth.password_changed"  # noqa: S105 - a kind of mail
RESET_ASKED = "auth.reset_asked"


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of an invitation of many.

    `mailed`: whose letter is in the outbox. `tokens`: links to hand over, shown once. `by_mail_only`: who holds a role
    and therefore gets no link that others see. `left_out`: who has a password already, is disabled, or has left.
    """

    mailed: tuple[uuid.UUID, ...] = ()
    tokens: Mapping[uuid.UUID, str] = field(default_factory=dict)
    by_mail_only: tuple[uuid.UUID, ...] = ()
    left_out: tuple[uuid.UUID, ...] = ()


def invite(person_ids: Collection[uuid.UUID], *, by: Author, at: datetime, mail_is_on: bool) -> Invited:
    """Invite people, or invite them again; a link that they have is dead. Accounts are made for those without one.

    Where a letter to somebody still waits in the outbox, there is no second one: it would kill the link of the first.
    """
    wanted = list(dict.fromkeys(person_ids))
    found = [one for part in parts_of(wanted) for one in list_invitees(part, local(at).date())]
    accounts = {
        person_id: account
        for person_id, account in ensure_accounts([one.person_id for one in found], by=by, at=at).items()
        if account.password_hash is None and account.disabled_at is None
    }
    invitees = [one for one in found if one.person_id in accounts]
    now_invited = [one for one in invitees if mail_is_on or not one.holds_role]
    for one in now_invited:
        account = accounts[one.person_id]
        account.invited_at = at
        log(Tag.INVITED, by=by, at=at, subject_id=one.person_id, object_id=account.id)
    ids = [one.person_id for one in now_invited]
    left_out = tuple(person_id for person_id in wanted if person_id not in accounts)
    if mail_is_on:
        waiting = {one for part in parts_of(ids) for one in whose_mail_waits(INVITATION, part)}
        for person_id in ids:
            if person_id not in waiting:
                put(INVITATION, person_id, {}, by=by, at=at)
        return Invited(mailed=tuple(ids), left_out=left_out)
    db.session.flush()
    tokens = make_links(ids, LinkPurpose.INVITE, by=by, at=at)
    for person_id in ids:
        log(Tag.LINK_COPIED, by=by, at=at, subject_id=person_id, purpose=LinkPurpose.INVITE.value)
    return Invited(
        tokens=tokens, by_mail_only=tuple(one.person_id for one in invitees if one.holds_role), left_out=left_out
    )


def copy_reset_link(account: Account, person: Person, *, by: Author, at: datetime) -> str:
    """Return the token of a link with which somebody chooses a new password; it is handed over by hand, once."""
    if account.disabled_at is not None:
        raise NotAllowedNowError(f"The account of {person.name} is disabled; a link would not open it.")
    token = make_link(person.id, LinkPurpose.RESET, by=by, at=at)
    log(Tag.LINK_COPIED, by=by, at=at, subject_id=person.id, object_id=account.id, purpose=LinkPurpose.RESET.value)
    return token


def mail_reset_link(account: Account, person: Person, *, by: Author, at: datetime) -> None:
    """Send somebody a link for a new password, for whoever looks after accounts; nobody else sees the link."""
    if account.disabled_at is not None:
        raise NotAllowedNowError(f"The account of {person.name} is disabled; a link would not open it.")
    if account.password_hash is None:
        raise NotAllowedNowError(f"{person.name} has not chosen a password yet. Send an invitation instead.")
    log(Tag.PASSWORD_RESET_ASKED, by=by, at=at, subject_id=person.id, object_id=account.id)
    send_reset(account.id, by=by, at=at)


def ask_for_reset(email: str, *, by: Author, at: datetime) -> None:
    """Let the worker send a link for a new password, if somebody has this address.

    Known and unknown addresses take the same path and the same statements here, and leave the same trace; whether
    there is anything to send shows in the worker alone. Source: reliability checklist, item 14.
    """
    found = find_account(email)
    queue(RESET_ASKED, {"account": str(found[0].id) if found else ""}, by=by, at=at)


def send_reset(account_id: uuid.UUID, *, by: Author, at: datetime) -> None:
    """Put the letter with the link for a new password into the outbox; nothing for an account that has none yet.

    Nothing either while such a letter still waits: it would kill the link of the first.
    """
    rows = select(Account).where(Account.id == account_id).with_for_update()
    account = db.session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if account is None or account.password_hash is None or account.disabled_at is not None:
        return
    if not whose_mail_waits(RESET, [account.person_id]):
        put(RESET, account.person_id, {}, by=by, at=at)
