"""Closing a mentorship: who begins it, the answers of both, what became of each goal, and when it is completed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import current_app
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, NotAllowedNowError
from app.domain.mentorship import QUESTIONS as HOW_MANY
from app.domain.mentorship import MentorshipState
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.mentoring.actions import course as actions
from app.mentoring.actions import reviews
from app.mentoring.models import GoalOutcome, MentorshipGoal, MentorshipStep, ReviewKind
from app.mentoring.queries.course import find_goal
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.wording import QUESTIONS
from app.notices.queries import list_waiting
from tests.factories.mentoring import TODAY, make_mentorship
from tests.factories.people import make_person

END = ReviewKind.CLOSING
WORDS = "The walk after the incident."


@pytest.fixture
def amara(app):
    return make_person("Amara Diallo")


@pytest.fixture
def chioma(app):
    return make_person("Chioma Eze")


@pytest.fixture
def pair(amara, chioma):
    return make_mentorship(amara, chioma, began_on=date(2026, 8, 1), goals=("swe.coach-juniors", "swe.defined-tasks"))


@pytest.fixture
def closing(pair, amara):
    act("start_closing", pair, amara)
    return pair


def act(name, pair, by, *words, **more):
    with transaction():
        getattr(actions, name)(get_mentorship(pair.id), *words, by=Author(by.id), at=now(), **more)


def give(pair, by, words=WORDS):
    with transaction():
        row = get_mentorship(pair.id)
        reviews.give_review(row, END, [words, "", "", ""], revision=0, by=Author(by.id), at=now())


def conclude(pair, goal_id, by, outcome=GoalOutcome.MET, version=1):
    with transaction():
        reviews.set_outcome(
            get_mentorship(pair.id), find_goal(pair.id, goal_id), outcome, version=version, by=Author(by.id), at=now()
        )


def goals(session, pair):
    session.rollback()
    session.expire_all()
    rows = select(MentorshipGoal).where(MentorshipGoal.mentorship_id == pair.id).order_by(MentorshipGoal.position)
    return session.scalars(rows).all()


def state(session, pair):
    session.rollback()
    session.expire_all()
    return get_mentorship(pair.id).state


def test_there_are_as_many_questions_as_the_specification_says():
    assert len(QUESTIONS[END]) == HOW_MANY


def test_either_begins_to_close_and_both_are_asked(closing, amara, chioma, session):
    session.rollback()
    assert state(session, closing) is MentorshipState.CLOSING
    for reader, other in ((amara, chioma), (chioma, amara)):
        (waiting,) = list_waiting(reader.id, TODAY)
        assert waiting.text == f"Close your mentorship with {other.name}"
        assert waiting.due_on == date(2026, 12, 5)
        assert waiting.href == f"/mentoring/{closing.id}/closing"


def test_it_completes_once_both_have_answered_and_each_goal_has_an_outcome(closing, amara, chioma, session):
    first, second = (goal.id for goal in goals(session, closing))
    give(closing, amara)
    conclude(closing, first, chioma)
    give(closing, chioma, "The questions.")
    assert state(session, closing) is MentorshipState.CLOSING
    conclude(closing, second, amara, GoalOutcome.NOT)
    row = get_mentorship(closing.id)
    assert (row.state, row.ended_on) == (MentorshipState.COMPLETED, TODAY)
    assert [one.text for one in list_waiting(chioma.id, TODAY)] == ["Your mentorship with Amara Diallo is completed"]
    assert list_waiting(amara.id, TODAY) == []


def test_who_has_answered_is_asked_for_the_goals_that_have_no_outcome(closing, amara, session):
    give(closing, amara)
    session.rollback()
    assert [one.text for one in list_waiting(amara.id, TODAY)] == ["Say what became of your goals with Chioma Eze"]


def test_afterwards_both_read_what_both_answered(closing, amara, chioma, session, client_for):
    give(closing, amara)
    page = client_for(chioma).get(f"/mentoring/{closing.id}/closing")
    assert WORDS not in page.text
    give(closing, chioma, "Your questions.")
    for goal in goals(session, closing):
        conclude(closing, goal.id, amara)
    for reader in (amara, chioma):
        text = client_for(reader).get(f"/mentoring/{closing.id}/closing").text
        assert WORDS in text
        assert "Your questions." in text
    assert "Ask Chioma Eze again" in client_for(amara).get(f"/mentoring/{closing.id}/closing").text


def test_where_it_ended_early_answers_stay_with_who_wrote_them(closing, amara, chioma, client_for):
    give(closing, amara)
    act("end_early", closing, chioma)
    assert WORDS in client_for(amara).get(f"/mentoring/{closing.id}/closing").text
    assert client_for(chioma).get(f"/mentoring/{closing.id}/closing").status == 302


def test_a_draft_that_was_never_given_stays_with_who_wrote_it(closing, amara, chioma, client_for):
    with transaction():
        row = get_mentorship(closing.id)
        reviews.keep_review(row, END, [WORDS, "", "", ""], revision=0, by=Author(amara.id), at=now())
    act("end_early", closing, chioma)
    page = client_for(amara).get(f"/mentoring/{closing.id}/closing")
    assert WORDS in page.text
    assert "Your draft, which you never gave" in page.text
    assert client_for(chioma).get(f"/mentoring/{closing.id}/closing").status == 302


def test_the_whole_closing_goes_through_the_pages(closing, amara, chioma, client_for, session):
    for reader, words in ((amara, WORDS), (chioma, "Your questions.")):
        client = client_for(reader)
        form = client.get(f"/mentoring/{closing.id}/closing").form(ending="/closing")
        assert client.send(form, answer_1=words).status == 302
    client = client_for(chioma)
    for goal in goals(session, closing):
        page = client.get(f"/mentoring/{closing.id}/closing")
        assert client.send(page.form(ending=f"/goals/{goal.id}"), outcome="partly").status == 302
    page = client_for(amara).get(f"/mentoring/{closing.id}/closing")
    assert "Partly met" in page.text
    assert "said by Chioma Eze" in page.text
    assert state(session, closing) is MentorshipState.COMPLETED


def test_a_goal_without_a_choice_is_refused_at_the_goal(closing, amara, client_for, session):
    client = client_for(amara)
    goal = goals(session, closing)[0]
    page = client.send(client.get(f"/mentoring/{closing.id}/closing").form(ending=f"/goals/{goal.id}"))
    assert page.status == 422
    assert "Choose what became of the goal." in page.text


def test_a_goal_of_another_mentorship_does_not_exist(closing, amara, client_for, session):
    other = make_mentorship(make_person("Bo"), make_person("Ana"), goals=("swe.coach-juniors",))
    client = client_for(amara)
    address = f"/mentoring/{closing.id}/closing/goals/{goals(session, other)[0].id}"
    assert client.post(address, [("outcome", "met"), ("version", "1")]).status == 404


def test_whoever_says_an_outcome_last_counts_and_does_not_overlook_the_other(closing, amara, chioma, session):
    goal = goals(session, closing)[0].id
    conclude(closing, goal, amara, GoalOutcome.MET)
    with pytest.raises(ConflictError) as refusal:
        conclude(closing, goal, chioma, GoalOutcome.NOT, version=1)
    assert refusal.value.stored == {"outcome": "met"}
    conclude(closing, goal, chioma, GoalOutcome.NOT, version=refusal.value.version)
    row = goals(session, closing)[0]
    assert (row.outcome, row.outcome_by_id) == (GoalOutcome.NOT, chioma.id)


def test_outcomes_and_answers_belong_to_a_closing_alone(pair, amara, session):
    with pytest.raises(NotAllowedNowError):
        conclude(pair, goals(session, pair)[0].id, amara)
    with pytest.raises(NotAllowedNowError):
        give(pair, amara)


def test_no_word_of_a_closing_stands_in_the_record(closing, amara, session):
    give(closing, amara)
    conclude(closing, goals(session, closing)[0].id, amara, GoalOutcome.NOT)
    session.rollback()
    told = [str(row.details) for row in session.scalars(select(AuditEvent))]
    assert not any(WORDS in one or '"not"' in one for one in told)


@pytest.mark.parametrize("name", ["start_closing", "end_early"])
def test_two_who_do_the_same_at_once_do_it_once(pair, amara, chioma, session, name):
    """Both press at the same moment: one of them reads that it has moved on, and one step stands in the history."""
    app = current_app._get_current_object()

    def press(person_id):
        with app.app_context(), transaction():
            try:
                getattr(actions, name)(get_mentorship(pair.id), by=Author(person_id), at=now())
            except NotAllowedNowError:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(press, [amara.id, chioma.id]))
    assert sorted(done) == [False, True]
    session.rollback()
    assert len(session.scalars(select(MentorshipStep)).all()) == 1


def test_two_who_give_their_answers_at_once_complete_it_once(closing, amara, chioma, session):
    for goal in goals(session, closing):
        conclude(closing, goal.id, amara)
    app = current_app._get_current_object()

    def press(person_id):
        with app.app_context(), transaction():
            row = get_mentorship(closing.id)
            reviews.give_review(row, END, [WORDS, "", "", ""], revision=0, by=Author(person_id), at=now())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(press, [amara.id, chioma.id]))
    assert state(session, closing) is MentorshipState.COMPLETED
    assert [row.event for row in session.scalars(select(MentorshipStep)) if row.event == "complete"] == ["complete"]
