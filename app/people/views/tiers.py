"""The support tiers of a team: what it needs at each, and who holds one for it from outside."""

from __future__ import annotations

import uuid
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.errors import MissingError
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.templating import long_date
from app.infra.unit_of_work import writes
from app.people.actions import tiers as actions
from app.people.models import HolderKind, Team
from app.people.queries import get_team
from app.people.queries import tiers as queries
from app.people.tier_forms import EndHolderForm, HolderForm, TiersForm, stored_tiers, tiers_form
from app.people.tier_pages import panels_of, tier_page
from app.people.views.blueprint import author, bp, load_team, say_done


def load_holder(team_id: uuid.UUID, holder_id: uuid.UUID) -> queries.HolderOfTeam:
    """Return the external or shared holder of an address, with its team."""
    return queries.get_holder(get_team(team_id), holder_id)


def tier_panels(team: Team) -> dict[str, Any]:
    """Return what the page of a team shows of its support tiers, to those who may see them."""
    if not may(Permission.TeamTiers.READ, team):
        return {"tier_panels": None}
    return {"tier_panels": panels_of(actor(), team), "may_edit_tiers": may(Permission.TeamTiers.EDIT, team)}


def _on_ladder(team: Team, named: str | None) -> queries.TeamOnLadder | None:
    """Return how a team holds the tiers of a ladder that is asked for, else of the first on which it has anything.

    None where no ladder has tiers.
    """
    ladders = [queries.get_support_ladder(named)] if named else queries.list_support_ladders()
    return queries.find_team_cover(team, ladders) if ladders else None


def _sent_ladder() -> queries.SupportLadder:
    return queries.get_support_ladder(request.form.get("ladder", ""))


def _back(team: Team, lineage: str) -> Response:
    return redirect(url_for("people.show_team_tiers", team_id=team.id, ladder=lineage))


# What the team needs ----------------------------------------------------------------


@bp.get("/teams/<uuid:team_id>/tiers")
@requires(Permission.TeamTiers.EDIT, on=load_team)
def show_team_tiers(team: Team) -> ResponseReturnValue:
    """Show what a team needs of the tiers of a ladder, and who holds one from outside, to change it."""
    found = _on_ladder(team, request.args.get("ladder"))
    if found is None:
        return render_template("people/team_tiers.html", team=team, page=None, form=None)
    ladder = found.ladder
    version = queries.tiers_version(team.id, ladder.lineage)
    form = tiers_form(ladder)(formdata=None, data=stored_tiers(found) | {"from_on": today(), "version": str(version)})
    return _tiers_page(team, ladder, form)


def _tiers_page(team: Team, ladder: queries.SupportLadder, form: TiersForm) -> ResponseReturnValue:
    page = render_template("people/team_tiers.html", team=team, form=form, page=tier_page(team, ladder))
    return make_response(page, form.status)


@bp.post("/teams/<uuid:team_id>/tiers")
@requires(Permission.TeamTiers.EDIT, on=load_team)
@writes
def set_team_tiers(team: Team) -> ResponseReturnValue:
    """Let a team need this of the tiers of a ladder from a day on."""
    ladder = _sent_ladder()
    form = tiers_form(ladder)()
    if form.validate():
        given = {"from_on": form.from_on.data, "version": form.row_version(), "by": author(), "at": now()}
        changed = form.attempt(actions.set_team_tiers, team, ladder, form.needs(ladder), **given)
        if changed is not None:
            day = long_date(form.from_on.data)
            say_done(f"Set from {day}: {', '.join(changed)}." if changed else f"Nothing is different from {day} on.")
            return redirect(url_for("people.show_team", team_id=team.id))
    return _tiers_page(team, ladder, form)


# External and shared holders --------------------------------------------------------


@bp.get("/teams/<uuid:team_id>/tiers/holders")
@requires(Permission.TeamTiers.EDIT, on=load_team)
def show_new_holder(team: Team) -> ResponseReturnValue:
    """Show the form that names an external or shared holder."""
    found = _on_ladder(team, request.args.get("ladder"))
    if found is None:
        raise MissingError
    ladder = found.ladder
    start = {"ladder": ladder.lineage, "tier": ladder.tiers[-1].id, "from_on": today()}
    return _holder_page(team, ladder, HolderForm(formdata=None, data=start))


def _holder_page(team: Team, ladder: queries.SupportLadder, form: HolderForm) -> ResponseReturnValue:
    form.offer_tiers(ladder)
    return make_response(render_template("people/tier_holder.html", team=team, ladder=ladder, form=form), form.status)


@bp.post("/teams/<uuid:team_id>/tiers/holders")
@requires(Permission.TeamTiers.EDIT, on=load_team)
@writes
def name_holder(team: Team) -> ResponseReturnValue:
    """Name an external or shared holder of a tier."""
    ladder, form = _sent_ladder(), HolderForm()
    form.offer_tiers(ladder)
    if form.validate() and (named := form.attempt(_name_holder, team, ladder, form)):
        undo = url_for("people.take_back_holder", team_id=team.id, holder_id=named.id)
        say_done(f"{named.name} holds {named.tier} for {team.name} from {long_date(named.starts_on)}.", undo)
        return _back(team, ladder.lineage)
    return _holder_page(team, ladder, form)


def _name_holder(team: Team, ladder: queries.SupportLadder, form: HolderForm) -> Any:  # noqa: ANN401 - the row
    return actions.name_holder(
        team,
        ladder,
        tier=form.tier.data,
        kind=HolderKind(form.kind.data),
        name=form.name.data,
        from_on=form.from_on.data,
        by=author(),
        at=now(),
    )


@bp.get("/teams/<uuid:team_id>/tiers/holders/<uuid:holder_id>/end")
@requires(Permission.TeamTiers.EDIT, on=load_holder)
def ask_before_ending_holder(found: queries.HolderOfTeam) -> ResponseReturnValue:
    """Ask for the last day on which somebody outside holds a tier."""
    return _end_page(found, EndHolderForm(formdata=None, data={"last_day": today()}))


def _end_page(found: queries.HolderOfTeam, form: Form) -> ResponseReturnValue:
    page = render_template("people/tier_holder_end.html", team=found.team, holder=found.holder, form=form)
    return make_response(page, form.status)


@bp.post("/teams/<uuid:team_id>/tiers/holders/<uuid:holder_id>/end")
@requires(Permission.TeamTiers.EDIT, on=load_holder)
@writes
def end_holder(found: queries.HolderOfTeam) -> ResponseReturnValue:
    """Let somebody outside hold a tier up to a day."""
    form, name, lineage = EndHolderForm(), found.holder.name, found.holder.lineage
    if form.validate():
        given = {"last_day": form.last_day.data, "by": author(), "at": now()}
        if form.attempt(actions.end_holder, found, **given):
            say_done(f"The last day of {name} is {long_date(form.last_day.data)}.")
            return _back(found.team, lineage)
    return _end_page(found, form)


@bp.post("/teams/<uuid:team_id>/tiers/holders/<uuid:holder_id>/undo")
@requires(Permission.TeamTiers.EDIT, on=load_holder)
@writes
def take_back_holder(found: queries.HolderOfTeam) -> ResponseReturnValue:
    """Take a holder back as if nobody had named it."""
    name, lineage = found.holder.name, found.holder.lineage
    actions.take_back_holder(found, by=author(), at=now())
    say_done(f"{name} is taken back, as if never named.")
    return _back(found.team, lineage)
