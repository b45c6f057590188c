"""The table of exports: who took which report out, for what, and the file of one that was made by the worker."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Code, Keyed, Model, short

REASON_LENGTH = 300


class FileFormat(StrEnum):
    """What a report is taken out as."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    JSON = "json"

    @property
    def label(self) -> str:
        """Return how a page names it."""
        return self.value.upper()


class ExportState(StrEnum):
    """The life of a file that the worker makes. One that is written while it is handed over is ready at once."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


class ReportExport(Keyed, Model):
    """One report that somebody takes out, good for the session in which it was asked for, and only for a while.

    `criteria` is the filters as the address of the page gives them; `covers` is a hash of whom the person might see
    when the file was made, so that nobody fetches what they no longer may see. `stored_as` is the name of the worker's
    file in the data folder, empty where the file is written while it is handed over. `reason` is empty for own data.
    """

    __tablename__ = "report_export"
    __table_args__ = (
        Index("ix_report_export_person_id_asked_at", "person_id", "asked_at"),
        Index("ix_report_export_good_until", "good_until"),
        CheckConstraint("rows IS NULL OR rows >= 0", name="rows_count"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[uuid.UUID]
    report: Mapped[str] = mapped_column(short(40))
    criteria: Mapped[str] = mapped_column(Text, default="{}")
    format: Mapped[FileFormat] = mapped_column(Code(FileFormat, 8))
    has_mark: Mapped[bool] = mapped_column(default=False)
    """Whether a CSV begins with the mark by which Excel knows UTF-8."""
    is_for_outside: Mapped[bool] = mapped_column(default=False)
    """Whether it leaves the company: the smallest group is larger then, and coverage names nobody."""
    is_own: Mapped[bool] = mapped_column(default=False)
    """Whether it holds nothing but the data of whoever takes it."""
    reason: Mapped[str] = mapped_column(short(REASON_LENGTH), default="")
    state: Mapped[ExportState] = mapped_column(Code(ExportState, 8), default=ExportState.READY)
    asked_at: Mapped[datetime]
    good_until: Mapped[datetime]
    rows: Mapped[int | None]
    covers: Mapped[str] = mapped_column(short(64), default="")
    stored_as: Mapped[str] = mapped_column(short(64), default="")
    job_id: Mapped[uuid.UUID | None]
    fetched_at: Mapped[datetime | None]

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on this row is about: whoever asked for it."""
        return self.person_id
