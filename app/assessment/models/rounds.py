"""Tables of assessments: one round of two sides, what each author has written, and who closed a missing side."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, and_, not_, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.domain.rating import Answer
from app.infra.db import Code, Keyed, Model, short

COMMENT_LENGTH = 4000
WINDOW_LENGTH = 64
RUNNING = text(
    "called_off_at IS NULL AND ("
    "(self_submitted_at IS NULL AND self_closed_at IS NULL)"
    " OR (manager_submitted_at IS NULL AND manager_closed_at IS NULL))"
)


class Side(StrEnum):
    """Who answers."""

    SELF = "self"
    MANAGER = "manager"


class Assessment(Keyed, Model):
    """One round of answers about one person against one target level of one ladder version, pinned when opened.

    `manager_id` is the manager who submitted the manager's side; before that it is empty, and the current line manager
    writes it. It is revealed when both sides are settled: in, or closed as “not given”, which at most one of them is.
    `called_off_at`: opened by mistake and ended before anything was in.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        Index("ix_assessment_subject_id", "subject_id", "opened_at", "id"),
        Index("ix_assessment_manager_id", "manager_id"),
        Index(
            "uq_assessment_running",
            "subject_id",
            "target_level",
            "lineage",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
        CheckConstraint("(manager_submitted_at IS NULL) = (manager_id IS NULL)", name="manager_with_submission"),
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    ladder_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ladder_version.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    target_level: Mapped[str] = mapped_column(short(32))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    self_submitted_at: Mapped[datetime | None]
    manager_submitted_at: Mapped[datetime | None]
    manager_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    """The company's calendar day by which both sides are asked for."""
    reminded_at: Mapped[datetime | None]
    """When those who owed a side were last reminded."""
    self_closed_at: Mapped[datetime | None]
    manager_closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who closed the missing side as “not given”, after the due day and a reminder."""
    called_off_at: Mapped[datetime | None]
    called_off_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_on: Mapped[date | None]
    """The company's calendar day on which the later side came in or was closed: that of the reveal."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @hybrid_property
    def is_self_settled(self) -> bool:
        """Say whether the engineer's side is in, or closed as “not given”."""
        return self.self_submitted_at is not None or self.self_closed_at is not None

    @is_self_settled.inplace.expression
    @classmethod
    def _is_self_settled(cls) -> ColumnElement[bool]:
        return or_(cls.self_submitted_at.is_not(None), cls.self_closed_at.is_not(None))

    @hybrid_property
    def is_manager_settled(self) -> bool:
        """Say whether the manager's side is in, or closed as “not given”."""
        return self.manager_submitted_at is not None or self.manager_closed_at is not None

    @is_manager_settled.inplace.expression
    @classmethod
    def _is_manager_settled(cls) -> ColumnElement[bool]:
        return or_(cls.manager_submitted_at.is_not(None), cls.manager_closed_at.is_not(None))

    @hybrid_property
    def is_revealed(self) -> bool:
        """Say whether both sides are settled: in, or the missing one closed as “not given”."""
        return self.is_self_settled and self.is_manager_settled

    @is_revealed.inplace.expression
    @classmethod
    def _is_revealed(cls) -> ColumnElement[bool]:
        return and_(cls.is_self_settled, cls.is_manager_settled)

    @hybrid_property
    def is_running(self) -> bool:
        """Say whether a side is still asked for: neither revealed nor called off."""
        return self.called_off_at is None and not self.is_revealed

    @is_running.inplace.expression
    @classmethod
    def _is_running(cls) -> ColumnElement[bool]:
        return and_(cls.called_off_at.is_(None), not_(cls.is_revealed))

    @hybrid_property
    def is_untouched(self) -> bool:
        """Say whether it runs and neither side is in or closed."""
        return self.called_off_at is None and not self.is_self_settled and not self.is_manager_settled

    @is_untouched.inplace.expression
    @classmethod
    def _is_untouched(cls) -> ColumnElement[bool]:
        return and_(cls.called_off_at.is_(None), not_(cls.is_self_settled), not_(cls.is_manager_settled))


class AssessmentSheet(Keyed, Model):
    """What one author has written for one side so far, as a whole: how often it was saved, when, and from where.

    `revision` rises with every draft that changed something. `window_key` names the browser window whose autosave came
    last, `sequence` is the number that the window gave it: a late request of the same window never overwrites a newer
    one, and another window learns that it has not seen everything.
    """

    __tablename__ = "assessment_sheet"
    __table_args__ = (UniqueConstraint("assessment_id", "side", "author_id"),)

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    side: Mapped[Side] = mapped_column(Code(Side, 8))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=0)
    window_key: Mapped[str] = mapped_column(short(WINDOW_LENGTH), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]


class AssessmentAnswer(Keyed, Model):
    """One side's answer to one expectation, by its author. Two managers in turn keep rows of their own.

    `sequence` is the revision of the author's sheet at which the row last changed: a window that was filled from an
    earlier one has not seen what stands here.
    """

    __tablename__ = "assessment_answer"
    __table_args__ = (
        UniqueConstraint("assessment_id", "side", "author_id", "expectation_id"),
        Index("ix_assessment_answer_author_id", "author_id"),
    )

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    side: Mapped[Side] = mapped_column(Code(Side, 8))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    answer: Mapped[Answer | None] = mapped_column(Code(Answer, 16))
    comment: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so
