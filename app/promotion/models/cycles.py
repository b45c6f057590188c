"""Tables of a promotion cycle: its dates and numbers, the ladders it pins, its committee, and what happened to it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.domain.promotion import CycleState
from app.infra.clock import clock
from app.infra.db import Code, Keyed, Model, short

NAME_LENGTH = 120
REASON_LENGTH = 1000
SERVING = text("ended_at IS NULL")


class PromotionCycle(Keyed, Model):
    """One promotion period. Its numbers are copies of the company's policies, taken when it opened.

    Days are the company's calendar days; they are asked for before it opens, so a draft may lack them.
    """

    __tablename__ = "promotion_cycle"
    __table_args__ = (CheckConstraint("quorum >= 1 AND panel_size >= quorum", name="panel_holds_quorum"),)

    name: Mapped[str] = mapped_column(short(NAME_LENGTH))
    state: Mapped[CycleState] = mapped_column(Code(CycleState, 16), default=CycleState.DRAFT)
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    nominations_close: Mapped[date | None]
    packets_due: Mapped[date | None]
    feedback_due: Mapped[date | None]
    review_due: Mapped[date | None]
    calibration_on: Mapped[date | None]
    communicate_by: Mapped[date | None]
    appeal_until: Mapped[date | None]
    evidence_until: Mapped[date | None]
    """The cut-off: the last day on which what a packet names may have happened."""
    chair_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who chairs the cases from which the chair is recused."""
    quorum: Mapped[int] = mapped_column(default=3)
    """How many unrecused reviewers have to rate a case (house: 3)."""
    panel_size: Mapped[int] = mapped_column(default=3)
    """How many reviewers are drawn for each case; odd preferred."""
    feedback_asked: Mapped[int] = mapped_column(default=3)
    """How many colleagues are asked about each case."""
    feedback_needed: Mapped[int] = mapped_column(default=2)
    """How many answers each case needs before review, or a waiver with a reason."""
    minimum_months: Mapped[int] = mapped_column(default=0)
    """Months at the level held before a nomination; 0 says that no minimum is set."""
    hides_ratings: Mapped[bool] = mapped_column(default=True)
    """Whether reviewers see the engineer's and the manager's ratings only after their own are locked."""
    archive_days: Mapped[int] = mapped_column(default=90)
    """Days after communication on which the committee still reads the packets."""
    eligibility_listed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    communicated_on: Mapped[date | None]
    archived_on: Mapped[date | None]
    """The day from which the committee reads nothing of it any more: `archive_days` after communication."""
    cancelled_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))
    next_number: Mapped[int] = mapped_column(default=1)
    """The number that the next case gets."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @hybrid_property
    def is_public(self) -> bool:
        """Say whether it was opened: its name, phase and days are no secret from then on."""
        return self.opened_at is not None

    @is_public.inplace.expression
    @classmethod
    def _is_public(cls) -> ColumnElement[bool]:
        return cls.opened_at.is_not(None)

    @hybrid_property
    def is_in_use(self) -> bool:
        """Say whether it is not archived today: until then its committee reads it."""
        return self.archived_on is None or clock.today() < self.archived_on

    @is_in_use.inplace.expression
    @classmethod
    def _is_in_use(cls) -> ColumnElement[bool]:
        return cls.archived_on.is_(None) | (cls.archived_on > clock.today())


class CycleLadder(Keyed, Model):
    """One ladder version that a cycle pins: cases of its lineage are judged by it, whatever is published later."""

    __tablename__ = "cycle_ladder"
    __table_args__ = (UniqueConstraint("cycle_id", "lineage"),)

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    ladder_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ladder_version.id"))


class CommitteeMember(Keyed, Model):
    """Somebody on the committee of a cycle, from when to when."""

    __tablename__ = "committee_member"
    __table_args__ = (
        Index(
            "uq_committee_member_serving",
            "cycle_id",
            "person_id",
            unique=True,
            sqlite_where=SERVING,
            postgresql_where=SERVING,
        ),
        Index("ix_committee_member_person_id", "person_id"),
    )

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    is_external: Mapped[bool] = mapped_column(default=False)
    """Named from outside because the panel could not be filled; their account is limited to their cases."""
    named_at: Mapped[datetime]
    named_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))


class ReviewRank(Keyed, Model):
    """The rank up to which somebody off the ladder may review, set by HR with a reason. The live row counts."""

    __tablename__ = "review_rank"
    __table_args__ = (
        Index("uq_review_rank_person_id", "person_id", unique=True, sqlite_where=SERVING, postgresql_where=SERVING),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    rank: Mapped[int]
    reason: Mapped[str] = mapped_column(short(REASON_LENGTH))
    set_at: Mapped[datetime]
    set_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class CycleStep(Keyed, Model):
    """One thing that happened to a cycle: a move, an extension of a deadline, a change with its reason. Append-only."""

    __tablename__ = "cycle_step"
    __table_args__ = (Index("ix_cycle_step_cycle_id", "cycle_id", "at", "id"),)

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(short(32))
    """`move`, `cancel`, `extend`, `approve`, `remind`."""
    source: Mapped[str | None] = mapped_column(short(16))
    target: Mapped[str | None] = mapped_column(short(16))
    deadline: Mapped[str | None] = mapped_column(short(32))
    day: Mapped[date | None]
    day_before: Mapped[date | None]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("promotion_case.id"))
    """The one case that an extension is for; empty for all."""
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Whom a reminder went to."""
    reason: Mapped[str] = mapped_column(Text, default="")


class CycleApproval(Keyed, Model):
    """That somebody approved the whole list of decisions, as it stood: `digest` is the SHA-256 of the list."""

    __tablename__ = "cycle_approval"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id", "digest"),)

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str] = mapped_column(short(64))
    at: Mapped[datetime]


class Eligibility(Keyed, Model):
    """One line of the eligibility list: `subject_id` could be nominated, or why not. Generated before opening."""

    __tablename__ = "eligibility"
    __table_args__ = (UniqueConstraint("cycle_id", "subject_id"), Index("ix_eligibility_subject_id", "subject_id"))

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    lineage: Mapped[str] = mapped_column(short(64), default="")
    level: Mapped[str] = mapped_column(short(32), default="")
    held_since: Mapped[date | None]
    targets: Mapped[str] = mapped_column(short(200), default="")
    """The levels that come next, separated by spaces; several where the ladder branches."""
    rule: Mapped[str] = mapped_column(short(32), default="")
    """Why somebody could not be nominated, as a code; empty for the eligible."""
    waived_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))
    """Why HR waived the minimum time for this person."""
    waived_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
