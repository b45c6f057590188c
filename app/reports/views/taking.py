"""Taking a report out: asking for it, watching its file being made, and fetching it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import wraps

from flask import Response, make_response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit.actions import Author
from app.domain.errors import DomainError, MissingError
from app.infra.clock import now, today
from app.infra.unit_of_work import rollback, writes
from app.reports import storage, taking
from app.reports.actions import exports as acts
from app.reports.catalogue import Definition
from app.reports.criteria import EVERY, Viewer
from app.reports.forms.taking import TakeForm
from app.reports.making import order_of
from app.reports.models import ExportState, FileFormat, ReportExport
from app.reports.queries import exports
from app.reports.views.blueprint import bp

MEDIA = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PDF: "application/pdf",
    FileFormat.JSON: "application/json",
}
STREAMED = frozenset({FileFormat.CSV, FileFormat.JSON})
SEE_OTHER = 303
LISTED = 50
LOOKS_AGAIN_AFTER = "3"
"""After so many seconds the page of a file that is being made loads itself anew."""
Taken = Callable[[Definition, TakeForm, acts.Asked], ResponseReturnValue]


def load_report(name: str) -> Definition:
    """Return the report of an address, if the person may open it with the filters of the form that is sent."""
    definition = taking.find_report(name)
    given = request.form if request.method == "POST" else request.args
    taking.check_right_in(definition, given, Viewer(actor()), today())
    return definition


def load_export(export_id: uuid.UUID) -> ReportExport:
    """Return the export of an address."""
    return exports.get_export(export_id)


def _filters(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in EVERY if given.get(name)}


@bp.get("/<name>/take")
@requires(Permission.Report.LIST, on=load_report)
def show_take(definition: Definition) -> ResponseReturnValue:
    """Ask what kind of file, and what for."""
    form = TakeForm(formdata=None, format=request.args.get("format"), table=request.args.get("table", ""))
    if form.format.data not in {one.value for one in FileFormat}:
        form.format.data = FileFormat.CSV.value
    return _take_page(definition, form, _filters(request.args))


def _take_page(definition: Definition, form: TakeForm, filters: Mapping[str, str]) -> ResponseReturnValue:
    is_own = taking.is_own(definition, filters, actor())
    page = render_template(
        "reports/take.html",
        definition=definition,
        form=form,
        filters=list(filters.items()),
        is_own=is_own,
        action=url_for("reports.take_own" if is_own else "reports.take", name=definition.name),
        back=url_for(definition.endpoint, **dict(filters)),  # type: ignore[arg-type]
    )
    return make_response(page, form.status)


def counted_first(*, is_own: bool) -> Callable[[Taken], Callable[[Definition], ResponseReturnValue]]:
    """Find the report that is taken out before the write begins; the view gets what is to be written down.

    A large one takes as long as its page does, and SQLite lets nobody else write meanwhile. What cannot be taken out is
    answered at once.
    """

    def around(view: Taken) -> Callable[[Definition], ResponseReturnValue]:
        @wraps(view)
        def find_first(definition: Definition) -> ResponseReturnValue:
            form, filters = TakeForm(), _filters(request.form)
            if is_own and not taking.is_own(definition, filters, actor()):
                raise MissingError
            asked = (
                form.attempt(_count, definition, form, filters, is_own=is_own) if form.validate_on_submit() else None
            )
            return _take_page(definition, form, filters) if asked is None else view(definition, form, asked)

        return find_first

    return around


@bp.post("/<name>/take")
@requires(Permission.Report.LIST, on=load_report, fresh=True)
@counted_first(is_own=False)
@writes
def take(definition: Definition, form: TakeForm, asked: acts.Asked) -> ResponseReturnValue:
    """Take out a report about others: with a reason, and after a fresh proof."""
    return _taken(definition, form, asked)


@bp.post("/<name>/take-own")
@requires(Permission.Report.LIST, on=load_report)
@counted_first(is_own=True)
@writes
def take_own(definition: Definition, form: TakeForm, asked: acts.Asked) -> ResponseReturnValue:
    """Take out nothing but one's own data."""
    return _taken(definition, form, asked)


