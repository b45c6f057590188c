"""Calibration: cases side by side by expectation, one case with what is said of it, and remarks."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Role
from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.decision import discussion_order
from app.domain.promotion import CaseState
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.promotion import calibration_pages as pages
from app.promotion.actions.decisions import make_remark as keep_remark
from app.promotion.decision_pages import head_of
from app.promotion.forms.decisions import RemarkForm
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries import calibration as queries
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.ratings import recommended_of
from app.promotion.views.blueprint import author, bp, load_case, load_cycle
from app.promotion.wording import RECOMMENDATION


@bp.get("/<uuid:cycle_id>/calibration")
@requires(Permission.Cycle.CALIBRATE, on=load_cycle)
def show_calibration(cycle: PromotionCycle) -> ResponseReturnValue:
    """Compare those cases of a cycle whose ratings the reader may read; nobody is ranked."""
    found = {case.id: (case, name) for case, name in queries.cases_to_compare(actor(), cycle.id)}
    order = discussion_order(found, cycle_id=cycle.id, on=today())
    rows = [found[one] for one in order]
    given, rated = queries.given_in(frozenset(found)), queries.rated_in(case for case, _ in rows)
    everything = [one for case_id in order for one in given[case_id]]
    chosen, counts = request.args.get("target", ""), pages.counted_targets(rows)
    is_hr = actor().has_role(Role.HR)
    strict = [one for one in queries.strictness_of(everything) if is_hr or one.reviewer_id == actor().person_id]
    return render_template(
        "promotion/calibration.html",
        cycle=cycle,
        count=len(rows),
        on=today(),
        filters=pages.target_filters(cycle.id, rows, chosen),
        groups=pages.groups_of(rows, rated, given, chosen if chosen in counts else ""),
        agreement=pages.agreement_view(queries.agreement_of(everything, seed=cycle.id.int)),
        strict=[pages.strictness_view(one) for one in strict],
        is_hr=is_hr,
    )


@bp.get("/cases/<uuid:case_id>/calibration")
@requires(Permission.Case.READ_RATINGS, on=load_case)
def show_case_calibration(case: PromotionCase) -> ResponseReturnValue:
    """Show one case as it is talked about: what speaks against it first, with the remarks."""
    return _case_page(case, RemarkForm(formdata=None))


def _case_page(case: PromotionCase, form: RemarkForm) -> ResponseReturnValue:
    rated = queries.rated_in([case])[case.id]
    given = queries.given_in(frozenset({case.id}))[case.id]
    remarks = queries.remarks_of(case.id)
    found = recommended_of(rated, given, is_incomplete=case.is_incomplete)
    lines = pages.case_lines(case, rated, given, found, remarks)
    is_open = case.state.is_before_decided
    may_write = is_open and may(Permission.Case.WRITE_DECISION, case)
    page = render_template(
        "promotion/calibration_case.html",
        head=head_of(case),
        lines=lines,
        recommendation=RECOMMENDATION[found.recommendation],
        general=[one for one in remarks if not one.is_apart and one.expectation_id is None],
        apart=[one for one in remarks if one.is_apart],
        form=form.offer((line.id, line.text) for line in lines),
        may_discuss=is_open and may(Permission.Case.DISCUSS, case),
        may_write=may_write and case.state is CaseState.CALIBRATED,
        writes_later=may_write and case.state is not CaseState.CALIBRATED,
        calibration_on=get_cycle(case.cycle_id).calibration_on,
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/remarks")
@requires(Permission.Case.DISCUSS, on=load_case)
@writes
def make_remark(case: PromotionCase) -> ResponseReturnValue:
    """Keep a remark about a case."""
    form = RemarkForm()
    form.offer(())
    row = form.validate() and form.attempt(
        keep_remark, case, form.words.data, expectation_id=form.expectation.data or None, by=author(), at=now()
    )
    if not row:
        return _case_page(case, form)
    flash(
        "Kept apart: it cites neither a piece nor an expectation, so it does not reach the decision."
        if row.is_apart
        else "The remark is kept.",
        "warn" if row.is_apart else "good",
    )
    anchor = "h-apart" if row.is_apart else row.expectation_id or "h-general"
    return redirect(url_for("promotion.show_case_calibration", case_id=case.id, _anchor=anchor))
