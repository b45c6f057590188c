"""Putting mail into the outbox, and letting it be sent again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.infra.db import db
from app.notices.models import Digest, Hearing, Mail, MailState, NoticePreference
from app.notices.queries import hearing_of, hearings_of

WAITING, DAILY = "notices.waiting", "notices.daily"


def put(
    kind: str,
    person_id: uuid.UUID,
    payload: Mapping[str, Any],
    *,
    by: Author,
    at: datetime,
    send_at: datetime | None = None,
) -> Mail:
    """Tell a person something after this transaction has been committed, not before `send_at`.

    `payload` holds ids, never contents or secrets: the kind's composer makes those when the mail is sent.
    """
    mail = Mail(
        id=uuid.uuid4(),
        kind=kind,
        person_id=person_id,
        payload=json.dumps(payload, sort_keys=True, default=str),
        state=MailState.QUEUED,
        created_at=at,
        created_by_id=by.person_id,
        send_at=send_at or at,
        attempts=0,
        error="",
    )
    session = db.session()
    session.add(mail)
    session.flush()
    return mail


def tell(kind: str, person_id: uuid.UUID, object_id: uuid.UUID, *, by: Author, at: datetime) -> Mail | None:
    """Write at once to a person for whom something waits, if they want to hear of its kind at once.

    `kind` is that of a source. The letter is composed when it is sent, from what still waits then; where it waits no
    more, it is dropped. Everybody finds it in the inbox, and in the daily letter if they chose that.
    """
    if hearing_of(person_id, kind) is not Hearing.AT_ONCE:
        return None
    return put(WAITING, person_id, {"kind": kind, "object": object_id}, by=by, at=at)


def choose_hearing(person_id: uuid.UUID, chosen: Mapping[str, Hearing], *, by: Author, at: datetime) -> None:
    """Set how a person hears of kinds of notices; a kind that is not named stays as it is."""
    before = hearings_of(person_id)
    changed = {kind: hearing for kind, hearing in chosen.items() if kind in before and before[kind] is not hearing}
    for kind, hearing in changed.items():
        db.session.merge(NoticePreference(person_id=person_id, kind=kind, hearing=hearing, changed_at=at))
    db.session.flush()
    if changed:
        log(Tag.NOTICES_SET, by=by, at=at, subject_id=person_id, object_id=person_id, kinds=sorted(changed))


def write_daily(person_id: uuid.UUID, on: date, *, by: Author, at: datetime) -> Mail:
    """Queue the daily letter of a person, and note that they got the one of this day."""
    db.session.merge(Digest(person_id=person_id, sent_on=on))
    return put(DAILY, person_id, {"on": on}, by=by, at=at)


def drop_stale(before: datetime) -> None:
    """Drop letters “at once” that were queued before a moment and never sent: what they say has been told since."""
    db.session().execute(
        update(Mail)
        .where(Mail.kind == WAITING, Mail.state == MailState.QUEUED, Mail.created_at < before)
        .values(state=MailState.DROPPED)
    )


def retry_mail(mail: Mail, by: Author, at: datetime) -> None:
    """Let a mail that failed be sent again, with all its tries."""
    if mail.state is not MailState.FAILED:
        raise NotAllowedNowError("Only a mail that failed can be sent again.")
    mail.state, mail.attempts, mail.error = MailState.QUEUED, 0, ""
    mail.send_at, mail.lent_until = at, None
    log(Tag.MAIL_RETRIED, by=by, at=at, subject_id=mail.person_id, object_id=mail.id, kind=mail.kind)


def forget_sent_mail(before: datetime) -> None:
    """Forget mail that was sent or dropped and queued before a moment. What failed stays until somebody looks."""
    gone = Mail.state.in_([MailState.SENT, MailState.DROPPED])
    db.session().execute(delete(Mail).where(gone, Mail.created_at < before))
