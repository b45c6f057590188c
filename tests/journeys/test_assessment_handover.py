"""HR moves an engineer to another line manager in mid-assessment: nothing is lost, no word of a draft is shown."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from app.access.actor import Role
from app.assessment import queries
from app.assessment.models import Side
from app.infra.db import db
from app.people.models import Person
from tests.factories.assessments import make_assessment, publish
from tests.factories.people import make_person, make_team
from tests.journeys.accessibility import SCREENS
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

COACH = "swe.coach-juniors"
OPEN = (
    "swe.design-significant-features",
    "swe.influence-architecture",
    "swe.systemic-improvements",
    "swe.lead-design-discussions",
    COACH,
)
HERS = "Eight sessions, and she owns the module now."
OLD = "Heron: I doubt that she led the migration."
NEW = "I have read the minutes, and seen her let go of the keyboard."


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return an assessment that runs, its two sides, HR, and the manager who comes next."""
    edition = publish()
    billing, records = make_team("Billing"), make_team("Records")
    head = make_person("Hana Head")
    tomasz = make_person("Tomasz Wieczorek", manager=head, team=billing)
    amara = make_person("Amara Diallo", manager=tomasz, team=billing, level="L2", since=date(2025, 2, 3))
    return SimpleNamespace(
        amara=amara,
        tomasz=tomasz,
        head=head,
        petra=make_person("Petra Rask", manager=head, team=records),
        ruth=make_person("Ruth Okonjo", roles=(Role.HR,)),
        running=make_assessment(amara, edition, "L3", opened_on=date(2026, 11, 2)),
    )


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def row(page: Page, expectation: str) -> Locator:
    return page.locator(f'[id="row-{expectation}"]')


def look(visitor: Visitor, name: str) -> None:
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"handover-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


def fill_in(page: Page, answer: str, words: str) -> None:
    """Answer every open row of a sheet, with words on one."""
    for expectation in OPEN:
        row(page, expectation).get_by_role("radio", name=answer, exact=True).check(force=True)
    row(page, COACH).get_by_role("textbox").fill(words)


def press(page: Page, name: str) -> None:
    main_of(page).get_by_role("button", name=name, exact=True).click()


def move(visitor: Visitor, company: SimpleNamespace) -> None:
    """Move Amara to the other team and its manager, today."""
    page = visitor.open(f"/people/{company.amara.id}")
    main_of(page).get_by_role("link", name="Another team or manager", exact=True).click()
    page.get_by_label("Team", exact=True).select_option(label="Records")
    page.get_by_label("Line manager").select_option(label="Petra Rask")
    page.get_by_label("From", exact=True).fill("2026-11-21")
    press(page, "Record it")
    expect(page.locator(".history-line").filter(has_text="Reports to Petra Rask")).to_have_count(1)


def stored_words(company: SimpleNamespace, side: Side, author: Person) -> str:
    db.session.rollback()
    return queries.list_answers(company.running.id, side, author.id)[COACH].comment


def begin(visit, company: SimpleNamespace, path: str) -> tuple[Visitor, Visitor, Visitor]:
    """Let Amara hand in and Tomasz draft, and HR move her; return the windows of these three."""
    hers, his, hr = visit(company.amara), visit(company.tomasz), visit(company.ruth)
    page = hers.open(path)
    fill_in(page, "Met", HERS)
    press(page, "Sign and seal")
    expect(heading(page)).to_contain_text("is in")
    page = his.open(path)
    fill_in(page, "Partly", OLD)
    press(page, "Save draft")
    expect(main_of(page)).to_contain_text("Your draft is saved. Only you can read it.")
    move(hr, company)
    return hers, his, hr


def check_shows_nothing(visitor: Visitor, company: SimpleNamespace, path: str) -> None:
    """Refuse a page that shows a word of the draft that was left behind."""
    person = f"/people/{company.amara.id}"
    for address in (
        path,
        "/",
        "/inbox",
        "/assessments/",
        f"{person}/assessments",
        f"{person}/standing",
        "/search?q=Heron",
    ):
        with visitor.expecting(404):
            page = visitor.open(address)
        assert "I doubt" not in page.content(), address


@pytest.mark.postgres
def test_a_new_manager_takes_over_in_the_middle_of_an_assessment(visit, company):
    path = f"/assessments/{company.running.id}"
    hers, his, hr = begin(visit, company, path)
    petra = visit(company.petra)

    # The new one sees that hers is in, an empty sheet, and nothing else.
    page = petra.open("/inbox")
    expect(main_of(page)).to_contain_text("Amara Diallo")
    page = petra.open(path)
    expect(main_of(page)).to_contain_text("Amara Diallo has handed in.")
    expect(main_of(page)).to_contain_text("0 of 5 answered")
    expect(main_of(page)).not_to_contain_text(HERS)
    look(petra, "new-manager-sheet")

    # The old one has no way in any more; his text is stored as he left it, and nobody's but his.
    with his.expecting(404):
        his.open(path)
    expect(heading(his.page)).to_have_text("There is nothing here for you")
    look(his, "old-manager")
    his.open("/inbox")
    expect(main_of(his.page)).not_to_contain_text("Amara Diallo")
    assert stored_words(company, Side.MANAGER, company.tomasz) == OLD

    for visitor in (hers, his, hr, petra, visit(company.head)):
        check_shows_nothing(visitor, company, path)

    # The new one answers, and both sides open.
    page = petra.open(path)
    fill_in(page, "Exceeded", NEW)
    press(page, "Sign and seal")
    expect(main_of(page)).to_contain_text("Open both sides?")
    press(page, "Sign and open both sides")
    for visitor in (petra, hers, hr):
        page = visitor.open(path)
        expect(main_of(page)).to_contain_text(HERS)
        expect(main_of(page)).to_contain_text(NEW)
        expect(main_of(page)).to_contain_text("Petra Rask")
        expect(main_of(page)).not_to_contain_text(OLD)
    look(hers, "revealed")
    for visitor in (hers, his, hr, petra):
        check_shows_nothing(visitor, company, path)
    assert stored_words(company, Side.MANAGER, company.tomasz) == OLD


def test_the_old_manager_goes_on_with_his_draft_when_the_move_is_taken_back(visit, company):
    path = f"/assessments/{company.running.id}"
    hers, his, hr = begin(visit, company, path)
    with his.expecting(404):
        his.open(path)
    page = hr.open(f"/people/{company.amara.id}")
    line = page.locator(".history-line").filter(has_text="Reports to Petra Rask")
    line.get_by_role("link", name=re.compile(r"^Undo")).click()
    press(page, "Take it back")
    page = his.open(path)
    expect(row(page, COACH).get_by_role("textbox")).to_have_value(OLD)
    expect(main_of(page)).to_contain_text("5 of 5 answered")
    check_shows_nothing(hers, company, path)
