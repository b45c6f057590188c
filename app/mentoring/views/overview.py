"""Mentoring at a glance, for coordinators and HR."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.mentorship import RECENT_MONTHS
from app.infra.clock import now
from app.infra.pagination import page_number
from app.mentoring.overview_pages import STEP, Option, read_overview, state_words
from app.mentoring.queries.overview import NO_ROUND, Wanted, list_newest_rounds
from app.mentoring.views.blueprint import bp


@bp.get("/overview")
@requires(Permission.Mentoring.READ_POOL)
def show_overview() -> ResponseReturnValue:
    """Show who is silent, who has too many, who waits, and what ended: dates and counts, and never a word."""
    rounds = list_newest_rounds()
    wanted = _wanted(request.args.get("round"), {key for key, _ in rounds})
    return render_template(
        "mentoring/overview.html",
        overview=read_overview(wanted, now(), page_number(request.args.get("page"))),
        filters=_filters(rounds, wanted),
        args={"round": wanted} if wanted else {},
        state_words=state_words,
        months=RECENT_MONTHS,
        step=STEP,
        is_filtered=wanted is not None,
    )


def _wanted(text: str | None, rounds: set[uuid.UUID]) -> Wanted:
    """Return the filter of an address; nonsense and rounds that are not offered are none."""
    if text == NO_ROUND:
        return NO_ROUND
    return next((key for key in rounds if str(key) == text), None)


def _filters(rounds: Sequence[tuple[uuid.UUID, str]], wanted: Wanted) -> list[Option]:
    choices: list[tuple[str, Wanted]] = [("All", None)]
    choices += [(name, key) for key, name in rounds]
    choices.append(("Outside rounds", NO_ROUND))
    return [
        Option(text, None, value == wanted, url_for("mentoring.show_overview", round=value)) for text, value in choices
    ]
