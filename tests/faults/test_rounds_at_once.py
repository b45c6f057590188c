"""Two coordinators at the same moment: a round is proposed once, and a mentee is pinned once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.domain.errors import DomainError
from app.domain.mentorship import MentorshipState
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import choices, consents, matching, publishing, requests
from app.mentoring.models import ChoiceKind, MatchRun, Mentorship, RoundChoice
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.queries.rounds import get_round
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import make_person


@pytest.fixture
def app(raced_app):
    """Return the application on a fresh database of each kind in turn."""
    return raced_app


def at_once(app, *acts):
    """Start acts together, each with a database session of its own; refusals are values."""
    gate = threading.Barrier(len(acts))

    def run(act):
        with app.app_context(), transaction():
            gate.wait()
            return act()

    def attempt(act):
        try:
            return run(act)
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        found = [result.result() for result in [pool.submit(attempt, act) for act in acts]]
    db.session.rollback()
    return found


def test_two_coordinators_at_once_propose_once_pin_once_and_match_in_turn(app):
    publish()
    by = [Author(make_person().id), Author(make_person().id)]
    mentee = make.make_mentee().id
    mentors = [make.make_mentor("Ebba Nyström").id, make.make_mentor("Ffion Prydderch").id]
    row = make.make_round().id

    def pin(number):
        return choices.choose_pair(
            get_round(row),
            ChoiceKind.PIN,
            mentee_id=mentee,
            mentor_id=mentors[number],
            reason="Both asked.",
            by=by[number],
            at=now(),
        )

    at_once(app, lambda: pin(0), lambda: pin(1))
    live = select(func.count()).select_from(RoundChoice).where(RoundChoice.ended_at.is_(None))
    assert db.session.scalar(live) == 1
    db.session.rollback()

    at_once(app, *(lambda one=one: matching.run_matching(get_round(row), by=one, at=now()).number for one in by))
    assert sorted(db.session.scalars(select(MatchRun.number))) == [1, 2]
    db.session.rollback()

    found = at_once(app, *(lambda one=one: len(publishing.publish(get_round(row), 2, by=one, at=now())) for one in by))
    assert sorted(type(one).__name__ for one in found) == ["NotAllowedNowError", "int"]
    assert db.session.scalar(select(func.count()).select_from(Mentorship)) == 1


def test_a_request_and_a_proposal_of_the_same_two_at_once_leave_one(app):
    publish()
    by, mentee, mentor = Author(make_person().id), make.make_mentee().id, make.make_mentor().id
    row = make.make_round().id
    at_once(app, lambda: matching.run_matching(get_round(row), by=by, at=now()).number)
    goals = [f"{make.LINEAGE}:{make.GOALS[0]}"]

    found = at_once(
        app,
        lambda: len(publishing.publish(get_round(row), 1, by=by, at=now())),
        lambda: requests.ask_mentor(mentor, goals=goals, words="Please.", by=Author(mentee), at=now()).id,
    )
    assert sum(isinstance(one, DomainError) for one in found) == 1
    assert db.session.scalar(select(func.count()).select_from(Mentorship)) == 1


def test_nobody_who_begins_with_a_mentor_at_that_moment_is_proposed(app):
    publish()
    by, mentee, mentor = Author(make_person().id), make.make_mentee(), make.make_mentor(capacity=1)
    other = make.make_mentor("Ebba Nyström")
    row = make.make_round().id
    at_once(app, lambda: matching.run_matching(get_round(row), by=by, at=now()).number)
    asked = make.make_mentorship(mentee, other, state=MentorshipState.PROPOSED, goals=make.GOALS).id
    accepting, only = Author(other.id), mentor.id
    at_once(app, lambda: matching.run_matching(get_round(row), by=by, at=now()).number)

    at_once(
        app,
        lambda: len(publishing.publish(get_round(row), 2, by=by, at=now())),
        lambda: consents.consent(get_mentorship(asked), by=accepting, at=now()),
    )
    begun = db.session.scalars(select(Mentorship).where(Mentorship.is_underway)).one()
    assert (begun.id, begun.mentor_id != only) == (asked, True)
    states = list(db.session.scalars(select(Mentorship.state).order_by(Mentorship.state)))
    assert states in ([MentorshipState.ACTIVE], [MentorshipState.ACTIVE, MentorshipState.WITHDRAWN])
