"""One's own access record: what was read or changed about oneself, by whom and when."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit import queries
from app.audit.sentences import by_day, lines_about
from app.audit.wording import TOLD
from app.infra.forms import version_number

bp = Blueprint("audit", __name__)
ALL = "all"


@bp.get("/account/access")
@requires(Permission.Account.READ_ACCESS)
def show_own_access() -> ResponseReturnValue:
    """Show what others did about the signed-in person; with `who=all` also what they did themselves."""
    own_id = actor().person_id
    by_others = request.args.get("who") != ALL
    found = queries.list_events_about(
        own_id, TOLD, by_others=by_others, before=row_number("before"), after=row_number("after")
    )
    return render_template(
        "audit/own.html",
        days=by_day(lines_about(own_id, found.rows)),
        found=found,
        by_others=by_others,
        args={} if by_others else {"who": ALL},
    )


def row_number(name: str) -> int | None:
    """Return the number of a row that an address names; None where it names none."""
    return version_number(request.args.get(name)) or None
