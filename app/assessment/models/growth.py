"""Tables of growth plans: the blockers that somebody chose to work on, and what they do about each."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.infra.db import Keyed, Model, short
from app.people.models import Person

WORDS_LENGTH = 500
OPEN = text("closed_at IS NULL")


class GrowthPlan(Keyed, Model):
    """The plan of one person towards one level of a lineage. At most one is open; closed ones stay readable."""

    __tablename__ = "growth_plan"
    __table_args__ = (
        Index("uq_growth_plan_open", "subject_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_growth_plan_subject_id", "subject_id", "created_at"),
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    target_level: Mapped[str] = mapped_column(short(32))
    review_on: Mapped[date | None]
    """The day on which the two look at the plan together."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    subject: Mapped[Person] = relationship(foreign_keys=subject_id, lazy="raise")
    goals: Mapped[list[GrowthGoal]] = relationship(
        order_by="GrowthGoal.position, GrowthGoal.id", cascade="all, delete-orphan", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class GrowthGoal(Keyed, Model):
    """One expectation that the plan works on. Whether it is reached is what its standing says, never a tick here."""

    __tablename__ = "growth_goal"
    __table_args__ = (UniqueConstraint("plan_id", "expectation_id"),)

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("growth_plan.id", ondelete="CASCADE"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    position: Mapped[int]
    words: Mapped[str] = mapped_column(short(WORDS_LENGTH), default="")
    """What the person wants to be able to show."""

    actions: Mapped[list[GrowthAction]] = relationship(
        order_by="GrowthAction.position, GrowthAction.id", cascade="all, delete-orphan", lazy="raise"
    )


class GrowthAction(Keyed, Model):
    """One thing to do for a goal, with its day."""

    __tablename__ = "growth_action"
    __table_args__ = (
        Index("ix_growth_action_goal_id", "goal_id", "position"),
        CheckConstraint("length(words) > 0", name="has_words"),
    )

    goal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("growth_goal.id", ondelete="CASCADE"))
    position: Mapped[int]
    words: Mapped[str] = mapped_column(short(WORDS_LENGTH))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    added_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
