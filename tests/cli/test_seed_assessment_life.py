"""How far assessments of the example company are: running, overdue and reminded, closed, called off, handed over."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.assessment.models import Assessment, AssessmentAnswer
from app.cli.seed.command import seed_company
from app.people.models import ManagerLink
from tests.conftest import NOW
from tests.factories.assessments import publish


@pytest.fixture
def rounds(app, session):
    for name in ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml"):
        publish(name)
    seed_company(app, people=120, random_seed=7)
    return list(session.scalars(select(Assessment).order_by(Assessment.opened_at, Assessment.id)))


def test_every_state_of_an_assessment_is_there(rounds, session):
    running = [one for one in rounds if one.is_running]
    assert any(one.due_on >= NOW.date() for one in running)
    assert any(one.due_on < NOW.date() and one.reminded_at is not None for one in running)
    assert all(one.due_on is not None for one in rounds)
    closed = [one for one in rounds if one.manager_closed_at is not None]
    assert len(closed) == 1
    assert closed[0].is_revealed
    assert closed[0].submitted_on > closed[0].due_on
    assert closed[0].closed_by_id not in {None, closed[0].subject_id}
    called_off = [one for one in rounds if one.called_off_at is not None]
    assert len(called_off) == 1
    assert called_off[0].self_submitted_at is called_off[0].manager_submitted_at is None
    former = [one for one in running if one.manager_id is not None and one.manager_id != manager_of(session, one)]
    assert len(former) == 1
    answers = session.scalars(select(AssessmentAnswer).where(AssessmentAnswer.assessment_id == former[0].id)).all()
    assert {answer.author_id for answer in answers} == {former[0].manager_id}


def manager_of(session, found):
    row = select(ManagerLink.manager_id).where(
        ManagerLink.person_id == found.subject_id,
        ManagerLink.superseded_at.is_(None),
        ManagerLink.starts_on <= NOW.date(),
        (ManagerLink.ends_on.is_(None)) | (ManagerLink.ends_on > NOW.date()),
    )
    return session.scalar(row)
