"""A pair set by hand in a round, and a mentor who does not exist, to see what they would change."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.domain.matching import Parts, judge
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.mentoring.actions.choices import choose_pair, undo_choice
from app.mentoring.forms.rounds import ChoiceForm, TryForm
from app.mentoring.matching_run import try_mentor
from app.mentoring.models import ChoiceKind, MentoringRound, RoundChoice, RoundState
from app.mentoring.queries.pool import Gathered, Member, gather
from app.mentoring.queries.rounds import get_choice, get_round
from app.mentoring.queries.runs import find_given
from app.mentoring.try_pages import offer_choices, thought_of
from app.mentoring.views.blueprint import author, bp
from app.mentoring.views.rounds import load_round

MOST_TRIED = 2_000
"""With more mentees than this trying a mentor takes too long for a page: the pool would be matched twice."""


def load_mentee(round_id: uuid.UUID, mentee_id: uuid.UUID) -> tuple[MentoringRound, uuid.UUID]:
    """Return the round of an address, and whom of its pool the address is about."""
    return get_round(round_id), mentee_id


def load_choice(choice_id: uuid.UUID) -> RoundChoice:
    """Return the pin or ban of an address."""
    return get_choice(choice_id)


@bp.get("/rounds/<uuid:round_id>/mentees/<uuid:mentee_id>")
@requires(Permission.Mentoring.COORDINATE, on=load_mentee)
def show_change(found: tuple[MentoringRound, uuid.UUID]) -> ResponseReturnValue:
    """Show everybody who fits a mentee, to set a pair by hand or to keep two apart."""
    row, mentee_id = found
    return _change_page(row, mentee_id, ChoiceForm(formdata=None))


@bp.post("/rounds/<uuid:round_id>/mentees/<uuid:mentee_id>")
@requires(Permission.Mentoring.COORDINATE, on=load_mentee)
@writes
def set_pair(found: tuple[MentoringRound, uuid.UUID]) -> ResponseReturnValue:
    """Pin a mentee to a mentor, or keep the two apart; the next run takes it."""
    row, mentee_id = found
    form = ChoiceForm()
    gathered = gather(row)
    mentee, fits = _fitting(gathered, mentee_id)
    form.mentor.choices = [(str(one.id), one.name) for one, _ in fits]
    if form.validate():
        form.attempt(
            choose_pair,
            row,
            form.choice,
            mentee_id=mentee.id,
            mentor_id=uuid.UUID(form.mentor.data),
            reason=form.reason.data,
            by=author(),
            at=now(),
        )
    if form.errors:
        return _change_page(row, mentee_id, form, gathered)
    is_pin = form.choice is ChoiceKind.PIN
    flash(f"{mentee.name}: {'set by hand' if is_pin else 'kept apart by hand'}. Match again to see the result.", "good")
    return redirect(url_for("mentoring.show_round", round_id=row.id, _anchor="by-hand"))


@bp.post("/rounds/choices/<uuid:choice_id>/undo")
@requires(Permission.Mentoring.COORDINATE, on=load_choice)
@writes
def undo_pair(choice: RoundChoice) -> ResponseReturnValue:
    """Leave two people to the matching again."""
    undo_choice(choice, by=author(), at=now())
    flash("Left to the matching again. Match again to see the result.", "good")
    return redirect(url_for("mentoring.show_round", round_id=choice.round_id))


def _change_page(
    row: MentoringRound, mentee_id: uuid.UUID, form: ChoiceForm, gathered: Gathered | None = None
) -> ResponseReturnValue:
    mentee, fits = _fitting(gathered or gather(row), mentee_id)
    form.mentor.choices = [(str(one.id), one.name) for one, _ in fits]
    page = render_template(
        "mentoring/rounds/change.html",
        row=row,
        mentee=mentee,
        fits=fits,
        form=form,
        given=find_given(row.id, mentee_id),
        is_open=row.state is RoundState.OPEN,
    )
    return make_response(page, form.status)


def _fitting(gathered: Gathered, mentee_id: uuid.UUID) -> tuple[Member, list[tuple[Member, Parts]]]:
    """Return a mentee and who fits them, by name, the reader left out. MissingError for who is not in the matching.

    So for the reader too: who fits them, and whom they fit, would tell them who has excluded them.
    """
    reader = actor().person_id
    mentee = next((one for one in gathered.mentees if one.id == mentee_id), None)
    if mentee is None or mentee.id == reader:
        raise MissingError
    own = next(one for one in gathered.pool.mentees if one.id == mentee.key)
    judged = ((gathered.members[one.id], judge(gathered.pool, own, one)) for one in gathered.pool.mentors)
    fits = [(member, parts) for member, parts in judged if isinstance(parts, Parts) and member.id != reader]
    return mentee, sorted(fits, key=lambda one: one[0].order)


@bp.get("/rounds/<uuid:round_id>/try")
@requires(Permission.Mentoring.COORDINATE, on=load_round)
def try_one_more(row: MentoringRound) -> ResponseReturnValue:
    """Show what one more mentor would change in the pool of today. Nothing is stored."""
    gathered = gather(row)
    is_sent = "level" in request.args
    form = TryForm(request.args if is_sent else None)
    if len(gathered.mentees) > MOST_TRIED:
        return make_response(render_template("mentoring/rounds/try.html", row=row, most=MOST_TRIED), 422)
    offer_choices(form, gathered, is_sent=is_sent)
    tried = try_mentor(gathered, thought_of(form)) if is_sent and form.validate() else None
    page = render_template("mentoring/rounds/try.html", row=row, form=form, tried=tried, is_sent=is_sent)
    return make_response(page, 422 if is_sent and tried is None else 200)
