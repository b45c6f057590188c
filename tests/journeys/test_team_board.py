"""A manager of twelve looks at the board, narrows it, opens a cell, and asks for a waiver that HR approves."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from app.access.actor import Role
from app.people.models import Person
from tests.factories.assessments import make_assessment, make_evidence, publish
from tests.factories.people import make_person, make_team
from tests.journeys.accessibility import SCREENS
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

ASKED = (
    "swe.design-significant-features",
    "swe.influence-architecture",
    "swe.coach-juniors",
    "swe.lead-design-discussions",
    "swe.systemic-improvements",
)
NAMES = (
    "Amara Diallo", "Benedikt Hofstätter", "Chioma Eze", "Daniel Okafor-Lindgren", "Ffion Prydderch", "Hyun-woo Baek",
    "Íñigo Zubizarreta y Aguirregomezcorta", "Maximiliane Oberhuber-Castellanos", "Nguyễn Thị Minh Khai",
    "Rosalind Achterberg", "Saoirse Ó Conaill", "Yusuf Karadağ",
)  # fmt: skip


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return a manager of twelve: one close, one ready, one with no opportunity, one at the top, the rest not rated."""
    edition = publish()
    team = make_team("Billing")
    head = make_person("Hana Head")
    tomasz = make_person("Tomasz Wieczorek", manager=head, team=team)
    people = {
        name: make_person(name, manager=tomasz, team=team, level="L4" if name.startswith("Yusuf") else "L2")
        for name in NAMES
    }
    amara, chioma, daniel = (people[NAMES[place]] for place in (0, 2, 3))
    for person in (amara, chioma):
        for day in (date(2026, 1, 20), date(2026, 9, 22)):
            for kind in ("design_doc", "mentoring_log"):
                make_evidence(person, *ASKED, on=day, kind=kind, confirmed_by=people[NAMES[4]])

    def rate(person: Person, answers: dict[str, str]) -> None:
        day = date(2026, 10, 20)
        make_assessment(person, edition, "L3", manager=tomasz, own=answers, theirs=answers, own_on=day, theirs_on=day)

    met = dict.fromkeys(ASKED, "met")
    rate(amara, {**met, ASKED[0]: "partly_met"})
    rate(chioma, met)
    rate(daniel, {ASKED[4]: "no_opportunity"})
    ruth = make_person("Ruth Okonjo", roles=(Role.HR,))
    return SimpleNamespace(head=head, tomasz=tomasz, amara=amara, ruth=ruth)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def look(visitor: Visitor, name: str) -> None:
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"board-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


def names_on(page: Page) -> list[str]:
    return page.locator(".board .person-name").all_inner_texts()


def test_a_manager_of_twelve_finds_whom_to_look_at(visit, company):
    visitor = visit(company.tomasz)
    page = visitor.page
    page.goto("/people/board")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where each of your twelve reports stands")
    assert names_on(page) == list(NAMES)
    look(visitor, "twelve")
    row = page.get_by_role("row").filter(has_text="Amara Diallo")
    expect(row).to_contain_text("Not yet")
    expect(row).to_contain_text("1 missing of 20".replace(" ", "\N{NO-BREAK SPACE}"))
    expect(page.get_by_role("row").filter(has_text="Yusuf")).to_contain_text("Top of this ladder")
    page.get_by_role("link", name="Close: one or two missing").click()
    assert names_on(page) == ["Amara Diallo"]
    page.get_by_role("link", name="Not looked at for 90 days").click()
    shown = names_on(page)
    assert shown == [name for name in NAMES if name in shown]
    assert "Amara Diallo" not in shown
    page.get_by_role("link", name="Everybody").click()
    page.get_by_role("row").filter(has_text="Amara Diallo").get_by_role("link", name="Delivery").click()
    expect(page).to_have_url(f"{visitor.server.url}/people/{company.amara.id}/standing#L3-delivery")


def test_a_waiver_is_asked_for_from_the_standing_and_approved_by_hr(visit, company):
    manager = visit(company.tomasz)
    page = manager.page
    page.goto(f"/people/{company.amara.id}/standing")
    page.get_by_role("link", name="Ask for a waiver").first.click()
    look(manager, "ask")
    page.get_by_label("Why does it not apply?").fill("Platform designs all features here.")
    page.get_by_role("button", name="Ask for it").click()
    expect(main(page)).to_contain_text("Waits for HR")
    hr = visit(company.ruth)
    hr.page.goto(f"/people/{company.amara.id}/waivers")
    hr.page.get_by_role("link", name="Approve or refuse").click()
    look(hr, "answer")
    hr.page.get_by_role("button", name="Approve").click()
    expect(main(hr.page)).to_contain_text("Holds")
    look(hr, "waivers")
    page.goto("/people/board")
    row = page.get_by_role("row").filter(has_text="Amara Diallo")
    expect(row).to_contain_text("Ready")
    expect(row).to_contain_text("Waived")


def test_the_level_above_goes_down_from_board_to_board(visit, company):
    visitor = visit(company.head)
    visitor.page.goto("/people/board")
    visitor.page.get_by_role("link", name="Tomasz Wieczorek").last.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(
        "Tomasz Wieczorek: where each of twelve reports stands"
    )
