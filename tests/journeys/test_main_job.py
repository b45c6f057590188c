"""The main job: an engineer sees what is missing, logs evidence, assesses themselves, is rated, and sees it change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.evidence import EvidenceKind
from app.people.models import Person
from tests.factories.assessments import make_assessment, make_evidence, publish
from tests.factories.people import PASSWORD, make_person, make_team
from tests.journeys.hands import Hand, Keyboard, Mouse

pytestmark = pytest.mark.browser

COACH = "swe.coach-juniors"
OTHERS = (
    "swe.design-significant-features",
    "swe.influence-architecture",
    "swe.lead-design-discussions",
    "swe.systemic-improvements",
)
TITLE = "Paired with Chioma on tax rounding until she owned it"
STORY = "Eight sessions of an hour.\n\nIn the last two she did and I asked."


@dataclass(frozen=True)
class Cast:
    """Amara holds L2. For L3 all is shown and confirmed but one expectation, for which a second piece is missing."""

    amara: Person
    tomasz: Person


def make_cast(*, is_rated: bool) -> Cast:
    """Return the two. `is_rated`: half a year's rating is in, with one “partly”; else nobody has rated anything."""
    edition = publish()
    team = make_team("Billing")
    tomasz = make_person("Tomasz Wieczorek", team=team, password=PASSWORD)
    henrik = make_person("Henrik Lindqvist", team=team)
    amara = make_person(
        "Amara Diallo", manager=tomasz, team=team, level="L2", since=date(2025, 2, 3), password=PASSWORD
    )
    for day, title in ((date(2026, 1, 20), "Design for split payments"), (date(2026, 9, 22), "Ledger schema")):
        make_evidence(amara, *OTHERS, on=day, kind=EvidenceKind.DESIGN_DOC, title=title, confirmed_by=henrik)
    make_evidence(
        amara, COACH, on=date(2026, 3, 16), kind=EvidenceKind.MENTORING_LOG, title="First steps", confirmed_by=henrik
    )
    if is_rated:
        make_assessment(
            amara,
            edition,
            "L3",
            manager=tomasz,
            own=dict.fromkeys((*OTHERS, COACH), "met"),
            theirs={**dict.fromkeys(OTHERS, "met"), COACH: "partly_met"},
            own_on=date(2026, 9, 28),
            theirs_on=date(2026, 10, 1),
        )
    return Cast(amara, tomasz)


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def answers_to(page: Page, expectation: str) -> Locator:
    return page.locator(f"[id='row-{expectation}']")


# The steps, for whoever does them -------------------------------------------------


def sign_in(hand: Hand, person: Person) -> None:
    page = hand.page
    page.goto("/")
    hand.write(page.get_by_label("E-mail"), person.email)
    hand.write(page.get_by_label("Password"), PASSWORD)
    hand.press(page.get_by_role("button", name="Sign in"))
    expect(page).to_have_title("Home · Belay")


def see_one_blocker(page: Page) -> None:
    """Home before: the level held, the count, and the one thing that is missing, with its reason and its way out."""
    main = main_of(page)
    expect(heading(page)).to_have_text(re.compile(r"L2 held since 3 February 2025, next is\s+L3"))
    expect(main).to_contain_text("19 of 20 required expectations up to L3 are met.")
    expect(main.get_by_role("heading", name="Missing for L3")).to_be_visible()
    expect(main.locator(".verdict")).to_have_text("Not yet")
    blockers = main.locator(".blocker")
    expect(blockers).to_have_count(1)
    expect(blockers).to_contain_text("Partly met")
    expect(blockers).to_contain_text("Tomasz Wieczorek rated this “partly” on 1 October.")
    expect(blockers).to_contain_text("One more piece on or after 12 September 2026")
    expect(blockers).to_contain_text("1 of 2 pieces")


def see_that_nobody_can_tell(page: Page) -> None:
    """Home before anybody has rated: unknown is no “not met”, and the rating is what can be asked for."""
    main = main_of(page)
    expect(main).to_contain_text("15 of 20 required expectations up to L3 are met.")
    expect(main.locator(".verdict")).to_have_text("Cannot tell")
    expect(main.locator(".blocker")).to_have_count(5)
    expect(main.locator(".blocker").first).to_contain_text("Not rated")
    expect(main.locator(".blocker").first).to_contain_text("Your manager has not rated this yet.")
    expect(main.get_by_role("button", name="Ask for a rating")).to_have_count(5)


