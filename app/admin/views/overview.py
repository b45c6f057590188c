"""The first page of administration."""

from __future__ import annotations

import shutil
from importlib.metadata import version

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.admin import queries
from app.admin.overview import Look, State, size_words, what_needs_care
from app.admin.views.blueprint import bp, sends_mail, settings
from app.audit.queries import count_events
from app.infra import health
from app.infra.clock import now
from app.jobs.models import JobState
from app.jobs.queries import count_jobs, last_beat
from app.jobs.queries import find_oldest_due as oldest_due_job
from app.notices.models import MailState
from app.notices.queries import count_mail
from app.notices.queries import find_oldest_due as oldest_due_mail


@bp.get("/")
@requires(Permission.Admin.READ_HEALTH)
def show_health() -> ResponseReturnValue:
    """Show what needs care, and how the installation is."""
    moment = now()
    state = State(
        last_beat(),
        count_jobs(),
        count_mail(),
        sends_mail(),
        queries.list_role_holders(),
        free_bytes(),
        oldest_due_job(moment),
        oldest_due_mail(moment),
    )
    return render_template(
        "admin/overview.html",
        cares=what_needs_care(state, moment),
        state=state,
        database=queries.find_database_state(),
        health=health.check(),
        size_words=size_words,
        version=version("belay"),
        rows_of_record=count_events(actor()),
        places=places(),
    )


def places() -> dict[Look, tuple[str, str]]:
    """Return where the signed-in person can see to things, and the words of the link."""
    found = {Look.ACCOUNTS: (url_for("admin.list_accounts"), "Look at the accounts")}
    if may(Permission.Admin.LIST_JOBS):
        found[Look.JOBS] = (url_for("admin.list_jobs", state=JobState.FAILED.value), "Look at the jobs")
        found[Look.MAIL] = (url_for("admin.list_mail", state=MailState.FAILED.value), "Look at the outbox")
        found[Look.JOBS_DUE] = (url_for("admin.list_jobs"), "Look at the jobs")
        found[Look.MAIL_DUE] = (url_for("admin.list_mail", state=MailState.QUEUED.value), "Look at the outbox")
    return found


def free_bytes() -> int | None:
    """Return how much room is left where the data folder is; None where it does not tell."""
    try:
        return shutil.disk_usage(settings().data_dir).free
    except OSError:
        return None
