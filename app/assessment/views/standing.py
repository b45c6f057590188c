"""Where somebody stands."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import queries
from app.assessment.pages import Viewpoint, standing_view
from app.assessment.queries import PersonReadiness
from app.assessment.views.blueprint import bp, load_person
from app.assessment.waiver_pages import waived_words
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
        waived=_waived(found),
        ask_href=_ask_href(person, viewpoint),
    )


def _waived(found: PersonReadiness) -> Mapping[str, str]:
    """Return who approved each waiver that holds, and since when both had."""
    standings = (standing for report in found.reports for standing in report.standings)
    return {
        standing.expectation.id: waived_words(standing.waiver, found.names) for standing in standings if standing.waiver
    }


def _ask_href(person: Person, viewpoint: Viewpoint) -> str:
    """Return where this reader may ask for a waiver; the line manager who is of HR too asks as line manager."""
    if viewpoint is Viewpoint.MANAGER:
        return url_for("assessment.show_ask_as_manager", person_id=person.id)
    if may(Permission.Waiver.APPROVE_AS_HR, person):
        return url_for("assessment.show_ask_as_hr", person_id=person.id)
    return ""
