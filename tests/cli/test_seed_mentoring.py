"""Mentoring in the example company: what the rules of mentoring would have let happen, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.relations import Fact, relations
from app.cli.seed.command import DEFAULT_SEED, seed_company
from app.domain.mentorship import MentorshipEvent, MentorshipState, after
from app.infra.clock import local, today
from app.mentoring.models import (
    MatchLeft,
    MatchPair,
    MatchRun,
    MentoringCoordinator,
    MentoringProfile,
    MentoringRound,
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipStep,
    RoundState,
    SessionState,
)
from app.mentoring.queries.profiles import held_by, key_of, offers_of_people, seekable, wishes_of_people
from app.mentoring.wording import DECLINE_REASONS
from app.people.models import Person
from app.promotion.models import PanelSeat
from app.promotion.queries.panels import recusals_of
from tests.factories.assessments import publish


def seeded(app, people):
    for name in ("software-engineer/1.0.0.yaml", "technical-support/1.0.0.yaml"):
        publish(name)
    seed_company(app, people=people, random_seed=DEFAULT_SEED)


@pytest.fixture
def company(app, session):
    seeded(app, 44)
    return session


def test_one_round_is_over_one_runs_and_requests_wait(company):
    assert {one.name: one.state for one in company.scalars(select(MentoringRound))} == {
        "Spring 2026": RoundState.CLOSED,
        "Winter 2027": RoundState.OPEN,
    }
    waiting = select(Mentorship).where(Mentorship.state == MentorshipState.PROPOSED, Mentorship.round_id.is_(None))
    assert len(company.scalars(waiting).all()) == 3
    states = set(company.scalars(select(Mentorship.state)))
    assert {MentorshipState.ACTIVE, MentorshipState.MID_POINT_DONE, MentorshipState.COMPLETED} <= states
    assert {MentorshipState.DECLINED, MentorshipState.EXPIRED, MentorshipState.ENDED_EARLY} <= states


def test_the_running_round_pairs_most_and_says_of_the_others_why(company):
    running = company.scalars(select(MentoringRound).where(MentoringRound.state == RoundState.OPEN)).one()
    run = company.scalars(select(MatchRun).where(MatchRun.round_id == running.id)).one()
    left = company.scalars(select(MatchLeft).where(MatchLeft.run_id == run.id)).all()
    assert run.matched == len(company.scalars(select(MatchPair).where(MatchPair.run_id == run.id)).all())
    assert run.matched + len(left) == run.mentees
    assert run.matched > len(left)
    # One competes for too few places, and one has a goal that nobody holds.
    assert any(row.places is not None for row in left)
    assert any(row.unheld != "[]" for row in left)


def test_what_people_offer_they_hold_and_what_they_seek_blocks_them(company):
    profiles = {row.person_id: row for row in company.scalars(select(MentoringProfile))}
    offers, wishes = offers_of_people(profiles), wishes_of_people(profiles)
    held = held_by(offers)
    assert offers
    assert wishes
    assert {one: keys - held[one] for one, keys in offers.items() if keys - held[one]} == {}
    lacking = {one: set(keys) - set(seekable(one)) for one, keys in wishes.items()}
    assert {one: keys for one, keys in lacking.items() if keys} == {}


def test_goals_of_pairs_that_meet_still_block_their_mentees_or_were_shown_since(company):
    rows = company.execute(
        select(Mentorship, MentorshipGoal)
        .join(MentorshipGoal, MentorshipGoal.mentorship_id == Mentorship.id)
        .where(Mentorship.state.in_([MentorshipState.ACTIVE, MentorshipState.PROPOSED]))
    ).all()
    assert rows
    for mentorship, goal in rows:
        assert key_of(goal.lineage, goal.expectation_id) in seekable(mentorship.mentee_id)


def test_every_step_is_one_that_the_table_of_moves_knows(company):
    for mentorship in company.scalars(select(Mentorship)):
        steps = company.scalars(
            select(MentorshipStep).where(MentorshipStep.mentorship_id == mentorship.id).order_by(MentorshipStep.at)
        ).all()
        state = MentorshipState.PROPOSED
        for step in steps:
            assert step.source == state.value
            state = after(state, MentorshipEvent(step.event))
            assert state is not None
            assert step.target == state.value
            assert step.code in {"", *DECLINE_REASONS}
        assert state is mentorship.state


def test_a_mentorship_began_on_the_day_of_the_second_yes_and_nobody_answered_late(company):
    for one in company.scalars(select(Mentorship)):
        answers = [at for at in (one.mentee_consented_at, one.mentor_consented_at) if at]
        assert all(local(at).date() <= one.answer_by for at in answers)
        assert one.began_on == (local(max(answers)).date() if one.has_begun else None)
        if one.is_underway:
            assert one.ends_on > today()


def test_sessions_were_held_while_the_two_were_a_pair(company):
    rows = company.execute(
        select(MentoringSession, Mentorship).join(Mentorship, Mentorship.id == MentoringSession.mentorship_id)
    ).all()
    for session, mentorship in rows:
        if session.state is SessionState.HELD:
            assert mentorship.began_on <= session.held_on <= (mentorship.ended_on or today())
        else:
            assert session.starts_at.date() > today()


def test_no_pair_recuses_somebody_who_sits_on_the_mentees_panel(company):
    assert relations.between_people[Fact.MENTORS].pairs is not None
    for seat in company.scalars(select(PanelSeat).where(PanelSeat.ended_at.is_(None))):
        assert not recusals_of(seat.case_id, seat.person_id)


def test_the_coordinator_is_no_member_of_hr(company):
    name = company.scalar(select(Person.name).join(MentoringCoordinator, MentoringCoordinator.person_id == Person.id))
    assert name == "Iman Farouk"


@pytest.mark.parametrize("people", [8, 20])
def test_a_small_company_leaves_out_whoever_it_lacks(app, session, people):
    seeded(app, people)
    here = set(session.scalars(select(Person.id)))
    pairs = session.scalars(select(Mentorship)).all()
    assert all({pair.mentee_id, pair.mentor_id} <= here for pair in pairs)
    coordinator = session.scalars(select(MentoringCoordinator)).one()
    assert coordinator.person_id in here
    # HR does not name themself.
    assert coordinator.named_by_id != coordinator.person_id
