"""Tables of a case: one engineer against one target level, its packet, and the feedback of colleagues."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.domain.promotion import CaseState
from app.infra.db import Code, Keyed, Model, short

REASON_LENGTH = 1000
PACKET_WINDOW_LENGTH = 64
OPEN = text("state NOT IN ('closed', 'withdrawn', 'declined', 'ineligible', 'cancelled')")
_TOLD = (CaseState.COMMUNICATED, CaseState.APPEALED, CaseState.APPEAL_DECIDED, CaseState.CLOSED)
_IN_RATING = (CaseState.IN_REVIEW, CaseState.RATED, CaseState.CALIBRATED)
_RATING_OVER = (CaseState.RATED, CaseState.CALIBRATED, CaseState.DECIDED, *_TOLD)


class NominatedBy(StrEnum):
    """Who proposed a case."""

    SELF = "self"
    MANAGER = "manager"
    PEER = "peer"


class PromotionCase(Keyed, Model):
    """One engineer against one target level in one cycle. At most one of theirs is open in a cycle.

    `subject_id` is the candidate. `submitted_on` is the day on which the packet came in: who was line manager then
    keeps reading it. `lifted_at` is when ratings stopped being blind.
    """

    __tablename__ = "promotion_case"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        Index(
            "uq_promotion_case_open",
            "cycle_id",
            "subject_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_promotion_case_subject_id", "subject_id"),
        CheckConstraint("(frozen_at IS NULL) = (digest IS NULL)", name="frozen_with_digest"),
    )

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    number: Mapped[int]
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    ladder_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ladder_version.id"))
    from_level: Mapped[str] = mapped_column(short(32))
    target_level: Mapped[str] = mapped_column(short(32))
    state: Mapped[CaseState] = mapped_column(Code(CaseState, 16), default=CaseState.NOMINATED)
    nominated_at: Mapped[datetime]
    nominated_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    nominated_by: Mapped[NominatedBy] = mapped_column(Code(NominatedBy, 8))
    answered_at: Mapped[datetime | None]
    is_incomplete: Mapped[bool] = mapped_column(default=False)
    """HR let it go on without a whole packet, or without a quorum; it can only be deferred or withdrawn."""
    incomplete_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))
    submitted_at: Mapped[datetime | None]
    submitted_on: Mapped[date | None]
    statement_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The line manager whose statement is in."""
    statement_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(short(64))
    """The SHA-256 of the frozen packet."""
    feedback_waived_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))
    feedback_waived_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The chair who closed the round; empty when the last reviewer's ratings did."""
    told_at: Mapped[datetime | None]
    teller_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    told_recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    left_at: Mapped[datetime | None]
    """When the candidate's leaving was recorded while the case was open, which ended it: then HR alone reads it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @property
    def code(self) -> str:
        """Return the name of the case inside its cycle, as in “P-06”."""
        return f"P-{self.number:02}"

    @property
    def lacks_reviewers(self) -> bool:
        """Say whether it goes on unrated because no quorum could be found: the packet is in, and not at fault."""
        return self.is_incomplete and self.submitted_at is not None

    @hybrid_property
    def is_in(self) -> bool:
        """Say whether the candidate has handed the packet in, or it went on as it was."""
        return self.submitted_at is not None or self.frozen_at is not None

    @is_in.inplace.expression
    @classmethod
    def _is_in(cls) -> ColumnElement[bool]:
        return cls.submitted_at.is_not(None) | cls.frozen_at.is_not(None)

    @hybrid_property
    def is_open_to_withdrawal(self) -> bool:
        """Say whether the candidate is offered to withdraw: until they were told, so that the offer shows no decision.

        That a case was decided meanwhile is found by the act itself, which then refuses.
        """
        return self.state.is_before_decided or self.state is CaseState.DECIDED

    @is_open_to_withdrawal.inplace.expression
    @classmethod
    def _is_open_to_withdrawal(cls) -> ColumnElement[bool]:
        return cls.state.in_([*(state for state in CaseState if state.is_before_decided), CaseState.DECIDED])

    @hybrid_property
    def is_open_to_others(self) -> bool:
        """Say whether others than HR still read it: it did not end because the candidate left."""
        return self.left_at is None

    @is_open_to_others.inplace.expression
    @classmethod
    def _is_open_to_others(cls) -> ColumnElement[bool]:
        return cls.left_at.is_(None)

    @hybrid_property
    def is_under_review(self) -> bool:
        """Say whether it has reached the review: from then on its reviewers read the packet."""
        return self.frozen_at is not None and self.state not in {CaseState.WITHDRAWN, CaseState.CANCELLED}

    @is_under_review.inplace.expression
    @classmethod
    def _is_under_review(cls) -> ColumnElement[bool]:
        return cls.frozen_at.is_not(None) & cls.state.not_in([CaseState.WITHDRAWN, CaseState.CANCELLED])

    @hybrid_property
    def is_in_rating(self) -> bool:
        """Say whether its reviewers rate it now, blind; also where a substitute rates in a round that opened again."""
        return self.state in _IN_RATING and self.lifted_at is None and not self.is_incomplete

    @is_in_rating.inplace.expression
    @classmethod
    def _is_in_rating(cls) -> ColumnElement[bool]:
        return cls.state.in_(_IN_RATING) & cls.lifted_at.is_(None) & ~cls.is_incomplete

    @hybrid_property
    def is_lifted(self) -> bool:
        """Say whether ratings are no longer blind: all unrecused reviewers are in, or the chair closed the round."""
        return self.lifted_at is not None

    @is_lifted.inplace.expression
    @classmethod
    def _is_lifted(cls) -> ColumnElement[bool]:
        return cls.lifted_at.is_not(None)

    @hybrid_property
    def is_told(self) -> bool:
        """Say whether the candidate has been told: the decision is published."""
        return self.told_at is not None

    @is_told.inplace.expression
    @classmethod
    def _is_told(cls) -> ColumnElement[bool]:
        return cls.told_at.is_not(None)

    @hybrid_property
    def is_calibrated(self) -> bool:
        """Say whether rating is over, also by substitutes: it can be compared, discussed and decided."""
        return self.state in _RATING_OVER and (self.is_incomplete or self.lifted_at is not None)

    @is_calibrated.inplace.expression
    @classmethod
    def _is_calibrated(cls) -> ColumnElement[bool]:
        return cls.state.in_(_RATING_OVER) & or_(cls.is_incomplete, cls.lifted_at.is_not(None))


class Nomination(Keyed, Model):
    """That somebody proposed an engineer in a cycle. The first one opens the case; later ones stand beside it.

    Its author reads it, and never learns from it whether there is a case, or what becomes of it.
    """

    __tablename__ = "nomination"
    __table_args__ = (
        UniqueConstraint("cycle_id", "subject_id", "author_id"),
        Index("ix_nomination_author_id", "author_id"),
    )

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_cycle.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("promotion_case.id"))
    """The case that it opened or supports; empty where the engineer could not be nominated."""
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    by: Mapped[NominatedBy] = mapped_column(Code(NominatedBy, 8))
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class CaseStep(Keyed, Model):
    """One thing that happened to a case, from state to state, with its reason. Append-only."""

    __tablename__ = "case_step"
    __table_args__ = (Index("ix_case_step_case_id", "case_id", "at", "id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    event: Mapped[str] = mapped_column(short(32))
    source: Mapped[str | None] = mapped_column(short(16))
    target: Mapped[str] = mapped_column(short(16))
    reason: Mapped[str] = mapped_column(Text, default="")


class PacketPart(StrEnum):
    """A written part of a packet. The statement is the line manager's, all others the candidate's."""

    SUMMARY = "summary"
    IMPACT = "impact"
    HELPED = "helped"
    STATEMENT = "statement"


class PacketSection(Keyed, Model):
    """What one author has written for one part of a packet. A former manager's unsent statement stays theirs."""

    __tablename__ = "packet_section"
    __table_args__ = (UniqueConstraint("case_id", "part", "author_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    part: Mapped[PacketPart] = mapped_column(Code(PacketPart, 16))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    """The number of the author's save in which these words last changed; counted over all parts of theirs."""
    window_key: Mapped[str] = mapped_column(short(PACKET_WINDOW_LENGTH), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    """The window that saved last by itself, and the number that it gave to that save."""
    saved_at: Mapped[datetime]


class PacketChoice(Keyed, Model):
    """A piece of evidence that the candidate chose for the packet; its place gives the number E1, E2 …."""

    __tablename__ = "packet_choice"
    __table_args__ = (UniqueConstraint("case_id", "evidence_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id"))
    position: Mapped[int]
    content: Mapped[str | None] = mapped_column(Text)
    """The piece as it was handed in, as JSON (`queries.packet_pieces`); empty while the packet is being written."""


class ExceptionAsked(Keyed, Model):
    """That the candidate asks to be promoted despite a named expectation, and why."""

    __tablename__ = "exception_asked"
    __table_args__ = (UniqueConstraint("case_id", "expectation_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    reason: Mapped[str] = mapped_column(Text)


class PacketSnapshot(Keyed, Model):
    """The frozen packet as everybody reads it from then on: canonical JSON, whose SHA-256 the case carries."""

    __tablename__ = "packet_snapshot"
    __table_args__ = (UniqueConstraint("case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    content: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime]


class PacketAddition(Keyed, Model):
    """A late correction or fact beside a frozen packet, with its reason. The packet itself stays as it is."""

    __tablename__ = "packet_addition"
    __table_args__ = (Index("ix_packet_addition_case_id", "case_id", "at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    at: Mapped[datetime]
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(short(REASON_LENGTH))


class FeedbackState(StrEnum):
    """Where a request for feedback is."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class PeerFeedback(Keyed, Model):
    """What one colleague was asked about a case, and whether they answered. `rule` says why they were drawn.

    `subject_id` is the candidate. `rule` is a tie of `domain.collaborators`, or `named` where HR asked somebody.
    """

    __tablename__ = "peer_feedback"
    __table_args__ = (
        UniqueConstraint("case_id", "author_id"),
        Index("ix_peer_feedback_author_id", "author_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotion_case.id"))
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[FeedbackState] = mapped_column(Code(FeedbackState, 16), default=FeedbackState.ASKED)
    rule: Mapped[str] = mapped_column(short(32))
    expectations: Mapped[str] = mapped_column(Text)
    """The expectations they are asked about, separated by spaces."""
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    declined_reason: Mapped[str | None] = mapped_column(short(REASON_LENGTH))
    reminded_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class FeedbackLeaning(StrEnum):
    """Whether what a colleague saw speaks for the expectation or against it."""

    SHOWS = "shows"
    LIMITS = "limits"
    NOT_SEEN = "not_seen"


class FeedbackAnswer(Keyed, Model):
    """What a colleague says about one expectation. Drafts are rows too, until the request is `given`."""

    __tablename__ = "feedback_answer"
    __table_args__ = (UniqueConstraint("feedback_id", "expectation_id"),)

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("peer_feedback.id", ondelete="CASCADE"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    leaning: Mapped[FeedbackLeaning | None] = mapped_column(Code(FeedbackLeaning, 16))
    words: Mapped[str] = mapped_column(Text, default="")
