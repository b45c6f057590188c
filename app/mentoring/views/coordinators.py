"""Who coordinates mentoring: HR names them, and ends it."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.mentoring.actions import coordinators as actions
from app.mentoring.forms.coordinators import CoordinatorForm
from app.mentoring.models import MentoringCoordinator
from app.mentoring.queries.coordinators import get_serving, list_coordinators
from app.mentoring.views.blueprint import author, bp
from app.people.queries import get_person


def load_coordinator(coordinator_id: uuid.UUID) -> MentoringCoordinator:
    """Return the coordinator of an address, while they are one."""
    return get_serving(coordinator_id)


@bp.get("/coordinators")
@requires(Permission.Mentoring.NAME_COORDINATOR)
def show_coordinators() -> ResponseReturnValue:
    """Show who coordinates mentoring, and who did."""
    return _page(CoordinatorForm(formdata=None).look_for())


def _page(form: CoordinatorForm) -> ResponseReturnValue:
    form.leave_out(actor().person_id)
    everybody = list_coordinators()
    page = render_template(
        "mentoring/coordinators.html",
        form=form,
        serving=[one for one in everybody if one.ended_at is None],
        former=[one for one in everybody if one.ended_at is not None],
    )
    return make_response(page, form.status)


@bp.post("/coordinators")
@requires(Permission.Mentoring.NAME_COORDINATOR)
@writes
def name_coordinator() -> ResponseReturnValue:
    """Name somebody to coordinate mentoring."""
    form = CoordinatorForm().look_for()
    if not form.validate():
        return _page(form)
    person = get_person(uuid.UUID(form.person.data))
    if form.attempt(actions.name_coordinator, person, by=author(), at=now()) is None:
        return _page(form)
    flash(f"{person.name} coordinates mentoring from now on.", "good")
    return redirect(url_for("mentoring.show_coordinators"))


@bp.get("/coordinators/<uuid:coordinator_id>/end")
@requires(Permission.Mentoring.NAME_COORDINATOR, on=load_coordinator)
def ask_end_coordinator(coordinator: MentoringCoordinator) -> ResponseReturnValue:
    """Ask before ending that somebody coordinates mentoring."""
    person = get_person(coordinator.person_id)
    return render_template("mentoring/coordinators_end.html", coordinator=coordinator, person=person)


@bp.post("/coordinators/<uuid:coordinator_id>/end")
@requires(Permission.Mentoring.NAME_COORDINATOR, on=load_coordinator)
@writes
def end_coordinator(coordinator: MentoringCoordinator) -> ResponseReturnValue:
    """End that somebody coordinates mentoring."""
    actions.end_coordinator(coordinator, by=author(), at=now())
    flash(f"{get_person(coordinator.person_id).name} no longer coordinates mentoring.", "good")
    return redirect(url_for("mentoring.show_coordinators"))
