"""Teams: the tree of them, one of them, and changing them; and the organisation as a tree of people."""

from __future__ import annotations

import uuid
from contextlib import suppress

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.clock import now
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import actions, queries
from app.people.forms import NONE, TeamForm
from app.people.models import Team
from app.people.views.blueprint import author, bp, find_chosen_team, load_team, say_done
from app.people.views.tiers import tier_panels

MOST_FORMER = 200


@bp.get("/organisation")
@requires(Permission.Team.READ)
def show_organisation() -> ResponseReturnValue:
    """Show who reports to whom, from the top, as far as one may see it."""
    start: uuid.UUID | None = None
    if asked := request.args.get("from"):
        with suppress(ValueError):
            start = uuid.UUID(asked)
        if start is None:
            raise MissingError
    found = queries.read_organisation(actor(), start, page_number(request.args.get("page")))
    return render_template(
        "people/organisation.html",
        found=found,
        start=start,
        marks=level_marks(),
        own_id=actor().person_id,
        is_hr=may(Permission.Person.ADD),
    )


@bp.get("/teams")
@requires(Permission.Team.READ)
def list_teams() -> ResponseReturnValue:
    """Show every team, those that stand below another one below it."""
    tops = queries.list_team_trees(actor())
    return render_template("people/teams.html", tops=tops, may_edit=may(Permission.Team.EDIT))


@bp.get("/teams/<uuid:team_id>")
@requires(Permission.Team.READ, on=load_team)
def show_team(team: Team) -> ResponseReturnValue:
    """Show one team: its people, as far as one may see, and the teams below it."""
    teams = {one.id: one for one in queries.list_teams()}
    may_edit = may(Permission.Team.EDIT)
    return render_template(
        "people/team.html",
        team=team,
        above=teams.get(team.parent_id) if team.parent_id else None,
        below=[one for one in teams.values() if one.parent_id == team.id],
        members=queries.list_members(actor(), team.id),
        former=queries.list_other_times(team.id, MOST_FORMER) if may_edit else [],
        marks=level_marks(),
        may_edit=may_edit,
        **tier_panels(team),
    )


@bp.get("/teams/new")
@requires(Permission.Team.EDIT)
def show_new_team() -> ResponseReturnValue:
    """Show the form that adds a team."""
    return _team_page(TeamForm(formdata=None), None)


@bp.post("/teams/new")
@requires(Permission.Team.EDIT)
@writes
def add_team() -> ResponseReturnValue:
    """Add a team."""
    form = _offer(TeamForm(), None)
    if form.validate_on_submit() and (team := form.attempt(_save, form, None)):
        say_done(f"The team {team.name} is added.")
        return redirect(url_for("people.show_team", team_id=team.id))
    return _team_page(form, None)


@bp.get("/teams/<uuid:team_id>/edit")
@requires(Permission.Team.EDIT, on=load_team)
def show_edit_team(team: Team) -> ResponseReturnValue:
    """Show the form that renames a team or hangs it below another one."""
    stored = {"name": team.name, "parent": str(team.parent_id) if team.parent_id else NONE}
    return _team_page(TeamForm(formdata=None, data=stored), team)


@bp.post("/teams/<uuid:team_id>/edit")
@requires(Permission.Team.EDIT, on=load_team)
@writes
def change_team(team: Team) -> ResponseReturnValue:
    """Rename a team, or hang it below another one."""
    form = _offer(TeamForm(), team)
    if form.validate_on_submit() and form.attempt(_save, form, team):
        say_done(f"The team {team.name} is saved.")
        return redirect(url_for("people.show_team", team_id=team.id))
    return _team_page(form, team)


def _offer(form: TeamForm, team: Team | None) -> TeamForm:
    form.offer_parents(queries.list_teams(), besides=team)
    return form


def _save(form: TeamForm, team: Team | None) -> Team:
    above = None if form.parent.data == NONE else find_chosen_team(uuid.UUID(form.parent.data))
    if team is None:
        return actions.add_team(name=form.name.data, parent=above, by=author(), at=now())
    return actions.change_team(team, name=form.name.data, parent=above, by=author(), at=now())


def _team_page(form: TeamForm, team: Team | None) -> ResponseReturnValue:
    page = render_template("people/team_form.html", form=_offer(form, team), team=team)
    return make_response(page, form.status)
