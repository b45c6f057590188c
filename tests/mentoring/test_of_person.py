"""That somebody mentors somebody, as a fact for those who may know of it (access matrix, row 18)."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.mentorship import MentorshipState
from tests.factories.assessments import publish
from tests.factories.mentoring import make_coordinator, make_mentorship, make_note, make_session
from tests.factories.people import Role, make_person

GOAL = "swe.influence-architecture"
GOAL_TEXT = "Influences a project's overall architecture"


@pytest.fixture
def people(app):
    publish()
    skip = make_person("Petra Skip")
    manager = make_person("Tomasz Wieczorek", manager=skip)
    return {
        "skip": skip,
        "manager": manager,
        "mentee": make_person("Amara Diallo", manager=manager, level="L2", since=date(2025, 2, 3)),
        "mentor": make_person("Ebba Nyström", level="L3"),
        "hr": make_person("Ruth Okonjo", roles=(Role.HR,)),
        "coordinator": make_person("Ines Prado"),
        "peer": make_person("Ffion Prydderch"),
    }


def test_the_fact_is_read_by_the_person_their_manager_hr_and_a_coordinator(people, client_for):
    make_coordinator(people["coordinator"])
    make_mentorship(people["mentee"], people["mentor"], goals=(GOAL,))
    address = f"/mentoring/of/{people['mentee'].id}"
    for who in ("mentee", "manager", "hr", "coordinator"):
        said = client_for(people[who]).get(address).words("main")
        assert "Ebba Nyström" in said
        assert ("1 Sep 2026" in said, "1 Mar 2027" in said) == (True, True)
        assert (GOAL_TEXT in said) == (who == "mentee")
    for who in ("skip", "peer", "mentor"):
        assert client_for(people[who]).get(address).status == 404


def test_the_line_manager_reads_goals_while_the_mentee_shares_them_and_hr_never_does(people, client_for):
    make_mentorship(people["mentee"], people["mentor"], goals=(GOAL,), shares_goals=True)
    address = f"/mentoring/of/{people['mentee'].id}"
    assert GOAL_TEXT in client_for(people["manager"]).get(address).words("main")
    assert GOAL_TEXT not in client_for(people["hr"]).get(address).text


def test_others_read_neither_words_nor_who_ended_it_nor_what_came_to_nothing(people, client_for):
    pair = make_mentorship(people["mentee"], people["mentor"], state=MentorshipState.ENDED_EARLY)
    make_note(make_session(pair), people["mentor"], "planted words")
    make_mentorship(people["mentee"], make_person("Said No"), state=MentorshipState.DECLINED)
    page = client_for(people["hr"]).get(f"/mentoring/of/{people['mentee'].id}")
    said = page.words("table")
    assert "Ended" in said
    assert "early" not in said
    assert "Said No" not in page.text
    assert "planted" not in page.text


def test_a_proposal_is_no_matter_of_the_line_manager(people, client_for):
    make_mentorship(people["mentee"], people["mentor"], state=MentorshipState.PROPOSED)
    page = client_for(people["manager"]).get(f"/mentoring/of/{people['mentee'].id}")
    assert "No mentorship here" in page.words()


def test_the_page_of_a_person_leads_there_for_whoever_may_follow(people, client_for):
    address = f"/mentoring/of/{people['mentee'].id}"
    own = f"/people/{people['mentee'].id}"
    assert address in client_for(people["manager"]).get(own).text
    assert address not in client_for(people["skip"]).get(own).text
