"""Feedback: the asked colleague's pages, and those on which HR asks and the committee reads."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import now
from app.infra.forms import UNPROCESSABLE
from app.infra.unit_of_work import writes
from app.people.models import Person
from app.people.queries import get_people, get_person
from app.promotion.actions import feedback as acts
from app.promotion.forms.feedback import AskFeedbackForm, DeclineForm, FeedbackForm, WaiveForm
from app.promotion.models import PeerFeedback, PromotionCase
from app.promotion.queries import feedback as queries
from app.promotion.queries.cases import deadline_of, get_cycle
from app.promotion.queries.collaborators import asked_about, find_colleagues, teams_shown
from app.promotion.queries.decisions import find_decision
from app.promotion.views.blueprint import author, bp, load_case
from app.promotion.wording import FEEDBACK_RULE, LEANING

MAX_SEARCH = 100
KEEP = "keep"


def load_feedback(feedback_id: uuid.UUID) -> PeerFeedback:
    """Return the request of an address."""
    return queries.get_feedback(feedback_id)


@bp.get("/feedback")
@requires(Permission.Feedback.LIST)
def list_feedback() -> ResponseReturnValue:
    """Show what the signed-in person was asked about colleagues."""
    return render_template("promotion/feedback_list.html", entries=queries.list_asked_of(actor().person_id))


@bp.get("/feedback/<uuid:feedback_id>")
@requires(Permission.Feedback.GIVE, on=load_feedback)
def show_own_feedback(feedback: PeerFeedback) -> ResponseReturnValue:
    """Show a request to the colleague, with what they have written so far."""
    asked = queries.request_for(feedback)
    form = FeedbackForm.filled({one.id: (one.leaning, one.words) for one in asked.said}, feedback.version)
    return _own_page(feedback, form, DeclineForm(formdata=None))


def _own_page(feedback: PeerFeedback, form: FeedbackForm, declining: DeclineForm) -> ResponseReturnValue:
    page = render_template(
        "promotion/feedback.html",
        feedback=feedback,
        asked=queries.request_for(feedback),
        form=form,
        declining=declining,
        leanings=LEANING,
    )
    return make_response(page, UNPROCESSABLE if request.method == "POST" else 200)


@bp.post("/feedback/<uuid:feedback_id>")
@requires(Permission.Feedback.GIVE, on=load_feedback)
@writes
def give_feedback(feedback: PeerFeedback) -> ResponseReturnValue:
    """Give feedback for good, or keep what is written so far."""
    form, is_given = FeedbackForm(), request.form.get("act") != KEEP
    if form.answers.check(feedback.expectations.split(), is_whole=is_given):
        act = acts.give if is_given else acts.save_answers
        form.attempt(act, feedback, form.answers.data, version=form.row_version(), by=author(), at=now())
    if form.answers.errors or form.form_errors:
        return _own_page(feedback, form, DeclineForm(formdata=None))
    if is_given:
        flash("Thank you; your feedback is given.", "good")
        return redirect(url_for("promotion.list_feedback"))
    flash("Kept. Nobody but you reads it until you give the feedback.", "good")
    return redirect(url_for("promotion.show_own_feedback", feedback_id=feedback.id))


@bp.post("/feedback/<uuid:feedback_id>/decline")
@requires(Permission.Feedback.GIVE, on=load_feedback)
@writes
def decline_feedback(feedback: PeerFeedback) -> ResponseReturnValue:
    """Decline a request with a reason."""
    declining = DeclineForm()
    if declining.validate_on_submit():
        acts.decline_feedback(feedback, reason=declining.reason.data or "", by=author(), at=now())
        flash("You have declined. HR and the committee read your reason.")
        return redirect(url_for("promotion.list_feedback"))
    asked = queries.request_for(feedback)
    form = FeedbackForm.filled({one.id: (one.leaning, one.words) for one in asked.said}, feedback.version)
    return _own_page(feedback, form, declining)


@bp.get("/cases/<uuid:case_id>/feedback")
@requires(Permission.Case.READ_FEEDBACK, on=load_case)
def show_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Show who was asked about a case, and from the review on what they said."""
    return _case_page(case, WaiveForm(formdata=None))


