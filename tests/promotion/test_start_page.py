"""The start page of promotion: what it says to whom, and that an empty one offers the first step."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from app.domain.promotion import CaseState, CycleState
from app.home.navigation import EVERYBODYS
from tests.factories import promotion as make
from tests.factories.people import make_person
from tests.factories.promotion import add_member, make_case, make_cycle, make_firm, rate, seat

ROOT = Path(__file__).parents[2]


def test_before_the_first_cycle_the_page_says_what_a_cycle_is_and_who_starts_one(app, client_for):
    page = client_for(make_person("Amara Diallo")).get("/promotions/")
    assert page.status == 200
    assert "No promotion cycle runs now" in page.words("h1")
    assert "HR drafts one, names the committee and opens it" in page.words()


def test_cases_of_reports_say_in_which_cycle_they_are(app, client_for):
    firm = make.make_firm()
    for name in ("Autumn 2026", "Winter 2026"):
        make.make_case(make.make_cycle(firm, state=CycleState.PACKETS, name=name), firm.amara)
    words = client_for(firm.manager).get("/promotions/").words("section", aria_labelledby="h-reports")
    assert "Amara Diallo Autumn 2026 P-01" in words
    assert "Amara Diallo Winter 2026 P-01" in words


def test_a_cycle_that_is_over_says_when_the_last_candidate_was_told(app, client_for):
    firm = make.make_firm()
    cycle = make.make_cycle(firm, state=CycleState.CLOSED, communicated_on=date(2026, 10, 1))
    for subject, day in ((firm.amara, 2), (firm.peer, 9)):
        make.make_case(cycle, subject, told_at=datetime(2026, 10, day, 9, tzinfo=UTC))
    make.make_cycle(firm, state=CycleState.CANCELLED, name="Cut short")
    words = client_for(firm.stranger).get("/promotions/").words("section", aria_labelledby="h-past")
    assert "9 Oct" in words
    assert not any(day in words for day in ("1 Oct", "2 Oct"))


def test_the_start_page_leads_reviewers_to_their_reviews_and_nobody_else(app, client_for):
    firm = make_firm()
    cycle = make_cycle(firm, state=CycleState.REVIEW)
    case = make_case(cycle, firm.amara)
    sitting = make_person("Sits On It", level="L4")
    add_member(cycle, sitting)
    rate(seat(case, sitting))
    link = 'href="/promotions/reviews"'
    assert link in client_for(sitting).get("/promotions/").text
    for person in (firm.amara, firm.reviewers[0], firm.stranger):
        assert link not in client_for(person).get("/promotions/").text


def test_promotions_and_the_organisation_have_drawings_of_their_own():
    icons = {place.label: place.icon for place in EVERYBODYS}
    drawn = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
    assert icons["Promotions"] != icons["Organisation"]
    for label in ("Promotions", "Organisation"):
        assert f'<symbol id="{icons[label]}"' in drawn


def test_home_names_a_running_case_in_the_words_of_its_candidate_and_none_that_is_over(app, client_for):
    firm = make.make_firm()
    cycle = make.make_cycle(firm, state=CycleState.DECIDED, name="Autumn 2026")
    make.make_case(cycle, firm.amara)
    make.make_case(cycle, firm.peer, state=CaseState.WITHDRAWN)
    client = client_for(firm.amara)
    assert "Case P-01 in Autumn 2026: with the committee." in client.get("/").words("main")
    assert "Autumn 2026" not in client_for(firm.peer).get("/").words("main")
