"""The queue and the outbox as administrators see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.jobs.models import Job, JobState
from app.notices import actions as notices
from app.notices.models import Mail, MailState
from tests.conftest import NOW
from tests.factories.people import SYSTEM

GONE = "00000000-0000-4000-8000-000000000000"


def make_job(state: JobState = JobState.QUEUED, **changed) -> Job:
    with transaction():
        job = jobs.queue("test_kind", {"secret": "CONTENT"}, by=SYSTEM, at=NOW)
        row = db.session.get_one(Job, job.id)
        row.state = state
        for name, value in changed.items():
            setattr(row, name, value)
    return row


def make_mail(person, state: MailState = MailState.QUEUED, **changed) -> Mail:
    with transaction():
        row = notices.put("test_mail", person.id, {"secret": "CONTENT"}, by=SYSTEM, at=NOW)
        row.state = state
        for name, value in changed.items():
            setattr(row, name, value)
    return row


def rows_of(page) -> int:
    return len([row for body in page.all("tbody")[:1] for row in body])


@pytest.mark.parametrize("address, words", [("/admin/jobs", "No jobs yet"), ("/admin/mail", "No mail yet")])
def test_empty_list_says_what_belongs_there(client_for, admin, address, words):
    page = client_for(admin).get(address)
    assert words in page.words("main")
    assert "belay work" in page.words("main")


def test_jobs_are_listed_with_state_and_progress_and_never_with_contents(client_for, admin):
    make_job(JobState.RUNNING, done=40, total=100, started_at=NOW, attempts=1)
    make_job(JobState.FAILED, error="ConnectionError", attempts=5, finished_at=NOW - timedelta(hours=1))
    page = client_for(admin).get("/admin/jobs")
    bar = page.all("progress")[0]
    assert (bar.get("value"), bar.get("max")) == ("40", "100")
    words = page.words("tbody")
    assert "40 of 100" in words
    assert "Failed" in words
    assert "ConnectionError" in words
    assert "CONTENT" not in page.text


def test_list_is_filtered_by_state(client_for, admin):
    make_job(JobState.DONE)
    failed = make_job(JobState.FAILED)
    page = client_for(admin).get("/admin/jobs?state=failed")
    assert page.has_form(f"/{failed.id}/retry")
    assert rows_of(page) == 1
    assert client_for(admin).get("/admin/jobs?state=cancelled").words("main").endswith("None is in this state now.")
    assert rows_of(client_for(admin).get("/admin/jobs?state=nonsense")) == 2


def test_failed_job_runs_again(client_for, admin, session):
    job, client = make_job(JobState.FAILED, attempts=5), client_for(admin)
    page = client.follow(client.send(client.get("/admin/jobs").form(ending="/retry")))
    assert "waits for the worker again" in page.words("main")
    assert session.get(Job, job.id, populate_existing=True).state is JobState.QUEUED


def test_waiting_job_is_cancelled_and_can_be_put_back(client_for, admin, session):
    job, client = make_job(), client_for(admin)
    page = client.follow(client.send(client.get("/admin/jobs").form(ending="/cancel")))
    assert session.get(Job, job.id, populate_existing=True).state is JobState.CANCELLED
    client.send(page.form(ending="/retry"))
    assert session.get(Job, job.id, populate_existing=True).state is JobState.QUEUED


@pytest.mark.parametrize(
    "state, act", [(JobState.DONE, "retry"), (JobState.RUNNING, "cancel"), (JobState.QUEUED, "retry")]
)
def test_act_that_does_not_fit_the_state_is_refused_in_words(client_for, admin, state, act):
    job = make_job(state)
    page = client_for(admin).post(f"/admin/jobs/{job.id}/{act}")
    assert page.status == 409
    assert "Only a job that" in page.words("main")


def test_outbox_names_the_recipient_and_no_words(client_for, admin, engineer):
    make_mail(engineer, MailState.FAILED, error="SMTPRecipientsRefused", attempts=3)
    page = client_for(admin).get("/admin/mail")
    words = page.words("tbody")
    assert "Amara Diallo" in words
    assert "SMTPRecipientsRefused" in words
    assert "CONTENT" not in page.text
    assert engineer.email not in page.text
    assert "Mail is off" in page.words("main")


def test_failed_mail_is_sent_again(client_for, admin, engineer, session):
    mail, client = make_mail(engineer, MailState.FAILED), client_for(admin)
    assert client.send(client.get("/admin/mail?state=failed").form(ending="/retry")).status == 302
    assert session.get(Mail, mail.id, populate_existing=True).state is MailState.QUEUED


@pytest.mark.parametrize("who", ["hr", "editor", "engineer"])
def test_only_administrators_see_and_touch_them(client_for, request, engineer, who):
    client = client_for(request.getfixturevalue(who))
    job, mail = make_job(JobState.FAILED), make_mail(engineer, MailState.FAILED)
    assert [client.get(f"/admin/{one}").status for one in ("jobs", "mail")] == [404, 404]
    for address in (f"jobs/{job.id}/retry", f"jobs/{job.id}/cancel", f"mail/{mail.id}/retry"):
        assert client.post(f"/admin/{address}").status == 404


def test_what_there_is_not_is_not_found(client_for, admin):
    client = client_for(admin)
    for address in (f"jobs/{GONE}/retry", f"jobs/{GONE}/cancel", f"mail/{GONE}/retry"):
        assert client.post(f"/admin/{address}").status == 404


def test_long_queue_is_turned_in_pages(client_for, admin):
    with transaction():
        for _ in range(51):
            jobs.queue("test_kind", {}, by=SYSTEM, at=NOW)
    first = client_for(admin).get("/admin/jobs")
    assert "1–50 of 51" in first.words("nav", aria_label="Pages")
    assert rows_of(client_for(admin).get("/admin/jobs?page=2")) == 1
