"""The start page."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Role
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.assessment.pages import Viewpoint, standing_view
from app.assessment.queries import readiness_of
from app.evidence.queries import by_quarter
from app.home import pages, queries
from app.home.blueprint import bp
from app.home.tasks import task_of
from app.infra.clock import today
from app.notices.queries import list_waiting

SHOWN_TASKS = 8


@bp.get("/")
@requires(Permission.Home.READ)
def show_home() -> ResponseReturnValue:
    """Show where the signed-in person stands, what waits for them, and whom they lead; at first, the greeting."""
    who = actor()
    if who.is_new:
        return redirect(url_for("home.show_welcome"))
    # The timeline reads every piece of the person; what comes after finds them there.
    quarters = by_quarter(who, who.person_id)
    day = today()
    waiting = [task_of(one, day) for one in list_waiting(who.person_id, day)]
    team = [pages.team_row(report) for report in queries.list_team(who.person_id)] if who.leads else []
    running = queries.list_running(who.person_id)
    return render_template(
        "home/home.html",
        name=who.name,
        cases=running.cases,
        mentoring=pages.pair_cards(running.pairs),
        standing=standing_view(readiness_of(who.person_id), Viewpoint.OWN),
        quarters=quarters,
        tasks=waiting[:SHOWN_TASKS],
        waiting=len(waiting),
        team=team,
        summary=pages.team_summary(team),
        company=queries.company_state() if who.has_role(Role.HR) else None,
    )
