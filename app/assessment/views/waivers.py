"""Waivers: reading them, asking for one, answering, and ending one that holds."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.actions import Approver
from app.assessment.models import Waiver
from app.assessment.views.blueprint import author, bp, load_person, load_waiver
from app.assessment.waiver_forms import AnswerWaiverForm, AskWaiverForm
from app.assessment.waiver_pages import ROLES, expectation_words, waiver_views
from app.domain.ladder import Ladder
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.people.models import Person
from app.people.queries import get_person

PERMISSIONS = {
    Approver.MANAGER: Permission.Waiver.APPROVE_AS_MANAGER,
    Approver.HR: Permission.Waiver.APPROVE_AS_HR,
}


def waiver_roles(person: Person) -> list[Approver]:
    """Return the roles in which the reader may approve waivers of a person."""
    return [role for role, permission in PERMISSIONS.items() if may(permission, person)]


def _ladder_of(person: Person) -> Ladder | None:
    opening = queries.find_opening(person.id, today())
    return opening.edition.ladder if opening else None


@bp.get("/people/<uuid:person_id>/waivers")
@requires(Permission.Waiver.READ, on=load_person)
def list_waivers(person: Person) -> ResponseReturnValue:
    """Show the waivers of a person with who approved them, when and why, and those that are over."""
    roles = waiver_roles(person)
    live, past = waiver_views(queries.list_waivers(person.id), _ladder_of(person), roles)
    return render_template(
        "assessment/waivers.html",
        person=person,
        live=live,
        past=past,
        roles=[(role.value, ROLES[role]) for role in roles],
        is_own=actor().person_id == person.id,
    )


# Asking ----------------------------------------------------------------------------


@bp.get("/people/<uuid:person_id>/waivers/manager")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_person)
def show_ask_as_manager(person: Person) -> ResponseReturnValue:
    """Show the form in which the line manager asks."""
    return _ask_page(person, Approver.MANAGER)


@bp.get("/people/<uuid:person_id>/waivers/hr")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_person)
def show_ask_as_hr(person: Person) -> ResponseReturnValue:
    """Show the form in which HR asks."""
    return _ask_page(person, Approver.HR)


@bp.post("/people/<uuid:person_id>/waivers/manager")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_person)
@writes
def ask_as_manager(person: Person) -> ResponseReturnValue:
    """Ask for a waiver as the line manager."""
    return _ask(person, Approver.MANAGER)


@bp.post("/people/<uuid:person_id>/waivers/hr")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_person)
@writes
def ask_as_hr(person: Person) -> ResponseReturnValue:
    """Ask for a waiver as HR."""
    return _ask(person, Approver.HR)


def _ask_page(person: Person, role: Approver, form: AskWaiverForm | None = None) -> ResponseReturnValue:
    chosen = request.args.get("expectation", "")
    form = (form or AskWaiverForm(formdata=None, expectation=chosen)).offer(_ladder_of(person))
    page = render_template("assessment/waiver_ask.html", person=person, form=form, role=role.value)
    return make_response(page, form.status)


def _ask(person: Person, role: Approver) -> ResponseReturnValue:
    form = AskWaiverForm().offer(_ladder_of(person))
    if not form.validate() or not form.attempt(
        actions.ask_waiver,
        person,
        form.expectation.data,
        role=role,
        reason=form.reason.data,
        by=author(),
        at=now(),
    ):
        return _ask_page(person, role, form)
    other = "HR" if role is Approver.MANAGER else "the line manager"
    flash(f"This waits for {other} now. It holds once both of you have approved it.", "good")
    return redirect(url_for("assessment.list_waivers", person_id=person.id))


# Answering -------------------------------------------------------------------------


@bp.get("/waivers/<uuid:waiver_id>/manager")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_waiver)
def show_waiver_as_manager(waiver: Waiver) -> ResponseReturnValue:
    """Show a waiver that HR asks for to the line manager."""
    return _answer_page(waiver, Approver.MANAGER)


@bp.get("/waivers/<uuid:waiver_id>/hr")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_waiver)
def show_waiver_as_hr(waiver: Waiver) -> ResponseReturnValue:
    """Show a waiver that the line manager asks for to HR."""
    return _answer_page(waiver, Approver.HR)


@bp.post("/waivers/<uuid:waiver_id>/manager")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_waiver)
@writes
def answer_waiver_as_manager(waiver: Waiver) -> ResponseReturnValue:
    """Approve or refuse as the line manager."""
    return _answer(waiver, Approver.MANAGER)


@bp.post("/waivers/<uuid:waiver_id>/hr")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_waiver)
@writes
def answer_waiver_as_hr(waiver: Waiver) -> ResponseReturnValue:
    """Approve or refuse as HR."""
    return _answer(waiver, Approver.HR)


def _answer_page(waiver: Waiver, role: Approver, form: AnswerWaiverForm | None = None) -> ResponseReturnValue:
    waits = waiver.waits_for_manager if role is Approver.MANAGER else waiver.waits_for_hr
    if not waits and form is None:
        return redirect(url_for("assessment.list_waivers", person_id=waiver.subject_id))
    person = get_person(waiver.subject_id)
    asked_by = waiver.hr_id if role is Approver.MANAGER else waiver.manager_id
    form = form or AnswerWaiverForm(formdata=None)
    text, where = expectation_words(_ladder_of(person), waiver.expectation_id)
    page = render_template(
        "assessment/waiver_answer.html",
        person=person,
        waiver=waiver,
        asker=get_person(asked_by).name if asked_by else "",
        is_asker=asked_by == actor().person_id,
        text=text,
        where=where,
        form=form,
        role=role.value,
    )
    return make_response(page, form.status)


def _answer(waiver: Waiver, role: Approver) -> ResponseReturnValue:
    form = AnswerWaiverForm()
    if not form.validate() or not form.attempt(
        actions.answer_waiver,
        waiver,
        role=role,
        is_approved=form.is_approved,
        words=form.words.data,
        by=author(),
        at=now(),
    ):
        return _answer_page(waiver, role, form)
    if form.is_approved:
        actions.tell_waived(queries.get_waiver(waiver.id), by=author(), at=now())
    flash("Approved: the expectation does not apply from now on." if form.is_approved else "The waiver is refused.")
    return redirect(url_for("assessment.list_waivers", person_id=waiver.subject_id))


# Ending ----------------------------------------------------------------------------


@bp.get("/waivers/<uuid:waiver_id>/manager/end")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_waiver)
def ask_end_as_manager(waiver: Waiver) -> ResponseReturnValue:
    """Ask the line manager whether to end a waiver."""
    return _end_page(waiver, Approver.MANAGER)


@bp.get("/waivers/<uuid:waiver_id>/hr/end")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_waiver)
def ask_end_as_hr(waiver: Waiver) -> ResponseReturnValue:
    """Ask HR whether to end a waiver."""
    return _end_page(waiver, Approver.HR)


@bp.post("/waivers/<uuid:waiver_id>/manager/end")
@requires(Permission.Waiver.APPROVE_AS_MANAGER, on=load_waiver)
@writes
def end_waiver_as_manager(waiver: Waiver) -> ResponseReturnValue:
    """End a waiver as the line manager."""
    return _end(waiver, Approver.MANAGER)


@bp.post("/waivers/<uuid:waiver_id>/hr/end")
@requires(Permission.Waiver.APPROVE_AS_HR, on=load_waiver)
@writes
def end_waiver_as_hr(waiver: Waiver) -> ResponseReturnValue:
    """End a waiver as HR."""
    return _end(waiver, Approver.HR)


def _end_page(waiver: Waiver, role: Approver) -> ResponseReturnValue:
    if waiver.superseded_at is not None:
        return redirect(url_for("assessment.list_waivers", person_id=waiver.subject_id))
    person = get_person(waiver.subject_id)
    text, _ = expectation_words(_ladder_of(person), waiver.expectation_id)
    return render_template("assessment/waiver_end.html", person=person, waiver=waiver, text=text, role=role.value)


def _end(waiver: Waiver, role: Approver) -> ResponseReturnValue:
    actions.end_waiver(waiver, role=role, by=author(), at=now())
    flash("The waiver has ended: the expectation applies again.")
    return redirect(url_for("assessment.list_waivers", person_id=waiver.subject_id))
