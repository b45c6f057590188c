"""A reviewer rates four expectations with the keyboard alone, in two tabs at one place, and hands in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.domain.promotion import CycleState
from app.promotion.queries.review import drafts_of, find_seat
from tests.factories import promotion as make
from tests.journeys.accessibility import SCREENS
from tests.journeys.hands import Keyboard
from tests.journeys.looking import keep_shot

pytestmark = pytest.mark.browser

ASKED = (
    "swe.design-significant-features",
    "swe.influence-architecture",
    "swe.coach-juniors",
    "swe.lead-design-discussions",
)
PIECES = [
    {
        "title": f"Piece of work number {number}",
        "narrative": "Two options with their costs.\n\nThe plan changed because of it.",
        "links": ["https://example.org/a-long-address/that-breaks-nothing/on-a-phone/whatever-its-length"],
        "expectations": [{"id": one, "line": "This shows it.", "counts": True, "against": None}],
    }
    for number, one in enumerate((*ASKED[:3], ASKED[0]), 1)
]


def look(visitor, name):
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"reviewing-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


def test_four_expectations_are_rated_with_the_keyboard_and_handed_in(app, visit):
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, name="Winter 2026")
    case = make.make_case(cycle, firm.amara, rated=ASKED, pieces=PIECES)
    make.make_feedback(case, firm.colleague, answers={ASKED[0]: ("limits", "She joined late.")})
    for one in firm.reviewers:
        make.seat(case, one)
    me = visit(firm.reviewers[0])
    page, hand = me.page, Keyboard(me.page)
    me.open("/promotions/reviews")
    hand.press(page.get_by_role("link", name=re.compile("^Begin")))
    heading = page.get_by_role("heading", level=2)
    expect(heading.first).to_have_text("Designs significant new-feature implementations.")
    look(me, "first")

    # Rated, written and kept without the mouse; keys that are typed into the words do nothing else.
    hand.keys("3", "r")
    page.keyboard.type("jk 12 shows it as ")
    hand.press(page.get_by_role("button", name="Cite E4"))
    expect(page.get_by_label("Why", exact=True)).to_have_value("jk 12 shows it as E4 ")
    expect(page.get_by_role("radio", name=re.compile("^Met"))).to_be_checked()
    expect(page.get_by_text(re.compile("^Saved at "))).to_be_visible()
    hand.keys("Escape", "j")
    page.wait_for_url("**/review/2#review")
    assert page.evaluate("document.activeElement.id") == "review"

    hand.keys("k")
    page.wait_for_url("**/review/1#review")
    expect(page.get_by_label("Why", exact=True)).to_have_value("jk 12 shows it as E4")
    hand.keys("j")
    for number, (answer, words) in enumerate((("2", "E2 shows half of it."), ("4", "E3 is more than that.")), 2):
        page.wait_for_url(f"**/review/{number}#review")
        hand.keys(answer, "r")
        page.keyboard.type(words)
        # From inside the words as well.
        hand.keys("Control+Enter")
    page.wait_for_url("**/review/4#review")
    hand.keys("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Write why, when you review")
    hand.keys("Escape", "5", "r")
    page.keyboard.type("I have never seen them lead a discussion.")
    hand.keys("Escape", "j")
    page.wait_for_url("**/review/summary")
    expect(page.get_by_role("main")).to_contain_text("All 4 are whole")
    look(me, "summary")
    assert len(drafts_of(find_seat(case.id, firm.reviewers[0].id).id)) == len(ASKED)
    hand.press(page.get_by_role("button", name="Hand in all 4 ratings"))
    expect(page.get_by_role("main")).to_contain_text("Your ratings are in")
    look(me, "done")
