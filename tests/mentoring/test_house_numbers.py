"""The numbers that a company sets for its mentoring: what begins takes them, and what has begun keeps its own."""

from __future__ import annotations

import pytest

from app.audit.actions import Author
from app.domain.policies import POLICIES
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.mentoring.actions import matching as runs
from app.mentoring.actions import publishing, requests, rounds
from app.mentoring.queries import get_mentorship
from app.mentoring.queries.rounds import get_round
from app.policies.actions import set_policy
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import SYSTEM, make_person

KEYS = tuple(f"{make.LINEAGE}:{one}" for one in make.GOALS)


@pytest.fixture
def numbers(app):
    """Mentorships of four months, a session every two weeks, one mentee for a mentor who says nothing else."""
    publish()
    for key, text in (("mentoring_months", "4"), ("mentoring_session_weeks", "2"), ("mentoring_capacity", "1")):
        with transaction():
            set_policy(POLICIES[key], text, reason="We are small", by=SYSTEM, at=now(), seen_number=0)


def test_a_request_takes_the_numbers_of_its_day_and_keeps_them(numbers):
    mentee, mentor = make.make_mentee(), make.make_mentor()
    with transaction():
        asked = requests.ask_mentor(mentor.id, goals=KEYS, words="Please.", by=Author(mentee.id), at=now())
    with transaction():
        set_policy(POLICIES["mentoring_months"], "9", reason="We grow", by=SYSTEM, at=now(), seen_number=1)
    kept = get_mentorship(asked.id)
    assert (kept.months, kept.session_weeks) == (4, 2)


def test_a_round_copies_the_months_when_it_is_opened_and_the_form_offers_them(numbers, client_for):
    coordinator = make_person("Iman Farouk")
    make.make_coordinator(coordinator)
    with transaction():
        opened = rounds.open_round("Winter", by=Author(coordinator.id), at=now())
    assert opened.months == 4
    page = client_for(coordinator).get("/mentoring/rounds/new")
    assert page.all("input", id="months", value="4")


def test_pairs_of_a_round_take_its_months_and_mean_to_meet_as_often_as_the_company_says(numbers):
    by = Author(make_person("Iman Farouk").id)
    make.make_mentee()
    make.make_mentor()
    row = make.make_round(months=3)
    with transaction():
        runs.run_matching(get_round(row.id), by=by, at=now())
    with transaction():
        (made,) = publishing.publish(get_round(row.id), 1, by=by, at=now())
    assert (made.months, made.session_weeks) == (3, 2)


def test_the_form_of_a_new_profile_begins_with_the_capacity_of_the_company(numbers, client_for):
    page = client_for(make_person("Chioma Eze", level="L3")).get("/mentoring/profile")
    assert dict(page.form(ending="/profile").fields)["capacity"] == "1"
