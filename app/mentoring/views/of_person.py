"""The mentorships of somebody as facts, for those who may know of them (access matrix, row 18)."""

from __future__ import annotations

import uuid

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Actor
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.mentorship import PairSide
from app.mentoring.queries.own import list_of_person
from app.mentoring.queries.profiles import named_expectations
from app.mentoring.views.blueprint import bp
from app.mentoring.wording import OUTSIDE, STATE
from app.people import panels
from app.people.models import Person
from app.people.queries import get_person


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return get_person(person_id)


def link_on_person(viewer: Actor, person: Person) -> panels.PersonLink | None:
    """Return the way to somebody's mentorships, for those who may know of them."""
    if not can(viewer, Permission.Mentoring.LIST_OF, person):
        return None
    return panels.PersonLink("Mentoring", url_for("mentoring.show_of_person", person_id=person.id), "mentor")


@bp.get("/of/<uuid:person_id>")
@requires(Permission.Mentoring.LIST_OF, on=load_person)
def show_of_person(person: Person) -> ResponseReturnValue:
    """Show which mentorships somebody has or had: with whom, in what state, from when to when."""
    found = list_of_person(actor(), person.id)
    is_own = person.id == actor().person_id
    known = named_expectations({key for one in found for key in one.goals})
    return render_template(
        "mentoring/of_person.html",
        person=person,
        is_own=is_own,
        pairs=found,
        side=PairSide,
        state=STATE if is_own else OUTSIDE,
        goals={one.id: [known[key].text for key in one.goals if key in known] for one in found},
    )
