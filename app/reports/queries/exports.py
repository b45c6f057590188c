"""Reading exports: one's own, how many there were, and whom their owner might see when a file was made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, or_, select, text

from app.access.actor import Role
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.db import db
from app.infra.unit_of_work import rollback
from app.jobs.models import Job, JobState
from app.people.models import Person
from app.reports.criteria import Viewer
from app.reports.models import ExportState, ReportExport
from app.reports.scope import may_see

ROW_PERMISSIONS = (Permission.Progression.READ, Permission.Aggregate.READ)
UNDERWAY = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One export and the work on its file, if there is any."""

    export: ReportExport
    job: Job | None

    def state(self, at: datetime) -> ExportState:
        """Return what became of it by now; work that was given up has failed, whatever the row says.

        What is made while it is handed over is good for one time.
        """
        is_spent = self.export.job_id is None and not self.export.stored_as and self.export.fetched_at is not None
        if is_spent or self.export.good_until <= at:
            return ExportState.GONE
        if self.export.state is ExportState.QUEUED and (self.job is None or self.job.state not in UNDERWAY):
            return ExportState.FAILED
        return self.export.state


def begin_snapshot() -> None:
    """Begin a transaction that only reads and sees one state of the database until it ends.

    SQLite's transactions do so by themselves, as long as nothing is written.
    """
    rollback()
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def get_export(export_id: uuid.UUID) -> ReportExport:
    """Return an export; MissingError when there is none."""
    export = db.session.get(ReportExport, export_id)
    if export is None:
        raise MissingError
    return export


def get_entry(export: ReportExport) -> ExportEntry:
    """Return an export with the work on it."""
    return ExportEntry(export, db.session.get(Job, export.job_id) if export.job_id else None)


def list_own_exports(person_id: uuid.UUID, session_id: uuid.UUID | None, limit: int) -> list[ExportEntry]:
    """Return what somebody took out in a session, the last first."""
    rows = db.session.execute(
        select(ReportExport, Job)
        .outerjoin(Job, Job.id == ReportExport.job_id)
        .where(ReportExport.person_id == person_id, ReportExport.session_id == session_id)
        .order_by(ReportExport.asked_at.desc(), ReportExport.id)
        .limit(limit)
    )
    return [ExportEntry(export, job) for export, job in rows]


def count_since(person_id: uuid.UUID, since: datetime) -> int:
    """Return how many exports somebody asked for since a moment."""
    counted = select(func.count()).where(ReportExport.person_id == person_id, ReportExport.asked_at > since)
    return db.session.scalar(counted) or 0


def find_underway(person_id: uuid.UUID, at: datetime) -> ReportExport | None:
    """Return the export of somebody whose file is being made; None where none is."""
    return db.session.scalar(
        select(ReportExport)
        .join(Job, Job.id == ReportExport.job_id)
        .where(
            ReportExport.person_id == person_id,
            ReportExport.state == ExportState.QUEUED,
            ReportExport.good_until > at,
            Job.state.in_(UNDERWAY),
        )
        .order_by(ReportExport.asked_at, ReportExport.id)
        .limit(1)
    )


def list_stored() -> Sequence[ReportExport]:
    """Return every export that has a file of the worker."""
    kept = select(ReportExport).where(ReportExport.stored_as != "")
    return db.session.scalars(kept.order_by(ReportExport.asked_at, ReportExport.id)).all()


def list_over(at: datetime, limit: int) -> Sequence[ReportExport]:
    """Return exports whose time is over and that do not say so yet."""
    is_over = ReportExport.good_until <= at, ReportExport.state != ExportState.GONE
    return db.session.scalars(select(ReportExport).where(*is_over).order_by(ReportExport.id).limit(limit)).all()


def covers_of(viewer: Viewer) -> str:
    """Return a hash of whom somebody may see in reports: another one means that an earlier file is not theirs.

    For HR it is their role, which opens everybody; for others the people of the two row permissions.
    """
    who = viewer.actor
    if who is None:
        return ""
    said = [str(who.person_id), *sorted(who.roles)]
    if not who.has_role(Role.HR):
        seen = or_(
            *(may_see(viewer, one, Person.id) for one in (Permission.Progression.READ, Permission.Aggregate.READ))
        )
        said += [str(one) for one in db.session.scalars(select(Person.id).where(seen).order_by(Person.id))]
    return sha256("\n".join(said).encode()).hexdigest()


def asked_within(at: datetime) -> datetime:
    """Return since when exports count for the limit of an hour."""
    return at - timedelta(hours=1)
