"""Finding a mentor outside rounds, and asking one."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.clock import now, today
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.mentoring.actions import requests as acts
from app.mentoring.finding_pages import finding_of
from app.mentoring.forms.requests import AskForm
from app.mentoring.languages import in_words
from app.mentoring.queries import finding
from app.mentoring.queries.requests import MOST_OPEN, count_open_requests
from app.mentoring.request_pages import hours_in_words, in_order
from app.mentoring.views.blueprint import author, bp
from app.people.models import Person
from app.people.queries import get_person

MAX_SEARCH = 100


def load_asked(person_id: uuid.UUID) -> Person:
    """Return somebody who could be asked as far as the directory says: no outsider, no leaver, not oneself."""
    person = get_person(person_id)
    has_left = person.left_on is not None and person.left_on <= today()
    if person.employee_id is None or has_left or person.id == actor().person_id:
        raise MissingError
    return person


@bp.get("/mentors")
@requires(Permission.Mentoring.TAKE_PART)
def list_mentors() -> ResponseReturnValue:
    """Show who could mentor the reader now."""
    view = finding_of(
        actor().person_id,
        goal=request.args.get("goal", ""),
        search=request.args.get("q", "").strip()[:MAX_SEARCH],
        page=page_number(request.args.get("page")),
        on=today(),
    )
    return render_template(
        "mentoring/mentors.html",
        view=view,
        most_open=MOST_OPEN,
        hours_in_words=hours_in_words,
        in_words=in_words,
    )


@bp.get("/mentors/<uuid:person_id>/ask")
@requires(Permission.Mentoring.TAKE_PART, on=load_asked)
def show_ask_mentor(person: Person) -> ResponseReturnValue:
    """Show the form in which the reader asks somebody to be their mentor."""
    return _ask_page(person, AskForm(formdata=None))


@bp.post("/mentors/<uuid:person_id>/ask")
@requires(Permission.Mentoring.TAKE_PART, on=load_asked)
@writes
def ask_mentor(person: Person) -> ResponseReturnValue:
    """Ask somebody to be the reader's mentor."""
    form = AskForm()
    goals = form.goals.data or []
    if form.validate_on_submit():
        asked = form.attempt(acts.ask_mentor, person.id, goals=goals, words=form.words.data, by=author(), at=now())
        if asked is not None:
            flash(f"{person.name} is asked. You hear from Belay as soon as there is an answer.", "good")
            return redirect(url_for("mentoring.show_request", mentorship_id=asked.id))
    return _ask_page(person, form)


def _ask_page(person: Person, form: AskForm) -> ResponseReturnValue:
    """Show the form, or that it is not possible: the same words for everything that stands in the way of the other."""
    reader_id, on = actor().person_id, today()
    goals = finding.live_wishes(reader_id)
    mentor = finding.find_mentor(reader_id, person.id, goals, on=on)
    form.goals.choices = [(key, one.text) for key, one in in_order(goals)]
    helps = mentor.helps if mentor else ()
    if not form.is_submitted():
        form.goals.data = list(helps)
    page = render_template(
        "mentoring/ask.html",
        person=person,
        form=form,
        mentor=mentor,
        notes=dict.fromkeys(helps, "They offer to help with this"),
        hours=hours_in_words(mentor.minutes) if mentor else "",
        languages=in_words(mentor.languages) if mentor else [],
        open_count=count_open_requests(reader_id, on),
        most_open=MOST_OPEN,
        not_possible=finding.NOT_POSSIBLE,
    )
    return make_response(page, form.status)
