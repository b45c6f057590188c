"""When one of a pair leaves the company: the mentorship ends on their last day, and open questions are withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.mentorship import MentorshipState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.jobs.models import Job
from app.mentoring.models import MentorshipStep
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.sweep import FOLLOW
from app.notices.queries import list_waiting
from app.people import actions as people
from app.people.queries import get_person
from tests.factories.mentoring import TODAY, make_mentorship
from tests.factories.people import SYSTEM, make_person
from tests.mentoring.test_sweep import on, run

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def amara(app):
    return make_person("Amara Diallo")


@pytest.fixture
def chioma(app):
    return make_person("Chioma Eze")


def leave(person, last_day):
    with transaction():
        people.let_go(get_person(person.id), last_day=last_day, by=SYSTEM, at=now())


def stored(session, pair):
    session.rollback()
    session.expire_all()
    return get_mentorship(pair.id)


def queued(session):
    session.rollback()
    return [job.kind for job in session.scalars(select(Job)) if job.kind == FOLLOW]


@pytest.mark.parametrize("leaver", ["amara", "chioma"])
def test_a_mentorship_ends_when_either_of_the_two_has_left(amara, chioma, session, leaver):
    pair = make_mentorship(amara, chioma)
    leave({"amara": amara, "chioma": chioma}[leaver], YESTERDAY)
    assert queued(session) == [FOLLOW]
    run()
    row = stored(session, pair)
    assert (row.state, row.ended_on) == (MentorshipState.ENDED_EARLY, TODAY)
    step = session.scalars(select(MentorshipStep)).one()
    assert (step.by_id, step.code) == (None, "left")


def test_the_other_one_is_told_and_reads_why(amara, chioma, session, client_for):
    pair = make_mentorship(amara, chioma)
    leave(chioma, YESTERDAY)
    run()
    session.rollback()
    assert [one.text for one in list_waiting(amara.id, TODAY)] == ["Your mentorship with Chioma Eze has ended"]
    page = client_for(amara).get(f"/mentoring/{pair.id}").text
    assert "because Chioma Eze has left" in page
    assert "Ask Chioma Eze again" not in page


def test_whoever_leaves_later_stays_a_mentor_until_then(amara, chioma, session):
    pair = make_mentorship(amara, chioma)
    last = TODAY + timedelta(days=30)
    leave(chioma, last)
    run()
    assert stored(session, pair).state is MentorshipState.ACTIVE
    run(at=on(last))
    assert stored(session, pair).state is MentorshipState.ACTIVE
    run(at=on(last + timedelta(days=1)))
    assert stored(session, pair).state is MentorshipState.ENDED_EARLY


@pytest.mark.parametrize("state", [MentorshipState.PAUSED, MentorshipState.CLOSING, MentorshipState.MID_POINT_DONE])
def test_it_ends_in_whatever_state_it_is(amara, chioma, session, state):
    pair = make_mentorship(amara, chioma, state=state, closing_on=TODAY)
    leave(amara, YESTERDAY)
    run()
    assert stored(session, pair).state is MentorshipState.ENDED_EARLY


def test_requests_and_proposals_of_leavers_are_withdrawn_both_ways(amara, chioma, session):
    bo = make_person("Bo")
    asked = make_mentorship(amara, chioma, state=MentorshipState.PROPOSED)
    asks = make_mentorship(chioma, bo, state=MentorshipState.PROPOSED)
    other = make_mentorship(bo, amara, state=MentorshipState.PROPOSED)
    leave(chioma, YESTERDAY)
    run()
    assert stored(session, asked).state is MentorshipState.WITHDRAWN
    assert stored(session, asks).state is MentorshipState.WITHDRAWN
    assert stored(session, other).state is MentorshipState.PROPOSED


def test_what_is_over_stays_as_it_is_and_nothing_is_queued_for_it(amara, chioma, session):
    pair = make_mentorship(amara, chioma, state=MentorshipState.COMPLETED, ended_on=date(2026, 10, 1))
    leave(chioma, YESTERDAY)
    assert queued(session) == []
    run()
    row = stored(session, pair)
    assert (row.state, row.ended_on) == (MentorshipState.COMPLETED, date(2026, 10, 1))
