"""Accepting under load: fifty who say yes at the same moment never take more places than a mentor has."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.domain.mentorship import MentorshipState, PairSide
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import consents, profiles
from app.mentoring.models import Mentorship
from app.mentoring.queries import get_mentorship
from app.mentoring.queries.profiles import find_profile, offers_of
from tests.factories import mentoring as make
from tests.factories.assessments import publish

AT_ONCE = 50
MEETING = 1.0
"""Seconds in which two acts reach the same place; where one writes after the other, the first waits that long."""
CAPACITY = 3


@pytest.fixture
def app(raced_app):
    """Return the application on a fresh database of each kind in turn."""
    return raced_app


def agree(mentorship_id, person_id):
    with transaction():
        return consents.consent(get_mentorship(mentorship_id), by=Author(person_id), at=now())


def request(mentee, mentor, **columns):
    return make.make_mentorship(mentee, mentor, state=MentorshipState.PROPOSED, goals=make.GOALS, **columns).id


def underway(*where):
    return db.session.scalar(select(func.count()).where(Mentorship.is_underway, *where))


def test_fifty_accepts_at_once_fill_the_places_and_not_one_more(at_once):
    publish()
    mentor = make.make_mentor(capacity=CAPACITY)
    mentor_id = mentor.id
    asked = [request(make.make_mentee(f"Mentee {number}"), mentor) for number in range(AT_ONCE)]
    results = at_once([lambda one=one: agree(one, mentor_id) for one in asked])
    refused = [one for one in results if one is not True]
    assert len(refused) == AT_ONCE - CAPACITY
    assert {type(one).__name__ for one in refused} == {"NotAllowedNowError"}
    assert underway(Mentorship.mentor_id == mentor_id) == CAPACITY
    # Who found no place keeps an open request.
    still_open = select(func.count()).where(Mentorship.state == MentorshipState.PROPOSED)
    assert db.session.scalar(still_open) == AT_ONCE - CAPACITY


def test_fifty_mentors_who_accept_one_mentee_at_once_give_one_mentor(at_once):
    publish()
    mentee = make.make_mentee()
    mentee_id = mentee.id
    mentors = [make.make_mentor(f"Mentor {number}") for number in range(AT_ONCE)]
    asked = [(request(mentee, one), one.id) for one in mentors]
    results = at_once([lambda one=one: agree(*one) for one in asked])
    assert results.count(True) == 1
    assert underway(Mentorship.mentee_id == mentee_id) == 1
    withdrawn = select(func.count()).where(Mentorship.state == MentorshipState.WITHDRAWN)
    assert db.session.scalar(withdrawn) == AT_ONCE - 1


def test_both_who_agree_to_a_proposal_at_the_same_moment_begin_it_once(at_once):
    publish()
    mentee, mentor = make.make_mentee(), make.make_mentor()
    ids = (mentee.id, mentor.id)
    columns = {"round_id": make.make_round().id, "waits_for": None, "mentee_consented_at": None}
    proposed = request(mentee, mentor, **columns)
    results = at_once([lambda one=one: agree(proposed, one) for one in ids])
    assert sorted(results) == [False, True]
    assert get_mentorship(proposed).state is MentorshipState.ACTIVE


def test_a_mentor_who_lowers_the_capacity_while_agreeing_in_another_tab_gets_both(at_once, monkeypatch):
    publish()
    mentor = make.make_mentor(capacity=CAPACITY)
    mentor_id, asked = mentor.id, request(make.make_mentee(), mentor)
    saved = replace(
        profiles._content_of(find_profile(mentor_id), PairSide.MENTOR), offers=offers_of(mentor_id), capacity=1
    )
    locked = threading.Barrier(2)

    def meet():
        # Both hold their first lock before either takes its second; a database with one writer lets them pass in turn.
        with suppress(threading.BrokenBarrierError):
            locked.wait(MEETING)

    def met_before(act):
        return lambda *args: (meet(), act(*args))[1]

    monkeypatch.setattr(profiles, "lock_profiles", met_before(profiles.lock_profiles))
    monkeypatch.setattr(consents, "lock_mentorship", met_before(consents.lock_mentorship))

    def save():
        with transaction():
            return profiles.save_profile(saved, version=1, by=Author(mentor_id), at=now()).capacity

    assert at_once([save, lambda: agree(asked, mentor_id)]) == [1, True]
    assert (find_profile(mentor_id).capacity, underway(Mentorship.mentor_id == mentor_id)) == (1, 1)
