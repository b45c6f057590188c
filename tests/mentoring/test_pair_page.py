"""The page of a pair: open to the two of them, and to nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from tests.factories.mentoring import make_coordinator, make_mentorship, make_note, make_session
from tests.factories.people import make_person
from tests.mentoring.pairs import make_pair


@pytest.fixture
def pair(app):
    return make_pair()


def test_each_of_the_two_opens_the_page_of_the_pair(pair, client_for):
    hers = client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}")
    assert "Mentoring with Chioma Eze" in hers.text
    assert "Your mentor since 1 September 2026 until 1 March 2027" in hers.text
    assert "Makes the several essential design decisions a feature needs." in hers.text
    assert "Mentoring with Amara Diallo" in client_for(pair.chioma).get(f"/mentoring/{pair.mentorship.id}").text


def test_nobody_else_finds_the_page_of_a_pair_nor_of_a_session(pair, client_for):
    session = make_session(pair.mentorship)
    make_note(session, pair.amara, "Between the two of us")
    coordinator = make_person("Leila Haddad")
    make_coordinator(coordinator)
    others = [
        pair.manager,
        make_person("Ruth Okonjo", roles=(Role.HR,)),
        make_person("Lucía Ferrández", roles=(Role.ADMIN,)),
        coordinator,
        make_person("Kofi Mensah"),
    ]
    for who in others:
        client = client_for(who)
        for path in (f"{pair.mentorship.id}", f"{pair.mentorship.id}/own-words.txt", f"sessions/{session.id}"):
            assert client.get(f"/mentoring/{path}").status == 404


def test_what_is_only_proposed_is_read_on_its_own_page(app, client_for):
    amara, chioma = make_person("Amara Diallo"), make_person("Chioma Eze")
    proposed = make_mentorship(amara, chioma, state=MentorshipState.PROPOSED)
    page = client_for(chioma).get(f"/mentoring/{proposed.id}")
    assert (page.status, page.location) == (302, f"/mentoring/requests/{proposed.id}")


def test_a_pair_without_a_session_is_offered_the_first_step(pair, client_for):
    words = client_for(pair.chioma).get(f"/mentoring/{pair.mentorship.id}").words("main")
    assert "No session is planned" in words
    assert "so 23 November 2026 would fit" in words
    assert "Amara Diallo chooses the goals, and says who else may read them." in words


# One primary act ---------------------------------------------------------------------------


def primaries(page):
    """Return the words of each primary act of the page, in their order."""
    found = [
        one for tag in ("a", "button") for one in page.all(tag) if "button-primary" in one.get("class", "").split()
    ]
    return [" ".join("".join(one.itertext()).split()) for one in found]


@pytest.mark.parametrize(
    ("columns", "is_planned", "wanted"),
    [
        ({"began_on": date(2026, 11, 1)}, False, ["Plan a session"]),
        ({"began_on": date(2026, 11, 1)}, True, ["Prepare it"]),
        ({"began_on": date(2026, 8, 1)}, False, ["Look back"]),
        ({"began_on": date(2026, 8, 1)}, True, ["Look back"]),
        ({"state": MentorshipState.CLOSING, "closing_on": date(2026, 11, 20)}, False, ["Answer and close"]),
        ({"state": MentorshipState.PAUSED}, False, ["Go on"]),
    ],
)
def test_a_pair_is_asked_for_one_thing_at_a_time(app, client_for, columns, is_planned, wanted):
    pair = make_pair(**columns)
    if is_planned:
        make_session(pair.mentorship)
    page = client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}")
    assert primaries(page) == wanted


def test_a_pair_that_closes_may_plan_a_session_and_is_not_asked_to(app, client_for):
    pair = make_pair(state=MentorshipState.CLOSING, closing_on=date(2026, 11, 20))
    page = client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}")
    assert "No session is planned" not in page.text
    assert "Plan a session" in page.text
