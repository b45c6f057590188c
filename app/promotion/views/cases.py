"""The page of a case, and what the candidate and HR make of it before and beside the packet."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Role
from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.access.relations import Fact, relations
from app.domain.promotion import CaseEvent, CaseState, after
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.people.queries import get_person
from app.promotion.actions import nominations as actions
from app.promotion.actions.nominations import AFTER_BEGUN, CHANGED, RULES
from app.promotion.case_pages import (
    INSIDE_DAYS,
    Reader,
    may_lapse,
    shown_days,
    shown_steps,
    state_words,
    what_next,
)
from app.promotion.forms.nominations import RuleOutForm, TargetForm, WordsForm
from app.promotion.models import PromotionCase
from app.promotion.queries import edition_of
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.cycles import nominations_closed_on
from app.promotion.queries.nominations import (
    deadlines_of,
    find_line,
    get_surroundings,
    list_nominations,
    list_steps,
    open_elsewhere,
)
from app.promotion.views.blueprint import author, bp, load_case
from app.promotion.wording import NOMINATED_BY


def reader_of(case: PromotionCase) -> Reader:
    """Return how the signed-in person stands to a case that they may read."""
    who = actor()
    if who.person_id == case.subject_id:
        return Reader.CANDIDATE
    if may(Permission.Case.READ_PANEL, case):
        return Reader.INSIDE
    if relations.holds(Fact.MANAGES, who.person_id, case.subject_id):
        return Reader.MANAGER
    if who.has_role(Role.HR) or relations.holds(Fact.LEADS, who.person_id, case.subject_id):
        return Reader.OTHER
    return Reader.FORMER


@bp.get("/cases/<uuid:case_id>")
@requires(Permission.Case.READ, on=load_case)
def show_case(case: PromotionCase) -> ResponseReturnValue:
    """Show a case: its step and state, what comes next, who nominated, and what happened so far."""
    return _case_page(case, TargetForm(formdata=None))


def _case_page(case: PromotionCase, form: TargetForm) -> ResponseReturnValue:
    (cycle, person), edition = get_surroundings(case), edition_of(case)
    reader, looks_after = reader_of(case), may(Permission.Case.LOOK_AFTER, case)
    days, closed_on = deadlines_of(cycle, case.id, INSIDE_DAYS), nominations_closed_on(cycle.id)
    nominations = list_nominations(case, actor())
    may_answer = case.state is CaseState.NOMINATED and may(Permission.Case.ANSWER, case)
    line = find_line(cycle.id, case.subject_id) if may_answer else None
    form.offer(line.targets.split() if line else ())
    nominator = next((one.author for one in nominations if one.nomination.author_id == case.nominated_by_id), "")
    steps = shown_steps(
        case,
        list_steps(case.id),
        reader,
        nominator=nominator,
        reads_words=looks_after or reader is Reader.CANDIDATE,
        reads_reasons=may(Permission.Case.READ_REASONS, case),
    )
    page = render_template(
        "promotion/case.html",
        case=case,
        cycle=cycle,
        person=person,
        is_own=reader is Reader.CANDIDATE,
        state=state_words(case, reader),
        next=what_next(case, person.name, reader, days, closed_on),
        days=shown_days(days, reader, closed_on),
        steps=steps,
        nominations=nominations,
        kinds=NOMINATED_BY,
        levels={level.id: level for level in edition.ladder.levels},
        ladder_name=edition.name,
        form=form,
        may_answer=may_answer,
        elsewhere=open_elsewhere(cycle, actor(), case.subject_id) if may_answer else [],
        may_withdraw=case.state is not CaseState.NOMINATED and may(Permission.Case.WITHDRAW, case),
        may_rule_out=looks_after and after(case.state, CaseEvent.RULE_OUT) is not None,
        may_lapse=looks_after and may_lapse(case, cycle, days["nominations_close"], today()),
        reads_incomplete=may(Permission.Case.READ_REASONS, case),
    )
    return make_response(page, form.status)


def _back(case: PromotionCase) -> ResponseReturnValue:
    return redirect(url_for("promotion.show_case", case_id=case.id))


# The candidate ------------------------------------------------------------------------


@bp.post("/cases/<uuid:case_id>/accept")
@requires(Permission.Case.ANSWER, on=load_case)
@writes
def accept_nomination(case: PromotionCase) -> ResponseReturnValue:
    """Accept one's nomination, for the level that was chosen where the ladder branches."""
    form = TargetForm()
    form.attempt(actions.accept, case, author(), now(), form.chosen)
    if form.form_errors or form.errors:
        return _case_page(case, form)
    flash(f"You have accepted: case {case.code} is yours.", "good")
    return _back(case)


