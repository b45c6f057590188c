"""Pages of the course of a mentorship: looking back, closing, extending, pausing, ending.

All of them are open to the two, in every state: whoever presses a button after the other one has ended it reads in
words that the mentorship has moved on, instead of that there is no such page. What is possible, the actions say.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.domain.mentorship import CLOSING_DAYS, MentorshipEvent, MentorshipState, after, answer_day, months_left
from app.infra.clock import now, today
from app.infra.templating import long_date
from app.infra.unit_of_work import writes
from app.mentoring.actions import course as actions
from app.mentoring.actions import reviews
from app.mentoring.course_pages import answers_shown, own_draft
from app.mentoring.forms.course import EndForm, ExtendForm, PauseForm
from app.mentoring.forms.reviews import ClosingForm, MidPointForm, OutcomeForm, ReviewForm
from app.mentoring.models import GoalOutcome, Mentorship, MentorshipGoal, MentorshipReview, ReviewKind
from app.mentoring.queries.course import answers_in, find_goal, find_review, list_goals
from app.mentoring.queries.profiles import key_of, named_expectations
from app.mentoring.views.blueprint import author, bp, load_mentorship
from app.mentoring.wording import OUTCOME, QUESTIONS
from app.people.models import Person
from app.people.queries import get_person

OPEN = Permission.Mentorship.OPEN


def load_begun(mentorship_id: uuid.UUID) -> Mentorship:
    """Return the mentorship of an address, once both have consented; MissingError before."""
    mentorship = load_mentorship(mentorship_id)
    if not mentorship.has_begun:
        raise MissingError
    return mentorship


@dataclass(frozen=True)
class GoalOfPair:
    """A goal under the address of its mentorship. Rights on it are those on the mentorship."""

    mentorship: Mentorship
    goal: MentorshipGoal

    @property
    def subject_id(self) -> uuid.UUID:
        """Return whom a right on it is about: the mentee."""
        return self.mentorship.mentee_id

    @property
    def mentor_id(self) -> uuid.UUID:
        """Return the mentor."""
        return self.mentorship.mentor_id


def load_goal(mentorship_id: uuid.UUID, goal_id: uuid.UUID) -> GoalOfPair:
    """Return the goal of an address; MissingError where the mentorship has no such goal."""
    goal = find_goal(mentorship_id, goal_id)
    if goal is None:
        raise MissingError
    return GoalOfPair(load_begun(mentorship_id), goal)


def _other(mentorship: Mentorship) -> Person:
    return get_person(mentorship.other_than(actor().person_id))


def _pair(mentorship: Mentorship) -> ResponseReturnValue:
    return redirect(url_for("mentoring.show_pair", mentorship_id=mentorship.id))


def _not_now(mentorship: Mentorship) -> ResponseReturnValue:
    flash("That is not possible as the mentorship stands now.", "warn")
    return _pair(mentorship)


# Mid-point -------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/look-back")
@requires(OPEN, on=load_begun)
def show_look_back(mentorship: Mentorship) -> ResponseReturnValue:
    """Show the questions at the mid-point to one of the two, or what was answered, as far as it is open to them."""
    return _look_back_page(mentorship, MidPointForm(formdata=None))


def _look_back_page(mentorship: Mentorship, form: ReviewForm) -> ResponseReturnValue:
    kind = ReviewKind.MID_POINT
    own, theirs = answers_shown(mentorship, kind, actor().person_id)
    page = render_template(
        "mentoring/look_back.html",
        mentorship=mentorship,
        other=_other(mentorship),
        own=own,
        theirs=theirs,
        is_open=mentorship.state in reviews.STATES[kind],
        questions=QUESTIONS[kind],
        **_draft(mentorship, kind, form),
    )
    return make_response(page, form.status)


def _draft(mentorship: Mentorship, kind: ReviewKind, form: ReviewForm) -> dict[str, object]:
    """Return the form of one's own answers, filled from the draft, its version, and when that was kept."""
    row: MentorshipReview | None = find_review(mentorship.id, actor().person_id, kind)
    if row and not form.is_submitted():
        form.fill(answers_in(row))
    revision = form.row_version() if form.is_submitted() else row.revision if row else 0
    return {
        "form": form,
        "revision": revision,
        "kept_at": row.written_at if row else None,
        "draft": own_draft(mentorship, row, ""),
    }


@bp.post("/<uuid:mentorship_id>/look-back")
@requires(OPEN, on=load_begun)
@writes
def give_look_back(mentorship: Mentorship) -> ResponseReturnValue:
    """Give one's answers at the mid-point."""
    form = MidPointForm()
    if not _sends(mentorship, ReviewKind.MID_POINT, form, is_final=True):
        return _look_back_page(mentorship, form)
    flash("Your answers are in. You read each other’s once both are.", "good")
    return redirect(url_for("mentoring.show_look_back", mentorship_id=mentorship.id))


