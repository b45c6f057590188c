"""The table of waivers."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.infra.db import Keyed, Model, short
from app.people.models import LIVE


class Waiver(Keyed, Model):
    """That an expectation does not apply to a person: approved by the manager and by HR, with a reason."""

    __tablename__ = "waiver"
    __table_args__ = (
        Index(
            "uq_waiver_live",
            "subject_id",
            "expectation_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    manager_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    manager_approved_at: Mapped[datetime | None]
    hr_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    hr_approved_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who refused it before both had approved, or ended it afterwards."""
    ended_words: Mapped[str] = mapped_column(default="")
    """Why it was refused; empty for one that was not."""

    @hybrid_property
    def holds(self) -> bool:
        """Say whether the line manager and HR have both approved it, and nobody has ended it."""
        return self.superseded_at is None and self.manager_approved_at is not None and self.hr_approved_at is not None

    @holds.inplace.expression
    @classmethod
    def _holds(cls) -> ColumnElement[bool]:
        return and_(cls.superseded_at.is_(None), cls.manager_approved_at.is_not(None), cls.hr_approved_at.is_not(None))

    @hybrid_property
    def waits_for_manager(self) -> bool:
        """Say whether HR has approved it and the line manager has not yet."""
        return self.superseded_at is None and self.manager_approved_at is None

    @waits_for_manager.inplace.expression
    @classmethod
    def _waits_for_manager(cls) -> ColumnElement[bool]:
        return and_(cls.superseded_at.is_(None), cls.manager_approved_at.is_(None))

    @hybrid_property
    def waits_for_hr(self) -> bool:
        """Say whether the line manager has approved it and HR has not yet."""
        return self.superseded_at is None and self.hr_approved_at is None

    @waits_for_hr.inplace.expression
    @classmethod
    def _waits_for_hr(cls) -> ColumnElement[bool]:
        return and_(cls.superseded_at.is_(None), cls.hr_approved_at.is_(None))
