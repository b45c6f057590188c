"""Lists of assessments, and opening one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.forms import TargetForm
from app.assessment.models import Assessment
from app.assessment.views.blueprint import address_of, author, bp, load_person, load_self
from app.infra.clock import now, today
from app.infra.pagination import page_number
from app.infra.templating import long_date
from app.infra.unit_of_work import writes
from app.people.models import Person
from app.policies.queries import value_of


@bp.get("/assessments/")
@requires(Permission.Assessment.LIST, on=load_self)
def list_assessments(person: Person) -> ResponseReturnValue:
    """Show one's own assessments, those of one's reports, and what waits for one's own answers."""
    who, number = actor(), page_number(request.args.get("page"))
    return render_template(
        "assessment/list.html",
        person=person,
        waiting=queries.list_waiting(who),
        page=queries.list_for_person(who, person.id, number),
        reports=queries.list_of_reports(who),
        opening=queries.find_opening(person.id, today()),
        form=_target_form(person),
        today=today(),
    )


@bp.get("/people/<uuid:person_id>/assessments")
@requires(Permission.Assessment.LIST, on=load_person)
def list_of_person(person: Person) -> ResponseReturnValue:
    """Show the assessments of somebody, as much as the reader may know of them."""
    return _person_page(person, _target_form(person))


def _target_form(person: Person, *, is_sent: bool = False) -> TargetForm:
    form = TargetForm() if is_sent else TargetForm(formdata=None)
    opening = queries.find_opening(person.id, today())
    form.target.choices = opening.levels if opening else []
    if opening and not is_sent:
        form.target.data = opening.usual
        form.due_on.data = today() + timedelta(days=int(value_of("assessment_due_days")))
    return form


def _person_page(person: Person, form: TargetForm) -> ResponseReturnValue:
    page = render_template(
        "assessment/person.html",
        person=person,
        page=queries.list_for_person(actor(), person.id, page_number(request.args.get("page"))),
        opening=queries.find_opening(person.id, today()),
        form=form,
        can_open=may(Permission.Assessment.OPEN, person),
        is_own=actor().person_id == person.id,
        today=today(),
    )
    return make_response(page, form.status)


@bp.post("/people/<uuid:person_id>/assessments")
@requires(Permission.Assessment.OPEN, on=load_person)
@writes
def open_assessment(person: Person) -> ResponseReturnValue:
    """Open an assessment of somebody, or lead to the one that runs already."""
    form = _target_form(person, is_sent=True)
    found = form.validate() and form.attempt(
        actions.open_assessment, person, target=form.target.data, due_on=form.due_on.data, by=author(), at=now()
    )
    if not found:
        return _person_page(person, form)
    _say_kept_day(found, form)
    return redirect(address_of(found))


def _say_kept_day(found: Assessment, form: TargetForm) -> None:
    """Say that an assessment that ran already keeps its due day, where another one was named."""
    if form.due_on.data in (None, found.due_on):
        return
    kept = f"keeps its due day, {long_date(found.due_on)}" if found.due_on else "still has no due day"
    change = [("Change the day", url_for("assessment.show_due", assessment_id=found.id))]
    said: Any = {"text": f"This assessment runs already and {kept}.", "links": change}
    flash(said, "warn")


@bp.post("/people/<uuid:person_id>/assessments/ask")
@requires(Permission.Assessment.ANSWER_SELF, on=load_person)
@writes
def ask_for_rating(person: Person) -> ResponseReturnValue:
    """Ask one's manager for a rating: an assessment runs from now on and waits for both."""
    form = _target_form(person, is_sent=True)
    found = form.validate() and form.attempt(
        actions.ask_for_rating, person, target=form.target.data, due_on=form.due_on.data, by=author(), at=now()
    )
    if not found:
        return _person_page(person, form)
    _say_kept_day(found, form)
    flash("Your manager finds this assessment among what waits for them. It opens once both of you are in.", "good")
    return redirect(address_of(found))