def see_that_nothing_is_missing(page: Page) -> None:
    """Home afterwards."""
    main = main_of(page)
    expect(main).to_contain_text("20 of 20 required expectations up to L3 are met. Nothing is missing.")
    expect(main.locator(".verdict")).to_have_text("Ready")
    expect(main.get_by_role("heading", name="Nothing is missing for L3")).to_be_visible()
    expect(main.locator(".blocker")).to_have_count(0)
    expect(main.get_by_role("link", name=TITLE)).to_be_visible()


def read_the_ladder(hand: Hand) -> None:
    """Matrix, one expectation, and what changes between two levels."""
    page = hand.page
    hand.press(page.get_by_role("link", name="Open the ladder"))
    expect(page.get_by_role("table").first).to_contain_text("Coaches or mentors junior engineers in the team.")
    hand.press(page.get_by_role("link", name=re.compile("^Coaches or mentors junior engineers")))
    opened = page.locator(".expectation-panel, .panel", has_text=COACH).first
    expect(opened).to_contain_text("Coaches or mentors junior engineers in the team.")
    hand.press(page.get_by_role("link", name="What changes from L2 to L3"))
    expect(heading(page)).to_contain_text("L2")
    expect(heading(page)).to_contain_text("L3")
    expect(main_of(page)).to_contain_text("Leads technical-design discussions.")


def log_the_missing_piece(hand: Hand) -> None:
    """From the button beside the blocker: the expectation is ticked already."""
    page = hand.page
    hand.press(main_of(page).get_by_role("link", name=re.compile("^Log evidence for: Coaches or mentors")))
    expect(heading(page)).to_have_text("Log evidence")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    hand.write(page.get_by_label("What happened, in one line"), TITLE)
    hand.choose(page.get_by_role("radio", name="Mentoring log"))
    hand.write(page.get_by_label("The story"), STORY)
    hand.write(page.get_by_label(re.compile("^In a line, how does it show this. Coaches")), "She owns the module now.")
    hand.press(main_of(page).get_by_role("button", name="Save", exact=True))
    expect(heading(page)).to_have_text(TITLE)
    expect(main_of(page)).to_contain_text("It is private until you share it.")
    hand.press(main_of(page).get_by_role("button", name="Share"))
    expect(main_of(page)).to_contain_text("is shared: your manager and HR can read it.")
    expect(main_of(page)).to_contain_text("In the last two she did and I asked.")


def rate_all(hand: Hand, words: str) -> None:
    """Answer every open row of a sheet, with a comment on the one that matters."""
    page = hand.page
    for expectation in (*OTHERS, COACH):
        hand.choose(answers_to(page, expectation).get_by_role("radio", name="Met", exact=True))
    hand.write(answers_to(page, COACH).get_by_role("textbox"), words)


def sign_sheet(hand: Hand) -> None:
    hand.press(main_of(hand.page).get_by_role("button", name="Sign and seal"))


def rate_as_manager(hand: Hand, tomasz: Person) -> None:
    """The manager signs in, sees what waits, answers, and then both sides are open."""
    page = hand.page
    sign_in(hand, tomasz)
    waiting = page.get_by_role("complementary", name="Waiting for you")
    expect(waiting).to_contain_text("The engineer’s side is in")
    hand.press(waiting.get_by_role("link", name="Rate Amara Diallo for L3"))
    expect(heading(page)).to_contain_text("Assessment of Amara Diallo for")
    expect(main_of(page)).not_to_contain_text("Eight sessions and a module")
    expect(answers_to(page, COACH)).to_contain_text(TITLE)
    rate_all(hand, "I have seen her let go of the keyboard.")
    sign_sheet(hand)
    expect(main_of(page)).to_contain_text("Open both sides?")
    expect(main_of(page)).to_contain_text("ratings stay as they were given")
    hand.press(main_of(page).get_by_role("button", name="Sign and open both sides"))
    expect(heading(page)).to_contain_text("Two views on L3")
    expect(main_of(page)).to_contain_text("Eight sessions and a module")


# Three ways through ---------------------------------------------------------------


@pytest.mark.postgres
def test_an_engineer_gets_from_what_is_missing_to_ready(visit):
    cast = make_cast(is_rated=True)
    visitor = visit()
    page, hand = visitor.page, Mouse(visitor.page)
    sign_in(hand, cast.amara)
    see_one_blocker(page)
    hand.press(page.get_by_role("complementary").get_by_role("link", name="Ladder"))
    read_the_ladder(hand)
    hand.press(page.get_by_role("complementary").get_by_role("link", name="Home"))
    log_the_missing_piece(hand)
    hand.press(page.get_by_role("complementary").get_by_role("link", name="Assessments"))
    hand.press(page.get_by_role("button", name="Open an assessment"))
    rate_all(hand, "Eight sessions and a module that she owns.")
    expect(page.locator("[data-save-text]")).to_have_text("Saved at 10:00")
    page.reload()
    expect(answers_to(page, COACH).get_by_role("textbox")).to_have_value("Eight sessions and a module that she owns.")
    expect(page.locator("[data-form-count]")).to_contain_text("5 of 5 answered")
    sign_sheet(hand)
    expect(heading(page)).to_contain_text("is in")
    expect(main_of(page)).to_contain_text("Sealed until both have spoken")
    page.goto("/")
    see_one_blocker_with_two_pieces(page)
    rate_as_manager(Mouse(visit().page), cast.tomasz)
    page.reload()
    see_that_nothing_is_missing(page)


