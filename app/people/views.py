"""Pages of people: the directory, and one person."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.infra.pagination import page_number
from app.ladders.queries import level_marks
from app.people import panels, queries
from app.people.models import Person

bp = Blueprint("people", __name__, url_prefix="/people")
MAX_SEARCH = 100


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return queries.get_person(person_id)


@bp.get("/")
@requires(Permission.Person.LIST)
def list_people() -> ResponseReturnValue:
    """Show everybody who works here, by name."""
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    who = actor()
    found = queries.list_directory(who, search, page_number(request.args.get("page")))
    return render_template("people/people.html", page=found, search=search, marks=level_marks(), own_id=who.person_id)


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
