"""Everybody's own page of mentoring."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.mentoring.views.blueprint import bp


@bp.get("/")
@requires(Permission.Mentoring.TAKE_PART)
def show_own() -> ResponseReturnValue:
    """Show the reader's own mentoring: what waits, their mentor and mentees, and what they offer and seek."""
    return render_template("mentoring/own.html")
