"""HR looks after what is recorded of somebody in a browser; who else may read it, and who may not."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from app.access.actor import Role
from app.cli.shipped import publish_shipped
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person, make_team
from tests.journeys.accessibility import SCREENS
from tests.journeys.hands import Mouse
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return two teams with their managers, an engineer, a colleague of hers, and HR."""
    with transaction():
        publish_shipped(from_on=date(2023, 1, 1), by=SYSTEM, at=NOW)
    billing, records = make_team("Billing"), make_team("Records")
    tomasz = make_person("Tomasz Wieczorek", team=billing)
    return SimpleNamespace(
        tomasz=tomasz,
        petra=make_person("Petra Rask", team=records),
        amara=make_person("Amara Diallo", manager=tomasz, team=billing, level="L2", since=date(2025, 2, 3)),
        peer=make_person("Ffion Prydderch", manager=tomasz, team=billing, level="L2"),
        ruth=make_person("Ruth Okonjo", roles=(Role.HR,)),
    )


def look(visitor: Visitor, name: str) -> None:
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"people-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def line(page: Page, words: str) -> Locator:
    """Return the line of the history that says something."""
    return page.locator(".history-line").filter(has_text=words)


def act(hand: Mouse, name: str) -> None:
    """Press a button of the page."""
    hand.press(main(hand.page).get_by_role("button", name=name, exact=True))


def begin(visitor: Visitor, address: str, words: str) -> None:
    """Open somebody's page, and the form of a change from there."""
    visitor.open(address)
    Mouse(visitor.page).press(main(visitor.page).get_by_role("link", name=words, exact=True))


def undo_from_flash(page: Page) -> None:
    """Press the button beside what was just done."""
    page.get_by_role("status").get_by_role("button", name=re.compile(r"^Undo")).first.click()


def test_hr_moves_somebody_and_takes_it_back(visit, company):
    visitor, address = visit(company.ruth), f"/people/{company.amara.id}"
    page, hand = visitor.page, Mouse(visitor.page)
    begin(visitor, address, "Another team or manager")
    look(visitor, "move")
    page.get_by_label("Team", exact=True).select_option(label="Records")
    page.get_by_label("Line manager").select_option(label="Petra Rask")
    page.get_by_label("From", exact=True).fill("2026-12-01")
    act(hand, "Record it")
    expect(line(page, "Team Records")).to_contain_text("from 1 December 2026")
    expect(line(page, "Team Billing")).to_contain_text("to 30 November 2026")
    expect(line(page, "Reports to Petra Rask")).to_contain_text("Recorded by Ruth Okonjo")
    expect(page.get_by_role("complementary", name="Today")).to_contain_text("Tomasz Wieczorek")
    look(visitor, "moved")
    undo_from_flash(page)
    expect(page.get_by_role("status")).to_contain_text("as it was before")
    expect(line(page, "Team Records")).to_have_count(0)
    expect(line(page, "Team Billing")).not_to_contain_text("30 November")
    # The manager was changed along with the team, and has an undoing of its own.
    line(page, "Reports to Petra Rask").get_by_role("link", name=re.compile(r"^Undo")).click()
    act(hand, "Take it back")
    expect(line(page, "Reports to Petra Rask")).to_have_count(0)
    expect(line(page, "Reports to Tomasz Wieczorek")).to_contain_text("since")


def test_hr_records_leave_without_an_end_and_closes_it(visit, company):
    visitor, address = visit(company.ruth), f"/people/{company.amara.id}"
    page, hand = visitor.page, Mouse(visitor.page)
    begin(visitor, address, "Leave")
    look(visitor, "leave")
    page.get_by_label("First day of leave").fill("2026-11-02")
    page.get_by_label(re.compile("^First day back")).fill("2026-11-01")
    with visitor.expecting(422):
        act(hand, "Record it")
        expect(page.get_by_role("alert")).to_contain_text("The first day back lies after the first day of leave.")
    look(visitor, "leave-refused")
    page.get_by_label(re.compile("^First day back")).fill("")
    act(hand, "Record it")
    expect(line(page, "On leave")).to_contain_text("no day of return is known yet")
    line(page, "On leave").get_by_role("link", name=re.compile(r"^Correct")).click()
    look(visitor, "leave-correct")
    page.get_by_label(re.compile("^First day back")).fill("2026-11-30")
    act(hand, "Save the correction")
    expect(line(page, "On leave")).to_contain_text("2 November 2026 to 29 November 2026")
    manager = visit(company.tomasz)
    manager.open(address)
    expect(line(manager.page, "On leave")).to_contain_text("to 29 November 2026")
    expect(manager.page.locator(".history-acts")).to_have_count(0)


