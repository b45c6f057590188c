"""Where somebody stands."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import queries
from app.assessment.pages import Viewpoint, standing_view
from app.assessment.views.blueprint import bp, load_person
from app.people.models import Person


def viewpoint_on(person: Person) -> Viewpoint:
    """Return who the reader is to a person: that decides what they can do about a blocker."""
    if actor().person_id == person.id:
        return Viewpoint.OWN
    return Viewpoint.MANAGER if may(Permission.Assessment.ANSWER_MANAGER, person) else Viewpoint.OTHER


@bp.get("/people/<uuid:person_id>/standing")
@requires(Permission.Standing.READ, on=load_person)
def show_standing(person: Person) -> ResponseReturnValue:
    """Show where somebody stands: the verdict for each next level, what is missing, and why."""
    viewpoint = viewpoint_on(person)
    found = queries.readiness_of(person.id)
    return render_template(
        "assessment/standing.html",
        person=person,
        standing=standing_view(found, viewpoint),
        is_own=viewpoint is Viewpoint.OWN,
    )
