"""Finding a mentor: who is listed, in which order, what the page says when nobody is, and what it costs."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.actor import Role
from app.domain.mentorship import MentorshipState
from app.infra.clock import today
from app.infra.unit_of_work import transaction
from app.mentoring.queries.finding import PER_PAGE, find_mentors, live_wishes
from tests.factories import mentoring as make
from tests.factories.assessments import count_queries, publish
from tests.factories.people import grant, make_person

LIST = "/mentoring/mentors"
COACH, LEAD = (f"{make.LINEAGE}:{one}" for one in make.GOALS)


@pytest.fixture
def mentee(app):
    publish()
    return make.make_mentee()


def names(mentee, goals=(COACH, LEAD)):
    return [one.name for one in find_mentors(mentee.id, goals, on=today())]


def test_mentors_stand_in_the_order_of_their_names_with_what_they_can_help_with(mentee):
    make.make_mentor("Zoë Adler", offers=(make.GOALS[1],))
    make.make_mentor("Ángela Ruiz")
    make.make_mentor("Bo Berg", offers=(make.GOALS[0],))
    found = find_mentors(mentee.id, (COACH, LEAD), on=today())
    assert [(one.name, one.helps) for one in found] == [
        ("Ángela Ruiz", (COACH, LEAD)),
        ("Bo Berg", (COACH,)),
        ("Zoë Adler", (LEAD,)),
    ]


def test_only_what_somebody_still_holds_is_offered(mentee):
    mentor = make.make_mentor()
    assert names(mentee) == ["Kofi Mensah"]
    with transaction():
        grant(mentor, "L2", on=date(2026, 11, 1))
    assert names(mentee) == []


@pytest.mark.parametrize(
    "columns", [{"languages": "pl"}, {"paused_until": date(2026, 12, 1)}, {"mentors": False}, {"capacity": 0}]
)
def test_who_cannot_be_a_mentor_now_is_not_listed(mentee, columns):
    make.make_mentor(**columns)
    assert names(mentee) == []


def test_a_pause_that_is_over_today_is_none(mentee):
    make.make_mentor(paused_until=today())
    assert names(mentee) == ["Kofi Mensah"]


def test_whoever_stands_above_or_below_in_the_line_is_not_listed(app):
    publish()
    top = make.make_mentor("Above Two")
    manager = make.make_mentor("Above One", manager=top)
    mentee = make.make_mentee(manager=manager)
    make.make_mentor("Below", manager=mentee)
    assert names(mentee) == []


def test_a_pairing_that_failed_within_a_year_is_not_offered_again(mentee):
    mentor = make.make_mentor()
    make.make_mentorship(mentee, mentor, state=MentorshipState.ENDED_EARLY, ended_on=date(2025, 11, 1))
    assert names(mentee) == ["Kofi Mensah"]
    make.make_mentorship(mentee, mentor, state=MentorshipState.ENDED_EARLY, ended_on=date(2026, 11, 1))
    assert names(mentee) == []


def test_goals_that_no_longer_block_are_not_looked_for(mentee):
    assert live_wishes(mentee.id) == (COACH, LEAD)
    with transaction():
        grant(mentee, "L3", on=date(2026, 11, 1))
    assert live_wishes(mentee.id) == ()


def test_the_list_is_searched_by_name_and_by_goal(mentee, client_for):
    make.make_mentor("Ébba Nyström", offers=(make.GOALS[0],))
    make.make_mentor("Kofi Mensah", offers=(make.GOALS[1],))
    client = client_for(mentee)
    assert "Ébba" in client.get(f"{LIST}?q=NYSTROM").words("main")
    assert "Kofi" not in client.get(f"{LIST}?q=nystrom").words("main")
    by_goal = client.get(f"{LIST}?goal={LEAD}").words("main")
    assert ("Kofi" in by_goal, "Ébba" in by_goal) == (True, False)
    assert "Nobody here fits that name and that goal" in client.get(f"{LIST}?q=kofi&goal={COACH}").words("main")
    assert "Kofi" in client.get(f"{LIST}?goal=nonsense&page=x").words("main")


def test_an_empty_list_says_the_first_step(mentee, client_for):
    page = client_for(mentee).get(LIST).words("main")
    assert "Nobody offers what you seek yet" in page
    assert "Tell HR" in page
    make.make_coordinator(make_person("Ruth Okonjo", roles=(Role.HR,)))
    assert "Tell Ruth Okonjo, who coordinates mentoring" in client_for(mentee).get(LIST).words("main")
    new = client_for(make_person("New")).get(LIST)
    assert "First say what you look for" in new.words("main")


def test_who_has_a_mentor_is_told_so_and_nobody_is_listed(mentee, client_for):
    make.make_mentor("Somebody Else")
    make.make_mentorship(mentee, make.make_mentor())
    page = client_for(mentee).get(LIST).words("main")
    assert "You have a mentor" in page
    assert "Somebody Else" not in page


def test_the_page_asks_as_often_for_many_mentors_as_for_few(mentee, client_for):
    make.make_mentor("Mentor 000")
    client = client_for(mentee)
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    for number in range(1, PER_PAGE + 2):
        make.make_mentor(f"Mentor {number:03}")
    client.get(LIST)
    many = count_queries(lambda: client.get(LIST))
    assert many == few
    assert client.get(f"{LIST}?page=2").status == 200
    assert f"{PER_PAGE + 1}–{PER_PAGE + 2} of {PER_PAGE + 2}" in client.get(f"{LIST}?page=2").words("main")


def test_outsiders_and_unknown_people_are_not_asked(mentee, client_for):
    client = client_for(mentee)
    left = make_person("Gone", left_on=date(2026, 1, 1))
    for person_id in (left.id, "00000000-0000-4000-8000-000000000000", mentee.id):
        assert client.get(f"{LIST}/{person_id}/ask").status == 404
