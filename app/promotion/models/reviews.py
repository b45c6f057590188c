"""Tables of the review: seats on a panel, recusals, blind ratings, the talk of the committee, and decisions."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.committee import CommitteeRating
from app.domain.promotion import DecisionKind, DeferReason
from app.infra.db import Code, Keyed, Model, short

WINDOW_LENGTH = 64
NOTE_LENGTH = 1000
HELD = text("ended_at IS NULL")


class PanelSeat(Keyed, Model):
    """That somebody reviews a case. A seat that ended stays, with its ratings, which then count no more.

    `drawn_by` says how it was filled: `drawn` or `substitute`. `submitted_at`: all ratings are in.
    """

    __tablename__ = "panel_seat"
    __table_args__ = (
        Index(
            "uq_panel_seat_held",
            "case_id",
            "person_id",
            unique=True,
            sqlite_where=HELD,
            postgresql_where=HELD,
        ),
        Index("ix_panel_seat_person_id", "person_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    drawn_by: Mapped[str] = mapped_column(short(16))
    seated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(short(32))
    """`recused`, `removed`, `left` or `rank`."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class Recusal(Keyed, Model):
    """That somebody takes no part in a case: derived from data, or declared. `note` is read by HR and its author."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "reason"), Index("ix_recusal_person_id", "person_id"))

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(short(32))
    note: Mapped[str] = mapped_column(short(NOTE_LENGTH), default="")
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who declared it; empty when it was derived."""


class RatingDraft(Keyed, Model):
    """What a reviewer has put down so far for one expectation; theirs alone, until all ratings are handed in."""

    __tablename__ = "rating_draft"
    __table_args__ = (UniqueConstraint("seat_id", "expectation_id"),)

    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("panel_seat.id"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    rating: Mapped[CommitteeRating | None] = mapped_column(Code(CommitteeRating, 16))
    rationale: Mapped[str] = mapped_column(Text, default="")
    missing: Mapped[str] = mapped_column(Text, default="")
    """What is missing, where no piece can be cited."""
    revision: Mapped[int] = mapped_column(default=0)
    window_key: Mapped[str] = mapped_column(short(WINDOW_LENGTH), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]


class GivenRating(Keyed, Model):
    """One rating that counts. The first has number 1; a later change is a new row with a reason. Append-only."""

    __tablename__ = "given_rating"
    __table_args__ = (
        UniqueConstraint("seat_id", "expectation_id", "number"),
        CheckConstraint("number = 1 OR length(reason) > 0", name="change_with_reason"),
        Index("ix_given_rating_case_id", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("panel_seat.id"))
    reviewer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    number: Mapped[int]
    rating: Mapped[CommitteeRating] = mapped_column(Code(CommitteeRating, 16))
    rationale: Mapped[str] = mapped_column(Text)
    missing: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it differs from the one before."""
    at: Mapped[datetime]


class CaseRemark(Keyed, Model):
    """What somebody said about a case when it was discussed. One that cites nothing never reaches the decision."""

    __tablename__ = "case_remark"
    __table_args__ = (Index("ix_case_remark_case_id", "case_id", "at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    expectation_id: Mapped[str | None] = mapped_column(short(80))
    words: Mapped[str] = mapped_column(Text)
    cites: Mapped[str] = mapped_column(short(200), default="")
    """The pieces it cites, separated by spaces."""
    is_apart: Mapped[bool]
    """It cites neither a piece nor an expectation."""
    at: Mapped[datetime]


class Decision(Keyed, Model):
    """What the committee decides of a case, and why. A draft until `decided_at`; one row a case."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    kind: Mapped[DecisionKind | None] = mapped_column(Code(DecisionKind, 16))
    reasons: Mapped[str] = mapped_column(Text, default="")
    effective_on: Mapped[date | None]
    renominate_from: Mapped[date | None]
    review_on: Mapped[date | None]
    """For the growth plan that a “not yet” becomes."""
    defer_reason: Mapped[DeferReason | None] = mapped_column(Code(DeferReason, 32))
    missing: Mapped[str] = mapped_column(Text, default="")
    defer_until: Mapped[date | None]
    feedback_summary: Mapped[str] = mapped_column(Text, default="")
    """What colleagues said, in the chair's words: all that candidate and manager read of it."""
    recommended: Mapped[str | None] = mapped_column(short(16))
    """What the ratings recommended when it was decided."""
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    months_at_level: Mapped[int | None]
    """Whole months at the level held when it was decided; information, never a reason."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class DecisionFinding(Keyed, Model):
    """What a decision says of one expectation.

    `kind`: `exception` (promoted despite it), `unmet` (named in a “not yet”), `otherwise` (why the committee decides
    otherwise than its ratings recommend).
    """

    __tablename__ = "decision_finding"
    __table_args__ = (UniqueConstraint("decision_id", "expectation_id", "kind"),)

    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    kind: Mapped[str] = mapped_column(short(16))
    words: Mapped[str] = mapped_column(Text)
    would_change: Mapped[str] = mapped_column(Text, default="")
    """What evidence would change the answer."""
