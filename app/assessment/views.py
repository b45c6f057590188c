"""Pages of assessment: where somebody stands, the list, one side's sheet, and both sides once they are in."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.forms import SheetForm, TargetForm
from app.assessment.models import Assessment, Side
from app.assessment.pages import Viewpoint, standing_view
from app.assessment.sheet_pages import comparison_view, sealed_view, sheet_view
from app.audit.actions import Author
from app.infra.clock import now, today
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.ladders.queries import get_edition
from app.people.models import Person
from app.people.queries import get_person

bp = Blueprint("assessment", __name__)
PERMISSIONS = {Side.SELF: Permission.Assessment.ANSWER_SELF, Side.MANAGER: Permission.Assessment.ANSWER_MANAGER}


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_self() -> Person:
    """Return the signed-in person."""
    return get_person(actor().person_id)


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return get_person(person_id)


def load_assessment(assessment_id: uuid.UUID) -> Assessment:
    """Return the assessment of an address."""
    return queries.get_assessment(assessment_id)


# Where somebody stands -----------------------------------------------------------


def viewpoint_on(person: Person) -> Viewpoint:
    """Return who the reader is to a person: that decides what they can do about a blocker."""
    if actor().person_id == person.id:
        return Viewpoint.OWN
    return Viewpoint.MANAGER if may(Permission.Assessment.ANSWER_MANAGER, person) else Viewpoint.OTHER


@bp.get("/people/<uuid:person_id>/standing")
@requires(Permission.Standing.READ, on=load_person)
def show_standing(person: Person) -> ResponseReturnValue:
    """Show where somebody stands: the verdict for each next level, what is missing, and why."""
    viewpoint = viewpoint_on(person)
    found = queries.readiness_of(person.id)
    return render_template(
        "assessment/standing.html",
        person=person,
        standing=standing_view(found, viewpoint),
        is_own=viewpoint is Viewpoint.OWN,
    )


# Lists, and opening ----------------------------------------------------------------


@bp.get("/assessments/")
@requires(Permission.Assessment.LIST, on=load_self)
def list_assessments(person: Person) -> ResponseReturnValue:
    """Show one's own assessments, those of one's reports, and what waits for one's own answers."""
    who, number = actor(), page_number(request.args.get("page"))
    return render_template(
        "assessment/list.html",
        person=person,
        waiting=queries.list_waiting(who),
        page=queries.list_for_person(who, person.id, number),
        reports=queries.list_of_reports(who),
        opening=queries.find_opening(person.id, today()),
        form=_target_form(person),
    )


@bp.get("/people/<uuid:person_id>/assessments")
@requires(Permission.Assessment.LIST, on=load_person)
def list_of_person(person: Person) -> ResponseReturnValue:
    """Show the assessments of somebody, as much as the reader may know of them."""
    return _person_page(person, _target_form(person))


def _target_form(person: Person, *, is_sent: bool = False) -> TargetForm:
    form = TargetForm() if is_sent else TargetForm(formdata=None)
    opening = queries.find_opening(person.id, today())
    form.target.choices = opening.levels if opening else []
    if opening and not is_sent:
        form.target.data = opening.usual
    return form


def _person_page(person: Person, form: TargetForm) -> ResponseReturnValue:
    page = render_template(
        "assessment/person.html",
        person=person,
        page=queries.list_for_person(actor(), person.id, page_number(request.args.get("page"))),
        opening=queries.find_opening(person.id, today()),
        form=form,
        can_open=may(Permission.Assessment.OPEN, person),
        is_own=actor().person_id == person.id,
    )
    return make_response(page, form.status)


@bp.post("/people/<uuid:person_id>/assessments")
@requires(Permission.Assessment.OPEN, on=load_person)
@writes
def open_assessment(person: Person) -> ResponseReturnValue:
    """Open an assessment of somebody, or lead to the one that runs already."""
    form = _target_form(person, is_sent=True)
    found = form.attempt(actions.open_assessment, person, target=form.target.data, by=author(), at=now())
    return redirect(_address_of(found)) if found else _person_page(person, form)


@bp.post("/people/<uuid:person_id>/assessments/ask")
@requires(Permission.Assessment.ANSWER_SELF, on=load_person)
@writes
def ask_for_rating(person: Person) -> ResponseReturnValue:
    """Ask one's manager for a rating: an assessment runs from now on and waits for both."""
    form = _target_form(person, is_sent=True)
    found = form.attempt(actions.ask_for_rating, person, target=form.target.data, by=author(), at=now())
    if found is None:
        return _person_page(person, form)
    flash("Your manager finds this assessment among what waits for them. It opens once both of you are in.", "good")
    return redirect(_address_of(found))


def _address_of(assessment: Assessment) -> str:
    return url_for("assessment.show_assessment", assessment_id=assessment.id)


# One assessment ----------------------------------------------------------------------


@bp.get("/assessments/<uuid:assessment_id>")
@requires(Permission.Assessment.READ, on=load_assessment)
def show_assessment(assessment: Assessment) -> ResponseReturnValue:
    """Show what the reader may see of an assessment: both sides, their own, or only how far it is."""
    if may(Permission.Assessment.READ_SELF, assessment) and may(Permission.Assessment.READ_MANAGER, assessment):
        return _comparison(assessment)
    side = _side_of_reader(assessment)
    if side is None:
        found = queries.get_round(actor(), assessment)
        return render_template("assessment/state.html", round=found)
    return _sheet_page(assessment, side)


