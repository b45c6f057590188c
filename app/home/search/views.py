"""The page of the search."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.home.blueprint import bp
from app.home.search.pages import GROUPS, found_group, found_groups, summary
from app.infra.full_text import LONGEST, read_sought
from app.infra.pagination import page_number


@bp.get("/search")
@requires(Permission.Home.SEARCH)
def search() -> ResponseReturnValue:
    """Show what was found of every kind, or all of one kind, as far as the signed-in person may read it."""
    typed = request.args.get("q", "")
    sought = read_sought(typed)
    within = request.args.get("in", "")
    if within in GROUPS and sought.terms:
        groups = [found_group(actor(), sought, within, page_number(request.args.get("page")))]
    else:
        within, groups = "", found_groups(actor(), sought)
    return render_template(
        "home/search.html",
        sought=sought,
        within=within,
        groups=groups,
        summary=summary(groups),
        longest=LONGEST,
        is_cut=len(typed) > LONGEST,
    )
