"""Tables of the audit. Triggers of the migration refuse to change or delete a row on both databases."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, Index, and_, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.tags import Tag
from app.infra.db import Model, short

LADDER_TAGS = "ladders:"
_QUIET_MOVES = ('"target":"calibration"', '"target":"decided"')
"""Moves of a cycle of which its public page says nothing, as their details say them."""
HELD_BACK = (Tag.RATINGS_GIVEN, Tag.CYCLE_APPROVED, Tag.CYCLE_MOVED)
"""Acts whose rows may be held back from a reader for a time, whatever they are about."""


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
    def tells_who_rated(self) -> bool:
        """Say whether the row says who handed in ratings of a case."""
        return self.tag == Tag.RATINGS_GIVEN

    @hybrid_property
    def may_tell_who_rated(self) -> bool:
        """Say whether its details say if somebody, whose seat ended, had handed in."""
        return self.tag == Tag.SEAT_ENDED

    @hybrid_property
    def tells_of_decisions(self) -> bool:
        """Say whether the row says how far the decisions of a cycle are."""
        is_move = self.tag == Tag.CYCLE_MOVED
        return self.tag == Tag.CYCLE_APPROVED or (is_move and any(one in (self.details or "") for one in _QUIET_MOVES))

    @tells_of_decisions.inplace.expression
    @classmethod
    def _tells_of_decisions_rows(cls) -> ColumnElement[bool]:
        quiet = or_(*(cls.details.contains(one, autoescape=True) for one in _QUIET_MOVES))
        return or_(cls.tag == Tag.CYCLE_APPROVED, and_(cls.tag == Tag.CYCLE_MOVED, quiet))

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
