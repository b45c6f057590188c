"""Tables of the audit. Triggers of the migration refuse to change or delete a row on both databases."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, Index
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Model, short

LADDER_TAGS = "ladders:"


class AuditEvent(Model):
    """One act. It keeps ids without foreign keys, so that it outlives what it tells about."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject_id_seq", "subject_id", "seq"),
        Index("ix_audit_event_actor_id_seq", "actor_id", "seq"),
        Index("ix_audit_event_tag_seq", "tag", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    tag: Mapped[str] = mapped_column(short(60))
    actor_id: Mapped[uuid.UUID | None]
    actor_label: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    object_id: Mapped[uuid.UUID | None]
    address: Mapped[str]
    details: Mapped[str]
    previous_hash: Mapped[str] = mapped_column(short(64))
    hash: Mapped[str] = mapped_column(short(64))

    @hybrid_property
    def is_about_ladder(self) -> bool:
        """Say whether the row is about a ladder; there is no personnel data in those."""
        return self.tag.startswith(LADDER_TAGS)

    @is_about_ladder.inplace.expression
    @classmethod
    def _is_about_ladder_rows(cls) -> ColumnElement[bool]:
        return cls.tag.startswith(LADDER_TAGS)


class AuditHead(Model):
    """The end of the chain: one row, locked last in every commit that adds to it."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(short(64))