def see_one_blocker_with_two_pieces(page: Page) -> None:
    """Home in between: the evidence suffices, the rating is still the old one, and the new one is sealed."""
    blockers = main_of(page).locator(".blocker")
    expect(blockers).to_have_count(1)
    expect(blockers).to_contain_text("A new rating; the evidence is there.")
    expect(main_of(page).locator(".verdict")).to_have_text("Not yet")


def test_the_main_job_needs_no_scripts(visit):
    cast = make_cast(is_rated=False)
    visitor = visit(scripts=False)
    page, hand = visitor.page, Mouse(visitor.page)
    sign_in(hand, cast.amara)
    see_that_nobody_can_tell(page)
    hand.press(page.get_by_role("complementary").get_by_role("link", name="Ladder"))
    read_the_ladder(hand)
    page.goto(f"/evidence/new?expectation={COACH}")
    hand.write(page.get_by_label("What happened, in one line"), TITLE)
    hand.choose(page.get_by_role("radio", name="Mentoring log"))
    hand.press(main_of(page).get_by_role("button", name="Save and share"))
    expect(main_of(page)).to_contain_text("is shared")
    hand.press(page.get_by_role("complementary").get_by_role("link", name="Home"))
    hand.press(main_of(page).get_by_role("button", name=re.compile("^Ask for a rating for: Coaches")))
    expect(heading(page)).to_contain_text("Self-assessment for L3")
    rate_all(hand, "Eight sessions and a module that she owns.")
    hand.press(main_of(page).get_by_role("button", name="Save draft"))
    expect(main_of(page)).to_contain_text("Your draft is saved. Only you can read it.")
    expect(page.locator("[data-form-count]")).to_contain_text("5 of 5 answered")
    sign_sheet(hand)
    expect(heading(page)).to_contain_text("is in")
    rate_as_manager(Mouse(visit(scripts=False).page), cast.tomasz)
    page.goto("/")
    see_that_nothing_is_missing(page)


def test_the_main_job_needs_no_mouse(visit):
    cast = make_cast(is_rated=True)
    visitor = visit()
    page, hand = visitor.page, Keyboard(visitor.page)
    sign_in(hand, cast.amara)
    see_one_blocker(page)
    hand.keys("g", "l")
    read_the_ladder(hand)
    hand.keys("g", "h")
    expect(page).to_have_title("Home · Belay")
    log_the_missing_piece(hand)
    hand.keys("g", "a")
    hand.press(page.get_by_role("button", name="Open an assessment"))
    expect(heading(page)).to_contain_text("Self-assessment for L3")
    rate_with_numbers(hand)
    expect(page.locator("[data-save-text]")).to_have_text("Saved at 10:00")
    sign_sheet(hand)
    expect(heading(page)).to_contain_text("is in")
    rate_as_manager(Keyboard(visit().page), cast.tomasz)
    hand.keys("g", "h")
    see_that_nothing_is_missing(page)


def rate_with_numbers(hand: Keyboard) -> None:
    """`j` goes from row to row, `3` is “met”, Tab leads to the words beside it, Escape out of them."""
    page = hand.page
    rows = main_of(page).locator("[data-row]").locator("visible=true")
    expect(rows).to_have_count(5)
    for place in range(5):
        hand.keys("j")
        expect(rows.nth(place)).to_be_focused()
        hand.check_focus()
        expect(rows.nth(place)).to_have_class(re.compile("is-unanswered"))
        hand.keys("3")
        expect(rows.nth(place)).not_to_have_class(re.compile("is-unanswered"))
        expect(page.locator("[data-answered]")).to_have_text(f"{place + 1} of 5 answered")
        expect(rows.nth(place).get_by_role("radio", name="Met", exact=True)).to_be_checked()
    expect(page.get_by_role("link", name="Go to the next open one")).to_have_count(0)
    hand.write(answers_to(page, COACH).get_by_role("textbox"), "Eight sessions and a module that she owns.")
    hand.keys("Escape")
