"""Tables of mail: what is to be sent, and how each person wants to hear of what.

A row of mail holds no secret and no text; both are made at the moment of sending.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
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


class Hearing(StrEnum):
    """How somebody hears of one kind of notice. In every case it stands in the inbox."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


class NoticePreference(Model):
    """How a person wants to hear of one kind of notice; without a row it is the kind's own default."""

    __tablename__ = "notice_preference"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(short(60), primary_key=True)
    hearing: Mapped[Hearing] = mapped_column(Code(Hearing, 8))
    changed_at: Mapped[datetime]


class Digest(Model):
    """The last day for which a person was sent the daily letter, so that it comes once a day at most."""

    __tablename__ = "notice_digest"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sent_on: Mapped[date]
