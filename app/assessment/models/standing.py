"""Tables of the stored standing: one head for each person, one row for each target, one for each expectation of it.

They repeat what follows from evidence, assessments, waivers, levels and leave, so that boards, lists and exports read
rows instead of the history. A head that is missing, stale, of another time zone, or past `holds_until` is not used:
that person is computed.
"""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.rating import Answer
from app.domain.readiness import Status, Verdict
from app.infra.clock import clock
from app.infra.db import Code, Model, short

STALE = text("is_stale")
WITHOUT_OPPORTUNITY = text("had_no_opportunity")


class StandingHead(Model):
    """Where one person stands as a whole, and for how long that holds."""

    __tablename__ = "standing_head"
    __table_args__ = (
        Index("ix_standing_head_lineage", "lineage"),
        Index("ix_standing_head_holds_until", "holds_until", "person_id"),
        Index("ix_standing_head_stale", "person_id", sqlite_where=STALE, postgresql_where=STALE),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    lineage: Mapped[str | None] = mapped_column(short(64))
    """The lineage of the level held; empty for somebody who holds none."""
    ladder_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ladder_version.id"))
    """The version that counts there; empty while none was adopted."""
    held_level: Mapped[str | None] = mapped_column(short(32))
    held_since: Mapped[date | None]
    last_evidence_on: Mapped[date | None]
    """The latest day of a piece that is shared and not set aside for what it was claimed for."""
    last_rated_on: Mapped[date | None]
    """The day of the manager's latest answer that is revealed."""
    last_revealed_on: Mapped[date | None]
    """The day on which the latest assessment with answers was revealed."""
    computed_on: Mapped[date]
    holds_until: Mapped[date | None]
    """The first day on which time alone could change anything here; empty: none is in sight."""
    is_stale: Mapped[bool] = mapped_column(default=False)
    """Something was changed for many people at once; whoever reads computes until the worker has."""
    zone: Mapped[str] = mapped_column(short(64), default=lambda: clock.zone)
    """The company's time zone in which moments became days here; in another one nothing of this holds."""


class StoredReadiness(Model):
    """One target of one person: each level that may follow the one held, at the top the level held itself.

    The five numbers count the blockers by group. `position` is the order of the targets.
    """

    __tablename__ = "readiness"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("standing_head.person_id", ondelete="CASCADE"), primary_key=True
    )
    target_level: Mapped[str] = mapped_column(short(32), primary_key=True)
    position: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(Code(Verdict, 16))
    met: Mapped[int]
    of: Mapped[int]
    evidenced_level: Mapped[str | None] = mapped_column(short(32))
    slipped: Mapped[int]
    not_met: Mapped[int]
    partly_met: Mapped[int]
    unproven: Mapped[int]
    unassessed: Mapped[int]


class StoredStanding(Model):
    """The status of one person on one expectation of a target, with what lists need to explain it.

    `place` is the order in the ladder, `level` the lowest one on the path to the target that demands it. Written by
    the million and always together with its head, so that it carries no foreign key that would be looked up each time.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index(
            "ix_standing_without_opportunity",
            "expectation_id",
            sqlite_where=WITHOUT_OPPORTUNITY,
            postgresql_where=WITHOUT_OPPORTUNITY,
        ),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    target_level: Mapped[str] = mapped_column(short(32), primary_key=True)
    expectation_id: Mapped[str] = mapped_column(short(80), primary_key=True)
    place: Mapped[int]
    level: Mapped[str] = mapped_column(short(32))
    status: Mapped[Status] = mapped_column(Code(Status, 16))
    is_required: Mapped[bool]
    is_blocking: Mapped[bool]
    is_slipped: Mapped[bool]
    had_no_opportunity: Mapped[bool]
    rating: Mapped[Answer | None] = mapped_column(Code(Answer, 16))
    """The manager's latest rating that is revealed."""
    rated_on: Mapped[date | None]
    self_rating: Mapped[Answer | None] = mapped_column(Code(Answer, 16))
    counted: Mapped[int]
    """How many pieces count towards it."""
    counted_last_on: Mapped[date | None]


class StandingRecord(Model):
    """Where one person stood on one target from a day on, as it was known then: the memory of the stored standing.

    Written beside it whenever it says something else than before, at most one row a person, target and day; never
    changed later. A report on a past day reads the last row of each person up to that day, and so says the same for
    ever. A person without a target, as one without a level, has one row whose `target_level` is empty.
    """

    __tablename__ = "standing_record"
    __table_args__ = (CheckConstraint("position >= 0", name="position_counts"), {"sqlite_with_rowid": False})

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    known_on: Mapped[date] = mapped_column(primary_key=True)
    """The day from which it was known."""
    position: Mapped[int]
    lineage: Mapped[str | None] = mapped_column(short(64))
    ladder_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ladder_version.id"))
    held_level: Mapped[str | None] = mapped_column(short(32))
    held_since: Mapped[date | None]
    target_level: Mapped[str] = mapped_column(short(32), primary_key=True, default="")
    verdict: Mapped[Verdict | None] = mapped_column(Code(Verdict, 16))
    met: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    blocking: Mapped[str] = mapped_column(Text, default="")
    """The expectations that block, as “group:expectation” in the order in which they are told, a space between."""
    last_evidence_on: Mapped[date | None]
    last_rated_on: Mapped[date | None]
