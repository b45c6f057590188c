"""Tables of what people say of themselves for mentoring, and of who coordinates it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.mentorship import DEFAULT_CAPACITY, PairSide
from app.infra.db import Code, Keyed, Model, short

SERVING = text("ended_at IS NULL")


class MentoringProfile(Keyed, Model):
    """What one person says of themselves: their hours and languages, and whether they mentor or seek a mentor.

    Hours are minutes of the local day in `time_zone`, the same on every working day; an end that is not later than the
    beginning lies on the next day, as for a night shift. Both begin with the person's own act and end with it.
    """

    __tablename__ = "mentoring_profile"
    __table_args__ = (
        UniqueConstraint("person_id"),
        CheckConstraint("capacity BETWEEN 0 AND 4", name="capacity_limits"),
        CheckConstraint("works_from BETWEEN 0 AND 1439 AND works_until BETWEEN 0 AND 1439", name="minutes_of_a_day"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    time_zone: Mapped[str] = mapped_column(short(64))
    works_from: Mapped[int] = mapped_column(default=9 * 60)
    works_until: Mapped[int] = mapped_column(default=17 * 60)
    languages: Mapped[str] = mapped_column(short(200), default="")
    """Codes of languages, such as `en` or `pt`, in alphabetical order and separated by spaces."""
    mentors_since: Mapped[datetime | None]
    """Since when they are available as a mentor; empty for who is not."""
    capacity: Mapped[int] = mapped_column(default=DEFAULT_CAPACITY)
    paused_until: Mapped[date | None]
    """The first day on which they take on new mentees again; empty where they do today."""
    seeks_since: Mapped[datetime | None]
    """Since when they wait for a mentor; empty for who does not."""
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @hybrid_property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: the person."""
        return self.person_id


class MentoringOffer(Keyed, Model):
    """An expectation with which somebody offers to help: one that they have met, or that is banked."""

    __tablename__ = "mentoring_offer"
    __table_args__ = (
        UniqueConstraint("person_id", "lineage", "expectation_id"),
        Index("ix_mentoring_offer_expectation", "lineage", "expectation_id"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    expectation_id: Mapped[str] = mapped_column(short(80))


class MentoringWish(Keyed, Model):
    """One of the goals for which somebody seeks a mentor: an expectation that keeps them from the next level."""

    __tablename__ = "mentoring_wish"
    __table_args__ = (UniqueConstraint("person_id", "lineage", "expectation_id"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    expectation_id: Mapped[str] = mapped_column(short(80))
    position: Mapped[int]


class MentoringPreference(Keyed, Model):
    """That somebody would like to be paired with somebody else; `side` is what they would be themselves."""

    __tablename__ = "mentoring_preference"
    __table_args__ = (UniqueConstraint("person_id", "other_id", "side"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    side: Mapped[PairSide] = mapped_column(Code(PairSide, 8))


class MentoringExclusion(Keyed, Model):
    """That somebody does not want to be paired with somebody else. Only they ever read it (access matrix, row 38)."""

    __tablename__ = "mentoring_exclusion"
    __table_args__ = (UniqueConstraint("person_id", "other_id"), Index("ix_mentoring_exclusion_other_id", "other_id"))

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))

    @hybrid_property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: who wrote it."""
        return self.person_id


class MentoringCoordinator(Keyed, Model):
    """Somebody whom HR has named to coordinate mentoring, from when to when."""

    __tablename__ = "mentoring_coordinator"
    __table_args__ = (
        Index(
            "uq_mentoring_coordinator_person_id",
            "person_id",
            unique=True,
            sqlite_where=SERVING,
            postgresql_where=SERVING,
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]
    named_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    @hybrid_property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: the coordinator."""
        return self.person_id
