"""Taking a people file over: all of it or nothing, in bulk, with one row of the audit for each person."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.roster import ChangeKind, Plan
from app.domain.roster_rules import HALF, Outcome, Progress, leavers, moved, no_progress, summary_of
from app.infra.clock import local
from app.infra.db import db
from app.infra.table_file import MAX_BYTES, too_large
from app.people import hooks
from app.people.actions.import_rows import write_decisions
from app.people.actions.loops import lock_company
from app.people.models import ImportState, PeopleImport
from app.people.queries.importing import file_digest, moment_after_all, work_out_import

KEPT_FOR = timedelta(days=1)
LONGEST_FILE_NAME = 200
CHANGED_SINCE = "The company or the file has changed since the preview. Look at the preview again."


def upload(content: bytes, file_name: str, from_on: date, by: Author, at: datetime) -> PeopleImport:
    """Keep a people file for its preview, for a day at most. InvalidError when it is larger than 32 MB."""
    if by.person_id is None:
        raise InvalidError("A file is uploaded by a person; the command line takes it over at once.")
    if len(content) > MAX_BYTES:
        raise InvalidError(too_large(), field="file")
    forget_old_files(at)
    row = PeopleImport(
        id=uuid.uuid4(),
        uploaded_by_id=by.person_id,
        uploaded_at=at,
        file_name="".join(sign for sign in file_name if sign.isprintable())[:LONGEST_FILE_NAME],
        digest=file_digest(content),
        from_on=from_on,
        content=content,
        state=ImportState.PREVIEWED,
        summary="",
    )
    db.session.add(row)
    db.session.flush()
    return row


def forget_old_files(at: datetime) -> None:
    """Drop the files that have been waiting for more than a day."""
    db.session.execute(
        update(PeopleImport)
        .where(PeopleImport.state == ImportState.PREVIEWED, PeopleImport.uploaded_at < at - KEPT_FOR)
        .values(state=ImportState.DROPPED, content=None),
    )


def apply_plan(
    content: bytes,
    *,
    from_on: date,
    by: Author,
    at: datetime,
    expected_digest: str | None,
    import_id: uuid.UUID | None = None,
    progress: Progress = no_progress,
) -> Plan:
    """Take a people file over. InvalidError when there are faults, ConflictError when the outcome is another one.

    `expected_digest` is `Plan.digest` of what was previewed; None takes over whatever comes out. `progress` hears
    how far it is.
    """
    lock_company()
    # What is in the session is written first, so that the statements below see it.
    db.session.flush()
    outcome = work_out_import(
        content,
        from_on=from_on,
        today=local(at).date(),
        importer_id=by.person_id,
        progress=lambda share: progress(share * HALF),
    )
    plan = outcome.plan
    if expected_digest not in {None, plan.digest}:
        raise ConflictError(CHANGED_SINCE, stored={}, version=0)
    if plan.faults_in_all:
        raise InvalidError("The file has faults; nothing was taken over.")
    # The clock may have been set back since the last change.
    at = moment_after_all(at)
    try:
        # A savepoint, so that whoever is told of the conflict can be shown the company as it is now.
        with db.session.begin_nested():
            write_decisions(outcome, by=by, at=at, progress=progress)
    except IntegrityError as error:
        raise ConflictError(CHANGED_SINCE, stored={}, version=0) from error
    _tell(outcome, by, at)
    counts: dict[str, Any] = {kind.value: len(plan.of(kind)) for kind in ChangeKind}
    log(
        Tag.PEOPLE_IMPORTED,
        by=by,
        at=at,
        object_id=import_id,
        file=file_digest(content),
        from_on=from_on.isoformat(),
        rows=plan.rows,
        unchanged=plan.unchanged,
        teams=len(plan.new_teams),
        **counts,
    )
    # Rows were written past the session; whatever it has read is read anew.
    db.session.expire_all()
    return plan


def _tell(outcome: Outcome, by: Author, at: datetime) -> None:
    leaving = frozenset(one.member.id for one in leavers(outcome.decisions) if one.member is not None)
    returning = frozenset(
        one.member.id for one in outcome.decisions if one.kind is ChangeKind.RETURNED and one.member is not None
    )
    if leaving:
        hooks.tell_of_leaving(leaving, by, at)
    if returning:
        hooks.tell_of_return(returning, by, at)
    if old_addresses := moved(outcome.decisions):
        hooks.tell_of_address_change(old_addresses, by, at)


def apply_import(row: PeopleImport, *, by: Author, at: datetime, expected_digest: str) -> Plan:
    """Take an uploaded file over as it was previewed: `expected_digest` is `Plan.digest` of the preview shown.

    NotAllowedNowError when it is taken over or dropped already.
    """
    content = _waiting(row)
    plan = apply_plan(content, from_on=row.from_on, by=by, at=at, expected_digest=expected_digest, import_id=row.id)
    row.state = ImportState.APPLIED
    row.applied_at = at
    row.summary = summary_of(plan)
    row.content = None
    db.session.flush()
    return plan


def drop_import(row: PeopleImport, *, by: Author, at: datetime) -> None:
    """Forget an uploaded file without taking it over. NotAllowedNowError when it is taken over or dropped already."""
    del by, at
    _waiting(row)
    row.state = ImportState.DROPPED
    row.content = None
    db.session.flush()


def _waiting(row: PeopleImport) -> bytes:
    # Two people may press the button at once: the second one waits here and then sees what the first one did.
    db.session.refresh(row, with_for_update=True)
    if row.state is ImportState.APPLIED:
        raise NotAllowedNowError("This file has been taken over already.")
    if row.state is ImportState.DROPPED or row.content is None:
        raise NotAllowedNowError("This file is no longer kept. Upload it again.")
    return row.content
