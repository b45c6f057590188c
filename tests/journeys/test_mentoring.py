"""Mentoring from opting in to closing: two people, a coordinator, a round, two sessions, and nobody else.

What a person does is done in the browser. Each word that the two write is planted, and the coordinator, HR and the line
manager look for it wherever they can go; every other way that words could take is in `tests/mentoring`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from app.infra.clock import clock
from app.infra.db import db
from app.mentoring.models import Mentorship
from app.people.models import Person
from tests.factories.assessments import publish
from tests.factories.mentoring import make_coordinator
from tests.factories.people import make_person
from tests.journeys.conftest import Visit
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

GOAL = "Influences a project's overall architecture"
Seat = tuple[Visitor, Person]
PLANTED = re.compile("canary", re.IGNORECASE)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def pair_of(mentee, mentor) -> Mentorship:
    db.session.rollback()
    return db.session.scalars(
        select(Mentorship).where(Mentorship.mentee_id == mentee.id, Mentorship.mentor_id == mentor.id)
    ).one()


def on_day(day: str, *seats: Seat) -> None:
    """Let time pass; whoever was signed in signs in again, as sessions end."""
    clock.stand_still(datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=UTC))
    for visitor, person in seats:
        visitor.sign_in(person)


def opt_in(visitor: Visitor, box: str, expectation: str) -> None:
    """Say on the own profile that one offers or seeks, and with which expectation."""
    page = visitor.open("/mentoring/profile")
    page.get_by_label("English").check()
    page.get_by_label(box).check()
    tick = page.get_by_role("main").locator("label.check").filter(has_text=expectation).first
    if not tick.is_visible():
        tick.locator("xpath=ancestor::details[1]/summary").click()
    tick.locator("input").check()
    press(page, "Save my profile")
    expect(page).to_have_url(re.compile(r"/mentoring/$"))


def hold_session(seats: tuple[Seat, Seat], pair: Mentorship, day: str, number: int) -> None:
    """Plan a session, prepare it, hold it, and write for both and for oneself."""
    (mentee, _), (mentor, _) = seats
    page = mentee.open(f"/mentoring/{pair.id}")
    follow(page, "Plan a session")
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Time", exact=True).fill("09:00")
    press(page, "Plan it")
    expect(page.get_by_role("main")).to_contain_text(f"Session {number}")
    mentee.open(f"/mentoring/{pair.id}")
    follow(page, "Prepare it")
    page.get_by_role("textbox", name="One more point").fill(f"Canary agenda {number}")
    press(page, "Add the point")
    expect(page.get_by_text(f"Canary agenda {number}", exact=True)).to_be_visible()
    on_day(day, *seats)
    other = mentor.open(page.url)
    expect(other.get_by_text(f"Canary agenda {number}", exact=True)).to_be_visible()
    press(other, "It took place")
    expect(other.get_by_text("It took place on").first).to_be_visible()
    other.get_by_role("textbox", name="What you want to keep").fill(f"Canary note {number}")
    press(other, "Add the note")
    expect(other.get_by_text(f"Canary note {number}", exact=True)).to_be_visible()
    private = other.get_by_role("textbox", name="Your words")
    private.fill(f"Canary private {number}")
    press(other, "Save")
    page.reload()
    expect(page.get_by_text(f"Canary note {number}", exact=True)).to_be_visible()
    expect(page.get_by_text(f"Canary private {number}", exact=True)).to_have_count(0)


def answer(visitor: Visitor, address: str, questions: int) -> None:
    """Answer each question at the mid-point or at the end."""
    page = visitor.open(address)
    fields = page.get_by_role("main").locator("textarea")
    expect(fields).to_have_count(questions)
    for place in range(questions):
        fields.nth(place).fill(f"Canary answer {place}")
    press(page, re.compile("^Give|^Hand|^Send"))


def see_nothing(visitor: Visitor, *addresses: str, closed: str) -> None:
    """Go wherever this person can go, and find none of the planted words; what is the pair's is not there at all."""
    for address in addresses:
        visitor.open(address)
        assert not PLANTED.search(visitor.page.content()), address
    with visitor.expecting(404):
        visitor.open(closed)
    assert not PLANTED.search(visitor.page.content())


