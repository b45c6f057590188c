"""Tables of evidence."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zlib import crc32

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState
from app.infra.db import Code, Keyed, Model, short
from app.people.models import LIVE, Person

TITLE_LENGTH = 200
NARRATIVE_LENGTH = 20_000
LINE_LENGTH = 500
LINK_LENGTH = 2048
WORDS_LENGTH = 5000
ASKING_LENGTH = 500
FILE_NAME_LENGTH = 120
CHECKSUMS = 1_000_000_000
"""Checksums stay below this, so that they have at most the nine digits that a form's version may have."""


class Evidence(Keyed, Model):
    """One dated piece. `number` counts per author (E-12). A date range occurred on its last day, `occurred_on`."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("subject_id", "number"),
        Index("ix_evidence_subject_id_occurred_on", "subject_id", "occurred_on", "id"),
        CheckConstraint("occurred_from IS NULL OR occurred_from <= occurred_on", name="range_in_order"),
        CheckConstraint("(state = 'draft') = (shared_at IS NULL)", name="shared_at_with_state"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_with_state"),
        CheckConstraint("length(title) > 0", name="has_title"),
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(short(TITLE_LENGTH))
    narrative: Mapped[str] = mapped_column(default="")
    kind: Mapped[EvidenceKind] = mapped_column(Code(EvidenceKind, 32))
    occurred_from: Mapped[date | None]
    occurred_on: Mapped[date]
    state: Mapped[EvidenceState] = mapped_column(Code(EvidenceState, 16), default=EvidenceState.DRAFT)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    submitted_on: Mapped[date | None]
    """The company's calendar day on which it was shared: what a former manager may still read depends on it."""
    withdrawn_at: Mapped[datetime | None]
    needed_voice_id: Mapped[uuid.UUID | None]
    """The person without whose confirmation it counts for nothing, as the mentee's for a mentor's log; mostly nobody.

    Not bound to `person`: the column came later, and SQLite binds none in a table that is there. People stay for good.
    """
    version: Mapped[int] = mapped_column(default=1)

    links: Mapped[list[EvidenceLink]] = relationship(
        order_by="EvidenceLink.position", cascade="all, delete-orphan", lazy="raise"
    )
    claims: Mapped[list[Claim]] = relationship(order_by="Claim.position", cascade="all, delete-orphan", lazy="raise")
    corroborations: Mapped[list[Corroboration]] = relationship(
        order_by="Corroboration.asked_at, Corroboration.id", cascade="all, delete-orphan", lazy="raise"
    )
    attachments: Mapped[list[Attachment]] = relationship(
        order_by="Attachment.added_at, Attachment.id", cascade="all, delete-orphan", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    @property
    def ref(self) -> str:
        """Return the short name by which people cite it: E-12."""
        return f"E-{self.number}"

    @hybrid_property
    def is_shared(self) -> bool:
        """Say whether it is shared now."""
        return self.state == EvidenceState.SHARED

    @hybrid_property
    def is_draft(self) -> bool:
        """Say whether it has never been shared."""
        return self.state == EvidenceState.DRAFT

    @hybrid_property
    def was_shared(self) -> bool:
        """Say whether it is shared now or was before it was withdrawn."""
        return self.shared_at is not None

    @was_shared.inplace.expression
    @classmethod
    def _was_shared(cls) -> ColumnElement[bool]:
        return cls.shared_at.is_not(None)


class EvidenceLink(Keyed, Model):
    """A link that the author gave. The server never opens it."""

    __tablename__ = "evidence_link"
    __table_args__ = (Index("ix_evidence_link_evidence_id", "evidence_id"),)

    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    position: Mapped[int]
    url: Mapped[str] = mapped_column(short(LINK_LENGTH))


class Claim(Keyed, Model):
    """That a piece shows one expectation, and how. Kept by expectation id, so that it outlives a ladder version."""

    __tablename__ = "evidence_claim"
    __table_args__ = (
        UniqueConstraint("evidence_id", "expectation_id"),
        Index("ix_evidence_claim_expectation_id", "expectation_id"),
    )

    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    position: Mapped[int]
    line: Mapped[str] = mapped_column(short(LINE_LENGTH), default="")
    changed_at: Mapped[datetime]
    """When the claim was last changed: a corroboration answered before that no longer counts."""

    settings_aside: Mapped[list[SettingAside]] = relationship(
        order_by="SettingAside.set_at, SettingAside.id", cascade="all, delete-orphan", lazy="raise"
    )


class SettingAside(Keyed, Model):
    """The manager's word that a shared piece does not count for one expectation, and the engineer's answer."""

    __tablename__ = "evidence_setting_aside"
    __table_args__ = (
        Index("uq_evidence_setting_aside_live", "claim_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence_claim.id", ondelete="CASCADE"))
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    set_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    """When the manager took it back."""

    @property
    def answer_version(self) -> int:
        """Return a number that is another one when the answer is another text; 0 before there is any.

        Nine digits of a checksum of the text: a form needs to know only whether what it showed is what stands there.
        """
        return crc32(self.answer.encode()) % CHECKSUMS


class Corroboration(Keyed, Model):
    """A named colleague who was asked about one piece, and the answer.

    `was_line_manager` is fixed at the moment of the answer; a line manager's answer never counts as corroboration.
    `standing` holds the expectation ids that the colleague left standing, one per line.
    """

    __tablename__ = "evidence_corroboration"
    __table_args__ = (
        UniqueConstraint("evidence_id", "colleague_id"),
        Index("ix_evidence_corroboration_colleague_id", "colleague_id"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered_at_with_outcome"),
    )

    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    colleague_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    asking: Mapped[str] = mapped_column(short(ASKING_LENGTH), default="")
    """The line that the author wrote to the colleague, if any."""
    reminded_at: Mapped[datetime | None]
    outcome: Mapped[CorroborationAnswer | None] = mapped_column(Code(CorroborationAnswer, 16))
    words: Mapped[str] = mapped_column(default="")
    standing: Mapped[str] = mapped_column(default="")
    was_line_manager: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]

    colleague: Mapped[Person] = relationship(lazy="raise", viewonly=True)
    limits: Mapped[list[CorroborationLimit]] = relationship(
        order_by="CorroborationLimit.expectation_id", cascade="all, delete-orphan", lazy="raise"
    )

    @property
    def is_open(self) -> bool:
        """Say whether an answer is owed: none was given, or none since it was asked again."""
        return self.answered_at is None or self.answered_at < self.asked_at

    @property
    def answer_version(self) -> int:
        """Return a number that is another one when the answer is another; 0 before there is any, as for an aside."""
        if self.outcome is None:
            return 0
        limits = "".join(sorted(f"\n{limit.expectation_id} {limit.words}" for limit in self.limits))
        return crc32(f"{self.outcome.value}\n{self.standing}\n{self.words}{limits}".encode()) % CHECKSUMS

    @property
    def left_standing(self) -> frozenset[str]:
        """Return the expectations that a limited answer still supports."""
        return frozenset(self.standing.split())


class CorroborationLimit(Keyed, Model):
    """The words of a limited answer for one expectation: how far the colleague can confirm it, or why not."""

    __tablename__ = "corroboration_limit"
    __table_args__ = (
        UniqueConstraint("corroboration_id", "expectation_id"),
        CheckConstraint("length(words) > 0", name="has_words"),
    )

    corroboration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence_corroboration.id", ondelete="CASCADE"))
    expectation_id: Mapped[str] = mapped_column(short(80))
    words: Mapped[str]


class Attachment(Keyed, Model):
    """A file of a piece. Its contents lie under a random name in the data folder, outside of what is served."""

    __tablename__ = "evidence_attachment"
    __table_args__ = (
        UniqueConstraint("stored_as"),
        Index("ix_evidence_attachment_evidence_id", "evidence_id"),
        CheckConstraint("size > 0", name="is_not_empty"),
    )

    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(short(FILE_NAME_LENGTH))
    """The name that the author's file had, without a folder; only ever shown, never opened."""
    media_type: Mapped[str] = mapped_column(short(40))
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str] = mapped_column(short(64))
    stored_as: Mapped[str] = mapped_column(short(64))
    added_at: Mapped[datetime]


class EvidenceRevision(Keyed, Model):
    """What a piece said from a moment on, once it was shared: one row when it is shared, one for each later change.

    A former line manager reads what was submitted in their period and nothing later; the author reads them all.
    `content` is JSON: title, narrative, kind, days, links, and the claims with their lines.
    """

    __tablename__ = "evidence_revision"
    __table_args__ = (UniqueConstraint("evidence_id", "number"),)

    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    number: Mapped[int]
    said_at: Mapped[datetime]
    said_on: Mapped[date]
    """The company's calendar day of `said_at`."""
    content: Mapped[str]
