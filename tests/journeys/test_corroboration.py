"""Second voices in the browser: one colleague confirms, one limits, and a line manager's word does not count."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.factories.assessments import publish
from tests.factories.people import AT, SYSTEM, make_person, make_team
from tests.journeys.hands import Hand, Keyboard, Mouse

pytestmark = pytest.mark.browser

COACH, LEAD = "swe.coach-juniors", "swe.lead-design-discussions"
TITLE = "Led the ledger schema discussion"
ASKING = "You were in the room; is it told as it was?"
WHOLE_WORDS, PART_WORDS = "I chaired the second half with her.", "I saw two of the eight sessions."


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def capture(hand: Hand) -> None:
    """Log a piece that shows two things, and share it."""
    page = hand.page
    page.goto(f"/evidence/new?expectation={COACH}&expectation={LEAD}")
    hand.write(page.get_by_label("What happened, in one line"), TITLE)
    hand.choose(page.get_by_role("radio", name="Mentoring log"))
    hand.press(main_of(page).get_by_role("button", name="Save", exact=True))
    hand.press(main_of(page).get_by_role("button", name="Share", exact=True))
    expect(main_of(page)).to_contain_text("is shared: your manager and HR can read it.")


def ask(hand: Hand, name: str) -> None:
    """Look for a colleague by a part of the name, choose them, and write a line."""
    page = hand.page
    hand.press(main_of(page).get_by_role("link", name="Ask a colleague"))
    hand.write(main_of(page).get_by_label("Part of a name"), name.split(maxsplit=1)[0])
    hand.press(main_of(page).get_by_role("button", name="Find"))
    hand.choose(page.get_by_role("radio", name=name))
    hand.write(page.get_by_label("A line to your colleague"), ASKING)
    hand.press(main_of(page).get_by_role("button", name="Ask", exact=True))
    expect(main_of(page)).to_contain_text(f"{name} is asked")


def open_question(hand: Hand) -> None:
    """Come to the piece from the list of what colleagues ask."""
    page = hand.page
    page.goto("/evidence/asked")
    hand.press(main_of(page).get_by_role("link", name=TITLE))
    expect(main_of(page)).to_contain_text(ASKING)


def send(hand: Hand) -> None:
    hand.press(main_of(hand.page).get_by_role("button", name="Send the answer"))
    expect(main_of(hand.page)).to_contain_text("Thank you; your answer is kept.")


@pytest.mark.parametrize("way", [Mouse, Keyboard])
def test_two_colleagues_are_asked_and_one_confirms_and_one_limits(visit, way):
    publish()
    team = make_team("Billing")
    manager = make_person("Tomasz Wieczorek", team=team)
    amara = make_person("Amara Diallo", manager=manager, team=team, level="L2", since=date(2025, 2, 3))
    henrik, chioma, ffion = (make_person(name) for name in ("Henrik Lindqvist", "Chioma Eze", "Ffion Prydderch"))
    author = visit().sign_in(amara)
    page, hand = author.page, way(author.page)
    capture(hand)
    address = page.url
    for colleague in (henrik, chioma, ffion):
        ask(hand, colleague.name)
    author.check_accessible()

    confirming = visit().sign_in(henrik)
    open_question(way(confirming.page))
    expect(confirming.page.get_by_role("group", name="For “part of it”: what stands")).to_be_hidden()
    way(confirming.page).choose(confirming.page.get_by_role("radio", name="I confirm it", exact=True))
    way(confirming.page).write(confirming.page.get_by_label("In your words"), WHOLE_WORDS)
    send(way(confirming.page))

    limiting = visit().sign_in(chioma)
    open_question(way(limiting.page))
    way(limiting.page).choose(limiting.page.get_by_role("radio", name="I confirm part of it"))
    coach = limiting.page.locator(f"[name='point_on_{COACH}'][value='part']")
    lead = limiting.page.locator(f"[name='point_on_{LEAD}'][value='nothing']")
    way(limiting.page).choose(coach)
    way(limiting.page).write(limiting.page.locator(f"[name='limit_on_{COACH}']"), PART_WORDS)
    way(limiting.page).choose(lead)
    limiting.check_accessible()
    send(way(limiting.page))

    # Ffion becomes the line manager before she answers.
    with transaction():
        set_manager(amara, ffion, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    leading = visit().sign_in(ffion)
    open_question(way(leading.page))
    expect(main_of(leading.page)).to_contain_text("You lead Amara Diallo now.")
    way(leading.page).choose(leading.page.get_by_role("radio", name="I confirm it", exact=True))
    send(way(leading.page))

    page.goto(address)
    voices = page.get_by_role("region", name=re.compile("Second voices"))
    expect(voices).to_contain_text(WHOLE_WORDS)
    expect(voices).to_contain_text("In part:")
    expect(voices).to_contain_text(PART_WORDS)
    expect(voices).to_contain_text("Not confirmed:")
    expect(voices).to_contain_text("Counts for 1 of 2 expectations.")
    expect(voices).to_contain_text("Does not count as a second voice: given as line manager.")
    shows = page.get_by_role("region", name=re.compile("What it shows"))
    expect(shows).to_contain_text("Confirmed by Chioma Eze and Henrik Lindqvist")
    expect(shows).not_to_contain_text("Ffion")
    author.check_accessible()
