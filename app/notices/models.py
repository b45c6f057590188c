"""Tables of mail: what is to be sent. A row holds no secret and no text; both are made at the moment of sending."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Code, Keyed, Model, short


class MailState(StrEnum):
    """The life of a mail. Dropped: it had lost its reason before it was sent, such as a person who has left."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"


class Mail(Keyed, Model):
    """A mail to one person. The kind's composer makes subject and body when it is sent, from ids in `payload`."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_state_send_at", "state", "send_at"), Index("ix_mail_person_id", "person_id"))

    kind: Mapped[str] = mapped_column(short(60))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    payload: Mapped[str]
    state: Mapped[MailState] = mapped_column(Code(MailState, 12), default=MailState.QUEUED)
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    send_at: Mapped[datetime]
    lent_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
