"""For supervisors and proxies: whether the process lives, and whether it can answer. Public, so it tells little."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.access.guard import public
from app.infra import health

bp = Blueprint("probes", __name__)
OK, AT_FAULT = "ok", "fault"


@bp.get("/healthz/live")
@public
def show_live() -> ResponseReturnValue:
    """Say that the process answers; asks nobody else."""
    return {"status": OK}


@bp.get("/healthz")
@public
def show_ready() -> ResponseReturnValue:
    """Say whether requests can be answered: 200, or 503 while the database is gone or of another version."""
    found = health.check()
    checks = {"database": _word(found.database_answers), "schema": _word(found.schema_is_right is True)}
    return {"status": _word(found.is_ready), "checks": checks}, 200 if found.is_ready else 503


def _word(is_well: bool) -> str:  # noqa: FBT001 - a question's answer
    return OK if is_well else AT_FAULT
