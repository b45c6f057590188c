"""The directory."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.infra.pagination import page_number
from app.ladders.queries import level_marks
from app.people import queries
from app.people.views.blueprint import bp

MAX_SEARCH = 100


@bp.get("/")
@requires(Permission.Person.LIST)
def list_people() -> ResponseReturnValue:
    """Show everybody who works here, by name."""
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    who = actor()
    found = queries.list_directory(who, search, page_number(request.args.get("page")))
    return render_template("people/people.html", page=found, search=search, marks=level_marks(), own_id=who.person_id)
