"""The first page of administration: what needs care, and how the installation is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access.actor import Role
from app.admin.overview import State, size_words, what_needs_care, worker_is_silent
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.jobs.models import Job, JobState
from app.notices import actions as notices
from app.notices.models import MailState
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person

NO_JOBS = dict.fromkeys(JobState, 0)
NO_MAIL = dict.fromkeys(MailState, 0)


def state(**changed) -> State:
    usual = {
        "seen_at": NOW,
        "jobs": NO_JOBS,
        "mail": NO_MAIL,
        "mail_is_on": True,
        "holders": [],
        "free_bytes": 10**10,
    }
    return State(**(usual | changed))


def titles(found: State) -> list[str]:
    return [one.title for one in what_needs_care(found, NOW)]


@pytest.mark.parametrize(
    "minutes, silent", [(0, False), (10, False), (10.1, True), (-5, False)], ids=["now", "ten", "more", "ahead"]
)
def test_worker_is_silent_after_ten_minutes(minutes, silent):
    assert worker_is_silent(NOW - timedelta(minutes=minutes), NOW) is silent


def test_worker_that_was_never_seen_is_silent():
    assert worker_is_silent(None, NOW)


def test_what_stands_still_comes_first():
    found = what_needs_care(
        state(
            seen_at=None, mail_is_on=False, jobs=NO_JOBS | {JobState.FAILED: 2}, mail=NO_MAIL | {MailState.FAILED: 1}
        ),
        NOW,
    )
    assert [one.is_bad for one in found] == sorted((one.is_bad for one in found), reverse=True)
    words = [one.title for one in found]
    assert words[0] == "No worker was ever seen"
    assert "2 jobs have failed" in words
    assert "1 mail could not be sent" in words
    assert "Mail is off" in words


def test_little_space_is_told_before_it_is_none():
    assert "Only 1.0 MB are free for the data" in titles(state(free_bytes=1024 * 1024))
    assert not [one for one in titles(state(free_bytes=None)) if "free" in one]


@pytest.mark.parametrize(
    "size, words",
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KB"), (1024**2 * 3, "3.0 MB"), (1024**4 * 2, "2.0 TB")],
)
def test_sizes_have_words(size, words):
    assert size_words(size) == words


def test_lonely_roles_and_missing_second_factors_are_told(client_for, hr, admin):
    # Whoever reads this page has a second factor; it opens to nobody else.
    page = client_for(admin).get("/admin/")
    words = page.words("main")
    assert "There is only one administrator" in words
    assert "HR has no deputy" in words
    assert "1 account lacks a second factor" in words
    assert "belay work" in words
    assert "Ruth Okonjo" not in words


def test_deputies_settle_it_and_leavers_do_not_count(client_for, hr, admin):
    make_person("Hanna Kurz", roles=(Role.HR,))
    make_person("Leo Left", roles=(Role.ADMIN,), left_on=NOW.date())
    words = client_for(hr).get("/admin/").words("main")
    assert "HR has no deputy" not in words
    assert "There is only one administrator" in words


def test_figures_of_health_are_shown_to_hr_too(client_for, hr):
    words = client_for(hr).get("/admin/").words("aside", aria_label="Health")
    for part in (
        "Database",
        "answers in",
        "Schema",
        "Version",
        "never seen",
        "off, none waiting",
        "belay audit verify",
    ):
        assert part in words


@pytest.mark.parametrize("address", ["/admin/", "/admin/policies", "/admin/jobs", "/admin/mail", "/admin/audit"])
def test_nobody_without_a_role_gets_there(client_for, engineer, address):
    assert client_for(engineer).get(address).status == 404


def test_every_page_says_that_no_worker_runs_until_one_does(client_for, admin):
    assert "No worker was ever seen" in client_for(admin).get("/admin/policies").words("main")
    with transaction():
        jobs.beat("one", NOW - timedelta(hours=3))
    assert "No worker was seen for 3 hours" in client_for(admin).get("/admin/policies").words("main")
    with transaction():
        jobs.beat("one", NOW)
    assert "No worker" not in client_for(admin).get("/admin/policies").words("main")


@pytest.mark.parametrize(
    "silent_for, words",
    [
        (timedelta(minutes=11), "No worker was seen for 11 minutes"),
        (timedelta(minutes=90), "No worker was seen for 1 hour"),
        (timedelta(hours=47), "No worker was seen for 47 hours"),
        (timedelta(days=9), "No worker was seen for 9 days"),
    ],
)
def test_it_is_said_for_how_long_no_worker_was_seen(silent_for, words):
    assert words in titles(state(seen_at=NOW - silent_for))


def test_what_waits_too_long_although_a_worker_lives_is_told():
    late, soon = NOW - timedelta(minutes=25), NOW - timedelta(minutes=10)
    found = titles(state(job_due_since=late, mail_due_since=late))
    assert {"A job has waited for 25 minutes", "A mail has waited for 25 minutes"} == set(found) - set(titles(state()))
    assert titles(state(job_due_since=soon, mail_due_since=soon)) == titles(state())
    assert not [one for one in titles(state(mail_due_since=late, mail_is_on=False)) if "waited" in one]
    assert not [one for one in titles(state(seen_at=None, job_due_since=late)) if "waited" in one]


def test_the_job_that_has_waited_longest_is_told_and_leads_to_the_list(client_for, admin):
    with transaction():
        jobs.beat("one", NOW)
        jobs.queue("made-up", {}, by=SYSTEM, at=NOW, run_at=NOW + timedelta(hours=1))
    assert "has waited" not in client_for(admin).get("/admin/").words("main")
    with transaction():
        jobs.queue("made-up", {}, by=SYSTEM, at=NOW - timedelta(minutes=30))
        left = jobs.queue("made-up", {}, by=SYSTEM, at=NOW - timedelta(hours=5))
        row = db.session.get(Job, left.id)
        row.state, row.lent_until = JobState.RUNNING, NOW - timedelta(minutes=40)
    page = client_for(admin).get("/admin/")
    assert "A job has waited for 40 minutes" in page.words("main")
    assert "/admin/jobs" in {link.get("href") for link in page.all("a")}


def test_what_has_failed_leads_to_its_list(client_for, admin, engineer):
    with transaction():
        job = jobs.queue("made-up", {}, by=SYSTEM, at=NOW)
        db.session.get(Job, job.id).state = JobState.FAILED
        notices.put("made-up", engineer.id, {}, by=SYSTEM, at=NOW).state = MailState.FAILED
    page = client_for(admin).get("/admin/")
    targets = {link.get("href") for link in page.all("a")}
    assert {"/admin/jobs?state=failed", "/admin/mail?state=failed"} <= targets
    assert all(client_for(admin).get(target).status == 200 for target in targets if target.startswith("/admin"))
