"""The record of who did what, for those who may read it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access.actor import Role
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.admin.forms import RecordForm
from app.admin.record import kind_options, wanted
from app.admin.views.blueprint import bp
from app.audit.queries import count_events, list_events
from app.audit.sentences import by_day, lines_for
from app.audit.views import row_number


@bp.get("/audit")
@requires(Permission.Audit.LIST)
def list_audit() -> ResponseReturnValue:
    """Show a stretch of the record, newest first."""
    who, form = actor(), RecordForm(request.args)
    form.validate()
    found = list_events(who, wanted(form), before=row_number("before"), after=row_number("after"))
    return render_template(
        "admin/audit.html",
        days=by_day(lines_for(who, found.rows)),
        found=found,
        form=form,
        kinds=kind_options(who, form.kind.data),
        rows_of_record=count_events(who),
        leads_to_people=who.has_role(Role.HR),
    )