def _side_of_reader(assessment: Assessment) -> Side | None:
    """Return the side that the reader writes or wrote, None for whoever only may know that it is there."""
    if may(Permission.Assessment.ANSWER_SELF, assessment):
        return Side.SELF
    writes_it = may(Permission.Assessment.ANSWER_MANAGER, assessment) and assessment.manager_id is None
    return Side.MANAGER if writes_it or assessment.manager_id == actor().person_id else None


def _comparison(assessment: Assessment) -> ResponseReturnValue:
    found = queries.comparison_of(assessment)
    view = comparison_view(found, queries.get_round(actor(), assessment), actor().person_id)
    return render_template("assessment/compare.html", view=view)


def _sheet_page(
    assessment: Assessment, side: Side, form: SheetForm | None = None, *, refusal: str = ""
) -> ResponseReturnValue:
    found = queries.get_round(actor(), assessment)
    if found.is_in(side):
        sealed = queries.sealed_sheet_of(assessment, side, actor())
        can_reopen = may(PERMISSIONS[side], assessment)
        return render_template("assessment/sealed.html", view=sealed_view(sealed, found, can_reopen=can_reopen))
    view = sheet_view(queries.sheet_of(assessment, side, actor()), found, form)
    page = render_template("assessment/sheet.html", view=view, refusal=refusal)
    return make_response(page, form.status if form else 200)


# One side ------------------------------------------------------------------------------


@bp.post("/assessments/<uuid:assessment_id>/self/draft")
@requires(Permission.Assessment.ANSWER_SELF, on=load_assessment)
@writes
def autosave_self(assessment: Assessment) -> ResponseReturnValue:
    """Keep the engineer's draft, as scripts send it."""
    return _autosave(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/draft")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
@writes
def autosave_manager(assessment: Assessment) -> ResponseReturnValue:
    """Keep the manager's draft, as scripts send it."""
    return _autosave(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self")
@requires(Permission.Assessment.ANSWER_SELF, on=load_assessment)
@writes
def save_self(assessment: Assessment) -> ResponseReturnValue:
    """Keep the engineer's draft, as the button sends it."""
    return _save(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
@writes
def save_manager(assessment: Assessment) -> ResponseReturnValue:
    """Keep the manager's draft, as the button sends it."""
    return _save(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/submit")
@requires(Permission.Assessment.ANSWER_SELF, on=load_assessment)
@writes
def submit_self(assessment: Assessment) -> ResponseReturnValue:
    """Hand the engineer's side in."""
    return _submit(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/submit")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
@writes
def submit_manager(assessment: Assessment) -> ResponseReturnValue:
    """Hand the manager's side in."""
    return _submit(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/reopen")
@requires(Permission.Assessment.ANSWER_SELF, on=load_assessment)
@writes
def reopen_self(assessment: Assessment) -> ResponseReturnValue:
    """Take the engineer's side back, while the manager's is not in."""
    return _reopen(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/reopen")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
@writes
def reopen_manager(assessment: Assessment) -> ResponseReturnValue:
    """Take the manager's side back, while the engineer's is not in."""
    return _reopen(assessment, Side.MANAGER)


def _autosave(assessment: Assessment, side: Side) -> Response:
    form = SheetForm()
    if not form.validate():
        return make_response({"error": form.first_error(get_edition(assessment.ladder_version_id).ladder)}, 422)
    kept = actions.save_draft(
        assessment,
        side,
        form.entries(),
        revision=form.row_version(),
        window=form.window.data or "",
        sequence=form.sequence.data or 0,
        by=author(),
        at=now(),
    )
    saved = {"saved_at": kept.saved_at.isoformat(), "sequence": kept.sequence, "version": kept.revision}
    return make_response(saved)


def _save(assessment: Assessment, side: Side) -> ResponseReturnValue:
    form = SheetForm()
    if not form.validate() or not form.attempt(
        actions.save_draft, assessment, side, form.entries(), revision=form.row_version(), by=author(), at=now()
    ):
        return _sheet_page(assessment, side, form, refusal="This is not saved yet.")
    flash("Your draft is saved. Only you can read it.", "good")
    return redirect(_address_of(assessment))


def _submit(assessment: Assessment, side: Side) -> ResponseReturnValue:
    form = SheetForm()
    if not form.validate() or not form.attempt(
        actions.submit_side,
        assessment,
        side,
        form.entries(),
        revision=form.row_version(),
        may_open=form.is_confirmed(),
        by=author(),
        at=now(),
    ):
        return _sheet_page(assessment, side, form, refusal="This is not signed yet.")
    found = queries.get_round(actor(), assessment)
    return redirect(_address_of(assessment)) if found.is_in(side) else _question(assessment, side, form)


def _question(assessment: Assessment, side: Side, form: SheetForm) -> ResponseReturnValue:
    view = sheet_view(queries.sheet_of(assessment, side, actor()), queries.get_round(actor(), assessment), None)
    return render_template("assessment/open_both.html", view=view, carried=[("confirmed", "1"), *form.sent()])


def _reopen(assessment: Assessment, side: Side) -> ResponseReturnValue:
    actions.reopen_side(assessment, side, by=author(), at=now())
    flash("Your side is open again. Hand it in when you are done.", "good")
    return redirect(_address_of(assessment))
