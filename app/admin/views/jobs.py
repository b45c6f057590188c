"""The queue and the outbox: kinds, states and times, never contents."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.admin.queries import names_of
from app.admin.views.blueprint import author, bp, sends_mail
from app.admin.work import shown_jobs, shown_mail, state_filters, state_of
from app.infra.clock import now
from app.infra.pagination import page_number
from app.infra.unit_of_work import writes
from app.jobs import actions as jobs
from app.jobs.models import Job, JobState
from app.jobs.queries import count_jobs, get_job
from app.jobs.queries import list_jobs as jobs_in
from app.notices import actions as notices
from app.notices.models import Mail, MailState
from app.notices.queries import count_mail, get_mail
from app.notices.queries import list_mail as mail_in


def load_job(job_id: uuid.UUID) -> Job:
    """Return the job of an address."""
    return get_job(job_id)


def load_mail(mail_id: uuid.UUID) -> Mail:
    """Return the mail of an address."""
    return get_mail(mail_id)


@bp.get("/jobs")
@requires(Permission.Admin.LIST_JOBS)
def list_jobs() -> ResponseReturnValue:
    """Show the queue, all of it or what is in one state."""
    state = state_of(JobState, request.args.get("state"))
    page = jobs_in(state, page_number(request.args.get("page")))
    return render_template(
        "admin/jobs.html",
        page=page,
        rows=shown_jobs(page.rows),
        filters=state_filters(count_jobs(), state, "admin.list_jobs"),
        state=state,
        waiting_mail=count_mail()[MailState.QUEUED],
    )


@bp.get("/mail")
@requires(Permission.Admin.LIST_JOBS)
def list_mail() -> ResponseReturnValue:
    """Show the outbox: of which kind and to whom, never what it says."""
    state = state_of(MailState, request.args.get("state"))
    page = mail_in(state, page_number(request.args.get("page")))
    return render_template(
        "admin/mail.html",
        page=page,
        rows=shown_mail(page.rows, names_of([row.person_id for row in page.rows])),
        filters=state_filters(count_mail(), state, "admin.list_mail"),
        state=state,
        sends_mail=sends_mail(),
        waiting_jobs=count_jobs()[JobState.QUEUED],
    )


@bp.post("/jobs/<uuid:job_id>/retry")
@requires(Permission.Admin.RETRY_JOB, on=load_job)
@writes
def retry_job(job: Job) -> ResponseReturnValue:
    """Let a job that failed or was cancelled run again."""
    jobs.retry_job(job, by=author(), at=now())
    flash("The job waits for the worker again.", "good")
    return redirect(url_for("admin.list_jobs"))


@bp.post("/jobs/<uuid:job_id>/cancel")
@requires(Permission.Admin.RETRY_JOB, on=load_job)
@writes
def cancel_job(job: Job) -> ResponseReturnValue:
    """Take a job that waits out of the queue; it can be put back."""
    jobs.cancel_job(job, by=author(), at=now())
    flash("The job is cancelled. You can let it run again from this list.")
    return redirect(url_for("admin.list_jobs", state=JobState.CANCELLED.value))


@bp.post("/mail/<uuid:mail_id>/retry")
@requires(Permission.Admin.RETRY_JOB, on=load_mail)
@writes
def retry_mail(mail: Mail) -> ResponseReturnValue:
    """Let a mail that failed be sent again."""
    notices.retry_mail(mail, by=author(), at=now())
    flash("The mail waits for the worker again.", "good")
    return redirect(url_for("admin.list_mail"))
