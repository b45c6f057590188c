"""The pair's own page."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.mentoring.models import Mentorship
from app.mentoring.views.blueprint import bp, load_mentorship
from app.people.queries import get_person


@bp.get("/<uuid:mentorship_id>")
@requires(Permission.Mentorship.OPEN, on=load_mentorship)
def show_pair(mentorship: Mentorship) -> ResponseReturnValue:
    """Show a pair its page: what comes next, its sessions, goals and actions."""
    other = get_person(mentorship.other_than(actor().person_id))
    return render_template("mentoring/pair.html", mentorship=mentorship, other=other)
