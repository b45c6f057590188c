"""The start page of promotion: which cycles there are, and what of them concerns the reader."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import today
from app.infra.pagination import page_number
from app.promotion.queries import mine
from app.promotion.start_pages import cycle_cards, newest_by_cycle
from app.promotion.views.blueprint import bp
from app.promotion.wording import public_state


@bp.get("/")
@requires(Permission.Cycle.LIST)
def list_cycles() -> ResponseReturnValue:
    """Show the cycles that run, what waits for the reader in them, their cases, and the cycles that are over."""
    who, on = actor(), today()
    running = mine.list_running(who)
    own = newest_by_cycle(mine.list_own_cases(who.person_id))
    inside = {cycle.id: may(Permission.Cycle.READ_CASES, cycle) for cycle in running}
    past = mine.list_past(who, page_number(request.args.get("page")))
    return render_template(
        "promotion/index.html",
        cards=cycle_cards(running, own, inside, on),
        own_cases=own,
        waiting=mine.list_waiting_here(who.person_id, on),
        reports=mine.list_cases_of_reports(who),
        proposed=mine.list_own_nominations(who.person_id),
        past=past,
        last_told=mine.last_told([cycle.id for cycle in past.rows]),
        may_draft=may(Permission.Cycle.DRAFT),
        has_reviews=mine.has_reviews(who),
        public_state=public_state,
    )
