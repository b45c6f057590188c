"""Taking a report out: written down before anything leaves, limited, and made by the worker where it is large."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.actions import Author, Note, log, note_in
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import record
from app.jobs.actions import queue
from app.people.models import Person
from app.reports.models import ExportState, FileFormat, ReportExport
from app.reports.queries import exports

MAKE_FILE = "reports.make_file"
GOOD_FOR = timedelta(hours=24)
GOOD_FOR_AT_ONCE = timedelta(minutes=10)
"""A file that is made while it is handed over is asked for and fetched in one go, and once."""
REMEMBERED = timedelta(days=30)
MOST_AN_HOUR = 30
SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody takes out. `filters` are those of the address; `subject_id` is set where it is about one person.

    `has_job`: the worker makes the file.
    """

    report: str
    format: FileFormat
    filters: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    reason: str = ""
    is_own: bool = False
    has_mark: bool = False
    is_for_outside: bool = False
    has_job: bool = False
    subject_id: uuid.UUID | None = None


def ask_for_export(asked: Asked, session_id: uuid.UUID, *, by: Author, at: datetime) -> ReportExport:
    """Write down that somebody takes a report out, and let the worker make its file where that takes long.

    InvalidError: no reason for what is not only one's own, too many within an hour, or a file is being made already.
    Source: reliability checklist, items 16 and 49.
    """
    if by.person_id is None:
        raise InvalidError("Only somebody who is signed in takes a report out here.")
    check_reason(asked.reason, is_own=asked.is_own)
    # Two at once are weighed one after the other.
    db.session.execute(select(Person.id).where(Person.id == by.person_id).with_for_update(key_share=True))
    _check_limits(by.person_id, at, has_job=asked.has_job)
    export = ReportExport(
        id=uuid.uuid4(),
        person_id=by.person_id,
        session_id=session_id,
        report=asked.report,
        criteria=json.dumps(dict(asked.filters), sort_keys=True),
        format=asked.format,
        has_mark=asked.has_mark,
        is_for_outside=asked.is_for_outside,
        is_own=asked.is_own,
        reason=asked.reason,
        state=ExportState.QUEUED if asked.has_job else ExportState.READY,
        asked_at=at,
        good_until=at + (GOOD_FOR if asked.has_job else GOOD_FOR_AT_ONCE),
        rows=asked.rows,
    )
    db.session.add(export)
    db.session.flush()
    if asked.has_job:
        job = queue(MAKE_FILE, {"export_id": str(export.id)}, by=by, at=at, dedupe_key=f"{MAKE_FILE}:{export.id}")
        export.job_id = job.id if job else None
    note_export(asked, by=by, at=at, export_id=export.id)
    return export


def check_reason(reason: str, *, is_own: bool) -> None:
    """Refuse to take out what is not only one's own without saying what for; InvalidError at the reason."""
    if not is_own and len(reason) < SHORTEST_REASON:
        raise InvalidError("Say in a few words what this is for; it is written into the record.", field="reason")


def note_export(asked: Asked, *, by: Author, at: datetime, export_id: uuid.UUID | None = None) -> None:
    """Write into the record who took out what, with which filters, how many rows, and for what."""
    log(
        Tag.REPORT_EXPORTED,
        by=by,
        at=at,
        subject_id=asked.subject_id,
        object_id=export_id,
        report=asked.report,
        format=asked.format.value,
        filters=dict(asked.filters),
        rows=asked.rows,
        reason=asked.reason,
        is_for_outside=asked.is_for_outside,
    )


def _check_limits(person_id: uuid.UUID, at: datetime, *, has_job: bool) -> None:
    if exports.count_since(person_id, exports.asked_within(at)) >= MOST_AN_HOUR:
        raise InvalidError(f"You have taken out {MOST_AN_HOUR} reports within an hour. Try again later.")
    if has_job and exports.find_underway(person_id, at) is not None:
        raise InvalidError("A file of yours is being made already. Wait until it is ready, then ask for this one.")


def keep_file(export: ReportExport, *, stored_as: str, rows: int, covers: str) -> None:
    """Note that the worker has made the file, and whom its owner might see at that moment."""
    export.state, export.stored_as, export.rows, export.covers = ExportState.READY, stored_as, rows, covers


def give_up(export: ReportExport, state: ExportState) -> None:
    """Note that there will be no file, or is none any more."""
    export.state, export.stored_as = state, ""


def forget_old(at: datetime) -> None:
    """Delete exports of more than a month ago that have no file; what was taken out stays in the record."""
    is_old = ReportExport.asked_at < at - REMEMBERED, ReportExport.stored_as == ""
    db.session.execute(delete(ReportExport).where(*is_old))


def note_fetched(export: ReportExport, *, by: Author, at: datetime) -> None:
    """Keep that a file was handed over, once the answer is on its way; each further time stands in the record."""
    fetched = update(ReportExport).where(ReportExport.id == export.id).values(fetched_at=at)
    details = {"report": export.report, "format": export.format.value}
    again = Note(Tag.REPORT_FETCHED_AGAIN, at, by, object_id=export.id, details=details)
    is_again = export.fetched_at is not None

    def keep(session: Session) -> None:
        session.execute(fetched)
        if is_again:
            note_in(session, again)

    record(keep)
