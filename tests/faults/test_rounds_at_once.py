"""Two coordinators at the same moment: a round is proposed once, and a mentee is pinned once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.domain.errors import DomainError
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import choices, matching, publishing
from app.mentoring.models import ChoiceKind, MatchRun, Mentorship, RoundChoice
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
