"""Tables of mentorships: the fact that two people are a pair, and what they write.

What is a fact, with its dates, stands in `mentorship`; words stand in tables of their own, each row with its author, so
that no list of facts can carry a word with it.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.domain.mentorship import UNDERWAY, MentorshipState, PairSide
from app.infra.db import Code, Keyed, Model, short

WORDS_LENGTH = 4000
LINE_LENGTH = 300
WINDOW_LENGTH = 64
_UNDERWAY = text("state IN ('active', 'mid_point_done', 'closing', 'paused')")
_PROPOSED = text("state = 'proposed'")
_NOT_OVER = (MentorshipState.PROPOSED, *UNDERWAY)


class Mentorship(Keyed, Model):
    """That somebody mentors somebody, or was asked to. Dates and states only: no word of anybody stands here.

    `mentee_consented_at` and `mentor_consented_at` are the two acts of consent, each by that person alone. `answer_by`
    is the last day on which whoever is asked may answer. A pause remembers the state that it left, and shifts
    `mid_point_on` and `ends_on` by its days when it ends.
    """

    __tablename__ = "mentorship"
    __table_args__ = (
        CheckConstraint("mentee_id <> mentor_id", name="not_oneself"),
        CheckConstraint("ends_on IS NULL OR ends_on > began_on", name="ends_after_start"),
        Index(
            "uq_mentorship_mentee_underway",
            "mentee_id",
            unique=True,
            sqlite_where=_UNDERWAY,
            postgresql_where=_UNDERWAY,
        ),
        Index(
            "uq_mentorship_pair_proposed",
            "mentee_id",
            "mentor_id",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
        Index("ix_mentorship_mentee_id", "mentee_id", "state"),
        Index("ix_mentorship_mentor_id", "mentor_id", "state"),
        Index("ix_mentorship_round_id", "round_id"),
    )

    mentee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    mentor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    round_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mentoring_round.id"))
    """The round that proposed it; empty for a request outside rounds."""
    state: Mapped[MentorshipState] = mapped_column(Code(MentorshipState, 16), default=MentorshipState.PROPOSED)
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who asked, or who published the round."""
    answer_by: Mapped[date]
    waits_for: Mapped[PairSide | None] = mapped_column(Code(PairSide, 8))
    """Whose turn it is in a request; empty for a proposal of a round, where both are asked."""
    mentee_consented_at: Mapped[datetime | None]
    mentor_consented_at: Mapped[datetime | None]
    months: Mapped[int]
    session_weeks: Mapped[int] = mapped_column(default=3)
    """How often the two mean to meet, in weeks."""
    began_on: Mapped[date | None]
    mid_point_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    left_state: Mapped[MentorshipState | None] = mapped_column(Code(MentorshipState, 16))
    """The state before a pause, to which it returns."""
    paused_on: Mapped[date | None]
    resumes_on: Mapped[date | None]
    resumed_on: Mapped[date | None]
    """The day on which the last pause ended; from then on silence is counted anew."""
    closing_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    """The day on which it was over, completed or early; empty for what never began."""
    shares_goals: Mapped[bool] = mapped_column(default=False)
    """Whether the mentee lets their line manager see the goals."""
    is_cross_ladder: Mapped[bool] = mapped_column(default=False)
    score: Mapped[int | None]
    """Of 1000, as its round scored the pair."""
    extensions: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @hybrid_property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: the mentee."""
        return self.mentee_id

    @hybrid_property
    def is_underway(self) -> bool:
        """Say whether the two are a pair now."""
        return self.state in UNDERWAY

    @is_underway.inplace.expression
    @classmethod
    def _is_underway(cls) -> ColumnElement[bool]:
        return cls.state.in_(UNDERWAY)

    @hybrid_property
    def has_begun(self) -> bool:
        """Say whether both consented: the two are a pair, or were one."""
        return self.began_on is not None

    @has_begun.inplace.expression
    @classmethod
    def _has_begun(cls) -> ColumnElement[bool]:
        return cls.began_on.is_not(None)

    @hybrid_property
    def is_not_over(self) -> bool:
        """Say whether the two may still become a pair, or are one: nobody declined, nothing lapsed or ended."""
        return self.state in _NOT_OVER

    @is_not_over.inplace.expression
    @classmethod
    def _is_not_over(cls) -> ColumnElement[bool]:
        return cls.state.in_(_NOT_OVER)

    def side_of(self, person_id: uuid.UUID) -> PairSide | None:
        """Return which of the two somebody is; None for anybody else."""
        return {self.mentee_id: PairSide.MENTEE, self.mentor_id: PairSide.MENTOR}.get(person_id)

    def other_than(self, person_id: uuid.UUID) -> uuid.UUID:
        """Return the other one of the two."""
        return self.mentor_id if person_id == self.mentee_id else self.mentee_id


class MentorshipStep(Keyed, Model):
    """One event in the life of a mentorship. Append-only; no words."""

    __tablename__ = "mentorship_step"
    __table_args__ = (Index("ix_mentorship_step_mentorship_id", "mentorship_id", "at", "id"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    event: Mapped[str] = mapped_column(short(24))
    source: Mapped[str] = mapped_column(short(16))
    target: Mapped[str] = mapped_column(short(16))
    code: Mapped[str] = mapped_column(short(32), default="")
    """The kind reason of a decline, as a code; why something was withdrawn. Read by the pair alone."""


class MessageKind(StrEnum):
    """What a message of a pair is, before they are one and at the end."""

    REQUEST = "request"
    QUESTION = "question"
    ANSWER = "answer"
    DECLINE = "decline"
    PARTING = "parting"


class MentorshipMessage(Keyed, Model):
    """What one of the two wrote to the other outside a session: a request, a question, a decline, a parting word."""

    __tablename__ = "mentorship_message"
    __table_args__ = (Index("ix_mentorship_message_mentorship_id", "mentorship_id", "written_at", "id"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MessageKind] = mapped_column(Code(MessageKind, 12))
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class GoalOutcome(StrEnum):
    """What became of a goal."""

    MET = "met"
    PARTLY = "partly"
    NOT = "not"


class MentorshipGoal(Keyed, Model):
    """One of the goals of a mentorship: an expectation that the mentee does not show yet."""

    __tablename__ = "mentorship_goal"
    __table_args__ = (UniqueConstraint("mentorship_id", "lineage", "expectation_id"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    lineage: Mapped[str] = mapped_column(short(64))
    expectation_id: Mapped[str] = mapped_column(short(80))
    position: Mapped[int]
    outcome: Mapped[GoalOutcome | None] = mapped_column(Code(GoalOutcome, 8))
    outcome_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class SessionState(StrEnum):
    """Where a session is."""

    PLANNED = "planned"
    HELD = "held"
    CALLED_OFF = "called_off"


class MentoringSession(Keyed, Model):
    """One session of a pair: when, how long, and whether it took place. What is said in it stands in notes."""

    __tablename__ = "mentoring_session"
    __table_args__ = (
        UniqueConstraint("mentorship_id", "number"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_limits"),
    )

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    number: Mapped[int]
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=60)
    place: Mapped[str] = mapped_column(short(200), default="")
    """Where the two meet, such as a room or the address of a call; theirs alone."""
    state: Mapped[SessionState] = mapped_column(Code(SessionState, 12), default=SessionState.PLANNED)
    held_on: Mapped[date | None]
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class NoteKind(StrEnum):
    """What a shared note is for."""

    AGENDA = "agenda"
    NOTE = "note"


class MentoringNote(Keyed, Model):
    """What one of the two wrote for both: a point of the agenda, or a note. Access matrix, row 16."""

    __tablename__ = "mentoring_note"
    __table_args__ = (Index("ix_mentoring_note_session_id", "session_id", "written_at", "id"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentoring_session.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NoteKind] = mapped_column(Code(NoteKind, 8))
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """When its author took it out. Nobody reads it from then on; it can be put back for a day, and is then deleted."""
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it so


class PrivateNote(Keyed, Model):
    """What one of the two wrote for themselves; only its author ever reads it. Access matrix, row 17.

    One for each author and session, and one without a session for the mentorship as a whole.
    """

    __tablename__ = "private_note"
    __table_args__ = (Index("ix_private_note_mentorship_id", "mentorship_id", "author_id", "session_id"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mentoring_session.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    window_key: Mapped[str] = mapped_column(short(WINDOW_LENGTH), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    """The window that saved last by itself, and the number that it gave to that save."""
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it so


class SessionAction(Keyed, Model):
    """What one of the two means to do until a day. Words of the pair: whoever wrote it is its author."""

    __tablename__ = "session_action"
    __table_args__ = (Index("ix_session_action_mentorship_id", "mentorship_id", "done_at"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mentoring_session.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(short(LINE_LENGTH))
    due_on: Mapped[date | None]
    written_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """As for a shared note."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class ReviewKind(StrEnum):
    """When the two look back."""

    MID_POINT = "mid_point"
    CLOSING = "closing"


class MentorshipReview(Keyed, Model):
    """What one of the two answered when looking back; the other reads it once both have answered.

    `answers` is JSON, a text for each question in their order. Without `given_at` it is a draft of its author.
    """

    __tablename__ = "mentorship_review"
    __table_args__ = (UniqueConstraint("mentorship_id", "author_id", "kind"),)

    mentorship_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentorship.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ReviewKind] = mapped_column(Code(ReviewKind, 12))
    answers: Mapped[str] = mapped_column(Text, default="[]")
    written_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it so


class SessionEvidence(Keyed, Model):
    """That somebody made a piece of evidence of their own from a session, by their own act."""

    __tablename__ = "session_evidence"
    __table_args__ = (UniqueConstraint("session_id", "author_id"),)

    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentoring_session.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    piece_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    """The piece. Where its author discards the draft, this goes with it, and another one can be made."""
    made_at: Mapped[datetime]
