"""The letters of accounts. A link is made here, at the moment of sending, and stands nowhere but in the letter.

A letter is dropped when it has lost its reason: its person has left, is disabled, or has a password already.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import current_app

from app.audit.actions import Author
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
from app.notices.kinds import Letter
from app.notices.models import Mail
from app.people.models import Person

SENDER = "worker"
MINUTES_IN_HOUR = 60


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


def _send_reset(work: Work) -> None:
    if work.payload["account"]:
        send_reset(uuid.UUID(work.payload["account"]), by=work.by, at=work.at)


def register() -> None:
    """Join the letters of accounts to the outbox, and the asking for a reset to the queue."""
    notices.register_kind(INVITATION, compose_invitation, label="Invitation")
    notices.register_kind(RESET, compose_reset, label="Link for a new password")
    notices.register_kind(PASSWORD_CHANGED, compose_password_changed, label="Password changed")
    jobs.register_kind(RESET_ASKED, _send_reset, label="Somebody asked for a new password")
