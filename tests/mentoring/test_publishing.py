"""Proposing the pairs of a round: all of them or none, once, and to both people of each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.domain.mentorship import MentorshipState
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import matching, publishing, rounds
from app.mentoring.models import (
    MentoringExclusion,
    MentoringProfile,
    MentoringWish,
    Mentorship,
    MentorshipGoal,
    RoundState,
)
from app.mentoring.queries.profiles import held_by
from app.mentoring.queries.rounds import get_round, list_answers, list_rounds
from app.mentoring.round_pages import answers_heading
from app.notices.queries import list_waiting
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import make_person


@pytest.fixture
def matched(app):
    """Return a round that was matched: two mentees, two mentors; and who coordinates."""
    publish()
    coordinator = make_person("Iman Farouk")
    people = [
        make.make_mentee("Amara Diallo"),
        make.make_mentee("Chioma Eze"),
        make.make_mentor("Ebba Nyström", capacity=1),
        make.make_mentor("Ffion Prydderch", capacity=1),
    ]
    row, by = make.make_round(answer_days=10, months=4), Author(coordinator.id)
    with transaction():
        matching.run_matching(get_round(row.id), by=by, at=now())
    return row, by, people


def propose(matched, number=1):
    row, by, _ = matched
    with transaction():
        return publishing.publish(get_round(row.id), number, by=by, at=now())


def pairs():
    return list(db.session.scalars(select(Mentorship).order_by(Mentorship.mentee_id)))


def test_every_pair_is_proposed_with_goals_score_and_day_and_nobody_has_consented(matched):
    propose(matched)
    found = pairs()
    assert len(found) == 2
    for one in found:
        assert one.state is MentorshipState.PROPOSED
        assert one.round_id == matched[0].id
        assert (one.mentee_consented_at, one.mentor_consented_at, one.waits_for) == (None, None, None)
        assert (one.answer_by, one.months) == (date(2026, 12, 1), 4)
        assert one.score
        goals = select(MentorshipGoal.expectation_id).where(MentorshipGoal.mentorship_id == one.id)
        assert set(db.session.scalars(goals)) == set(make.GOALS)
    assert get_round(matched[0].id).state is RoundState.PUBLISHED


def test_both_people_of_a_pair_find_it_in_their_inbox_and_nobody_else_does(matched):
    propose(matched)
    for person in matched[2]:
        assert [one.icon for one in list_waiting(person.id, today())] == ["mentor"]
    assert list_waiting(matched[1].person_id, today()) == []


def test_what_is_recorded_are_ids_and_counts(matched):
    propose(matched)
    events = list(db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.PAIR_PROPOSED)))
    assert len(events) == 2
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.ROUND_PUBLISHED)).one()
    assert '"pairs"' in told.details
    assert "score" not in told.details


def test_a_round_is_proposed_once(matched):
    propose(matched)
    with pytest.raises(NotAllowedNowError):
        propose(matched)
    assert db.session.scalar(select(func.count()).select_from(Mentorship)) == 2


def test_another_run_in_between_is_read_first(matched):
    row, by, _ = matched
    with transaction():
        matching.run_matching(get_round(row.id), by=by, at=now())
    with pytest.raises(NotAllowedNowError, match="run again"):
        propose(matched)


@pytest.mark.parametrize("what", ["paused", "closed", "excluded", "full"])
def test_a_pair_that_is_not_possible_any_more_stops_all_of_them_with_the_same_words(matched, what):
    _, _, (amara, _, ebba, ffion) = matched
    with transaction() as session:
        for mentor in (ebba, ffion):
            profile = session.scalars(select(MentoringProfile).where(MentoringProfile.person_id == mentor.id)).one()
            if what == "paused":
                profile.paused_until = date(2027, 1, 1)
            elif what == "closed":
                profile.mentors_since = None
            elif what == "full":
                profile.capacity = 0
            else:
                session.add(MentoringExclusion(person_id=amara.id, other_id=mentor.id))
    with pytest.raises(NotAllowedNowError) as refusal:
        propose(matched)
    assert refusal.value.message == publishing.MOVED_ON
    assert pairs() == []
    assert get_round(matched[0].id).state is RoundState.OPEN


def test_a_run_without_pairs_is_not_proposed(app):
    publish()
    row, by = make.make_round(), Author(make_person().id)
    with transaction():
        matching.run_matching(get_round(row.id), by=by, at=now())
    with pytest.raises(NotAllowedNowError, match="Nobody is paired"):
        propose((row, by, []))


def test_a_round_closes_by_hand_and_by_itself_when_all_have_answered(matched):
    row, by, _ = matched
    with pytest.raises(NotAllowedNowError), transaction():
        rounds.close_round(get_round(row.id), by=by, at=now())
    propose(matched)
    with transaction():
        assert rounds.close_answered(by=by, at=now()) == 0
    with transaction() as session:
        for one in session.scalars(select(Mentorship)):
            one.state = MentorshipState.DECLINED
    with transaction():
        assert rounds.close_answered(by=by, at=now() + timedelta(days=1)) == 1
    assert get_round(row.id).state is RoundState.CLOSED


def test_what_is_proposed_already_is_not_proposed_by_the_next_round(matched):
    propose(matched)
    row = make.make_round("Summer 2027")
    with transaction():
        run = matching.run_matching(get_round(row.id), by=matched[1], at=now())
    assert (run.mentees, run.mentors, run.admissible) == (0, 0, 0)


def test_two_open_rounds_do_not_propose_the_same_people_twice(matched):
    other = make.make_round("Summer 2027")
    with transaction():
        matching.run_matching(get_round(other.id), by=matched[1], at=now())
    propose(matched)
    with pytest.raises(NotAllowedNowError) as refusal:
        propose((other, *matched[1:]))
    assert refusal.value.message == publishing.MOVED_ON
    assert len(pairs()) == 2


def test_only_goals_that_still_block_are_written_into_a_proposal(matched):
    met = min(held_by([matched[2][0].id])[matched[2][0].id]).partition(":")[2]
    with transaction() as session:
        session.execute(
            update(MentoringWish).where(MentoringWish.expectation_id == make.GOALS[0]).values(expectation_id=met)
        )
    propose(matched)
    assert set(db.session.scalars(select(MentorshipGoal.expectation_id))) == {make.GOALS[1]}


def test_a_request_between_the_two_that_lapsed_gives_way_to_the_proposal(matched):
    asked = make.make_mentorship(
        *matched[2][1:3], state=MentorshipState.PROPOSED, answer_by=today() - timedelta(days=1)
    )
    other = make.make_mentorship(
        matched[2][0], matched[2][2], state=MentorshipState.PROPOSED, answer_by=today() - timedelta(days=1)
    )
    propose(matched)
    db.session.refresh(asked)
    db.session.refresh(other)
    assert MentorshipState.EXPIRED in {asked.state, other.state}


def test_a_proposal_that_nobody_answered_in_time_is_said_to_be_over_before_the_job_has_passed(matched):
    propose(matched)
    row = matched[0]
    assert [one.state for one in list_answers(row.id, on=today())] == [MentorshipState.PROPOSED] * 2
    later = today() + timedelta(days=11)
    assert [one.state for one in list_answers(row.id, on=later)] == [MentorshipState.EXPIRED] * 2
    assert answers_heading(list_answers(row.id, on=later)) == "None of two pairs have agreed"
    assert list_rounds(on=later).rows[0].answers == {MentorshipState.EXPIRED: 2}
