"""The page of one person."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.ladders.queries import level_marks
from app.people import panels, queries
from app.people.models import Person
from app.people.views.blueprint import bp, load_person


@bp.get("/<uuid:person_id>")
@requires(Permission.Person.READ, on=load_person)
def show_person(person: Person) -> ResponseReturnValue:
    """Show one person: team, line manager, level, and how each came about."""
    return render_template(
        "people/person.html",
        person=person,
        spells=list(reversed(queries.list_spells(person.id))),
        teams=queries.list_team_spells(person.id),
        managers=queries.list_manager_spells(person.id),
        marks=level_marks(),
        links=panels.links_for(actor(), person),
    )