@bp.get("/cases/<uuid:case_id>/decline")
@requires(Permission.Case.ANSWER, on=load_case)
def ask_before_declining(case: PromotionCase) -> ResponseReturnValue:
    """Ask whether to decline one's nomination, and say what follows from it."""
    return _decline_page(case, WordsForm(formdata=None))


def _decline_page(case: PromotionCase, form: WordsForm) -> ResponseReturnValue:
    if case.state is not CaseState.NOMINATED:
        return _back(case)
    page = render_template("promotion/case_decline.html", case=case, form=form, cycle=get_cycle(case.cycle_id))
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/decline")
@requires(Permission.Case.ANSWER, on=load_case)
@writes
def decline_nomination(case: PromotionCase) -> ResponseReturnValue:
    """Decline one's nomination."""
    form = WordsForm()
    if not form.validate():
        return _decline_page(case, form)
    actions.decline(case, words=form.words.data, by=author(), at=now())
    flash("You have declined. It counts for nothing, in this cycle or later.")
    return _back(case)


@bp.get("/cases/<uuid:case_id>/withdraw")
@requires(Permission.Case.WITHDRAW, on=load_case)
def ask_before_withdrawing_case(case: PromotionCase) -> ResponseReturnValue:
    """Ask whether to withdraw one's case, and say what happens to it."""
    return _withdraw_page(case, WordsForm(formdata=None))


def _withdraw_page(case: PromotionCase, form: WordsForm) -> ResponseReturnValue:
    page = render_template(
        "promotion/case_withdraw.html", case=case, form=form, cycle=get_cycle(case.cycle_id), is_in=case.is_in
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/withdraw")
@requires(Permission.Case.WITHDRAW, on=load_case)
@writes
def withdraw_case(case: PromotionCase) -> ResponseReturnValue:
    """Withdraw one's case."""
    form = WordsForm()
    if not form.validate():
        return _withdraw_page(case, form)
    actions.withdraw(case, words=form.words.data, by=author(), at=now())
    flash(f"Case {case.code} is withdrawn. Nobody looks at it any more.")
    return _back(case)


# HR -----------------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/lapse")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
def ask_before_lapsing(case: PromotionCase) -> ResponseReturnValue:
    """Ask whether to let an unanswered nomination lapse."""
    if case.state is not CaseState.NOMINATED:
        return _back(case)
    return render_template("promotion/case_lapse.html", case=case, person=get_person(case.subject_id))


@bp.post("/cases/<uuid:case_id>/lapse")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
@writes
def lapse_nomination(case: PromotionCase) -> ResponseReturnValue:
    """Let a nomination lapse that was not answered in time."""
    actions.lapse(case, by=author(), at=now())
    flash(f"The nomination {case.code} has lapsed.")
    return _back(case)


@bp.get("/cases/<uuid:case_id>/rule-out")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
def show_rule_out(case: PromotionCase) -> ResponseReturnValue:
    """Show the form in which HR names the rule that stands against a case."""
    return _rule_out_page(case, RuleOutForm(formdata=None))


def _rule_out_page(case: PromotionCase, form: RuleOutForm) -> ResponseReturnValue:
    if after(case.state, CaseEvent.RULE_OUT) is None:
        return _back(case)
    form.offer(RULES if case.state not in AFTER_BEGUN else {CHANGED: RULES[CHANGED]})
    page = render_template("promotion/case_rule_out.html", case=case, form=form, person=get_person(case.subject_id))
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/rule-out")
@requires(Permission.Case.LOOK_AFTER, on=load_case)
@writes
def rule_out_case(case: PromotionCase) -> ResponseReturnValue:
    """Rule a case out before the committee has it."""
    form = RuleOutForm()
    if form.validate():
        form.attempt(actions.rule_out, case, form.rule.data or "", form.reason.data, by=author(), at=now())
    if form.form_errors or form.errors:
        return _rule_out_page(case, form)
    flash(f"Case {case.code} is ruled out.")
    return _back(case)
