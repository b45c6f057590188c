"""Decisions: writing one, taking it, approving the list as the second person, telling, and reading what was told."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.decision import Fault, objections_to_approving
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.people.queries import get_people, get_person
from app.promotion import calibration_pages, decision_pages
from app.promotion.actions import decisions as acts
from app.promotion.forms.decisions import ApproveForm, DecisionForm, TellForm, decision_form
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries import calibration, decisions
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.feedback import count_feedback
from app.promotion.views.blueprint import author, bp, load_case, load_cycle
from app.promotion.wording import RECOMMENDATION

CHECK = "check"


# Writing ---------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/decision/edit")
@requires(Permission.Case.WRITE_DECISION, on=load_case)
def show_edit_decision(case: PromotionCase) -> ResponseReturnValue:
    """Show the form of a decision; with `check`, everything that it still lacks stands at its fields."""
    if case.state is not CaseState.CALIBRATED:
        return redirect(url_for("promotion.show_draft_decision", case_id=case.id))
    decision = decisions.find_decision(case.id)
    stored = decisions.draft_of(decision)
    form = decision_form(calibration.rated_in([case])[case.id], stored, decision.version if decision else 0)
    if CHECK in request.args:
        form.show(_faults(case))
    return _edit_page(case, form)


def _faults(case: PromotionCase) -> Iterable[Fault]:
    return acts.decision_faults(case, today())


def _edit_page(case: PromotionCase, form: DecisionForm) -> ResponseReturnValue:
    given = calibration.given_in(frozenset({case.id}))[case.id]
    remarks = calibration.remarks_of(case.id)
    found = decisions.recommendation_of(case)
    since = decisions.held_since(case, today())
    page = render_template(
        "promotion/decision_edit.html",
        head=decision_pages.head_of(case),
        form=form,
        lines=[] if case.is_incomplete else calibration_pages.case_lines(case, form.known, given, found, remarks),
        general=[one for one in remarks if not one.is_apart and one.expectation_id is None],
        recommendation=RECOMMENDATION[found.recommendation],
        heard=count_feedback(case.id).given,
        held_since=since,
        may_decide=may(Permission.Case.DECIDE, case),
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/decision/edit")
@requires(Permission.Case.WRITE_DECISION, on=load_case)
@writes
def save_decision(case: PromotionCase) -> ResponseReturnValue:
    """Keep the draft of a decision, whole or not; what is missing is asked for when it is to be taken."""
    form = decision_form(calibration.rated_in([case])[case.id])
    version = form.row_version()
    kept = form.validate() and form.attempt(
        acts.save_decision, case, form.draft(), version=version, by=author(), at=now()
    )
    if not kept:
        return _edit_page(case, form)
    if request.form.get("then") == "decide" and may(Permission.Case.DECIDE, case):
        return redirect(url_for("promotion.ask_decide", case_id=case.id))
    flash("The draft is kept. Nobody outside the committee and HR sees that there is one.", "good")
    return redirect(url_for("promotion.show_draft_decision", case_id=case.id))


@bp.get("/cases/<uuid:case_id>/decision/draft")
@requires(Permission.Case.READ_DECISION_DRAFT, on=load_case)
def show_draft_decision(case: PromotionCase) -> ResponseReturnValue:
    """Show the decision before it is told, with what it still lacks; afterwards lead to what was told."""
    if case.is_told and may(Permission.Case.READ_DECISION, case):
        return redirect(url_for("promotion.show_decision", case_id=case.id))
    decision = decisions.find_decision(case.id)
    draft, found = decisions.draft_of(decision), decisions.recommendation_of(case)
    is_open = case.state is CaseState.CALIBRATED
    return render_template(
        "promotion/decision_draft.html",
        head=decision_pages.head_of(case),
        decision=decision,
        view=decision_pages.view_of_draft(case, draft) if decision else None,
        writer=get_person(decision.written_by_id).name if decision else "",
        faults=list(_faults(case)) if decision and is_open else [],
        recommendation=RECOMMENDATION[found.recommendation],
        is_taken=decision is not None and decision.decided_at is not None,
        may_write=is_open and may(Permission.Case.WRITE_DECISION, case),
        may_decide=is_open and may(Permission.Case.DECIDE, case),
        may_tell=_may_tell(case, get_cycle(case.cycle_id)),
    )


# Taking ----------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/decision/decide")
@requires(Permission.Case.DECIDE, on=load_case)
def ask_decide(case: PromotionCase) -> ResponseReturnValue:
    """Ask the chair whether this is the decision; one that lacks something goes back to its form."""
    if case.state is not CaseState.CALIBRATED:
        return redirect(url_for("promotion.show_draft_decision", case_id=case.id))
    if any(_faults(case)):
        return redirect(url_for("promotion.show_edit_decision", case_id=case.id, check=1))
    decision = decisions.find_decision(case.id)
    view = decision_pages.view_of_draft(case, decisions.draft_of(decision))
    return render_template("promotion/decision_ask.html", head=decision_pages.head_of(case), view=view)


@bp.post("/cases/<uuid:case_id>/decision/decide")
@requires(Permission.Case.DECIDE, on=load_case)
@writes
def decide(case: PromotionCase) -> ResponseReturnValue:
    """Take the decision as its draft stands."""
    acts.decide(case, by=author(), at=now())
    flash(f"{case.code} is decided. Nobody is told before a second person has approved the whole list.", "good")
    return redirect(url_for("promotion.show_calibration", cycle_id=case.cycle_id))


# Approving -------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/approve")
@requires(Permission.Cycle.APPROVE, on=load_cycle)
def show_approve(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the whole list of decisions with who approved it, and offer the second approval to whoever may give it."""
    is_listed = cycle.state in {CycleState.DECIDED, CycleState.COMMUNICATED, CycleState.APPEALS, CycleState.CLOSED}
    decided = decisions.decided_in(cycle.id) if is_listed else []
    person_id, digest = actor().person_id, decisions.digest_of(decided)
    approved = decisions.approvals_of(cycle.id, digest)
    hidden = decisions.kept_from(person_id, [one.case.id for one in decided if not one.case.is_told])
    objections = objections_to_approving(
        person_id,
        signed_by=approved[0][0].person_id if approved else None,
        deciders=acts.deciders_of(cycle, decided),
        candidates={one.case.subject_id for one in decided},
        is_kept_from_any=bool(hidden),
    )
    return render_template(
        "promotion/approve.html",
        cycle=cycle,
        is_listed=is_listed,
        lines=decision_pages.list_lines(decided, hidden),
        digest=digest,
        approved=approved,
        is_open=cycle.state is CycleState.DECIDED and len(approved) < acts.APPROVERS,
        objections=objections,
        form=ApproveForm(formdata=None),
    )


