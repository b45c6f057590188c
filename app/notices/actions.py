"""Putting mail into the outbox, and letting it be sent again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.infra.db import db
from app.notices.models import Mail, MailState


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
