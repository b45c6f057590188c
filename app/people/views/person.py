"""The page of one person, and changing who they are."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import actions, pages, panels, queries
from app.people.forms import DetailsForm, EmailForm
from app.people.models import Person
from app.people.views.blueprint import author, bp, load_person, say_done


@bp.get("/<uuid:person_id>")
@requires(Permission.Person.READ, on=load_person)
def show_person(person: Person) -> ResponseReturnValue:
    """Show one person: what holds today, and how it came about."""
    who, marks, day = actor(), level_marks(), today()
    entries = queries.history_of(person.id, with_leave=may(Permission.Person.READ_LEAVE, person))
    last_day = person.left_on - pages.ONE_DAY if person.left_on else None
    has_left = last_day is not None and last_day < day
    shown_day = last_day if last_day and has_left else day
    return render_template(
        "people/person.html",
        person=person,
        now=pages.now_of(entries, marks, shown_day),
        has_left=has_left,
        lines=pages.history_lines(person, entries, queries.absences_of(person.id), marks, day),
        last_day=last_day,
        today=day,
        links=panels.links_for(who, person),
        groups=queries.list_groups(person.id) if may(Permission.Person.READ_GROUPS, person) else [],
        is_own=person.id == who.person_id,
        may_edit=may(Permission.Person.EDIT, person),
        is_hr=may(Permission.Person.ADD),
    )


@bp.get("/<uuid:person_id>/edit")
@requires(Permission.Person.EDIT, on=load_person)
def show_details(person: Person) -> ResponseReturnValue:
    """Show the form that changes who somebody is."""
    stored = {"name": person.name, "employee_id": person.employee_id, "hired_on": person.hired_on}
    return _details_page(person, DetailsForm(formdata=None, data=stored), person.version)


def _details_page(person: Person, form: DetailsForm, version: int) -> ResponseReturnValue:
    page = render_template("people/details.html", person=person, form=form, version=version)
    return make_response(page, form.status)


@bp.post("/<uuid:person_id>/edit")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def change_details(person: Person) -> ResponseReturnValue:
    """Change who somebody is; what another window saved in between is never overwritten unseen."""
    form = DetailsForm()
    version = form.row_version()
    if form.validate_on_submit() and form.attempt(
        actions.change_details, person, form.details(), version=version, by=author(), at=now()
    ):
        say_done(f"What is recorded of {person.name} is saved.")
        return redirect(url_for("people.show_person", person_id=person.id))
    return _details_page(person, form, version)


@bp.get("/<uuid:person_id>/email")
@requires(Permission.Person.EDIT, on=load_person, fresh=True)
def show_email(person: Person) -> ResponseReturnValue:
    """Show the form that changes the address somebody signs in with."""
    return _email_page(person, EmailForm(formdata=None, data={"email": person.email}), person.version)


def _email_page(person: Person, form: EmailForm, version: int) -> ResponseReturnValue:
    page = render_template("people/email.html", person=person, form=form, version=version)
    return make_response(page, form.status)


@bp.post("/<uuid:person_id>/email")
@requires(Permission.Person.EDIT, on=load_person, fresh=True)
@writes
def change_email(person: Person) -> ResponseReturnValue:
    """Change the address somebody signs in with."""
    form = EmailForm()
    version = form.row_version()
    if form.validate_on_submit() and form.attempt(
        actions.change_email, person, form.email.data, version=version, by=author(), at=now()
    ):
        say_done(f"{person.name} signs in with {person.email} from now on.")
        return redirect(url_for("people.show_person", person_id=person.id))
    return _email_page(person, form, version)
