"""A request or proposal, for the two whom it is about: reading it, asking back, agreeing, saying no, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import NotAllowedNowError
from app.domain.mentorship import PairSide
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.unit_of_work import writes
from app.mentoring.actions import consents
from app.mentoring.actions import requests as acts
from app.mentoring.forms.requests import ActForm, DeclineForm, WordsForm
from app.mentoring.models import Mentorship
from app.mentoring.request_pages import head_of, view_of
from app.mentoring.views.blueprint import author, bp, load_mentorship


@bp.get("/requests/<uuid:mentorship_id>")
@requires(Permission.Mentorship.OPEN, on=load_mentorship)
def show_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Show a request or proposal to one of the two."""
    return _page(mentorship, WordsForm(formdata=None))


def _page(mentorship: Mentorship, form: Form) -> ResponseReturnValue:
    words = form if isinstance(form, WordsForm) else WordsForm(formdata=None)
    view = view_of(mentorship, actor(), today())
    page = render_template("mentoring/request.html", view=view, form=words, refused=form, sides=PairSide)
    return make_response(page, form.status)


def _attempt(form: Form, act: Callable[..., Any], *args: Any, **values: Any) -> bool:
    """Carry out an act; where it is not possible now, the sentence stands above the page and what was typed stays."""
    try:
        form.attempt(act, *args, **values)
    except NotAllowedNowError as refusal:
        form.form_errors.append(refusal.message)
    return not form.errors and not form.form_errors


def _back(mentorship: Mentorship) -> ResponseReturnValue:
    return redirect(url_for("mentoring.show_request", mentorship_id=mentorship.id))


@bp.post("/requests/<uuid:mentorship_id>/accept")
@requires(Permission.Mentorship.ANSWER, on=load_mentorship)
@writes
def accept_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Agree, for oneself alone."""
    form = ActForm()
    if not _attempt(form, consents.consent, mentorship, by=author(), at=now()):
        return _page(mentorship, form)
    if mentorship.has_begun:
        flash("Your mentorship has begun. You are both told.", "good")
        return redirect(url_for("mentoring.show_pair", mentorship_id=mentorship.id))
    flash("You have agreed. It begins when the other one agrees too.", "good")
    return _back(mentorship)


@bp.post("/requests/<uuid:mentorship_id>/question")
@requires(Permission.Mentorship.ANSWER, on=load_mentorship)
@writes
def ask_back(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask the mentee something before deciding."""
    form = WordsForm()
    sent = form.validate_on_submit()
    if not sent or not _attempt(form, acts.ask_back, mentorship, words=form.words.data, by=author(), at=now()):
        return _page(mentorship, form)
    flash("Asked. It is their turn now.", "good")
    return _back(mentorship)


@bp.post("/requests/<uuid:mentorship_id>/answer")
@requires(Permission.Mentorship.ANSWER, on=load_mentorship)
@writes
def answer_back(mentorship: Mentorship) -> ResponseReturnValue:
    """Answer the mentor's question."""
    form = WordsForm()
    sent = form.validate_on_submit()
    if not sent or not _attempt(form, acts.answer_back, mentorship, words=form.words.data, by=author(), at=now()):
        return _page(mentorship, form)
    flash("Answered. It is their turn now.", "good")
    return _back(mentorship)


@bp.get("/requests/<uuid:mentorship_id>/decline")
@requires(Permission.Mentorship.ANSWER, on=load_mentorship)
def show_decline_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask for a kind reason."""
    return _decline_page(mentorship, DeclineForm(formdata=None))


@bp.post("/requests/<uuid:mentorship_id>/decline")
@requires(Permission.Mentorship.ANSWER, on=load_mentorship)
@writes
def decline_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Say no, for oneself alone."""
    form = DeclineForm()
    values = {"reason": form.because.data or "", "words": form.words.data or ""}
    if not form.validate_on_submit() or not _attempt(
        form, consents.decline, mentorship, **values, by=author(), at=now()
    ):
        return _decline_page(mentorship, form)
    flash("You have said no. Only the other one of you reads why.", "good")
    return _back(mentorship)


def _decline_page(mentorship: Mentorship, form: DeclineForm) -> ResponseReturnValue:
    view = head_of(mentorship, actor().person_id, today())
    return make_response(render_template("mentoring/request_decline.html", view=view, form=form), form.status)


@bp.get("/requests/<uuid:mentorship_id>/withdraw")
@requires(Permission.Mentorship.TAKE_BACK, on=load_mentorship)
def show_withdraw_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Ask whether to take one's request back."""
    return _withdraw_page(mentorship, ActForm(formdata=None))


@bp.post("/requests/<uuid:mentorship_id>/withdraw")
@requires(Permission.Mentorship.TAKE_BACK, on=load_mentorship)
@writes
def withdraw_request(mentorship: Mentorship) -> ResponseReturnValue:
    """Take one's own request back."""
    form = ActForm()
    if not _attempt(form, consents.withdraw, mentorship, by=author(), at=now()):
        return _withdraw_page(mentorship, form)
    flash("Your request is withdrawn.", "good")
    return redirect(url_for("mentoring.list_mentors"))


def _withdraw_page(mentorship: Mentorship, form: ActForm) -> ResponseReturnValue:
    view = head_of(mentorship, actor().person_id, today())
    return make_response(render_template("mentoring/request_withdraw.html", view=view, form=form), form.status)
