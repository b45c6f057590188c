"""One assessment: one side's sheet, and both sides once they are in."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.forms import SheetForm
from app.assessment.models import Assessment, Side
from app.assessment.sheet_pages import draft_view, sealed_view, sheet_view
from app.assessment.views.blueprint import address_of, author, bp, load_assessment
from app.assessment.views.closing import life_of
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
    return _state_page(assessment) if side is None else _sheet_page(assessment, side)


def _side_of_reader(assessment: Assessment) -> Side | None:
    """Return the side that the reader writes or wrote, None for whoever only may know that it is there."""
    if assessment.called_off_at is not None:
        return None
    if may(Permission.Assessment.ANSWER_SELF, assessment):
        return Side.SELF
    if assessment.manager_id == actor().person_id:
        return Side.MANAGER
    if not may(Permission.Assessment.ANSWER_MANAGER, assessment):
        return None
    has_begun = queries.read_sheet(assessment.id, Side.MANAGER, actor().person_id)[0] is not None
    return Side.MANAGER if assessment.manager_id is None or has_begun else None


def _state_page(assessment: Assessment) -> ResponseReturnValue:
    found = queries.get_round(actor(), assessment)
    can_write = found.is_running and may(Permission.Assessment.ANSWER_MANAGER, assessment)
    return render_template(
        "assessment/state.html",
        round=found,
        life=life_of(assessment, found),
        is_own=may(Permission.Assessment.ANSWER_SELF, assessment),
        can_write_anew=can_write and found.is_by_former,
        has_draft=queries.has_own_draft(assessment, actor()),
    )


def _is_in(assessment: Assessment, side: Side) -> bool:
    """Say whether the reader has handed their side in: what a former line manager handed in is not the reader's."""
    if side is Side.SELF:
        return assessment.self_submitted_at is not None
    return assessment.manager_id == actor().person_id


def _sheet_page(
    assessment: Assessment, side: Side, form: SheetForm | None = None, *, refusal: str = ""
) -> ResponseReturnValue:
    found = queries.get_round(actor(), assessment)
    # Access matrix, row 4a: whoever is only the former author learns nothing of what came after their side.
    life = life_of(assessment, found) if may(Permission.Assessment.LIST, assessment) else None
    if _is_in(assessment, side):
        sealed = queries.sealed_sheet_of(assessment, side, actor())
        can_reopen = may(PERMISSIONS[side], assessment)
        view = sealed_view(sealed, found, can_reopen=can_reopen)
        return render_template("assessment/sealed.html", view=view, life=life)
    sheet = sheet_view(queries.sheet_of(assessment, side, actor()), found, form)
    page = render_template("assessment/sheet.html", view=sheet, life=life, refusal=refusal)
    return make_response(page, form.status if form else 200)


@bp.get("/assessments/<uuid:assessment_id>/self/draft")
@requires(Permission.Assessment.ANSWER_SELF, on=load_assessment)
def show_draft_self(assessment: Assessment) -> ResponseReturnValue:
    """Show what the engineer had written for an assessment that ended without it."""
    return _draft_page(assessment)


@bp.get("/assessments/<uuid:assessment_id>/manager/draft")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
def show_draft_manager(assessment: Assessment) -> ResponseReturnValue:
    """Show what the line manager had written themselves for an assessment that ended without it."""
    return _draft_page(assessment)


def _draft_page(assessment: Assessment) -> ResponseReturnValue:
    if assessment.is_running:
        return redirect(address_of(assessment))
    view = draft_view(queries.own_draft_of(assessment, actor()), queries.get_round(actor(), assessment))
    return render_template("assessment/draft.html", view=view)


@bp.get("/assessments/<uuid:assessment_id>/manager/anew")
@requires(Permission.Assessment.ANSWER_MANAGER, on=load_assessment)
def write_anew(assessment: Assessment) -> ResponseReturnValue:
    """Show a sheet of their own to the line manager of today, where a former one has handed theirs in."""
    if not assessment.is_running or assessment.manager_id == actor().person_id:
        return redirect(address_of(assessment))
    return _sheet_page(assessment, Side.MANAGER)


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
    fault = "" if form.validate() else form.first_error(get_edition(assessment.ladder_version_id).ladder)
    if fault and not form.leave_faults_out():
        return make_response({"error": fault}, 422)
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
    return make_response(saved | {"left_out": fault} if fault else saved)


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
    return redirect(address_of(assessment)) if _is_in(assessment, side) else _question(assessment, side, form)


def _question(assessment: Assessment, side: Side, form: SheetForm) -> ResponseReturnValue:
    view = sheet_view(queries.sheet_of(assessment, side, actor()), queries.get_round(actor(), assessment), None)
    return render_template("assessment/open_both.html", view=view, carried=[("confirmed", "1"), *form.sent()])


def _reopen(assessment: Assessment, side: Side) -> ResponseReturnValue:
    actions.reopen_side(assessment, side, by=author(), at=now())
    flash("Your side is open again. Hand it in when you are done.", "good")
    return redirect(address_of(assessment))