@bp.post("/<uuid:cycle_id>/approve")
@requires(Permission.Cycle.APPROVE, on=load_cycle, fresh=True)
@writes
def approve(cycle: PromotionCycle) -> ResponseReturnValue:
    """Approve the list that was shown, as the second person."""
    acts.approve_decisions(cycle, by=author(), at=now(), digest=ApproveForm().digest.data or "")
    flash("The list is approved by two people. HR can release the decisions now.", "good")
    return redirect(url_for("promotion.show_approve", cycle_id=cycle.id))


# Telling ---------------------------------------------------------------------------


def _may_tell(case: PromotionCase, cycle: PromotionCycle) -> bool:
    is_due = case.state is CaseState.DECIDED and cycle.state is CycleState.COMMUNICATED
    return is_due and may(Permission.Case.TELL, case)


@bp.get("/cases/<uuid:case_id>/tell")
@requires(Permission.Case.TELL, on=load_case)
def show_tell(case: PromotionCase) -> ResponseReturnValue:
    """Show the form that records who told the candidate, and what follows from it."""
    if not _may_tell(case, get_cycle(case.cycle_id)):
        return redirect(url_for("promotion.show_draft_decision", case_id=case.id))
    return _tell_page(case, TellForm(formdata=None, told=today()))


def _tell_page(case: PromotionCase, form: TellForm) -> ResponseReturnValue:
    tellers = decisions.tellers_for(case, actor().person_id)
    form.teller.choices = [(str(one.id), one.name) for one in tellers.values()]
    decided = decisions.read_told(case)
    page = render_template(
        "promotion/tell.html",
        head=decision_pages.head_of(case),
        view=decision_pages.view_of_decided(decided) if decided else None,
        form=form,
        ahead=decision_pages.what_follows(case, decided, today()) if decided else None,
        latest=today(),
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/tell")
@requires(Permission.Case.TELL, on=load_case)
@writes
def tell(case: PromotionCase) -> ResponseReturnValue:
    """Record that a candidate was told; the decision takes effect with it."""
    form = TellForm()
    teller_id, at = decision_pages.person_id(form.teller.data), now()
    decided = decisions.read_told(case)
    ahead = decision_pages.what_follows(case, decided, today()) if decided else None
    told = form.validate() and form.attempt(
        acts.tell_candidate,
        case,
        teller_id,
        decision_pages.moment_of(form.told.data, at),
        by=author(),
        at=at,
        lapses=form.lapses.data,
        reason=form.reason.data,
    )
    if not told:
        return _tell_page(case, form)
    flash(f"Recorded: {get_person(case.subject_id).name} was told. {ahead.followed if ahead else ''}".strip(), "good")
    return redirect(url_for("promotion.show_decision", case_id=case.id))


@bp.get("/cases/<uuid:case_id>/decision")
@requires(Permission.Case.READ_DECISION, on=load_case)
def show_decision(case: PromotionCase) -> ResponseReturnValue:
    """Show a decision that was told, with its reasons, who told it and when."""
    decided = decisions.read_told(case)
    names = get_people([one for one in (case.teller_id,) if one])
    may_sum = may(Permission.Case.READ_FEEDBACK_SUMMARY, case) or may(Permission.Case.READ_FEEDBACK, case)
    person = get_person(case.subject_id)
    return render_template(
        "promotion/decision.html",
        head=decision_pages.head_of(case),
        cycle=get_cycle(case.cycle_id),
        view=decision_pages.view_of_decided(decided) if decided else None,
        teller=names[case.teller_id].name if case.teller_id in names else "",
        summary=decided.decision.feedback_summary if decided and may_sum else "",
        lapse=decisions.lapse_of(case.id),
        is_own=actor().person_id == case.subject_id,
        reads_plan=may(Permission.GrowthPlan.READ, person),
        knows_ratings=may(Permission.Case.READ_DECISION_DRAFT, case),
    )