@bp.post("/<uuid:mentorship_id>/look-back/draft")
@requires(OPEN, on=load_begun)
@writes
def keep_look_back(mentorship: Mentorship) -> ResponseReturnValue:
    """Keep one's answers at the mid-point as a draft."""
    form = MidPointForm()
    if not _sends(mentorship, ReviewKind.MID_POINT, form, is_final=False):
        return _look_back_page(mentorship, form)
    flash("Kept as a draft. Only you read it until you give it.", "good")
    return redirect(url_for("mentoring.show_look_back", mentorship_id=mentorship.id))


def _sends(mentorship: Mentorship, kind: ReviewKind, form: ReviewForm, *, is_final: bool) -> bool:
    """Give or keep what a form holds; False where it stays in the form."""
    if not form.validate():
        return False
    act = reviews.give_review if is_final else reviews.keep_review
    form.attempt(act, mentorship, kind, form.answers(), revision=form.row_version(), by=author(), at=now())
    return not (form.errors or form.form_errors)


# Closing ---------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/close")
@requires(OPEN, on=load_begun)
def ask_close_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask one of the two before closing begins ahead of its day."""
    if after(mentorship.state, MentorshipEvent.START_CLOSING) is None:
        return _not_now(mentorship)
    return render_template(
        "mentoring/close.html",
        mentorship=mentorship,
        other=_other(mentorship),
        last=answer_day(today(), CLOSING_DAYS),
        most=months_left(mentorship.months),
    )


@bp.post("/<uuid:mentorship_id>/close")
@requires(OPEN, on=load_begun)
@writes
def start_closing(mentorship: Mentorship) -> ResponseReturnValue:
    """Begin to close."""
    actions.start_closing(mentorship, by=author(), at=now())
    flash("Closing has begun. Both of you are asked for your answers.", "good")
    return redirect(url_for("mentoring.show_closing", mentorship_id=mentorship.id))


@bp.get("/<uuid:mentorship_id>/closing")
@requires(OPEN, on=load_begun)
def show_closing(mentorship: Mentorship) -> ResponseReturnValue:
    """Show the questions of the end and the goals; later what both answered, as far as it is open to the reader."""
    return _closing_page(mentorship, ClosingForm(formdata=None))


def _closing_page(
    mentorship: Mentorship, form: ReviewForm, refused: tuple[uuid.UUID, OutcomeForm] | None = None
) -> ResponseReturnValue:
    kind = ReviewKind.CLOSING
    is_open = mentorship.state is MentorshipState.CLOSING
    own, theirs = answers_shown(mentorship, kind, actor().person_id)
    more = _draft(mentorship, kind, form)
    if not is_open and mentorship.state is not MentorshipState.COMPLETED and own is None and more["draft"] is None:
        return _not_now(mentorship)
    page = render_template(
        "mentoring/closing.html",
        mentorship=mentorship,
        other=_other(mentorship),
        own=own,
        theirs=theirs,
        is_open=is_open,
        last=answer_day(mentorship.closing_on, CLOSING_DAYS) if mentorship.closing_on else None,
        most=months_left(mentorship.months),
        questions=QUESTIONS[kind],
        outcomes=OUTCOME,
        goals=_goals(mentorship, refused),
        asks_again=mentorship.mentee_id == actor().person_id,
        **more,
    )
    return make_response(page, refused[1].status if refused else form.status)


def _goals(mentorship: Mentorship, refused: tuple[uuid.UUID, OutcomeForm] | None) -> list[dict[str, object]]:
    """Return each goal with its text, who set its outcome, and what is wrong with the one that was sent."""
    rows = list_goals(actor(), mentorship.id)
    named = named_expectations([key_of(goal.lineage, goal.expectation_id) for goal, _ in rows])
    lines: list[dict[str, object]] = []
    for goal, by in rows:
        key = key_of(goal.lineage, goal.expectation_id)
        text = named[key].text if key in named else f"An expectation that no ladder in use has: {goal.expectation_id}"
        errors = list(refused[1].outcome.errors) if refused and refused[0] == goal.id else []
        lines.append({"goal": goal, "text": text, "by": by, "errors": errors})
    return lines


@bp.post("/<uuid:mentorship_id>/closing")
@requires(OPEN, on=load_begun)
@writes
def give_closing(mentorship: Mentorship) -> ResponseReturnValue:
    """Give one's answers of the end."""
    form = ClosingForm()
    if not _sends(mentorship, ReviewKind.CLOSING, form, is_final=True):
        return _closing_page(mentorship, form)
    is_done = mentorship.state is MentorshipState.COMPLETED
    flash("The mentorship is completed. Thank you both." if is_done else "Your answers are in.", "good")
    return redirect(url_for("mentoring.show_closing", mentorship_id=mentorship.id))


