"""One piece: reading it, changing it, sharing it, withdrawing and discarding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import NotAllowedNowError
from app.domain.evidence import CorroborationAnswer
from app.evidence import actions, queries
from app.evidence.file_forms import FilesForm
from app.evidence.forms import AnswerForm, EvidenceForm, ReasonForm, ReplyForm, filled_form
from app.evidence.models import Evidence
from app.evidence.queries.attachments import AttachedFile, list_shown_files
from app.evidence.views.blueprint import author, bp, load_piece
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.unit_of_work import writes


@bp.get("/evidence/<uuid:evidence_id>")
@requires(Permission.Evidence.READ, on=load_piece)
def show_evidence(piece: Evidence) -> ResponseReturnValue:
    """Show a piece, as much of it as this reader may see."""
    return piece_page(piece)


def piece_page(piece: Evidence, *refused: Form) -> ResponseReturnValue:
    """Return the page of a piece; `refused` are forms of it that were sent and say why they were not accepted."""
    piece = queries.load_evidence(piece)
    is_full = may(Permission.Evidence.LIST, piece)
    marks = queries.as_read_by(actor(), piece.subject_id, queries.marks_for(piece.subject_id, today()))
    said = None if is_full else queries.revision_for(actor(), piece)
    page = queries.piece_page(piece, marks, actor().person_id, is_full=is_full, said=said, at=now())
    forms: dict[type[Form], Any] = {type(form): form for form in refused}
    answering = _answer_form(page, forms.get(AnswerForm))
    template = render_template(
        "evidence/piece.html",
        page=page,
        piece=piece,
        is_full=is_full,
        is_own=actor().person_id == piece.subject_id,
        may_set_aside=may(Permission.Evidence.SET_ASIDE, piece),
        may_answer=piece.is_shared and may(Permission.Evidence.CORROBORATE, piece),
        answering=answering,
        points=answering.points.rows((view.shown.id, view.shown.text) for view in page.claims),
        replying=forms.get(ReplyForm) or ReplyForm(formdata=None),
        files=list_shown_files(piece, None if is_full or page.question else _may_read_file),
        adding=forms.get(FilesForm) or FilesForm(formdata=None),
        refused=refused,
    )
    return make_response(template, refused[0].status if refused else 200)


def _answer_form(page: queries.PiecePage, sent: AnswerForm | None) -> AnswerForm:
    question = page.question
    if sent is not None or question is None:
        return sent or AnswerForm(formdata=None)
    given = {"outcome": question.outcome.value, "words": question.words} if question.outcome else {}
    # Nothing is chosen before the colleague does: a point that was passed over must not count.
    is_limited = question.outcome is CorroborationAnswer.LIMITED
    points = {point.id: (point.stands, point.words) for point in page.points} if is_limited else {}
    return AnswerForm(formdata=None, data={**given, "points": points, "version": str(question.answer_version)})


def _may_read_file(file: AttachedFile) -> bool:
    return may(Permission.Evidence.READ, file)


@bp.get("/evidence/<uuid:evidence_id>/edit")
@requires(Permission.Evidence.EDIT, on=load_piece)
def show_edit(piece: Evidence) -> ResponseReturnValue:
    """Show the form that changes a piece."""
    piece = queries.load_evidence(piece)
    return _edit_page(piece, filled_form(piece), piece.version)


def _edit_page(piece: Evidence, form: EvidenceForm, version: int) -> ResponseReturnValue:
    marks = queries.marks_for(piece.subject_id, today())
    page = render_template(
        "evidence/edit.html",
        piece=piece,
        form=form,
        version=version,
        today=today(),
        confirmed_by=queries.piece_page(piece, marks, piece.subject_id, is_full=True, at=now()).confirmed_by,
        choices=queries.list_choices(piece.subject_id, marks, form.expectations.data),
    )
    return make_response(page, form.status)


@bp.post("/evidence/<uuid:evidence_id>/edit")
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def change_evidence(piece: Evidence) -> ResponseReturnValue:
    """Change a piece; what another window saved in between is never overwritten unseen."""
    form = EvidenceForm()
    version = form.row_version()
    if form.validate_on_submit() and form.attempt(
        actions.change_evidence, piece, form.content(), version=version, by=author(), at=now()
    ):
        flash(f"{piece.ref} is saved.", "good")
        return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))
    return _edit_page(queries.load_evidence(piece), form, version)


@bp.post("/evidence/<uuid:evidence_id>/share")
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def share_evidence(piece: Evidence) -> ResponseReturnValue:
    """Share a draft."""
    form = Form()
    form.attempt(actions.share_evidence, piece, by=author(), at=now())
    if form.form_errors:
        return piece_page(piece, form)
    flash(f"{piece.ref} is shared: your manager and HR can read it.", "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.get("/evidence/<uuid:evidence_id>/history")
@requires(Permission.Evidence.READ_HISTORY, on=load_piece)
def show_history(piece: Evidence) -> ResponseReturnValue:
    """Show its author what a shared piece said before, the differences marked."""
    piece = queries.load_evidence(piece)
    changes = queries.list_changes(piece, queries.marks_for(piece.subject_id, today()))
    return render_template("evidence/history.html", piece=piece, changes=changes)


@bp.get("/evidence/<uuid:evidence_id>/withdraw")
@requires(Permission.Evidence.EDIT, on=load_piece)
def ask_before_withdrawing(piece: Evidence) -> ResponseReturnValue:
    """Ask whether to withdraw a piece, and say what follows from it."""
    return _asked_before(piece, actions.check_may_be_withdrawn, "evidence/withdraw.html")


def _asked_before(piece: Evidence, check: Callable[[Evidence], None], template: str) -> ResponseReturnValue:
    """Show a question, or lead back to the piece and say why there is nothing to ask."""
    try:
        check(piece)
    except NotAllowedNowError as refusal:
        flash(refusal.message)
        return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))
    return render_template(template, piece=piece)


@bp.post("/evidence/<uuid:evidence_id>/withdraw")
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def withdraw_evidence(piece: Evidence) -> ResponseReturnValue:
    """Withdraw a piece; it can be restored."""
    actions.withdraw_evidence(piece, by=author(), at=now())
    flash(f"{piece.ref} is withdrawn and counts for nothing. You can restore it below.")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.post("/evidence/<uuid:evidence_id>/restore")
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def restore_evidence(piece: Evidence) -> ResponseReturnValue:
    """Share a withdrawn piece again."""
    actions.restore_evidence(piece, by=author(), at=now())
    flash(f"{piece.ref} is shared again.", "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.get("/evidence/<uuid:evidence_id>/discard")
@requires(Permission.Evidence.EDIT, on=load_piece)
def ask_before_discarding(piece: Evidence) -> ResponseReturnValue:
    """Ask whether to discard a draft for good."""
    return _asked_before(piece, actions.check_may_be_discarded, "evidence/discard.html")


@bp.post("/evidence/<uuid:evidence_id>/discard")
@requires(Permission.Evidence.EDIT, on=load_piece)
@writes
def discard_draft(piece: Evidence) -> ResponseReturnValue:
    """Discard a draft."""
    # Another window may have discarded it since the guard read it.
    title = queries.load_evidence(piece).title
    actions.discard_draft(piece, by=author(), at=now())
    flash(f"The draft “{title}” is discarded.")
    return redirect(url_for("evidence.list_evidence"))


@bp.get("/evidence/<uuid:evidence_id>/set-aside")
@requires(Permission.Evidence.SET_ASIDE, on=load_piece)
def show_setting_aside(piece: Evidence) -> ResponseReturnValue:
    """Show the form in which the manager gives the reason."""
    form = ReasonForm(formdata=None, expectation=request.args.get("expectation", ""), version=request.args.get("read"))
    return _aside_page(piece, form)


def _aside_page(piece: Evidence, form: ReasonForm) -> ResponseReturnValue:
    piece = queries.load_evidence(piece)
    claim = queries.get_claim(piece, form.expectation.data or "")
    mark = queries.marks_for(piece.subject_id, today()).mark(claim.expectation_id)
    # Whoever was told that the piece has changed goes on from the text of now; another fault tells nobody that.
    version = piece.version if form.form_errors or not form.row_version() else form.row_version()
    page = render_template("evidence/set_aside.html", piece=piece, mark=mark, form=form, version=version)
    return make_response(page, form.status)


@bp.post("/evidence/<uuid:evidence_id>/set-aside")
@requires(Permission.Evidence.SET_ASIDE, on=load_piece)
@writes
def set_aside(piece: Evidence) -> ResponseReturnValue:
    """Set a piece aside for one expectation."""
    form = ReasonForm()
    given = {"expectation_id": form.expectation.data or "", "reason": form.reason.data or ""}
    version = form.row_version()
    if not form.validate_on_submit() or not form.attempt(
        actions.set_aside, piece, **given, version=version, by=author(), at=now()
    ):
        return _aside_page(piece, form)
    flash(f"{piece.ref} no longer counts for that expectation. The reason is visible to its author.")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.post("/evidence/<uuid:evidence_id>/take-back")
@requires(Permission.Evidence.SET_ASIDE, on=load_piece)
@writes
def take_back(piece: Evidence) -> ResponseReturnValue:
    """Let a piece count again."""
    actions.take_back(piece, expectation_id=request.form.get("expectation", ""), by=author(), at=now())
    flash(f"{piece.ref} counts for that expectation again.", "good")
    return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))


@bp.post("/evidence/<uuid:evidence_id>/reply")
@requires(Permission.Evidence.ANSWER_SETTING_ASIDE, on=load_piece)
@writes
def answer_setting_aside(piece: Evidence) -> ResponseReturnValue:
    """Answer a setting aside, as the engineer."""
    form = ReplyForm()
    if form.validate_on_submit():
        given = {"expectation_id": form.expectation.data, "answer": form.answer.data}
        version = form.row_version() if form.version.data else None
        actions.answer_setting_aside(piece, **given, version=version, by=author(), at=now())
        flash("Your answer stands beside the reason.", "good")
        return redirect(url_for("evidence.show_evidence", evidence_id=piece.id))
    return piece_page(piece, form)