def _case_page(case: PromotionCase, waiving: WaiveForm) -> ResponseReturnValue:
    requests, cycle = queries.list_requests(case), get_cycle(case.cycle_id)
    page = render_template(
        "promotion/feedback_case.html",
        case=case,
        cycle=cycle,
        candidate=get_person(case.subject_id),
        requests=requests,
        count=queries.count_states(one.state for one in requests),
        heard=queries.heard_by_expectation(requests) if case.is_under_review else [],
        due_on=deadline_of(cycle.id, "feedback_due", case.id),
        is_collected=queries.is_collected(case, cycle),
        may_ask=may(Permission.Case.ASK_FEEDBACK, case),
        may_remind=acts.may_be_reminded,
        now=now(),
        waiving=waiving,
        leanings=LEANING,
        rules=FEEDBACK_RULE,
    )
    return make_response(page, waiving.status)


@bp.get("/cases/<uuid:case_id>/feedback/ask")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
def show_ask_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Show whom HR can ask further."""
    return _ask_page(case, AskFeedbackForm(formdata=None))


def _ask_page(case: PromotionCase, form: AskFeedbackForm) -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    found = find_colleagues(case, search, _chosen_id(form))
    form.colleague.choices = [(str(one.id), one.name) for one in found if not one.why_not]
    if len(form.colleague.choices) == 1 and form.colleague.data is None:
        form.colleague.data = form.colleague.choices[0][0]
    form.expectations.choices = [(one.id, one.text) for one in asked_about(case)]
    page = render_template(
        "promotion/feedback_ask.html",
        case=case,
        candidate=get_person(case.subject_id),
        form=form,
        search=search,
        found=found,
        teams=teams_shown(actor(), [one.id for one in found]),
    )
    return make_response(page, form.status)


def _chosen_id(form: AskFeedbackForm) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.colleague.data or "")
    except ValueError:
        return None


def _chosen(form: AskFeedbackForm) -> Person | None:
    chosen_id = _chosen_id(form)
    return get_people([chosen_id]).get(chosen_id) if chosen_id else None


@bp.post("/cases/<uuid:case_id>/feedback/ask")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
@writes
def ask_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Ask somebody further."""
    form = AskFeedbackForm()
    colleague = _chosen(form)
    if colleague is None:
        form.colleague.errors = ["Choose a colleague."]
    elif form.attempt(acts.ask, case, colleague, form.expectations.data or [], by=author(), at=now()):
        flash(f"{colleague.name} is asked.", "good")
        return _back(case)
    return _ask_page(case, form)


@bp.post("/cases/<uuid:case_id>/feedback/draw")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
@writes
def draw_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Let the rule fill the places of those who declined."""
    asked = acts.draw_another(case, by=author(), at=now())
    names = get_people([row.author_id for row in asked])
    flash(f"Asked by rule: {', '.join(names[row.author_id].name for row in asked)}.", "good")
    return _back(case)


@bp.post("/cases/<uuid:case_id>/feedback/remind")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
@writes
def remind_of_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Remind a colleague."""
    acts.remind(case, _chosen_id(AskFeedbackForm()), by=author(), at=now())
    flash("Your colleague is reminded.", "good")
    return _back(case)


@bp.post("/cases/<uuid:case_id>/feedback/take-back")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
@writes
def take_feedback_back(case: PromotionCase) -> ResponseReturnValue:
    """Take a request back."""
    acts.take_back(case, _chosen_id(AskFeedbackForm()), by=author(), at=now())
    flash("The request is taken back. You can ask the same person again.")
    return _back(case)


@bp.post("/cases/<uuid:case_id>/feedback/waive")
@requires(Permission.Case.ASK_FEEDBACK, on=load_case)
@writes
def waive_feedback(case: PromotionCase) -> ResponseReturnValue:
    """Let a case go on with less feedback, with a reason."""
    form = WaiveForm()
    if form.validate_on_submit():
        acts.waive_feedback(case, reason=form.reason.data or "", by=author(), at=now())
        flash("Recorded: this case goes on with the feedback it has.", "good")
        return _back(case)
    return _case_page(case, form)


def _back(case: PromotionCase) -> ResponseReturnValue:
    return redirect(url_for("promotion.show_feedback", case_id=case.id))


@bp.get("/cases/<uuid:case_id>/feedback/summary")
@requires(Permission.Case.READ_FEEDBACK_SUMMARY, on=load_case)
def show_feedback_summary(case: PromotionCase) -> ResponseReturnValue:
    """Show the candidate and the manager what colleagues said, in the chair's words, once the decision was told."""
    decision = find_decision(case.id)
    return render_template(
        "promotion/feedback_summary.html",
        case=case,
        candidate=get_person(case.subject_id),
        cycle=get_cycle(case.cycle_id),
        summary=decision.feedback_summary if decision else "",
        count=queries.count_feedback(case.id),
        is_own=case.subject_id == actor().person_id,
    )
