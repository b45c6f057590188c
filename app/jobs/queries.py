"""Reading the queue and its workers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.domain.errors import MissingError
from app.infra.db import db, once_per_transaction
from app.infra.pagination import PER_PAGE, Page
from app.jobs.models import Job, JobState, WorkerBeat


@once_per_transaction
def last_beat() -> datetime | None:
    """Return when any worker was last seen; None when there never was one."""
    return db.session.scalar(select(func.max(WorkerBeat.seen_at)))


def list_jobs(state: JobState | None, page: int) -> Page[Job]:
    """Return one page of the jobs in a state, or of all jobs, the newest first."""
    chosen = [] if state is None else [Job.state == state]
    total = db.session.scalar(select(func.count()).select_from(Job).where(*chosen)) or 0
    rows = db.session.scalars(
        select(Job).where(*chosen).order_by(Job.created_at.desc(), Job.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    ).all()
    return Page(rows, page, total)


def count_jobs() -> dict[JobState, int]:
    """Return how many jobs are in each state; every state is there."""
    counts = dict.fromkeys(JobState, 0)
    for state, count in db.session.execute(select(Job.state, func.count()).group_by(Job.state)):
        counts[state] = count
    return counts


def get_job(job_id: uuid.UUID) -> Job:
    """Return a job; MissingError when there is none."""
    job = db.session.get(Job, job_id)
    if job is None:
        raise MissingError
    return job


def is_due(at: datetime) -> ColumnElement[bool]:
    """Return the condition of a job that may be taken: it waits and its time has come, or its loan is over."""
    waits = and_(Job.state == JobState.QUEUED, Job.run_at <= at)
    was_left = and_(Job.state == JobState.RUNNING, Job.lent_until < at)
    return or_(waits, was_left)


def has_due_job(at: datetime, kinds: Sequence[str]) -> bool:
    """Say whether a job of one of the kinds may be taken, without asking for the right to write."""
    return db.session.scalar(select(Job.id).where(is_due(at), Job.kind.in_(kinds)).limit(1)) is not None


def find_oldest_due(at: datetime) -> datetime | None:
    """Return since when the job that has waited longest could have been taken; None when none waits."""
    since = case((Job.state == JobState.QUEUED, Job.run_at), else_=Job.lent_until)
    first: datetime | None = db.session.scalar(select(func.min(since)).where(is_due(at)))
    return first


def holds_loan(worker: str, at: datetime) -> bool:
    """Say whether a worker does a job whose loan is not over."""
    lent = Job.state == JobState.RUNNING, Job.worker == worker, Job.lent_until >= at
    return db.session.scalar(select(Job.id).where(*lent).limit(1)) is not None


def list_unknown_kinds(at: datetime, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """Return the kinds of due jobs that are none of those given, and how many wait of each."""
    statement = (
        select(Job.kind, func.count()).where(is_due(at), Job.kind.not_in(kinds)).group_by(Job.kind).order_by(Job.kind)
    )
    return [(kind, count) for kind, count in db.session.execute(statement)]


def last_queued(dedupe_key: str) -> datetime | None:
    """Return when a job with a dedupe key was last queued, whatever became of it."""
    return db.session.scalar(select(func.max(Job.created_at)).where(Job.dedupe_key == dedupe_key))
