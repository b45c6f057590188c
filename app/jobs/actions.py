"""Queueing work, doing it, and looking after it. Each job is done by one worker at a time."""

from __future__ import annotations

import json
import logging
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import rollback, transaction
from app.jobs import queries
from app.jobs.kinds import Kind, Work, find_kind, known_kinds, periodic_kinds
from app.jobs.models import Job, JobState, WorkerBeat

WORKER = "worker"
BEATS_KEPT_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(minutes=1)
LOST = "The worker ended while it did this."

logger = logging.getLogger(__name__)


class LoanOverError(Exception):
    """The job was taken by another worker in the meantime; what this one did is dropped."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A job that was lent to a worker: the row as it was at that moment, and its kind."""

    job_id: uuid.UUID
    kind: Kind
    payload: Mapping[str, Any]
    by: Author
    worker: str
    attempt: int
    at: datetime


def queue(
    kind: str,
    payload: Mapping[str, Any],
    *,
    by: Author,
    at: datetime,
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> Job | None:
    """Let the worker do something after this transaction has been committed, not before `run_at`.

    `payload` holds ids, never contents. None: the same work, by its `dedupe_key`, waits or runs already.
    """
    session = db.session()
    dialect = session.get_bind().dialect.name
    values = {
        "id": uuid.uuid4(),
        "kind": kind,
        "payload": json.dumps(payload, sort_keys=True, default=str),
        "dedupe_key": dedupe_key,
        "state": JobState.QUEUED,
        "created_at": at,
        "created_by_id": by.person_id,
        "run_at": run_at or at,
        "worker": "",
        "attempts": 0,
        "done": 0,
        "error": "",
    }
    if dedupe_key is None:
        session.execute(insert(Job).values(**values))
        return session.get_one(Job, values["id"])
    add = postgresql.insert if dialect == "postgresql" else sqlite.insert
    added = session.scalar(add(Job).values(**values).on_conflict_do_nothing().returning(Job.id))
    return None if added is None else session.get_one(Job, added)


def queue_periodic(at: datetime) -> int:
    """Queue what is due again by itself, each kind at most once; return how many."""
    queued = 0
    for name, every in periodic_kinds():
        key = f"periodic:{name}"
        last = queries.last_queued(key)
        if last is not None and last + every > at:
            continue
        with transaction():
            queued += queue(name, {}, by=Author(None, label=WORKER), at=at, dedupe_key=key) is not None
    return queued


def run_next(worker: str, at: datetime) -> bool:
    """Take one job that is due and do it; say whether there was one. Faults of the work end up in its row.

    Raises only what stops the queue itself, such as a database that is gone; then the job returns when its loan ends.
    """
    due = queries.has_due_job(at, known_kinds())
    # The read must not keep the database from ending its transaction while the worker waits.
    rollback()
    loan = _take(worker, at) if due else None
    if loan is None:
        return False
    try:
        if loan.kind.in_steps:
            loan.kind.handler(_work(loan))
            with transaction():
                _finish(loan)
        else:
            with transaction():
                loan.kind.handler(_work(loan))
                _finish(loan)
    except LoanOverError:
        logger.warning("job %s took longer than it was lent for and was given to another worker", loan.job_id)
    except Exception as error:
        logger.exception("job %s of kind %s failed at attempt %d", loan.job_id, loan.kind.name, loan.attempt)
        with transaction():
            _put_back(loan, error)
    return True


def retry_job(job: Job, by: Author, at: datetime) -> None:
    """Let a failed or cancelled job run again, with all its tries."""
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise NotAllowedNowError("Only a job that failed or was cancelled can be run again.")
    session = db.session()
    same = select(Job.id).where(
        Job.dedupe_key == job.dedupe_key, Job.state.in_([JobState.QUEUED, JobState.RUNNING]), Job.id != job.id
    )
    if job.dedupe_key is not None and session.scalar(same.limit(1)) is not None:
        raise NotAllowedNowError("The same work waits or runs already.")
    job.state, job.attempts, job.error = JobState.QUEUED, 0, ""
    job.run_at, job.finished_at, job.lent_until = at, None, None
    log(Tag.JOB_RETRIED, by=by, at=at, object_id=job.id, kind=job.kind)


def cancel_job(job: Job, by: Author, at: datetime) -> None:
    """Take a job that waits out of the queue."""
    if job.state is not JobState.QUEUED:
        raise NotAllowedNowError("Only a job that waits can be cancelled.")
    job.state, job.finished_at = JobState.CANCELLED, at
    log(Tag.JOB_CANCELLED, by=by, at=at, object_id=job.id, kind=job.kind)


def beat(worker: str, at: datetime) -> None:
    """Note that a worker lives; workers that were not seen for a day are forgotten.

    Nothing else forgets one, and never the one seen last: that a worker ended in good order is no reason to say that
    none was ever seen.
    """
    session = db.session()
    row = session.get(WorkerBeat, worker)
    if row is None:
        session.add(WorkerBeat(name=worker, started_at=at, seen_at=at))
    else:
        row.seen_at = at
    session.execute(delete(WorkerBeat).where(WorkerBeat.seen_at < at - BEATS_KEPT_FOR))


def forget_finished_jobs(before: datetime) -> None:
    """Forget jobs that were done or cancelled before a moment. Those that failed stay until somebody looks."""
    finished = Job.state.in_([JobState.DONE, JobState.CANCELLED])
    db.session().execute(delete(Job).where(finished, Job.finished_at < before))


def pause_after(attempt: int) -> timedelta:
    """Return how long a job waits after it failed: one, two, four … minutes.

    >>> [int(pause_after(attempt).total_seconds() / 60) for attempt in (1, 2, 3, 4)]
    [1, 2, 4, 8]
    """
    return FIRST_PAUSE * int(2 ** (attempt - 1))


def _take(worker: str, at: datetime) -> Loan | None:
    """Lend the job that has waited longest. One that was left behind too often has failed and is passed over."""
    while True:
        with transaction() as session:
            job = session.scalar(
                select(Job)
                .where(queries.is_due(at), Job.kind.in_(known_kinds()))
                .order_by(Job.run_at, Job.created_at, Job.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            kind = find_kind(job.kind) if job else None
            if job is None or kind is None:
                return None
            if job.attempts >= kind.tries:
                _give_up(job, LOST, at)
                continue
            job.state, job.worker, job.attempts = JobState.RUNNING, worker, job.attempts + 1
            job.started_at, job.lent_until, job.done = at, at + kind.lend, 0
            by = Author(job.created_by_id, label=WORKER)
            return Loan(job.id, kind, json.loads(job.payload), by, worker, job.attempts, at)


def _work(loan: Loan) -> Work:
    def report(done: int, total: int | None) -> None:
        if loan.kind.in_steps:
            with transaction():
                _note(done, total)
        else:
            _note(done, total)

    def _note(done: int, total: int | None) -> None:
        job = _own_row(loan)
        job.done, job.total, job.lent_until = done, total, now() + loan.kind.lend

    return Work(loan.job_id, loan.kind.name, loan.payload, loan.at, loan.by, report)


def _own_row(loan: Loan) -> Job:
    """Return the row of a lent job; LoanOverError when it is somebody else's by now."""
    job = db.session().get(Job, loan.job_id, with_for_update=True, populate_existing=True)
    is_own = job and job.state is JobState.RUNNING and job.worker == loan.worker and job.attempts == loan.attempt
    if job is None or not is_own:
        raise LoanOverError
    return job


def _finish(loan: Loan) -> None:
    job = _own_row(loan)
    job.state, job.finished_at, job.lent_until, job.error = JobState.DONE, now(), None, ""


def _put_back(loan: Loan, error: Exception) -> None:
    try:
        job = _own_row(loan)
    except LoanOverError:
        return
    if loan.attempt >= loan.kind.tries:
        _give_up(job, describe(error), now())
        return
    job.state, job.lent_until, job.error = JobState.QUEUED, None, describe(error)
    job.run_at = now() + pause_after(loan.attempt)


def _give_up(job: Job, error: str, at: datetime) -> None:
    job.state, job.finished_at, job.lent_until, job.error = JobState.FAILED, at, None, error
    log(Tag.JOB_FAILED, by=Author(None, label=WORKER), at=at, object_id=job.id, kind=job.kind, attempts=job.attempts)


def describe(error: BaseException) -> str:
    """Return the class of an error and where it arose. Its message is left out: it may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
