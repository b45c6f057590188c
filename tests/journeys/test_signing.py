"""Both sides in, the talk, the notes, two signatures, the paper: and what it did to the verdict."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.assessment.models import AssessmentAnswer, Side
from app.domain.evidence import EvidenceKind
from app.infra.unit_of_work import transaction
from tests.factories.assessments import make_assessment, make_evidence, publish
from tests.factories.people import make_person, make_team
from tests.journeys.accessibility import SCREENS
from tests.papers import text_of

pytestmark = pytest.mark.browser

COACH, LEAD = "swe.coach-juniors", "swe.lead-design-discussions"
OTHERS = ("swe.design-significant-features", "swe.influence-architecture", "swe.systemic-improvements")
OPEN = (*OTHERS, LEAD, COACH)


def make_cast():
    """Return Amara and Tomasz; her evidence suffices for all of L3, and nobody has rated it."""
    edition = publish()
    team = make_team("Billing")
    tomasz = make_person("Tomasz Wieczorek", team=team)
    henrik = make_person("Henrik Lindqvist", team=team)
    amara = make_person("Amara Diallo", manager=tomasz, team=team, level="L2", since=date(2025, 2, 3))
    for day in (date(2026, 1, 20), date(2026, 9, 22)):
        make_evidence(amara, *OTHERS, LEAD, on=day, kind=EvidenceKind.DESIGN_DOC, title="Ledger", confirmed_by=henrik)
        make_evidence(amara, COACH, on=day, kind=EvidenceKind.MENTORING_LOG, title="Paired", confirmed_by=henrik)
    return edition, amara, tomasz


def reveal(edition, amara, tomasz):
    """Let both have handed in: two steps apart on leading, one on coaching, the same on the rest."""
    own = dict.fromkeys(OPEN, "met") | {LEAD: "exceeded"}
    theirs = dict.fromkeys(OPEN, "met") | {LEAD: "partly_met", COACH: "exceeded"}
    found = make_assessment(
        amara, edition, "L3", manager=tomasz, own=own, theirs=theirs,
        own_on=date(2026, 11, 18), theirs_on=date(2026, 11, 20),
    )  # fmt: skip
    with transaction() as session:
        rows = session.query(AssessmentAnswer).filter_by(expectation_id=LEAD)
        rows.filter_by(side=Side.SELF).one().comment = "Refund ordering and the ledger schema."
        rows.filter_by(side=Side.MANAGER).one().comment = "One of the two was led by Henrik."
    return found


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def write_note(page: Page, about: str, words: str) -> None:
    row = main_of(page).locator("article", has_text=about)
    row.get_by_role("textbox").fill(words)
    row.get_by_role("button", name="Save note").click()
    expect(main_of(page)).to_contain_text("The note is saved.")


def sign(page: Page) -> None:
    main_of(page).get_by_role("link", name="Sign, or say why not").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign the result of")
    main_of(page).get_by_role("button", name="I sign this result").click()
    expect(main_of(page)).to_contain_text("You have signed the answers")


@pytest.mark.postgres
def test_from_two_views_to_a_signed_result_on_paper(visit, tmp_path):
    edition, amara, tomasz = make_cast()
    hers = visit(amara)
    page = hers.open("/")
    expect(main_of(page)).to_contain_text("15 of 20 required expectations up to L3 are met.")
    found = reveal(edition, amara, tomasz)
    page = hers.open(f"/assessments/{found.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("two differ, three agree")
    expect(main_of(page).locator("article").first).to_contain_text("Two steps apart: a reason to talk")
    expect(main_of(page)).to_contain_text("4 more met")
    expect(main_of(page).locator(".verdict")).to_have_text("Not yet")
    for screen in SCREENS:
        hers.show(screen)
        hers.check_accessible()
    hers.show(SCREENS[0])
    write_note(page, "Leads technical-design", "We read the minutes of 3 November together.")

    his = visit(tomasz)
    other = his.open(f"/assessments/{found.id}")
    expect(main_of(other)).to_contain_text("Last written by Amara Diallo")
    main_of(other).get_by_label(re.compile("the assessment as a whole")).fill("January for the next one.")
    main_of(other).locator("section", has_text="On the whole").get_by_role("button", name="Save note").click()
    expect(main_of(other)).to_contain_text("The note is saved.")
    sign(other)
    expect(main_of(other).get_by_role("button", name="Save note")).to_have_count(0)
    for screen in SCREENS:
        his.show(screen)
        his.check_accessible()

    page.reload()
    expect(main_of(page)).to_contain_text("Notes are final, unless whoever signed takes that back")
    sign(page)
    expect(main_of(page)).to_contain_text("Closed: it stays as it is")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take out as PDF").click()
    assert re.fullmatch(r"assessment-result-2026-11-20\.pdf", taken.value.suggested_filename)
    text = text_of(Path(taken.value.path()).read_bytes())
    for words in ("We read the minutes of 3 November together.", "January for the next one.", "One of the two was led",
                  "Signed on 21 November 2026"):  # fmt: skip
        assert words in text
    check_paper(page, tmp_path)
    page = hers.open("/")
    expect(main_of(page)).to_contain_text("19 of 20 required expectations up to L3 are met.")


def check_paper(page: Page, folder: Path) -> None:
    """Print the page as the browser does: names, days, version and numbers of pages, and nothing to press."""
    paper = folder / "paper.pdf"
    page.pdf(path=paper, format="A4", prefer_css_page_size=True)
    printed = text_of(paper.read_bytes())
    for words in ("Amara Diallo and Tomasz Wieczorek", "Software Engineer 1.0.0", "Signed on 21 November 2026",
                  "We read the minutes of 3 November together.", "Page 1 of"):  # fmt: skip
        assert words in printed, words
    for control in ("Save note", "Print for the talk", "Take out as PDF", "Skip to content", "Log evidence"):
        assert control not in printed


def test_signing_needs_no_scripts_and_a_refusal_is_read_by_the_other(visit):
    edition, amara, tomasz = make_cast()
    found = reveal(edition, amara, tomasz)
    hers = visit(amara, scripts=False)
    page = hers.open(f"/assessments/{found.id}")
    main_of(page).get_by_role("link", name="Sign, or say why not").click()
    with hers.expecting(422):
        main_of(page).get_by_role("button", name="Record that I do not sign").click()
        expect(page.get_by_role("alert")).to_contain_text("Say in your own words why you do not sign.")
    main_of(page).get_by_label("I do not sign, because").fill("The review in May is missing.")
    main_of(page).get_by_role("button", name="Record that I do not sign").click()
    expect(main_of(page)).to_contain_text("The review in May is missing.")
    other = visit(tomasz, scripts=False).open(f"/assessments/{found.id}")
    expect(main_of(other)).to_contain_text("The review in May is missing.")
    sign(other)
    expect(main_of(other)).to_contain_text("Closed: it stays as it is")
