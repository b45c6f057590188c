"""Lists of evidence, and logging a new piece."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, current_actor, requires
from app.access.permissions import Permission
from app.evidence import actions, queries
from app.evidence.forms import ComposerForm, EvidenceForm
from app.evidence.models import Evidence
from app.evidence.views.blueprint import author, bp, load_person, load_self
from app.infra.clock import now, today
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.people.models import Person

SAVED = "Saved as {}. It is private until you share it."
SHARED = "{} is shared: your manager and HR can read it."


@bp.get("/evidence/")
@requires(Permission.Evidence.LIST, on=load_self)
def list_evidence(person: Person) -> ResponseReturnValue:
    """Show one's own evidence, the composer on top."""
    form = ComposerForm(formdata=None, kind=queries.usual_kind(person.id).value, occurred_on=today())
    return _own_list(person, form)


def _own_list(person: Person, form: ComposerForm) -> ResponseReturnValue:
    marks = queries.marks_for(person.id, today())
    chosen = queries.Filters.from_args(request.args)
    page = render_template(
        "evidence/own.html",
        found=queries.list_evidence(actor(), person.id, marks, chosen, page_number(request.args.get("page"))),
        choices=queries.list_choices(person.id, marks, form.expectations.data),
        form=form,
        today=today(),
        level=marks.held,
    )
    return make_response(page, form.status)


@bp.post("/evidence/")
@requires(Permission.Evidence.CREATE)
@writes
def log_evidence() -> ResponseReturnValue:
    """Log a piece from the composer, and share it at once where that button was pressed."""
    form, person = ComposerForm(), load_self()
    piece = _log(form, person)
    return redirect(url_for("evidence.list_evidence")) if piece else _own_list(person, form)


def _log(form: ComposerForm, person: Person) -> Evidence | None:
    """Log what a form says; None where it was refused, and then the form says why."""
    if not form.validate_on_submit():
        return None
    share = request.form.get("act") == "share"
    piece = form.attempt(actions.log_evidence, person, form.content(), share=share, by=author(), at=now())
    if piece is not None:
        flash((SHARED if share else SAVED).format(piece.ref), "good")
    return piece


@bp.get("/evidence/new")
@requires(Permission.Evidence.CREATE)
def show_new_evidence() -> ResponseReturnValue:
    """Show the full form, with the expectations of the address ticked."""
    person = load_self()
    known = queries.marks_for(person.id, today()).linkable
    ticked = {one: "" for one in request.args.getlist("expectation") if one in known}
    kind = request.args.get("kind") or queries.fitting_kind(person.id, [known[one] for one in ticked]).value
    form = EvidenceForm(formdata=None, kind=kind, occurred_on=today(), expectations=ticked)
    return _new_page(person, form)


def _new_page(person: Person, form: EvidenceForm) -> ResponseReturnValue:
    choices = queries.list_choices(person.id, queries.marks_for(person.id, today()), form.expectations.data)
    return make_response(render_template("evidence/new.html", form=form, choices=choices, today=today()), form.status)


@bp.post("/evidence/new")
@requires(Permission.Evidence.CREATE)
@writes
def log_in_full() -> ResponseReturnValue:
    """Log a piece from the full form."""
    form, person = EvidenceForm(), load_self()
    piece = _log(form, person)
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id)) if piece else _new_page(person, form)


@bp.get("/people/<uuid:person_id>/evidence")
@requires(Permission.Evidence.LIST, on=load_person)
def list_evidence_of(person: Person) -> ResponseReturnValue:
    """Show what one may read of another person's evidence."""
    marks = queries.marks_for(person.id, today())
    chosen = queries.Filters.from_args(request.args)
    return render_template(
        "evidence/of_person.html",
        person=person,
        is_own=current_actor() is not None and actor().person_id == person.id,
        found=queries.list_evidence(actor(), person.id, marks, chosen, page_number(request.args.get("page"))),
    )
