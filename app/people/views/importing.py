"""The people import: uploading a file, looking at what it would change, taking it over or dropping it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.large_requests import takes_at_most
from app.access.permissions import Permission
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.roster import Plan
from app.infra.clock import now, today
from app.infra.spreadsheet import download, table_bytes
from app.infra.table_file import MAX_BYTES
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import import_pages as pages
from app.people import queries
from app.people.actions import importing as actions
from app.people.import_forms import UploadForm
from app.people.models import ImportState, PeopleImport
from app.people.queries import importing
from app.people.views.blueprint import author, bp

MOST_BYTES = MAX_BYTES + 64 * 1024
"""The file, and room for the other fields around it."""
NOT_INVITED = "not-invited"
"""How the pages of accounts name those whom nobody has invited."""
CHANGED_SINCE = "The company has changed since this page was shown, so the outcome is another one now."


def load_import(import_id: uuid.UUID) -> PeopleImport:
    """Return the upload of an address."""
    return importing.get_import(import_id)


@dataclass(frozen=True, slots=True)
class Step:
    """What HR does after people were taken over."""

    title: str
    text: str
    label: str
    href: str


@bp.get("/import")
@requires(Permission.Person.IMPORT)
def list_imports() -> ResponseReturnValue:
    """Show what the file looks like, the form that takes it, and what was uploaded before."""
    return _start_page(UploadForm(formdata=None, from_on=today()))


def _start_page(form: UploadForm) -> ResponseReturnValue:
    rows = importing.list_imports()
    people = queries.get_people({row.uploaded_by_id for row in rows})
    names = {person_id: person.name for person_id, person in people.items()}
    page = render_template(
        "people/import.html",
        form=form,
        columns=pages.COLUMNS,
        earlier=[pages.shown_import(row, names) for row in rows],
        most_bytes=MAX_BYTES,
        is_employee=queries.get_person(actor().person_id).employee_id is not None,
    )
    return make_response(page, form.status)


@bp.post("/import")
@takes_at_most(MOST_BYTES)
@requires(Permission.Person.IMPORT)
@writes
def upload_import() -> ResponseReturnValue:
    """Keep a file for its preview, in place of the faulty one that it mends."""
    form = UploadForm()
    row = form.upload(by=author(), at=now())
    if row is None:
        return _start_page(form)
    replaced = importing.find_import(replaced_id) if (replaced_id := form.replaced_id()) else None
    if replaced is not None and replaced.state is ImportState.PREVIEWED:
        actions.drop_import(replaced, by=author(), at=now())
    return redirect(url_for("people.show_import", import_id=row.id))


@bp.get("/import/example.csv")
@requires(Permission.Person.IMPORT)
def download_example() -> ResponseReturnValue:
    """Hand out a file with the header and two made-up people."""
    ladder, level = next(iter(level_marks()), ("", ""))
    return download(table_bytes(pages.EXAMPLE_HEADER, pages.example_rows(ladder, level)), "belay-people-example.csv")


@bp.get("/import/<uuid:import_id>")
@requires(Permission.Person.IMPORT, on=load_import)
def show_import(row: PeopleImport) -> ResponseReturnValue:
    """Show what a file would change; once it is taken over or dropped, what became of it."""
    return _preview_page(row) if _is_open(row) else _outcome_page(row)


def _is_open(row: PeopleImport) -> bool:
    return row.state is ImportState.PREVIEWED and row.content is not None


def _plan(row: PeopleImport) -> Plan:
    return importing.plan_of(row, today=today(), importer_id=actor().person_id)


def _preview_page(row: PeopleImport, notice: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "people/import_preview.html",
        shown=_shown(row),
        preview=pages.preview_of(_plan(row)),
        form=UploadForm(formdata=None, from_on=row.from_on, replaces=str(row.id)),
        most_bytes=MAX_BYTES,
        notice_text=notice,
    )
    return make_response(page, status)


def _outcome_page(row: PeopleImport) -> ResponseReturnValue:
    applier = importing.find_applier(row)
    people = queries.get_people([applier]) if applier else {}
    applied_by = people[applier].name if applier in people else ""
    return render_template(
        "people/import_done.html", shown=_shown(row), applied_by=applied_by, steps=list(_next_steps())
    )


def _shown(row: PeopleImport) -> pages.ShownImport:
    people = queries.get_people([row.uploaded_by_id])
    return pages.shown_import(row, {person_id: person.name for person_id, person in people.items()})


def _next_steps() -> Iterator[Step]:
    # The page of accounts belongs to a feature above this one; an application may be joined without it.
    if "admin.ask_before_inviting" in current_app.view_functions:
        yield Step(
            "Invite who was not invited yet",
            "Nobody has been told. You see who they are before anything is sent; under Accounts you choose one by one.",
            "Invite them",
            url_for("admin.ask_before_inviting", show=NOT_INVITED),
        )
    yield Step(
        "Look at the people", "Everybody who works here, by name.", "Open the people", url_for("people.list_people")
    )


@bp.get("/import/<uuid:import_id>/faults.csv")
@requires(Permission.Person.IMPORT, on=load_import)
def download_faults(row: PeopleImport) -> ResponseReturnValue:
    """Hand out the faults of a file as a table."""
    return download(table_bytes(pages.FAULT_HEADER, pages.fault_rows(_plan(row))), "belay-import-faults.csv")


@bp.get("/import/<uuid:import_id>/changes.csv")
@requires(Permission.Person.IMPORT, on=load_import)
def download_changes(row: PeopleImport) -> ResponseReturnValue:
    """Hand out everything that a file would change as a table."""
    return download(table_bytes(pages.CHANGE_HEADER, pages.change_rows(_plan(row))), "belay-import-changes.csv")


@bp.post("/import/<uuid:import_id>/apply")
@requires(Permission.Person.IMPORT, on=load_import, fresh=True)
@writes
def apply_import(row: PeopleImport) -> ResponseReturnValue:
    """Take a file over as its preview was shown; whoever sends it twice gets what came of it the first time."""
    if _is_open(row):
        try:
            actions.apply_import(row, by=author(), at=now(), expected_digest=request.form.get("digest", ""))
        except (ConflictError, InvalidError):
            return _preview_page(row, CHANGED_SINCE, 409)
        except NotAllowedNowError:
            # Somebody else was quicker; the page tells what came of it.
            pass
    return redirect(url_for("people.show_import", import_id=row.id))


@bp.post("/import/<uuid:import_id>/drop")
@requires(Permission.Person.IMPORT, on=load_import)
@writes
def drop_import(row: PeopleImport) -> ResponseReturnValue:
    """Forget a file without taking it over."""
    if row.state is ImportState.PREVIEWED:
        actions.drop_import(row, by=author(), at=now())
        flash(f"“{row.file_name}” is dropped. Nothing was changed; upload it again whenever you like.")
    return redirect(url_for("people.list_imports"))
