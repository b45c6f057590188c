"""The page of one's own mentoring, and what the start page shows of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.mentorship import MentorshipState
from app.mentoring.models import NoteKind, SessionState
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.assessments import count_queries, publish
from tests.factories.mentoring import (
    make_coordinator,
    make_mentorship,
    make_note,
    make_private_note,
    make_profile,
    make_session,
)
from tests.factories.people import Role, make_person
from tests.factories.promotion import make_case, make_cycle, make_firm

GOAL = "swe.influence-architecture"
GOAL_TEXT = "Influences a project's overall architecture"
HELD_AT = NOW - timedelta(days=9)


@pytest.fixture
def amara(app) -> Person:
    publish()
    return make_person("Amara Diallo", level="L2", since=date(2025, 2, 3))


@pytest.fixture
def ebba(amara) -> Person:
    return make_person("Ebba Nyström", level="L3")


def test_somebody_new_to_it_reads_the_first_step(amara, client_for):
    page = client_for(amara).get("/mentoring/")
    assert page.words("h1") == "You take no part in mentoring yet"
    assert "Fill in my profile" in page.words()


def test_a_mentee_finds_their_mentor_with_dates_and_counts_and_no_word(amara, ebba, client_for):
    pair = make_mentorship(amara, ebba, goals=(GOAL,))
    session = make_session(pair, state=SessionState.HELD, starts_at=HELD_AT)
    make_session(pair, number=2)
    make_note(session, ebba, "planted shared words")
    make_note(session, amara, "planted agenda words", kind=NoteKind.AGENDA)
    make_private_note(pair, amara, "planted private words")
    for path in ("/mentoring/", "/"):
        page = client_for(amara).get(path)
        said = page.words("main")
        assert "Ebba Nyström" in said
        assert GOAL_TEXT in said
        assert "One time since 1 September 2026, last on 12 November 2026" in said
        assert "Next 1 December 2026, 13:00" in said
        assert f"/mentoring/{pair.id}" in page.text
        assert "planted" not in page.text


def test_a_mentor_finds_every_mentee_by_name_and_what_is_free(amara, ebba, client_for):
    other = make_person("Åsa Berg", level="L2")
    make_mentorship(amara, ebba)
    make_mentorship(other, ebba)
    make_profile(ebba, offers=("swe.bug-under-direction",), capacity=3)
    said = client_for(ebba).get("/mentoring/").words("main")
    assert said.index("Amara Diallo") < said.index("Åsa Berg")
    assert "1 free place" in said


def test_proposals_lead_to_their_request_and_past_mentorships_stay(amara, ebba, client_for):
    open_one = make_mentorship(amara, ebba, state=MentorshipState.PROPOSED)
    make_mentorship(amara, make_person("Old Friend"), state=MentorshipState.COMPLETED, began_on=date(2026, 1, 5))
    make_mentorship(amara, make_person("Said No"), state=MentorshipState.DECLINED)
    page = client_for(amara).get("/mentoring/")
    assert f"/mentoring/requests/{open_one.id}" in page.text
    assert "It is their turn" in page.words()
    assert "Old Friend" in page.words("table")
    assert "Said No" not in page.text
    assert "Mentoring" not in [one.text for one in client_for(amara).get("/").all("h2")]


def test_only_those_who_coordinate_or_name_find_the_way_there(amara, client_for):
    coordinator, hr = make_person("Ines Prado"), make_person("Ruth Okonjo", roles=(Role.HR,))
    make_coordinator(coordinator)
    ways = {
        one.name: [way for way in ("/mentoring/rounds/", "/mentoring/coordinators") if f'"{way}"' in page.text]
        for one in (amara, coordinator, hr)
        for page in [client_for(one).get("/mentoring/")]
    }
    assert ways == {
        "Amara Diallo": [],
        "Ines Prado": ["/mentoring/rounds/"],
        "Ruth Okonjo": ["/mentoring/rounds/", "/mentoring/coordinators"],
    }


def test_the_menu_leads_there(amara, client_for):
    links = [one for one in client_for(amara).get("/").all("a") if one.get("href") == "/mentoring/"]
    assert "g m" in [one.get("data-keys") for one in links]


def test_the_start_page_asks_one_question_for_cases_and_mentorships(app, client_for):
    firm = make_firm()
    case = make_case(make_cycle(firm), firm.amara)
    client = client_for(firm.amara)
    client.get("/")
    alone = count_queries(lambda: client.get("/"))
    make_mentorship(firm.amara, firm.reviewers[0], goals=(GOAL,))
    page = client.get("/")
    assert f"Case {case.code}" in page.words("main")
    assert firm.reviewers[0].name in page.words("main")
    assert count_queries(lambda: client.get("/")) == alone