def _count(definition: Definition, form: TakeForm, filters: Mapping[str, str], *, is_own: bool) -> acts.Asked:
    """Return what is to be written down. InvalidError: no reason, a filter that is none, a PDF that is too long."""
    reason, who = form.reason.data or "", actor()
    acts.check_reason(reason, is_own=is_own)
    criteria = taking.criteria_of(definition, filters, Viewer(who), today(), is_for_outside=form.outside.data)
    taking.check_right(definition, criteria)
    found = taking.Order(definition, criteria, form.table.data or "", who.name, now()).take()
    taking.check_size(found, form.kind)
    return taking.asked_of(found, form.kind, reason=reason, is_own=is_own, has_mark=form.mark.data)


def _taken(definition: Definition, form: TakeForm, asked: acts.Asked) -> ResponseReturnValue:
    who = actor()
    by = Author(who.person_id, address=request.remote_addr or "")
    export = form.attempt(acts.ask_for_export, asked, who.session_id or uuid.UUID(int=0), by=by, at=now())
    if export is None:
        return _take_page(definition, form, _filters(request.form))
    endpoint = "reports.show_export" if export.state is ExportState.QUEUED else "reports.fetch_export"
    return redirect(url_for(endpoint, export_id=export.id), SEE_OTHER)


@bp.get("/exports")
@requires(Permission.Report.LIST)
def list_exports() -> ResponseReturnValue:
    """Show what one has taken out in this session."""
    who, at = actor(), now()
    entries = [(entry, entry.state(at)) for entry in exports.list_own_exports(who.person_id, who.session_id, LISTED)]
    return render_template("reports/exports.html", entries=entries, states=ExportState, title_of=_title_of)


def _title_of(export: ReportExport) -> str:
    try:
        return taking.find_report(export.report).title
    except MissingError:
        return export.report


@bp.get("/exports/<uuid:export_id>")
@requires(Permission.Export.READ, on=load_export)
def show_export(export: ReportExport) -> ResponseReturnValue:
    """Show how far a file is; the page loads itself anew until it is ready."""
    entry = exports.get_entry(export)
    state = entry.state(now())
    page = render_template(
        "reports/export.html", export=export, entry=entry, state=state, states=ExportState, title=_title_of(export)
    )
    response = make_response(page)
    if state is ExportState.QUEUED:
        response.headers["Refresh"] = LOOKS_AGAIN_AFTER
    return response


@bp.get("/exports/<uuid:export_id>/file")
@requires(Permission.Export.READ, on=load_export)
def fetch_export(export: ReportExport) -> ResponseReturnValue:
    """Hand a file over. What its owner may see is weighed again: a role that was lost in between takes it away."""
    at, who = now(), actor()
    if exports.get_entry(export).state(at) is not ExportState.READY:
        raise MissingError
    try:
        order = order_of(export, who, at)
    except DomainError:
        raise MissingError from None
    if export.stored_as and export.covers != exports.covers_of(Viewer(who)):
        raise MissingError
    response = _stored(export) if export.stored_as else _made(order, export.format, has_mark=export.has_mark)
    response.headers["Content-Type"] = MEDIA[export.format]
    response.headers["Content-Disposition"] = f'attachment; filename="{order.file_name(export.format)}"'
    response.headers["Cache-Control"] = "no-store"
    if request.method == "GET":
        acts.note_fetched(export, by=Author(who.person_id, address=request.remote_addr or ""), at=at)
    return response


def _stored(export: ReportExport) -> Response:
    """Return a file of the worker, in pieces. One that is gone from the disk is gone."""
    path = storage.path_of(export.stored_as)
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError:
        raise MissingError from None

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(taking.CHUNK):
                yield piece

    response = Response(pieces())
    response.content_length = size
    response.call_on_close(file.close)
    return response


def _made(order: taking.Order, kind: FileFormat, *, has_mark: bool) -> Response:
    """Return a file that is made now: CSV and JSON while they are handed over, the small rest before."""
    if kind in STREAMED:
        return Response(stream_with_context(_streamed(order, kind, has_mark=has_mark)))
    try:
        return Response(b"".join(taking.chunks_of(order.take(), kind, has_mark=has_mark)))
    except DomainError:
        raise MissingError from None


def _streamed(order: taking.Order, kind: FileFormat, *, has_mark: bool) -> Iterator[bytes]:
    """Return a file while its rows are read, in one transaction that only reads and ends with it.

    An error breaks the transfer: nothing is added that would make the file look whole.
    """
    exports.begin_snapshot()
    try:
        yield from taking.chunks_of(order.take(), kind, has_mark=has_mark)
    finally:
        rollback()
