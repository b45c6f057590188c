"""Emptying the outbox: one mail at a time, each at most once more than once, and none lost.

A mail is lent to one worker, composed in a transaction, sent after its commit, and marked. Between sending and marking
lies the one gap that no transaction closes: a mail whose fate is not known is sent a second time and never a third.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import rollback, transaction
from app.notices import queries
from app.notices.kinds import Kind, find_kind, known_kinds
from app.notices.letters import LetterError, address_of, build
from app.notices.models import Mail, MailState
from app.notices.transport import NotSentError, RefusedError, Transport, UnconfirmedError
from config import Settings

WORKER = "worker"
LEND = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(days=2)
IN_DOUBT = "It may have been sent already"

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a turn at the outbox. Unreachable: the server is at fault, and the next mail had better wait."""

    NOTHING = "nothing"
    SENT = "sent"
    DROPPED = "dropped"
    LATER = "later"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lent:
    """A mail that this worker holds, at which attempt."""

    mail_id: uuid.UUID
    kind: Kind
    attempt: int
    lent_until: datetime


def send_next(transport: Transport, *, sender: str, settings: Settings, at: datetime) -> Outcome:
    """Take one mail that is due, compose it and send it; say what became of it."""
    due = queries.has_due_mail(at, known_kinds())
    rollback()
    lent = _take(at) if due else None
    if lent is None:
        return Outcome.NOTHING
    try:
        message = _compose(lent, sender, settings)
    except LetterError:
        return _end(lent, MailState.FAILED, "There is no address that it could go to.")
    except Exception as error:
        logger.exception("mail %s of kind %s could not be composed", lent.mail_id, lent.kind.name)
        return _later(lent, f"It could not be composed ({type(error).__name__}).", Outcome.LATER)
    return Outcome.DROPPED if message is None else _deliver(lent, message, transport, sender)


def _deliver(lent: Lent, message: EmailMessage, transport: Transport, sender: str) -> Outcome:
    """Hand a mail over and note what became of it."""
    try:
        transport.send(message, sender=sender, receiver=message["To"].addresses[0].addr_spec)
    except NotSentError as error:
        logger.warning("mail %s waits: %s", lent.mail_id, error.reason)
        outcome = Outcome.UNREACHABLE if error.is_server else Outcome.LATER
        return _later(lent, f"Not sent: {error.reason}.", outcome)
    except RefusedError as error:
        logger.warning("mail %s was refused: %s", lent.mail_id, error.reason)
        return _end(lent, MailState.FAILED, f"Refused: {error.reason}.")
    except UnconfirmedError:
        logger.warning("mail %s was handed over and not acknowledged", lent.mail_id)
        return _unconfirmed(lent)
    except Exception:
        # What is not foreseen is taken as the worst case: the server may have the mail.
        logger.exception("mail %s broke while it was sent", lent.mail_id)
        return _unconfirmed(lent)
    return _end(lent, MailState.SENT, "")


def give_up_unsendable(at: datetime) -> int:
    """Let mail fail that has waited for two days while mail is off; return how much of it there was."""
    with transaction() as session:
        waiting = session.scalars(
            select(Mail)
            .where(Mail.state == MailState.QUEUED, Mail.send_at < at - GIVE_UP_AFTER)
            .order_by(Mail.send_at, Mail.id)
            .limit(500)
            .with_for_update(skip_locked=True)
        ).all()
        for mail in waiting:
            _fail(mail, "BELAY_MAIL_URL is not set.", at)
    return len(waiting)


def pause_after(attempt: int) -> timedelta:
    """Return how long a mail waits after it could not be sent: one, two, four … minutes, at most two hours.

    >>> [int(pause_after(attempt).total_seconds() / 60) for attempt in (1, 2, 3, 7, 8, 40)]
    [1, 2, 4, 64, 120, 120]
    """
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(attempt - 1, 10)))


