"""Capture in ten seconds, in the browser: a key, a line, Enter; and whatever goes wrong, the line is still there."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, make_url, select

from app.evidence.models import Evidence
from app.infra import db as database
from app.infra.db import db
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.people import PASSWORD, make_person, make_team
from tests.journeys.accessibility import SCREENS

pytestmark = pytest.mark.browser

LINE = "Mentored Chioma, a junior, through her first design"
COACH = "Coaches or mentors junior engineers in the team."


@pytest.fixture
def amara():
    publish()
    manager = make_person("Tomasz Wieczorek")
    return make_person("Amara Diallo", manager=manager, team=make_team("Billing"), level="L2", password=PASSWORD)


def dialog(page):
    return page.get_by_role("dialog", name="Log evidence")


def title(page):
    return dialog(page).get_by_label("What happened, in one line")


def begin(page, line=LINE):
    """Open the composer by its key and type; the focus is where the letters go."""
    page.keyboard.press("e")
    expect(title(page)).to_be_focused()
    page.keyboard.type(line)


def pieces():
    db.session.rollback()
    return db.session.scalars(select(Evidence).order_by(Evidence.number)).all()


def count_pieces():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Evidence))


def test_a_key_a_line_and_enter_are_all_it_takes(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/?q=a")
    acts = 0
    for act in (
        lambda: page.keyboard.press("e"),
        lambda: (expect(title(page)).to_be_focused(), page.keyboard.type(LINE)),
        lambda: page.keyboard.press("Enter"),
    ):
        act()
        acts += 1
    said = page.get_by_role("status").filter(has_text="Saved as E-1")
    expect(said).to_contain_text(LINE)
    assert (acts, visitor.path) == (3, "/people/?q=a")
    assert [piece.title for piece in pieces()] == [LINE]
    visitor.check_accessible()
    said.get_by_role("link", name="Undo").click()
    expect(page.get_by_role("main")).to_contain_text(f"Discard the draft “{LINE}”?")
    page.get_by_role("button", name="Discard it").click()
    assert count_pieces() == 0


def test_suggestions_come_while_typing_and_ticks_stay(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/ladders/")
    begin(page)
    box = dialog(page).get_by_role("group", name="What does it show?")
    first = box.locator("label.check").first
    expect(first).to_contain_text("because of")
    expect(first).to_contain_text(COACH)
    expect(dialog(page).get_by_role("radio", name="Mentoring log")).to_be_checked()
    for screen in SCREENS:
        visitor.show(screen)
        visitor.check_accessible()
    first.locator("input").check()
    title(page).press("End")
    page.keyboard.type(". She now leads the discussion")
    expect(box).to_contain_text("“discussion”")
    expect(box.get_by_role("checkbox", name=COACH)).to_be_checked()
    dialog(page).get_by_role("button", name="Save and share").click()
    expect(page.get_by_role("status").filter(has_text="is shared")).to_be_visible()
    assert visitor.path == "/ladders/"
    assert pieces()[0].is_shared


def test_letters_that_are_typed_before_the_form_is_there_belong_to_its_line(visit, amara):
    visitor = visit(amara, intercepting=True)
    page = visitor.open("/people/")
    held = []

    def hold(route):
        held.append(route)

    page.route(re.compile("/evidence/compose"), hold)
    page.keyboard.press("e")
    expect(dialog(page)).to_be_visible()
    page.keyboard.type(LINE)
    assert len(held) == 1
    held[0].continue_()
    expect(title(page)).to_have_value(LINE)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")


def test_a_pasted_link_moves_to_its_field_and_leaves_a_title(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/")
    begin(page, "")
    link = dialog(page).get_by_label("Link")
    link.fill("https://git.example/pay/core/pull/7")
    link.press("Control+A")
    link.press("Control+X")
    title(page).press("Control+V")
    expect(dialog(page).get_by_label("Link")).to_have_value("https://git.example/pay/core/pull/7")
    expect(title(page)).to_have_value("Pull request 7 of pay/core")
    expect(dialog(page).get_by_role("radio", name="Pull request")).to_be_checked()


def test_a_typed_link_is_taken_when_it_is_whole_and_not_while_it_is_typed(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/")
    begin(page, "")
    answers = "document.querySelector('#composer-dialog [data-suggest]').textContent"
    with page.expect_response("**/evidence/suggestions") as answer:
        page.keyboard.type("Paired with a junior, see https://g")
    answer.value.finished()
    page.wait_for_function(f"{answers} !== ''")
    expect(title(page)).to_have_value("Paired with a junior, see https://g")
    expect(dialog(page).get_by_label("Link")).to_have_value("")
    page.keyboard.type("it.example/7 and")
    expect(dialog(page).get_by_label("Link")).to_have_value("https://git.example/7")
    expect(title(page)).to_have_value(re.compile("^Paired with a junior, see and"))


def test_a_typed_link_is_taken_when_its_line_is_left(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/")
    begin(page, "https://git.example/pay/core/pull/7")
    page.keyboard.press("Tab")
    expect(title(page)).to_have_value("Pull request 7 of pay/core")


def test_escape_closes_and_the_half_written_line_is_kept_until_it_is_saved(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    opener = page.get_by_role("complementary").get_by_role("link", name="Log evidence")
    opener.focus()
    begin(page, "Half a line")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    expect(opener).to_be_focused()
    visitor.open("/ladders/")
    page.keyboard.press("e")
    expect(title(page)).to_have_value("Half a line")
    expect(dialog(page)).to_contain_text("The line that you had begun is still here.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()
    page.keyboard.press("e")
    expect(title(page)).to_have_value("")


def test_signing_out_forgets_a_half_written_line(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page, "Half a line")
    page.keyboard.press("Escape")
    page.get_by_role("complementary").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_half_written_line_is_shown_to_nobody_else(visit, amara):
    somebody = make_person("Kofi Mensah", level="L1")
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page, "Half a line")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    visitor.sign_in(somebody)
    visitor.open("/people/")
    page.keyboard.press("e")
    expect(title(page)).to_be_focused()
    expect(title(page)).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def suggestions_asked_for(page):
    """Return the list of what the page will have asked for suggestions, and let its clock stand still."""
    page.clock.install(time=NOW)
    page.clock.pause_at(NOW + timedelta(seconds=1))
    asked = []
    page.on("request", lambda request: asked.append(request) if "/evidence/suggestions" in request.url else None)
    return asked


def test_a_closed_dialog_asks_for_no_suggestions_and_an_opened_one_asks_again(visit, amara):
    visitor = visit(amara)
    asked = suggestions_asked_for(visitor.page)
    page = visitor.open("/people/")
    begin(page)
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    page.clock.run_for(2000)
    assert not asked
    page.keyboard.press("e")
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    assert len(asked) == 1


def test_a_form_that_leads_away_ends_the_asking_for_suggestions(visit, amara):
    visitor = visit(amara)
    asked = suggestions_asked_for(visitor.page)
    page = visitor.open("/evidence/")
    # The way out takes its time: here it does not end at all.
    page.evaluate("window.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("main").get_by_label("What happened, in one line").press_sequentially(LINE)
    page.get_by_role("complementary").get_by_role("button", name="Sign out").click()
    page.clock.run_for(2000)
    assert not asked


def test_what_is_written_on_the_page_underneath_stays(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    page.get_by_role("main").get_by_role("searchbox").fill("Chi")
    page.get_by_role("heading", level=1).click()
    begin(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()
    expect(dialog(page)).to_be_hidden()
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("Chi")
    assert count_pieces() == 1


def test_a_fault_is_said_in_the_dialog_and_the_rest_stays(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page)
    day = dialog(page).get_by_label("Day")
    day.fill("2026-12-24")
    with visitor.expecting(422):
        title(page).press("Enter")
        summary = dialog(page).get_by_role("alert")
        expect(summary).to_be_focused()
        expect(summary).to_contain_text("That day lies ahead.")
    expect(title(page)).to_have_value(LINE)
    expect(day).to_have_value("2026-12-24")
    for screen in SCREENS:
        visitor.show(screen)
        visitor.check_accessible()
    day.fill("2026-11-20")
    title(page).press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()
    assert visitor.path == "/people/"


def test_a_fault_goes_when_its_field_is_filled(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page, "")
    # A browser would not send an empty line; a space is one.
    with visitor.expecting(422):
        page.keyboard.type(" ")
        page.keyboard.press("Enter")
        expect(dialog(page).get_by_role("alert")).to_be_focused()
    expect(dialog(page)).to_contain_text("Write one line that says what happened.")
    title(page).fill(LINE)
    expect(dialog(page)).not_to_contain_text("Write one line that says what happened.")
    expect(dialog(page).get_by_role("alert")).to_have_count(0)
    assert title(page).get_attribute("aria-invalid") is None
    visitor.check_accessible()


def test_a_tick_that_does_not_count_as_the_chosen_kind_says_so_at_once(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page)
    box = dialog(page).get_by_role("checkbox", name=COACH)
    tick = dialog(page).locator("label.check").filter(has_text=COACH)
    expect(tick).to_contain_text("because of")
    box.check()
    expect(tick).not_to_contain_text("does not count")
    dialog(page).get_by_role("radio", name="Incident").check()
    expect(tick).to_contain_text("does not count as Incident")
    for screen in SCREENS:
        visitor.show(screen)
        visitor.check_accessible()
    box.uncheck()
    expect(tick).not_to_contain_text("does not count")


def write_underneath(page):
    page.get_by_role("main").get_by_role("searchbox").fill("Chi")
    page.get_by_role("heading", level=1).click()


def underneath(page):
    return page.get_by_role("main", include_hidden=True).get_by_role("searchbox", include_hidden=True)


@pytest.mark.parametrize("fault", ["unreachable", "busy", "session"])
def test_a_form_that_cannot_be_fetched_leaves_the_page_underneath(visit, amara, clock, fault):
    visitor = visit(amara, intercepting=True)
    page = visitor.open("/people/")
    write_underneath(page)
    if fault == "session":
        clock.stand_still(NOW + timedelta(hours=13))
    elif fault == "busy":
        page.route(re.compile("/evidence/compose"), lambda route: route.fulfill(status=503, body="Busy"))
    else:
        page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('unreachable')); }")
    with visitor.expecting(503):
        page.keyboard.press("e")
        way = dialog(page).get_by_role("link", name="Open the form in a new tab")
        expect(way).to_be_visible()
    assert way.get_attribute("target") == "_blank"
    assert way.get_attribute("href").endswith("/evidence/new")
    expect(dialog(page)).to_contain_text("What you are writing on the page stays")
    expect(underneath(page)).to_have_value("Chi")
    assert visitor.path == "/people/"
    visitor.check_accessible()
    dialog(page).get_by_role("button", name="Close").focus()
    page.keyboard.press("Space")
    expect(dialog(page)).to_be_hidden()


def test_a_form_that_cannot_be_fetched_leads_to_the_plain_one_where_nothing_is_lost(visit, amara, clock):
    visitor = visit(amara)
    page = visitor.open("/ladders/")
    clock.stand_still(NOW + timedelta(hours=13))
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_request_that_is_led_elsewhere_has_saved_nothing(visit, amara):
    visitor = visit(amara, intercepting=True)
    page = visitor.open("/people/")
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    page.route(
        re.compile("/evidence/$"), lambda route: route.fulfill(status=302, headers={"Location": "/sign-in/second"})
    )
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text("Not saved")
    expect(dialog(page).get_by_role("link", name="Open Belay in a new tab")).to_be_visible()
    expect(title(page)).to_have_value(LINE)
    assert LINE in page.evaluate("sessionStorage.getItem('belay-composer')")
    assert count_pieces() == 0


@pytest.mark.parametrize(
    ("status", "words"),
    [(413, "shorten it"), (429, "wait a minute"), (500, "went wrong in Belay"), (503, "cannot store anything")],
)
def test_what_went_wrong_is_said_in_words_that_fit(visit, amara, status, words):
    visitor = visit(amara, intercepting=True)
    page = visitor.open("/people/")
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    page.route(re.compile("/evidence/$"), lambda route: route.fulfill(status=status, body="<p>Fault"))
    with visitor.expecting(status):
        page.keyboard.press("Enter")
        expect(dialog(page)).to_contain_text(words)
    expect(title(page)).to_have_value(LINE)


def test_a_line_that_was_saved_is_said_to_be_when_the_page_cannot_be_fetched_anew(visit, amara):
    visitor = visit(amara, intercepting=True)
    page = visitor.open("/people/")
    write_underneath(page)
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    page.route(re.compile("/people/$"), lambda route: route.fulfill(status=500, body="<p>Fault"))
    with visitor.expecting(500):
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="Saved. It stands under Evidence")).to_be_visible()
    expect(dialog(page)).to_be_hidden()
    expect(underneath(page)).to_have_value("Chi")
    assert count_pieces() == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_a_session_that_ran_out_leaves_what_is_written_underneath(visit, amara, clock):
    visitor = visit(amara)
    page = visitor.open("/people/")
    write_underneath(page)
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    with visitor.expecting(401):
        clock.stand_still(NOW + timedelta(hours=13))
        page.keyboard.press("Enter")
        expect(dialog(page).get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    expect(underneath(page)).to_have_value("Chi")
    expect(title(page)).to_have_value(LINE)


def test_another_piece_that_is_logged_leaves_the_half_written_line(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page, "Half a line")
    page.keyboard.press("Escape")
    page = visitor.open("/evidence/")
    page.get_by_role("main").get_by_label("What happened, in one line").fill("A whole line")
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()
    visitor.open("/people/")
    page.keyboard.press("e")
    expect(title(page)).to_have_value("Half a line")


def test_a_session_that_ran_out_carries_the_line_through_sign_in(visit, amara, clock):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    with visitor.expecting(401):
        clock.stand_still(NOW + timedelta(hours=13))
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_contain_text("What you typed is kept.")
    page.get_by_label("E-mail").fill(amara.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_contain_text(LINE)
    assert visitor.path == "/people/"
    assert page.evaluate("sessionStorage.length") == 0


@pytest.fixture
def impatient(monkeypatch, server):
    """Let a request wait only a moment for a locked database, so that the test need not."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    for engine in db.engines.values():
        engine.dispose()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_locked_database_gives_back_the_line(visit, amara, databases, impatient, scripts):
    visitor = visit(amara, scripts=scripts)
    page = visitor.open("/people/" if scripts else "/evidence/compose?next=/people/")
    if scripts:
        begin(page)
        expect(dialog(page).locator("label.check").first).to_contain_text("because of")
        form = dialog(page)
    else:
        form = page.get_by_role("main")
        form.get_by_label("What happened, in one line").fill(LINE)
    file = make_url(databases.url).database
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with visitor.expecting(503):
            form.get_by_role("button", name="Save", exact=True).click()
            if scripts:
                expect(form).to_contain_text("Your line stays here")
                expect(title(page)).to_have_value(LINE)
            else:
                page.get_by_text("What you typed is still here").click()
                expect(form).to_contain_text(LINE)
        somebody.execute("ROLLBACK")
    (form if scripts else page).get_by_role("button", name="Save" if scripts else "Send it again", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_contain_text(LINE)
    assert visitor.path == "/people/"


def test_a_form_that_had_expired_is_fetched_anew_with_the_line_in_it(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    begin(page)
    expect(dialog(page).locator("label.check").first).to_contain_text("because of")
    with visitor.expecting(400):
        visitor.sign_in(amara)
        page.keyboard.press("Enter")
        expect(dialog(page)).to_contain_text("Press Save once more.")
    expect(title(page)).to_have_value(LINE)
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()


def test_without_scripts_the_button_leads_to_the_form_and_suggest_shows_suggestions(visit, amara):
    visitor = visit(amara, scripts=False)
    page = visitor.open("/people/")
    page.get_by_role("complementary").get_by_role("link", name="Log evidence").click()
    assert visitor.path == "/evidence/new"
    page.get_by_label("What happened, in one line").fill(LINE)
    page.get_by_role("button", name="Suggest expectations").click()
    expect(page.get_by_label("What happened, in one line")).to_have_value(LINE)
    expect(page.get_by_role("group", name="What does it show?")).to_contain_text("because of")
    assert count_pieces() == 0
    page.get_by_role("checkbox", name=COACH).first.check()
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LINE)


def test_keys_mean_nothing_while_somebody_types_and_the_list_names_them_all(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/people/")
    page.get_by_role("main").get_by_role("searchbox").focus()
    page.keyboard.type("e/?g")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("e/?g")
    expect(dialog(page)).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    for words in ("Log evidence, from any page", "Search", "Go home", "Go to people"):
        expect(keys).to_contain_text(words)
    page.keyboard.press("e")
    expect(dialog(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    visitor.open("/ladders/")
    page.keyboard.press("/")
    expect(page.get_by_role("complementary").get_by_role("searchbox", name="Search")).to_be_focused()


def test_on_the_page_of_ones_evidence_the_key_goes_to_the_composer_that_is_there(visit, amara):
    visitor = visit(amara)
    page = visitor.open("/evidence/")
    page.keyboard.press("e")
    line = page.get_by_role("main").get_by_label("What happened, in one line")
    expect(line).to_be_focused()
    page.keyboard.type(LINE)
    expect(page.get_by_role("main")).to_contain_text("because of")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as E-1")).to_be_visible()
