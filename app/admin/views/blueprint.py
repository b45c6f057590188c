"""What the pages under /admin share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

from app.access.guard import actor, may
from app.access.permissions import Permission
from app.admin.overview import silence, worker_is_silent
from app.audit.actions import Author
from app.infra.clock import now
from app.jobs.queries import last_beat
from app.notices.transport import mail_is_on
from config import Settings

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.context_processor
def worker_notice() -> dict[str, Any]:
    """Tell every page under /admin that no worker has been seen for a while, if so; to whom may look after it."""
    if request.method != "GET" or not may(Permission.Admin.READ_HEALTH):
        return {"worker_silence": ""}
    seen_at, moment = last_beat(), now()
    return {"worker_silence": silence(seen_at, moment) if worker_is_silent(seen_at, moment) else ""}


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def settings() -> Settings:
    """Return what this deployment decides."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def sends_mail() -> bool:
    """Say whether this deployment can send mail."""
    return mail_is_on(settings())
