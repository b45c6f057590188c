"""The start page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, public, requires
from app.access.permissions import Permission

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.Home.READ)
def show_home() -> ResponseReturnValue:
    """Show where the signed-in person stands."""
    return render_template("home/home.html", name=actor().name)


@bp.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}
