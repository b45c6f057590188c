"""The list of reports, and one page for each."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.reports.views.blueprint import bp


@bp.get("/")
@requires(Permission.Report.LIST)
def list_reports() -> ResponseReturnValue:
    """Show the questions that one may ask."""
    return render_template("reports/list.html")
