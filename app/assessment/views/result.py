"""The result of an assessment: signing it or saying why not, reading it, and taking it out as a file."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.models import Assessment, Side
from app.assessment.result_pages import result_page_view, sign_view
from app.assessment.result_pdf import file_name, result_pdf
from app.assessment.sign_forms import RefuseForm, SignForm
from app.assessment.views.blueprint import address_of, author, bp, load_assessment
from app.assessment.views.compare import comparison_view_of, reader_of, result_for_reader
from app.domain.errors import MissingError
from app.infra.clock import now
from app.infra.pdf import download
from app.infra.unit_of_work import writes
from app.ladders.queries import get_edition


@bp.get("/assessments/<uuid:assessment_id>/result")
@requires(Permission.Assessment.READ_RESULT, on=load_assessment)
def show_result(assessment: Assessment) -> ResponseReturnValue:
    """Show notes and signatures alone: what somebody who signed may read, whatever else they may not."""
    result = result_for_reader(assessment, queries.result_of(assessment))
    round_, edition = queries.get_round(actor(), assessment), get_edition(assessment.ladder_version_id)
    view = result_page_view(round_, result, reader_of(assessment), assessment, edition)
    return render_template("assessment/result.html", view=view, reads_both=_reads_both(assessment))


def _reads_both(assessment: Assessment) -> bool:
    return may(Permission.Assessment.READ_SELF, assessment) and may(Permission.Assessment.READ_MANAGER, assessment)


@bp.get("/assessments/<uuid:assessment_id>/result.pdf")
@requires(Permission.Assessment.READ_RESULT, on=load_assessment)
def download_result(assessment: Assessment) -> ResponseReturnValue:
    """Hand the whole result over as a file: both sides, notes and signatures."""
    if not _reads_both(assessment):
        raise MissingError
    at = now()
    content = result_pdf(comparison_view_of(assessment), at=at)
    answer = download(content, file_name(assessment))
    actions.record_export(assessment, by=author(), at=at)
    return answer


# Signing -------------------------------------------------------------------------------


@bp.get("/assessments/<uuid:assessment_id>/self/sign")
@requires(Permission.Assessment.SIGN_SELF, on=load_assessment)
def show_sign_self(assessment: Assessment) -> ResponseReturnValue:
    """Ask the engineer whether they sign."""
    return _question(assessment, Side.SELF)


@bp.get("/assessments/<uuid:assessment_id>/manager/sign")
@requires(Permission.Assessment.SIGN_MANAGER, on=load_assessment)
def show_sign_manager(assessment: Assessment) -> ResponseReturnValue:
    """Ask the line manager whether they sign."""
    return _question(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/sign")
@requires(Permission.Assessment.SIGN_SELF, on=load_assessment)
@writes
def sign_self(assessment: Assessment) -> ResponseReturnValue:
    """Sign as the engineer."""
    return _sign(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/sign")
@requires(Permission.Assessment.SIGN_MANAGER, on=load_assessment)
@writes
def sign_manager(assessment: Assessment) -> ResponseReturnValue:
    """Sign as the line manager."""
    return _sign(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/refuse")
@requires(Permission.Assessment.SIGN_SELF, on=load_assessment)
@writes
def refuse_self(assessment: Assessment) -> ResponseReturnValue:
    """Record why the engineer does not sign."""
    return _refuse(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/refuse")
@requires(Permission.Assessment.SIGN_MANAGER, on=load_assessment)
@writes
def refuse_manager(assessment: Assessment) -> ResponseReturnValue:
    """Record why the line manager does not sign."""
    return _refuse(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/take-back")
@requires(Permission.Assessment.SIGN_SELF, on=load_assessment)
@writes
def take_back_self(assessment: Assessment) -> ResponseReturnValue:
    """Take the engineer's signature back."""
    return _take_back(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/take-back")
@requires(Permission.Assessment.TAKE_BACK_MANAGER, on=load_assessment)
@writes
def take_back_manager(assessment: Assessment) -> ResponseReturnValue:
    """Take the line manager's signature back, also by a former one who gave it."""
    return _take_back(assessment, Side.MANAGER)


def _question(assessment: Assessment, side: Side, form: SignForm | None = None) -> ResponseReturnValue:
    view = sign_view(comparison_view_of(assessment, is_bare=True), side)
    if view.own.state != "open":
        return redirect(address_of(assessment))
    is_stale = form is None and request.args.get("seen", view.digest) != view.digest
    refusal = form if isinstance(form, RefuseForm) else RefuseForm(formdata=None)
    page = render_template("assessment/sign.html", view=view, form=form, refusal=refusal, is_stale=is_stale)
    return make_response(page, form.status if form else 200)


def _sign(assessment: Assessment, side: Side) -> ResponseReturnValue:
    form = SignForm()
    if not form.validate() or not form.attempt(
        actions.sign_result, assessment, side, seen=form.seen.data or "", by=author(), at=now()
    ):
        return _question(assessment, side, form)
    flash("You have signed the answers, comments and joint notes as they stood on that page.", "good")
    return redirect(address_of(assessment))


def _refuse(assessment: Assessment, side: Side) -> ResponseReturnValue:
    form = RefuseForm()
    words = form.reason.data or ""
    if not form.validate() or not form.attempt(
        actions.refuse_result, assessment, side, seen=form.seen.data or "", reason=words, by=author(), at=now()
    ):
        return _question(assessment, side, form)
    flash("It is recorded that you do not sign, and why. Those who may read the result read it.", "good")
    return redirect(address_of(assessment))


def _take_back(assessment: Assessment, side: Side) -> ResponseReturnValue:
    actions.take_signature_back(assessment, side, by=author(), at=now())
    flash("Your signature is taken back. Notes can be changed again.", "good")
    stays = may(Permission.Assessment.READ, assessment)
    return redirect(address_of(assessment) if stays else url_for("assessment.list_assessments"))
