"""The letters of accounts. A link is made here, at the moment of sending, and stands nowhere but in the letter.

A letter is dropped when it has lost its reason: its person has left, is disabled, or has a password already.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import current_app

from app.audit.actions import Author
from app.auth.actions.ending import end_links
from app.auth.actions.invitations import INVITATION, PASSWORD_CHANGED, RESET, RESET_ASKED, send_reset
from app.auth.actions.links import make_link
from app.auth.models import Account, LinkPurpose
from app.auth.queries.accounts import find_enterable
from app.auth.queries.links import lifetime_of
from app.infra.clock import now, today
from app.infra.templating import counted
from app.jobs import kinds as jobs
from app.jobs.kinds import Work
from app.notices import kinds as notices
from app.notices.actions import put
from app.notices.kinds import Letter
from app.notices.models import Mail
from app.notices.transport import mail_is_on
from app.people.models import Person

SENDER = "worker"
ACCOUNT_CHANGED = "auth.account_changed"
ADDRESS_CHANGED = "auth.address_changed"
MINUTES_IN_HOUR = 60


class Change(StrEnum):
    """What was changed about how somebody signs in; a letter tells them, in case it was somebody else."""

    FACTOR_SET = "factor-set"
    FACTOR_OFF = "factor-off"
    RECOVERY_CODES = "recovery-codes"
    ROLE_GRANTED = "role-granted"

    @property
    def sentence(self) -> str:
        """Return how the letter begins."""
        return {
            "factor-set": "a second factor was set up for your account in Belay.",
            "factor-off": "the second factor of your account in Belay was taken off.",
            "recovery-codes": "new recovery codes were made for your account in Belay; the earlier ones are worthless.",
            "role-granted": "you were granted a role in Belay, and sign in again before you use it.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a letter or a page gives it to somebody: the whole address, and how long it is good, in words."""

    address: str
    lasts: str


def link_address(token: str, purpose: LinkPurpose) -> Link:
    """Return the address of a link. Its host is the one in the settings, never one that a request names.

    Source: reliability checklist, item 15; a poisoned reset link is bug class B13 there.
    """
    minutes = int(lifetime_of(purpose).total_seconds()) // 60
    is_hours = minutes % MINUTES_IN_HOUR == 0
    lasts = counted(minutes // MINUTES_IN_HOUR, "hour", "hours") if is_hours else counted(minutes, "minute", "minutes")
    return Link(f"{current_app.config['SETTINGS'].base_url}/{purpose.value}/{token}", lasts)


def compose_invitation(mail: Mail) -> Letter | None:
    """Write the letter that brings somebody in."""
    found = find_enterable(mail.person_id, today())
    if found is None or found[0].password_hash is not None:
        return None
    return _letter_with_link(mail, found, LinkPurpose.INVITE, "Your account in Belay", "mail/invitation.txt")


def compose_reset(mail: Mail) -> Letter | None:
    """Write the letter with which somebody chooses a new password."""
    found = find_enterable(mail.person_id, today())
    if found is None or found[0].password_hash is None:
        return None
    return _letter_with_link(mail, found, LinkPurpose.RESET, "A new password for Belay", "mail/reset.txt")


def compose_password_changed(mail: Mail) -> Letter | None:
    """Write the letter that tells somebody of their new password."""
    found = find_enterable(mail.person_id, today())
    if found is None:
        return None
    body = _render("mail/password_changed.txt", found[1], reset=f"{current_app.config['SETTINGS'].base_url}/reset")
    return Letter(found[1].name, found[1].email, "Your password for Belay was changed", body)


def compose_account_changed(mail: Mail) -> Letter | None:
    """Write the letter that tells somebody of a change of their second factor or their roles."""
    found = find_enterable(mail.person_id, today())
    if found is None or found[0].password_hash is None:
        return None
    change = Change(json.loads(mail.payload)["change"])
    body = _render("mail/account_changed.txt", found[1], sentence=change.sentence)
    return Letter(found[1].name, found[1].email, "Your account in Belay was changed", body)


def compose_address_changed(mail: Mail) -> Letter | None:
    """Write the letter to the address that somebody signed in with until now.

    Who never chose a password gets none: the former address may have been a mistake, and somebody else's.
    """
    found = find_enterable(mail.person_id, today())
    if found is None or found[0].password_hash is None:
        return None
    former = json.loads(mail.payload)["former"]
    body = _render("mail/address_changed.txt", found[1], former=former)
    return Letter(found[1].name, former, "Your address for Belay was changed", body)


def _letter_with_link(
    mail: Mail, found: tuple[Account, Person], purpose: LinkPurpose, subject: str, template: str
) -> Letter:
    person = found[1]
    token = make_link(person.id, purpose, by=Author(mail.created_by_id, label=SENDER), at=now())
    return Letter(person.name, person.email, subject, _render(template, person, link=link_address(token, purpose)))


def _render(template: str, person: Person, **values: object) -> str:
    settings = current_app.config["SETTINGS"]
    text = current_app.jinja_env.get_template(template)
    return text.render(name=person.name, company=settings.company, base_url=settings.base_url, **values)


def _sends_mail() -> bool:
    return mail_is_on(current_app.config["SETTINGS"])


def tell_of_new_password(person_id: uuid.UUID, *, by: Author, at: datetime) -> None:
    """Tell somebody by mail, if mail is on, that their password was changed: they hear of it when it was not them."""
    if _sends_mail():
        put(PASSWORD_CHANGED, person_id, {}, by=by, at=at)


def tell_of_change(person_id: uuid.UUID, change: Change, *, by: Author, at: datetime) -> None:
    """Tell somebody by mail, if mail is on, what was changed about their account."""
    if _sends_mail():
        put(ACCOUNT_CHANGED, person_id, {"change": change.value}, by=by, at=at)


def follow_new_addresses(former: Mapping[uuid.UUID, str], by: Author, at: datetime) -> None:
    """End the links of people who sign in with another address from now on, and tell their former address of it.

    Links went to the former address. It stands in the outbox alone, which forgets it 90 days after the letter was sent:
    the person's row holds the new one by then, and the record none.
    """
    end_links(former, at=at)
    if _sends_mail():
        for person_id, address in former.items():
            put(ADDRESS_CHANGED, person_id, {"former": address}, by=by, at=at)


def _send_reset(work: Work) -> None:
    if work.payload["account"]:
        send_reset(uuid.UUID(work.payload["account"]), by=work.by, at=work.at)


def register() -> None:
    """Join the letters of accounts to the outbox, and the asking for a reset to the queue."""
    notices.register_kind(INVITATION, compose_invitation, label="Invitation")
    notices.register_kind(RESET, compose_reset, label="Link for a new password")
    notices.register_kind(PASSWORD_CHANGED, compose_password_changed, label="Password changed")
    notices.register_kind(ACCOUNT_CHANGED, compose_account_changed, label="Account changed")
    notices.register_kind(ADDRESS_CHANGED, compose_address_changed, label="Address changed")
    jobs.register_kind(RESET_ASKED, _send_reset, label="Somebody asked for a new password")
