"""One assessment: one side's sheet, and both sides once they are in."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.forms import SheetForm
from app.assessment.models import Assessment, Side
from app.assessment.sheet_pages import sealed_view, sheet_view
from app.assessment.views.blueprint import address_of, author, bp, load_assessment
from app.assessment.views.compare import comparison_page
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.ladders.queries import get_edition

PERMISSIONS = {Side.SELF: Permission.Assessment.ANSWER_SELF, Side.MANAGER: Permission.Assessment.ANSWER_MANAGER}


@bp.get("/assessments/<uuid:assessment_id>")
@requires(Permission.Assessment.READ, on=load_assessment)
def show_assessment(assessment: Assessment) -> ResponseReturnValue:
    """Show what the reader may see of an assessment: both sides, their own, or only how far it is."""
    if may(Permission.Assessment.READ_SELF, assessment) and may(Permission.Assessment.READ_MANAGER, assessment):
        return comparison_page(assessment)
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
    return redirect(address_of(assessment))


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
    return redirect(address_of(assessment)) if found.is_in(side) else _question(assessment, side, form)


def _question(assessment: Assessment, side: Side, form: SheetForm) -> ResponseReturnValue:
    view = sheet_view(queries.sheet_of(assessment, side, actor()), queries.get_round(actor(), assessment), None)
    return render_template("assessment/open_both.html", view=view, carried=[("confirmed", "1"), *form.sent()])


def _reopen(assessment: Assessment, side: Side) -> ResponseReturnValue:
    actions.reopen_side(assessment, side, by=author(), at=now())
    flash("Your side is open again. Hand it in when you are done.", "good")
    return redirect(address_of(assessment))
