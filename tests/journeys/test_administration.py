"""Looking after Belay in a browser: a policy is set, a failed job runs again, and the record tells of both."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.access.actor import Role
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.jobs.models import Job, JobState
from app.notices import actions as notices
from app.notices.models import MailState
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.journeys.accessibility import SCREENS

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(app):
    return make_person("Lucia Ferrandez", roles=(Role.ADMIN,), password=PASSWORD)


@pytest.fixture
def hr(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,), password=PASSWORD)


@pytest.fixture
def amara(app):
    return make_person("Amara Diallo", password=PASSWORD)


@pytest.fixture
def work(amara):
    """Leave a job in every state that a page shows differently, and a mail that failed."""
    with transaction() as session:
        for state in (JobState.FAILED, JobState.RUNNING, JobState.QUEUED):
            job = session.get_one(Job, jobs.queue("admin.forget_keys", {}, by=SYSTEM, at=now()).id)
            job.state, job.done, job.total = state, 40, 100
            job.error = "ConnectionError" if state is JobState.FAILED else ""
        notices.put("auth.invitation", amara.id, {}, by=SYSTEM, at=now()).state = MailState.FAILED


@pytest.mark.postgres
@pytest.mark.parametrize("scripts", [True, False])
def test_administrator_sets_a_policy_and_the_record_tells_of_it(visit, admin, hr, scripts):
    visitor = visit(admin, scripts=scripts)
    page = visitor.page
    visitor.open("/admin/")
    page.get_by_role("link", name="Policies").first.click()
    page.get_by_role("link", name="Idle time of everybody else").click()
    page.get_by_label("Value").fill("99")
    with visitor.expecting(422):
        page.get_by_role("button", name="Set the policy").click()
        expect(page.get_by_role("alert")).to_contain_text("Write a whole number of hours from 1 to 12.")
        expect(page.get_by_role("alert")).to_contain_text("Say why")
    expect(page.get_by_label("Value")).to_have_value("99")
    page.get_by_label("Value").fill("10")
    page.get_by_label("Reason").fill("Support works in shifts of ten hours")
    page.get_by_role("button", name="Set the policy").click()
    expect(page.get_by_role("status")).to_contain_text("is set: 10 hours")
    expect(page.get_by_role("row", name="10 hours")).to_contain_text("Lucia Ferrandez")
    reader = visit(hr, scripts=scripts)
    reader.open("/admin/audit")
    reader.page.get_by_label("Kind of act").select_option(label="Policy set")
    reader.page.get_by_role("button", name="Look up").click()
    expect(reader.page.get_by_text("set the policy “Idle time of everybody else” from 8 to 10.")).to_be_visible()
    reader.page.get_by_text("Details of row").first.click()
    expect(reader.page.get_by_text("policies:policy:set")).to_be_visible()


def test_failed_job_is_found_from_the_overview_and_runs_again(visit, admin, work):
    visitor = visit(admin, width=360)
    page = visitor.page
    visitor.open("/admin/")
    expect(page.get_by_text("belay work")).to_be_visible()
    page.get_by_role("link", name="Look at the jobs").click()
    expect(page.get_by_text("ConnectionError")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("status")).to_contain_text("waits for the worker again")
    db.session.rollback()
    assert not db.session.query(Job).filter(Job.state == JobState.FAILED).count()


def test_somebody_sees_who_tried_to_look_at_them(visit, amara, hr):
    visit(hr).open(f"/people/{amara.id}")
    with transaction():
        log(Tag.REFUSED, by=Author(hr.id), at=now(), subject_id=amara.id, permission="evidence:read")
    visitor = visit(amara)
    visitor.open("/account")
    visitor.page.get_by_role("link", name="Who did what about you").click()
    expect(visitor.page.get_by_text("tried to open or change something about you, and could not")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_pages_of_administration_are_open_to_everybody(visit, admin, hr, work, screen):
    visitor = visit(admin, width=screen.width, scheme=screen.scheme)
    for path in (
        "/admin/",
        "/admin/policies",
        "/admin/policies/idle_hours",
        "/admin/policies/directory_shows_level",
        "/admin/jobs",
        "/admin/mail",
        "/admin/audit",
        "/admin/audit?since=nonsense",
        "/account/access?who=all",
    ):
        visitor.open(path)
        visitor.check_accessible()
    reader = visit(hr, width=screen.width, scheme=screen.scheme)
    for path in ("/admin/audit", "/admin/policies/directory_shows_level", "/admin/policies/idle_hours"):
        reader.open(path)
        reader.check_accessible()
