"""The worker's part: making the file of a large report, and sweeping away the files that are good for nobody any more.

A file is made as its owner would see the report now, and only while the session lasts in which it was asked for.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from app.access.actor import Actor
from app.auth.queries import find_session_by_id
from app.domain.errors import DomainError, MissingError
from app.infra.clock import local
from app.infra.db import db
from app.infra.unit_of_work import rollback, transaction
from app.jobs.kinds import Work, register_kind, register_periodic
from app.reports import storage, taking
from app.reports.actions import exports as acts
from app.reports.criteria import Viewer
from app.reports.files import write_xlsx
from app.reports.files.xlsx_file import TooManyRowsError
from app.reports.models import ExportState, FileFormat, ReportExport
from app.reports.queries import exports

SWEEP = "reports.sweep_exports"
STEPS_TOLD = 20
"""How often the progress of a file is told from its beginning to its end."""
SWEPT_AT_ONCE = 1000

logger = logging.getLogger(__name__)


def actor_of(export: ReportExport, at: datetime) -> Actor | None:
    """Return who asked for an export, as they are now; None once the session is over in which they did."""
    found = find_session_by_id(export.session_id, at, is_demo="belay.demo" in current_app.extensions)
    actor = found.actor if found is not None else None
    return actor if actor is not None and actor.person_id == export.person_id else None


def order_of(export: ReportExport, who: Actor, at: datetime) -> taking.Order:
    """Return what an export asks for, as its owner may see it now. MissingError: it, or the right to it, is gone."""
    definition = taking.find_report(export.report)
    filters = taking.filters_in(export.criteria)
    criteria = taking.criteria_of(
        definition, filters, Viewer(who), local(at).date(), is_for_outside=export.is_for_outside
    )
    taking.check_right(definition, criteria)
    # Who asked for their own data alone may have come to see that of others since.
    if export.is_own and not taking.is_own(definition, filters, who):
        raise MissingError
    return taking.Order(definition, criteria, filters.get(taking.TABLE, ""), who.name, at)


def make_file(work: Work) -> None:
    """Make the file of an export. Twice does no harm: the second one takes the place of the first."""
    export_id = uuid.UUID(work.payload["export_id"])
    exports.begin_snapshot()
    try:
        export = exports.get_export(export_id)
        who = actor_of(export, work.at)
        if who is None or export.state is not ExportState.QUEUED:
            _end(export_id, ExportState.GONE if who is None else export.state)
            return
        taken = order_of(export, who, work.at).take()
        covers = exports.covers_of(Viewer(who))
        stored_as, rows = _written(taken, export.format, _teller(work, taken.rows), has_mark=export.has_mark)
    except (DomainError, TooManyRowsError) as refusal:
        logger.warning("the file of export %s cannot be made: %s", export_id, type(refusal).__name__)
        _end(export_id, ExportState.FAILED)
        return
    finally:
        rollback()
    with transaction():
        acts.keep_file(exports.get_export(export_id), stored_as=stored_as, rows=rows, covers=covers)


def _end(export_id: uuid.UUID, state: ExportState) -> None:
    with transaction() as session:
        export = session.get(ReportExport, export_id)
        if export is not None and export.state is ExportState.QUEUED:
            acts.give_up(export, state)


def _written(taken: taking.Taking, kind: FileFormat, tell: Callable[[int], None], *, has_mark: bool) -> tuple[str, int]:
    """Write the file; return the name that it is kept under, and how many rows it holds."""
    stored_as = storage.new_name(kind.value)
    with storage.making(stored_as) as path:
        if kind is FileFormat.XLSX:
            rows = write_xlsx(taken.findings, taken.manifest, path, progress=tell)
        else:
            _write_chunks(taken, kind, path, has_mark=has_mark)
            rows = taken.rows_of(kind)
    return stored_as, rows


def _write_chunks(taken: taking.Taking, kind: FileFormat, path: Path, *, has_mark: bool) -> None:
    with path.open("wb") as file:
        for chunk in taking.chunks_of(taken, kind, has_mark=has_mark):
            file.write(chunk)


def _teller(work: Work, total: int) -> Callable[[int], None]:
    """Return what tells of every twentieth that is done."""
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if (step := min(done, total) * STEPS_TOLD // max(total, 1)) > told:
            told = step
            # Progress is a transaction of its own; the one that the rows are read in must go on.
            with current_app.app_context():
                work.progress(min(done, total), total)

    return tell


def sweep(work: Work) -> None:
    """Remove the files whose time or whose session is over, and those that no row names."""
    for export in exports.list_stored():
        if export.good_until <= work.at or actor_of(export, work.at) is None:
            storage.remove(export.stored_as)
            acts.give_up(export, ExportState.GONE)
    for export in exports.list_over(work.at, SWEPT_AT_ONCE):
        acts.give_up(export, ExportState.GONE)
    db.session.flush()
    known = {export.stored_as for export in exports.list_stored()}
    for path in storage.strangers(known, work.at):
        path.unlink(missing_ok=True)
    acts.forget_old(work.at)


def register() -> None:
    """Join the queue."""
    register_kind(acts.MAKE_FILE, make_file, label="Make the file of a report", tries=3, in_steps=True)
    register_kind(SWEEP, sweep, label="Remove files of reports that are over")
    register_periodic(SWEEP, timedelta(minutes=15))