def test_hr_corrects_the_day_of_a_level_and_takes_the_level_back(visit, company):
    visitor, address = visit(company.ruth), f"/people/{company.amara.id}"
    page, hand = visitor.page, Mouse(visitor.page)
    begin(visitor, address, "A level")
    look(visitor, "level")
    page.get_by_label("Level", exact=True).select_option(label="L3, Software Engineer")
    page.get_by_label("Promotion").check()
    page.get_by_label("From", exact=True).fill("2026-11-16")
    act(hand, "Record it")
    newest = page.locator(".history-line").first
    expect(newest).to_contain_text("since 16 November 2026")
    newest.get_by_role("link", name=re.compile(r"^Correct")).click()
    look(visitor, "level-correct")
    page.get_by_label("From", exact=True).fill("2026-11-09")
    act(hand, "Save the correction")
    expect(newest).to_contain_text("since 9 November 2026")
    expect(line(page, "to 8 November 2026")).to_have_count(1)
    undo_from_flash(page)
    expect(newest).to_contain_text("since 16 November 2026")
    newest.get_by_role("link", name=re.compile(r"^Undo")).click()
    expect(main(page)).to_contain_text("Afterwards, for Amara Diallo")
    look(visitor, "undo")
    act(hand, "Take it back")
    expect(line(page, "Software Engineer")).to_have_count(1)
    expect(line(page, "Software Engineer")).to_contain_text("since 3 February 2025")
    undo_from_flash(page)
    expect(newest).to_contain_text("since 16 November 2026")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_hr_records_a_last_day_and_takes_it_back(visit, company, has_scripts):
    visitor, address = visit(company.ruth, scripts=has_scripts), f"/people/{company.tomasz.id}"
    page, hand = visitor.page, Mouse(visitor.page)
    begin(visitor, address, "Last day of work")
    expect(main(page)).to_contain_text("2 people report to Tomasz Wieczorek")
    page.get_by_role("textbox", name="Last day of work").fill("2026-11-30")
    act(hand, "Record it")
    expect(line(page, "Last day of work")).to_contain_text("30 November 2026")
    undo_from_flash(page)
    expect(line(page, "Last day of work")).to_have_count(0)


def test_history_is_read_by_whom_it_is_about_and_by_the_manager_and_by_no_colleague(visit, company):
    address = f"/people/{company.amara.id}"
    amara = visit(company.amara)
    amara.open(address)
    expect(amara.page.get_by_role("heading", name="What is recorded of you")).to_be_visible()
    expect(line(amara.page, "Software Engineer")).to_contain_text("since 3 February 2025")
    expect(amara.page.get_by_role("heading", name="Record a change")).to_have_count(0)
    look(amara, "own")
    manager = visit(company.tomasz)
    manager.open(address)
    expect(line(manager.page, "Team Billing")).to_have_count(1)
    look(manager, "report")
    peer = visit(company.peer)
    with peer.expecting(404):
        peer.open(address)
        expect(peer.page.get_by_role("heading", level=1)).to_contain_text("nothing here")


def test_hr_reads_on_the_own_page_why_it_cannot_be_changed_there(visit, company):
    visitor = visit(company.ruth)
    visitor.open(f"/people/{company.ruth.id}")
    expect(main(visitor.page)).to_contain_text("A second person of HR looks after your own row")
    expect(visitor.page.get_by_role("heading", name="Record a change")).to_have_count(0)
    look(visitor, "own-row-of-hr")


@pytest.mark.parametrize("address", ["/people/", "/people/new", "/people/organisation", "/people/teams"])
def test_pages_of_the_whole_company_can_be_used_on_every_screen(visit, company, address):
    visitor = visit(company.ruth)
    visitor.open(address)
    look(visitor, address.strip("/").replace("/", "-"))