@bp.post("/<uuid:mentorship_id>/closing/draft")
@requires(OPEN, on=load_begun)
@writes
def keep_closing(mentorship: Mentorship) -> ResponseReturnValue:
    """Keep one's answers of the end as a draft."""
    form = ClosingForm()
    if not _sends(mentorship, ReviewKind.CLOSING, form, is_final=False):
        return _closing_page(mentorship, form)
    flash("Kept as a draft. Only you read it until you give it.", "good")
    return redirect(url_for("mentoring.show_closing", mentorship_id=mentorship.id))


@bp.post("/<uuid:mentorship_id>/closing/goals/<uuid:goal_id>")
@requires(OPEN, on=load_goal)
@writes
def set_outcome(of: GoalOfPair) -> ResponseReturnValue:
    """Say what became of a goal."""
    form = OutcomeForm()
    if not form.validate():
        return _closing_page(of.mentorship, ClosingForm(formdata=None), (of.goal.id, form))
    outcome = GoalOutcome(form.outcome.data)
    reviews.set_outcome(of.mentorship, of.goal, outcome, version=form.row_version(), by=author(), at=now())
    flash(f"Written down: {OUTCOME[outcome].lower()}.", "good")
    return redirect(url_for("mentoring.show_closing", mentorship_id=of.mentorship.id))


# Extension -------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/extend")
@requires(OPEN, on=load_begun)
def ask_extend_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask one of the two by how many months the mentorship is to be longer."""
    if after(mentorship.state, MentorshipEvent.EXTEND) is None:
        return _not_now(mentorship)
    return _extend_page(mentorship, ExtendForm(formdata=None))


def _extend_page(mentorship: Mentorship, form: ExtendForm) -> ResponseReturnValue:
    most = months_left(mentorship.months)
    form.offer(most)
    page = render_template(
        "mentoring/extend.html", mentorship=mentorship, other=_other(mentorship), form=form, most=most
    )
    return make_response(page, form.status)


@bp.post("/<uuid:mentorship_id>/extend")
@requires(OPEN, on=load_begun)
@writes
def extend_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Make the mentorship longer."""
    form = ExtendForm()
    form.offer(months_left(mentorship.months))
    if form.months.choices and not form.validate():
        return _extend_page(mentorship, form)
    form.attempt(actions.extend, mentorship, form.months.data or 0, by=author(), at=now())
    if form.errors or form.form_errors:
        return _extend_page(mentorship, form)
    ends_on = long_date(mentorship.ends_on) if mentorship.ends_on else ""
    flash(f"Extended: it ends on {ends_on}. {_other(mentorship).name} hears of it.", "good")
    return _pair(mentorship)


# Pause -----------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/pause")
@requires(OPEN, on=load_begun)
def ask_pause_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask one of the two until when the mentorship is to rest."""
    if after(mentorship.state, MentorshipEvent.PAUSE) is None:
        return _not_now(mentorship)
    return _pause_page(mentorship, PauseForm(formdata=None))


def _pause_page(mentorship: Mentorship, form: PauseForm) -> ResponseReturnValue:
    page = render_template(
        "mentoring/pause.html", mentorship=mentorship, other=_other(mentorship), form=form, on=today()
    )
    return make_response(page, form.status)


@bp.post("/<uuid:mentorship_id>/pause")
@requires(OPEN, on=load_begun)
@writes
def pause_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Let the mentorship rest."""
    form = PauseForm()
    if form.validate():
        form.attempt(actions.pause, mentorship, resumes_on=form.resumes_on.data, by=author(), at=now())
    if form.errors or form.form_errors:
        return _pause_page(mentorship, form)
    flash(f"Paused. {_other(mentorship).name} hears of it; either of you may go on at any time.", "good")
    return _pair(mentorship)


@bp.post("/<uuid:mentorship_id>/resume")
@requires(OPEN, on=load_begun)
@writes
def resume_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Go on after a pause."""
    actions.resume(mentorship, by=author(), at=now())
    flash("The mentorship goes on. All its days have shifted by the days of the pause.", "good")
    return _pair(mentorship)


# Early end -------------------------------------------------------------------------------


@bp.get("/<uuid:mentorship_id>/end")
@requires(OPEN, on=load_begun)
def ask_end_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask one of the two before the mentorship ends, and for no reason."""
    if after(mentorship.state, MentorshipEvent.END_EARLY) is None:
        return _not_now(mentorship)
    return _end_page(mentorship, EndForm(formdata=None))


def _end_page(mentorship: Mentorship, form: EndForm) -> ResponseReturnValue:
    page = render_template("mentoring/end.html", mentorship=mentorship, other=_other(mentorship), form=form)
    return make_response(page, form.status)


@bp.post("/<uuid:mentorship_id>/end")
@requires(OPEN, on=load_begun)
@writes
def end_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """End the mentorship early."""
    form = EndForm()
    if not form.validate():
        return _end_page(mentorship, form)
    actions.end_early(mentorship, words=form.words.data, by=author(), at=now())
    flash(f"The mentorship has ended. {_other(mentorship).name} hears of it, and of no reason.", "good")
    return _pair(mentorship)
