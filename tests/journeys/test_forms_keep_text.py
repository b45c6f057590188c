"""Whatever goes wrong when a form is sent: what was typed is still there, and can be sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import make_url

from app.infra import db as database
from app.infra.db import db
from tests.conftest import NOW
from tests.factories.assessments import make_evidence, publish
from tests.factories.people import PASSWORD, make_person, make_team
from tests.journeys.accessibility import SCREENS

pytestmark = pytest.mark.browser

LINE = "Paired with Chioma on tax rounding <until> she owned it"
STORY = "Eight sessions of an hour.\n\nIn the last two she did & I asked."


@pytest.fixture
def amara():
    publish()
    manager = make_person("Tomasz Wieczorek")
    return make_person("Amara Diallo", manager=manager, team=make_team("Billing"), level="L2", password=PASSWORD)


def type_a_piece(page, line=LINE):
    page.get_by_label("What happened, in one line").fill(line)
    page.get_by_text("Mentoring log").click()
    page.get_by_label("The story").fill(STORY)
    page.get_by_role("checkbox", name="Coaches or mentors junior engineers").first.check()


def send(page):
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()


def expect_stored(page):
    expect(page.get_by_role("heading", level=1)).to_have_text(LINE)
    expect(page.get_by_role("main")).to_contain_text("In the last two she did & I asked.")
    expect(page.get_by_role("main")).to_contain_text("Coaches or mentors junior engineers in the team.")
    expect(page.get_by_role("main")).to_contain_text("Mentoring log")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_fault_of_the_form_is_named_and_everything_else_stays(visit, amara, scripts):
    visitor = visit(amara, scripts=scripts)
    page = visitor.open("/evidence/new")
    type_a_piece(page, line="")
    with visitor.expecting(422):
        send(page)
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        expect(summary).to_contain_text("Write one line that says what happened.")
    expect(page.get_by_label("The story")).to_have_value(STORY)
    expect(page.get_by_role("radio", name="Mentoring log")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Coaches or mentors junior engineers").first).to_be_checked()
    for screen in SCREENS if scripts else ():
        visitor.show(screen)
        visitor.check_accessible()
    summary.get_by_role("link").first.click()
    title = page.get_by_label("What happened, in one line")
    expect(title).to_be_focused()
    title.fill(LINE)
    send(page)
    expect_stored(page)


def test_a_session_that_ran_out_carries_what_was_typed_through_sign_in(visit, amara, clock):
    visitor = visit(amara)
    page = visitor.open("/evidence/new")
    type_a_piece(page)
    clock.stand_still(NOW + timedelta(hours=13))
    with visitor.expecting(401):
        send(page)
        expect(page.get_by_role("main")).to_contain_text("What you typed is kept.")
    visitor.check_accessible()
    page.get_by_label("E-mail").fill(amara.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed in again")
    for screen in SCREENS:
        visitor.show(screen)
        visitor.check_accessible()
    page.get_by_text("What you typed is still here").click()
    expect(page.get_by_role("main")).to_contain_text(LINE)
    page.get_by_role("button", name="Send it now").click()
    expect_stored(page)


@pytest.fixture
def impatient(monkeypatch, server):
    """Let a request wait only a moment for a locked database, so that the test need not."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    for engine in db.engines.values():
        engine.dispose()


def test_a_locked_database_gives_back_what_was_typed(visit, amara, databases, impatient):
    visitor = visit(amara)
    page = visitor.open("/evidence/new")
    type_a_piece(page)
    file = make_url(databases.url).database
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with visitor.expecting(503):
            send(page)
            expect(page.get_by_role("heading", level=1)).to_have_text("Belay cannot store anything right now")
        for screen in SCREENS:
            visitor.show(screen)
            visitor.check_accessible()
        page.get_by_text("What you typed is still here").click()
        expect(page.get_by_role("main")).to_contain_text(LINE)
        somebody.execute("ROLLBACK")
    page.get_by_role("button", name="Send it again").click()
    expect_stored(page)


def test_two_windows_that_change_the_same_piece_show_both_texts(visit, amara):
    piece = make_evidence(amara, "swe.coach-juniors", title="First title")
    first, second = visit(amara), visit(amara)
    address = f"/evidence/{piece.id}/edit"
    first.open(address)
    second.open(address)
    title = "What happened, in one line"
    first.page.get_by_label(title).fill("The title of the first window")
    send(first.page)
    expect(first.page.get_by_role("heading", level=1)).to_have_text("The title of the first window")
    second.page.get_by_label(title).fill("The title of the second window")
    with second.expecting(409):
        send(second.page)
        expect(second.page.get_by_role("heading", level=1)).to_have_text("This was changed in two places")
    for screen in SCREENS:
        second.show(screen)
        second.check_accessible()
    main = second.page.get_by_role("main")
    expect(main).to_contain_text("The title of the first window")
    expect(main).to_contain_text("The title of the second window")
    main.get_by_role("button", name="Keep mine").click()
    expect(second.page.get_by_role("heading", level=1)).to_have_text("The title of the second window")
