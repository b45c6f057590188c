"""Tables of what engineer and manager agree on once both sides are revealed: joint notes, and the signatures."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.assessment.models.rounds import Side
from app.infra.db import Code, Keyed, Model, short

NOTE_LENGTH = 4000
REASON_LENGTH = 2000
WHOLE = ""
"""Stands in place of an expectation's id for the note on the assessment as a whole."""


class AssessmentNote(Keyed, Model):
    """A joint note of a revealed assessment, on one expectation or on the whole. Either of the two may change it."""

    __tablename__ = "assessment_note"
    __table_args__ = (UniqueConstraint("assessment_id", "expectation_id"),)

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    expectation_id: Mapped[str] = mapped_column(short(80), default=WHOLE)
    words: Mapped[str]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class AssessmentSignature(Keyed, Model):
    """That one side has signed the result as it stood, or has recorded why not.

    `result_hash` is the SHA-256 of what was signed: answers, comments and notes. `refusal` is empty for a signature.
    """

    __tablename__ = "assessment_signature"
    __table_args__ = (
        UniqueConstraint("assessment_id", "side"),
        CheckConstraint("length(result_hash) = 64", name="hash_is_whole"),
    )

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    side: Mapped[Side] = mapped_column(Code(Side, 8))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]
    refusal: Mapped[str] = mapped_column(default="")
    result_hash: Mapped[str] = mapped_column(short(64))
