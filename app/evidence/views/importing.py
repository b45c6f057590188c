"""The import of evidence: what a file looks like, what it would add, taking it over."""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.large_requests import takes_at_most
from app.access.permissions import Permission
from app.domain.errors import InvalidError
from app.evidence.actions.importing import CHANGED_SINCE, import_drafts
from app.evidence.import_file import COLUMNS, MOST_BYTES, MOST_ROWS
from app.evidence.import_forms import CarriedForm, ImportForm, packed
from app.evidence.queries.importing import plan_import
from app.evidence.views.blueprint import author, bp, load_self
from app.infra.clock import now, today
from app.infra.spreadsheet import download, table_bytes
from app.infra.templating import counted
from app.infra.unit_of_work import writes

MOST_SENT = MOST_BYTES + 64 * 1024
SHOWN = 200


class ColumnHelp(NamedTuple):
    """One column of the file: what stands in it."""

    name: str
    need: str
    meaning: str


HELP = (
    ColumnHelp("kind", "required", "Pull request, review, ticket, incident, or any other kind of evidence."),
    ColumnHelp("title", "required", "What happened, in one line."),
    ColumnHelp("link", "required", "Where it can be looked at. By its link a piece is recognised the next time."),
    ColumnHelp("occurred_on", "required", "The day, as 2026-11-30; of a moment, its day counts."),
    ColumnHelp("occurred_from", "optional", "For work over a time: its first day."),
    ColumnHelp("narrative", "optional", "The story, in Markdown."),
    ColumnHelp("source_id", "optional", "The number at its source. No two rows may have the same; it is not kept."),
)
EXAMPLE = (
    ("4711", "pull request", "Refunds keep their currency", "https://code.example/pulls/4711", "2026-11-03", "", ""),
    ("INC-9", "incident", "Traced the slow exports", "https://desk.example/incidents/9", "2026-10-14", "2026-10-12",
     "The export waited for a lock that nobody held."),
)  # fmt: skip


@bp.get("/evidence/import")
@requires(Permission.Evidence.CREATE)
def show_import() -> ResponseReturnValue:
    """Show what the file looks like, and the form that takes it."""
    return _start_page(ImportForm(formdata=None))


def _start_page(form: ImportForm) -> ResponseReturnValue:
    page = render_template("evidence/import.html", form=form, columns=HELP, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    return make_response(page, form.status)


@bp.post("/evidence/import")
@takes_at_most(MOST_SENT)
@requires(Permission.Evidence.CREATE)
def preview_import() -> ResponseReturnValue:
    """Show what a file would add. Nothing is stored."""
    form = ImportForm()
    content = form.content()
    return _start_page(form) if content is None else _preview_page(content)


def _preview_page(content: bytes, notice: str = "", status: int = 200) -> ResponseReturnValue:
    plan = plan_import(actor().person_id, content, today())
    page = render_template(
        "evidence/import_preview.html",
        plan=plan,
        shown=SHOWN,
        carried=packed(content),
        form=ImportForm(formdata=None),
        most_bytes=MOST_BYTES,
        notice_text=notice,
    )
    return make_response(page, 422 if plan.faults else status)


@bp.post("/evidence/import/apply")
@requires(Permission.Evidence.CREATE)
@writes
def apply_import() -> ResponseReturnValue:
    """Add the drafts as the preview showed them."""
    form = CarriedForm()
    content = form.content()
    if content is None:
        return make_response(render_template("evidence/import_lost.html"), 422)
    try:
        count = import_drafts(load_self(), content, expected_digest=form.digest.data or "", by=author(), at=now())
    except InvalidError:
        return _preview_page(content, CHANGED_SINCE, 409)
    flash(f"{counted(count, 'draft', 'drafts')} added. Each is private until you share it.", "good")
    return redirect(url_for("evidence.list_evidence", state="draft"))


@bp.get("/evidence/import/example.csv")
@requires(Permission.Evidence.CREATE)
def download_import_example() -> ResponseReturnValue:
    """Hand out a table with two made-up pieces."""
    return download(table_bytes(COLUMNS, EXAMPLE), "belay-evidence-example.csv")


@bp.get("/evidence/import/example.json")
@requires(Permission.Evidence.CREATE)
def download_import_example_json() -> ResponseReturnValue:
    """Hand out a list with two made-up pieces."""
    pieces = [{name: value for name, value in zip(COLUMNS, row, strict=True) if value} for row in EXAMPLE]
    response = Response(json.dumps(pieces, indent=2), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="belay-evidence-example.json"'
    return response