def match_and_propose(coordinator: Visitor) -> None:
    """Open a round, match the pool, read why the two are paired, and propose it."""
    page = coordinator.open("/mentoring/rounds/")
    follow(page, "Open a round")
    page.get_by_label("Name", exact=True).fill("Winter 2027")
    press(page, "Open the round")
    press(page, "Match the pool")
    expect(page.get_by_role("heading", level=1)).to_have_text("The one mentee can be paired")
    expect(page.get_by_role("main")).to_contain_text("Yusuf Karadağ")
    expect(page.get_by_role("main")).to_contain_text("1 of 1 goal")
    keep_shot(page, "mentoring-round")
    follow(page, "Propose one pair")
    press(page, "Propose one pair")


def agree(visitor: Visitor, pair: Mentorship) -> None:
    """Find what is proposed on the own page, and agree."""
    page = visitor.open("/mentoring/")
    page.locator(f"a[href='/mentoring/requests/{pair.id}']").first.click()
    press(page, "Agree")
    expect(page.get_by_role("main")).to_contain_text(re.compile("You have agreed|It began|Where it stands"))


def close(mentee: Visitor, mentor: Visitor, pair: Mentorship) -> None:
    """Begin to close before the end, say what became of the goal, and answer."""
    page = mentee.open(f"/mentoring/{pair.id}")
    follow(page, "Begin to close")
    press(page, "Begin to close")
    page = mentee.open(f"/mentoring/{pair.id}/closing")
    page.get_by_label("Partly met").check()
    press(page, "Write it down")
    for visitor in (mentee, mentor):
        answer(visitor, f"/mentoring/{pair.id}/closing", 4)


def test_two_people_are_matched_meet_and_close_and_nobody_reads_what_they_write(app, visit: Visit):
    publish("software-engineer/1.0.0.yaml")
    manager = make_person("Tomasz Wieczorek")
    amara = make_person("Amara Diallo", level="L2", manager=manager)
    yusuf = make_person("Yusuf Karadağ", level="L4")
    iman, ruth = make_person("Iman Farouk", level="L3"), make_person("Ruth Okonjo", roles=(Role.HR,))
    make_coordinator(iman, named_by=ruth)
    mentee, mentor, coordinator = visit(amara), visit(yusuf), visit(iman)

    opt_in(mentor, "I am available as a mentor", GOAL)
    opt_in(mentee, "I am looking for a mentor", GOAL)
    match_and_propose(coordinator)
    pair = pair_of(amara, yusuf)
    assert (pair.mentee_consented_at, pair.mentor_consented_at) == (None, None)
    with coordinator.expecting(404):
        coordinator.open(f"/mentoring/requests/{pair.id}")
    agree(mentee, pair)
    assert pair_of(amara, yusuf).state is MentorshipState.PROPOSED
    agree(mentor, pair)
    pair = pair_of(amara, yusuf)
    assert pair.state is MentorshipState.ACTIVE

    seats = ((mentee, amara), (mentor, yusuf))
    hold_session(seats, pair, "2026-12-07", 1)
    hold_session(seats, pair, "2026-12-28", 2)
    on_day(pair_of(amara, yusuf).mid_point_on.isoformat(), *seats, (coordinator, iman))
    for visitor in (mentee, mentor):
        answer(visitor, f"/mentoring/{pair.id}/look-back", 3)
    expect(mentor.page.get_by_role("main")).to_contain_text("Canary answer 2")
    assert pair_of(amara, yusuf).state is MentorshipState.MID_POINT_DONE
    keep_shot(mentee.open(f"/mentoring/{pair.id}"), "mentoring-pair")

    closed, person = f"/mentoring/{pair.id}", f"/mentoring/of/{amara.id}"
    see_nothing(coordinator, "/mentoring/overview", "/mentoring/rounds/", "/", "/inbox", closed=closed)
    see_nothing(visit(ruth), "/mentoring/overview", person, "/admin/audit", "/search?q=agenda", closed=closed)
    see_nothing(visit(manager), person, f"/people/{amara.id}", "/search?q=agenda", closed=closed)

    close(mentee, mentor, pair)
    assert pair_of(amara, yusuf).state is MentorshipState.COMPLETED
    # Afterwards the mentor keeps their own words, and the mentee all that was written for both.
    former = mentor.open(f"/mentoring/{pair.id}")
    follow(former, "Session 1")
    expect(former.get_by_text("Canary note 1", exact=True)).to_be_visible()
    expect(former.get_by_text("Canary agenda 1", exact=True)).to_have_count(0)
    assert "Canary private 1" in former.content()
