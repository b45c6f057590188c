"""Tables of matching rounds: settings, the coordinator's pins and bans, and what each run of the matching gave."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.mentorship import ANSWER_DAYS, MONTHS
from app.infra.db import Code, Keyed, Model, short

NAME_LENGTH = 120
REASON_LENGTH = 1000
STANDS = text("ended_at IS NULL")


class RoundState(StrEnum):
    """Where a round is: open for matching, proposed to the pairs, closed, or cancelled before that."""

    OPEN = "open"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class MentoringRound(Keyed, Model):
    """One matching of the whole pool. Its weights are the parts of a pair's score; their sum is 1000."""

    __tablename__ = "mentoring_round"
    __table_args__ = (
        CheckConstraint(
            "goals_weight + level_weight + team_weight + hours_weight + preference_weight + load_weight = 1000",
            name="weights_sum",
        ),
    )

    name: Mapped[str] = mapped_column(short(NAME_LENGTH))
    state: Mapped[RoundState] = mapped_column(Code(RoundState, 16), default=RoundState.OPEN)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    goals_weight: Mapped[int] = mapped_column(default=500)
    level_weight: Mapped[int] = mapped_column(default=150)
    team_weight: Mapped[int] = mapped_column(default=100)
    hours_weight: Mapped[int] = mapped_column(default=100)
    preference_weight: Mapped[int] = mapped_column(default=100)
    load_weight: Mapped[int] = mapped_column(default=50)
    months: Mapped[int] = mapped_column(default=MONTHS)
    """How long the mentorships of this round are meant to last."""
    answer_days: Mapped[int] = mapped_column(default=ANSWER_DAYS)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    published_run_id: Mapped[uuid.UUID | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so


class ChoiceKind(StrEnum):
    """What a coordinator says of two people by hand."""

    PIN = "pin"
    BAN = "ban"


class RoundChoice(Keyed, Model):
    """That two people are to be paired in a round, or are not, by hand and with a reason. The live row counts."""

    __tablename__ = "round_choice"
    __table_args__ = (
        Index(
            "uq_round_choice_pair",
            "round_id",
            "mentee_id",
            "mentor_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentoring_round.id"))
    mentee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    mentor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ChoiceKind] = mapped_column(Code(ChoiceKind, 8))
    reason: Mapped[str] = mapped_column(short(REASON_LENGTH))
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class MatchRun(Keyed, Model):
    """One run of the matching in a round: what it was run on, and what it reached. Never changed.

    `digest` is the SHA-256 of the sorted input: two runs with the same digest have the same pairs. `worst` and `total`
    are of 1000 for each pair, and 0 where nobody was matched. `explanation` is JSON of what belongs to no one pair.
    """

    __tablename__ = "match_run"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mentoring_round.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str] = mapped_column(short(64))
    mentees: Mapped[int]
    mentors: Mapped[int]
    places: Mapped[int]
    admissible: Mapped[int]
    matched: Mapped[int]
    worst: Mapped[int]
    total: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text, default="{}")


class MatchPair(Keyed, Model):
    """A pair that a run proposes, with its score by part and the next best mentor for the mentee."""

    __tablename__ = "match_pair"
    __table_args__ = (UniqueConstraint("run_id", "mentee_id"),)

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("match_run.id"))
    mentee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    mentor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    goals_part: Mapped[int]
    level_part: Mapped[int]
    team_part: Mapped[int]
    hours_part: Mapped[int]
    preference_part: Mapped[int]
    load_part: Mapped[int]
    score: Mapped[int]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    is_cross_ladder: Mapped[bool] = mapped_column(default=False)
    next_mentor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    next_score: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="{}")
    """JSON of what the parts rest on: the goals held, the shared minutes, the levels."""


class MatchLeft(Keyed, Model):
    """A mentee whom a run left without a mentor, and why.

    `reasons` is JSON: how many mentors each reason rules out. Where some are admissible, `rivals` is JSON of the
    mentees who compete, this one among them, for fewer `places` than they are, and `mentors` of whose places.
    """

    __tablename__ = "match_left"
    __table_args__ = (UniqueConstraint("run_id", "mentee_id"),)

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("match_run.id"))
    mentee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reasons: Mapped[str] = mapped_column(Text, default="{}")
    rivals: Mapped[str] = mapped_column(Text, default="[]")
    mentors: Mapped[str] = mapped_column(Text, default="[]")
    places: Mapped[int | None]
    unheld: Mapped[str] = mapped_column(Text, default="[]")
    """JSON of the goals that nobody in the pool holds."""
