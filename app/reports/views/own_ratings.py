"""How strict one's own ratings are beside those of others: a page for whoever has rated a case."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import today
from app.reports.criteria import Viewer
from app.reports.own_ratings import own_ratings_view
from app.reports.views.blueprint import bp


@bp.get("/my-ratings")
@requires(Permission.Report.OPEN_OWN_RATINGS)
def show_own_ratings() -> ResponseReturnValue:
    """Show one's own severity with what it rests on, or what is missing to say anything."""
    own = own_ratings_view(Viewer(actor()), today())
    return render_template("reports/own_ratings.html", own=own, may_list=may(Permission.Report.LIST))