def tries() -> int:
    """Return how often a mail is tried, so that the pauses between two tries come to two days.

    >>> tries()
    31
    """
    waited, attempt = timedelta(), 1
    while waited < GIVE_UP_AFTER:
        waited += pause_after(attempt)
        attempt += 1
    return attempt


def _take(at: datetime) -> Lent | None:
    """Lend the mail that has waited longest. One that was left behind while it was sent is taken once more only."""
    while True:
        with transaction() as session:
            mail = session.scalar(
                select(Mail)
                .where(queries.is_due(at), Mail.kind.in_(known_kinds()))
                .order_by(Mail.send_at, Mail.created_at, Mail.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            kind = find_kind(mail.kind) if mail else None
            if mail is None or kind is None:
                return None
            if mail.state is MailState.SENDING:
                if mail.error.startswith(IN_DOUBT):
                    _fail(mail, f"{IN_DOUBT}, twice: the worker ended while it sent it.", at)
                    continue
                mail.error = f"{IN_DOUBT}: the worker ended while it sent it."
            mail.state, mail.attempts, mail.lent_until = MailState.SENDING, mail.attempts + 1, at + LEND
            return Lent(mail.id, kind, mail.attempts, mail.lent_until)


def _compose(lent: Lent, sender: str, settings: Settings) -> EmailMessage | None:
    """Return the mail, composed and committed before anything leaves; None when it has lost its reason."""
    with transaction() as session:
        mail = session.get_one(Mail, lent.mail_id)
        letter = lent.kind.compose(mail)
        if letter is None:
            mail.state, mail.lent_until = MailState.DROPPED, None
            return None
        address_of(letter.to_address)
        return build(mail, letter, label=lent.kind.label, sender=sender, settings=settings)


def _own_row(lent: Lent) -> Mail | None:
    """Return the row of a lent mail; None when another worker has it by now."""
    mail = db.session().get(Mail, lent.mail_id, with_for_update=True, populate_existing=True)
    is_own = mail is not None and mail.state is MailState.SENDING and mail.attempts == lent.attempt
    return mail if is_own else None


def _end(lent: Lent, state: MailState, error: str) -> Outcome:
    moment = now()
    with transaction():
        mail = _own_row(lent)
        if mail is None:
            logger.warning("mail %s took longer than it was lent for", lent.mail_id)
        elif state is MailState.FAILED:
            _fail(mail, error, moment)
        else:
            mail.state, mail.sent_at, mail.lent_until, mail.error = state, moment, None, error
    return Outcome.SENT if state is MailState.SENT else Outcome.FAILED


def _later(lent: Lent, error: str, outcome: Outcome) -> Outcome:
    """Put a mail back for a later try, or let it fail after two days. That it is in doubt is never forgotten."""
    moment = now()
    with transaction():
        mail = _own_row(lent)
        if mail is None:
            return outcome
        if mail.error.startswith(IN_DOUBT):
            error = f"{IN_DOUBT}. {error}"
        if lent.attempt >= tries():
            _fail(mail, error, moment)
            return Outcome.FAILED
        mail.state, mail.lent_until, mail.error = MailState.QUEUED, None, error
        mail.send_at = moment + pause_after(lent.attempt)
    return outcome


def _unconfirmed(lent: Lent) -> Outcome:
    """Try a mail once more that the server may have; the second time it has failed, so that nobody gets it thrice."""
    with transaction():
        mail = _own_row(lent)
        if mail is not None and mail.error.startswith(IN_DOUBT):
            _fail(mail, f"{IN_DOUBT}, twice: the server did not acknowledge it.", now())
            return Outcome.FAILED
    return _later(lent, f"{IN_DOUBT}: the server did not acknowledge it.", Outcome.UNREACHABLE)


def _fail(mail: Mail, error: str, at: datetime) -> None:
    mail.state, mail.lent_until, mail.error = MailState.FAILED, None, error
    by = Author(None, label=WORKER)
    log(Tag.MAIL_FAILED, by=by, at=at, subject_id=mail.person_id, object_id=mail.id, kind=mail.kind)
