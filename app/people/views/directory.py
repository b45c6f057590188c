"""The directory, and adding somebody to it."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import now
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import actions, queries
from app.people.forms import NewPersonForm
from app.people.models import Person
from app.people.views.blueprint import author, bp, find_chosen_person, find_chosen_team, say_done

MAX_SEARCH = 100
IMPORT = "people.list_imports"
KEPT = {
    queries.Kept.HERE: "Who works here",
    queries.Kept.NO_LEVEL: "Without a level",
    queries.Kept.NO_MANAGER: "Without a line manager",
    queries.Kept.LATER: "Begins later",
    queries.Kept.LEFT: "Who has left",
}
FOR_HR = {queries.Kept.LATER, queries.Kept.LEFT}


def filter_asked() -> queries.DirectoryFilter:
    """Return what the address narrows the directory to; nonsense narrows nothing."""
    team_id: uuid.UUID | None = None
    with suppress(ValueError):
        team_id = uuid.UUID(request.args.get("team", ""))
    ladder, _, level = request.args.get("level", "")[:MAX_SEARCH].partition(":")
    show = request.args.get("show", "")
    return queries.DirectoryFilter(
        search=request.args.get("q", "").strip()[:MAX_SEARCH],
        team_id=team_id,
        level=(ladder, level) if ladder and level else None,
        kept=queries.Kept(show) if show in set(queries.Kept) else queries.Kept.HERE,
    )


@bp.get("/")
@requires(Permission.Person.LIST)
def list_people() -> ResponseReturnValue:
    """Show everybody who works here, by name."""
    who, asked, marks = actor(), filter_asked(), level_marks()
    is_hr = may(Permission.Person.ADD)
    found = queries.list_directory(who, asked, page_number(request.args.get("page")))
    return render_template(
        "people/people.html",
        page=found,
        asked=asked,
        args=_args(asked),
        marks=marks,
        own_id=who.person_id,
        is_hr=is_hr,
        has_filters=is_hr or who.leads,
        teams=queries.list_teams() if is_hr else queries.list_teams_seen(who) if who.leads else [],
        kept={kept: words for kept, words in KEPT.items() if is_hr or kept not in FOR_HR},
        import_href=url_for(IMPORT) if IMPORT in current_app.view_functions and may(Permission.Person.IMPORT) else "",
    )


def _args(asked: queries.DirectoryFilter) -> dict[str, Any]:
    """Return the address of a narrowed directory, for turning its pages."""
    args = {
        "q": asked.search,
        "team": str(asked.team_id or ""),
        "level": ":".join(asked.level or ()),
        "show": asked.kept.value,
    }
    return {name: value for name, value in args.items() if value}


@bp.get("/new")
@requires(Permission.Person.ADD)
def show_new() -> ResponseReturnValue:
    """Show the form that adds somebody."""
    return _new_page(_offer(NewPersonForm(formdata=None)))


def _new_page(form: NewPersonForm) -> ResponseReturnValue:
    return make_response(render_template("people/new.html", form=form), form.status)


def _offer(form: NewPersonForm) -> NewPersonForm:
    form.offer_teams(queries.list_teams())
    form.offer_people(queries.list_candidates())
    form.offer_levels(level_marks(), none="No level yet")
    return form


@bp.post("/new")
@requires(Permission.Person.ADD)
@writes
def add_person() -> ResponseReturnValue:
    """Add somebody."""
    form = _offer(NewPersonForm())
    if form.validate_on_submit() and (person := form.attempt(_add, form)):
        say_done(f"{person.name} is added.")
        return redirect(url_for("people.show_person", person_id=person.id))
    return _new_page(form)


def _add(form: NewPersonForm) -> Person:
    return actions.hire(
        form.details(),
        email=form.email.data,
        team=find_chosen_team(form.chosen("team")),
        manager=find_chosen_person(form.chosen("manager")),
        level=form.chosen_level(),
        by=author(),
        at=now(),
    )
