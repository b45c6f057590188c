"""Tables of the queue: what is to be done, and which workers live."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Code, Keyed, Model, short

UNFINISHED = text("state IN ('queued', 'running')")


class JobState(StrEnum):
    """The life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Keyed, Model):
    """One piece of work that does not happen inside a request. `payload` is JSON and holds ids, never contents.

    A running job is lent to a worker until `lent_until`; after that another one may take it. `dedupe_key` lets the same
    work wait only once.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done_within_total"),
        Index("ix_job_state_run_at", "state", "run_at"),
        Index(
            "uq_job_unfinished_dedupe_key",
            "dedupe_key",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
    )

    kind: Mapped[str] = mapped_column(short(60))
    payload: Mapped[str]
    dedupe_key: Mapped[str | None] = mapped_column(short(120))
    state: Mapped[JobState] = mapped_column(Code(JobState, 12), default=JobState.QUEUED)
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    run_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lent_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(short(120), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    error: Mapped[str] = mapped_column(default="")


class WorkerBeat(Model):
    """A worker that lives, or did: when it was last seen."""

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(short(120), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
