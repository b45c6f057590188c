"""What bars two people from being paired again: the same in a round and outside, and a decline in private."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app.audit.actions import Author
from app.domain.errors import InvalidError
from app.domain.matching import Reason, judge
from app.domain.mentorship import MentorshipState, add_months
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import choices
from app.mentoring.models import ChoiceKind, MentoringExclusion, MentorshipStep
from app.mentoring.queries.finding import find_mentors, live_wishes
from app.mentoring.queries.pairings import BARRING_DECLINES, Bar, list_bars
from app.mentoring.queries.pool import gather
from app.mentoring.queries.rounds import get_round
from app.mentoring.wording import DECLINE_REASONS, PIN_REFUSED
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import make_person

YEAR_AGO = add_months(date(2026, 11, 21), -12)


@pytest.fixture
def two(app):
    """Return a mentee and the one mentor who fits."""
    publish()
    return make.make_mentee(), make.make_mentor()


def declined(two, code, *, ago=timedelta(days=30)):
    row = make.make_mentorship(*two, state=MentorshipState.DECLINED)
    add_step(row, "decline", code, now() - ago)


def ended(two, on, code=""):
    row = make.make_mentorship(*two, state=MentorshipState.ENDED_EARLY, ended_on=on)
    add_step(row, "end_early", code, now())


def add_step(row, event, code, at):
    with transaction():
        db.session.add(
            MentorshipStep(
                mentorship_id=row.id, at=at, event=event, source="proposed", target=row.state.value, code=code
            )
        )


def in_a_round():
    """Return why the one mentee and the one mentor cannot be a pair; nothing where they can."""
    pool = gather(make.make_round()).pool
    mentor = next(one for one in pool.mentors if one.is_open)
    found = judge(pool, pool.mentees[0], mentor)
    return found if isinstance(found, Reason) else None


def is_found(two):
    return bool(find_mentors(two[0].id, live_wishes(two[0].id), on=today()))


def test_every_reason_of_a_decline_is_decided():
    assert {*BARRING_DECLINES, "time"} == set(DECLINE_REASONS)


@pytest.mark.parametrize("code", BARRING_DECLINES)
def test_a_decline_that_speaks_of_the_other_one_bars_like_an_exclusion(two, code):
    declined(two, code)
    assert in_a_round() is Reason.OPTED_OUT
    assert not is_found(two)


def test_a_decline_for_want_of_time_bars_nothing(two):
    declined(two, "time")
    assert in_a_round() is None
    assert is_found(two)


def test_a_decline_bars_for_twelve_months_from_its_own_day_whatever_day_was_the_last_to_answer(two):
    midnight = timedelta(hours=10)
    declined(two, "rather_not", ago=timedelta(days=364) + midnight)
    assert [bar for *_, bar in list_bars(today())] == [Bar.DECLINED]
    assert list_bars(today() + timedelta(days=1)) == []


def test_an_early_end_bars_for_twelve_months_from_its_day(two):
    ended(two, YEAR_AGO + timedelta(days=1))
    assert in_a_round() is Reason.RECENT_PAIRING
    assert not is_found(two)


def test_on_the_same_day_a_year_later_an_early_end_bars_no_more(two):
    ended(two, YEAR_AGO)
    assert in_a_round() is None
    assert is_found(two)


def test_an_early_end_because_one_of_them_left_bars_nothing(two):
    ended(two, today() - timedelta(days=10), code="left")
    assert in_a_round() is None
    assert is_found(two)


def test_a_request_bars_until_its_day_is_past(two):
    make.make_mentorship(*two, state=MentorshipState.PROPOSED, answer_by=today())
    assert in_a_round() is Reason.RECENT_PAIRING
    assert not is_found(two)
    assert list_bars(today() + timedelta(days=1)) == []


def test_a_pin_is_refused_with_the_same_words_for_a_decline_and_for_an_exclusion(two):
    def refused():
        with pytest.raises(InvalidError) as refusal:
            choices.choose_pair(
                get_round(row.id),
                ChoiceKind.PIN,
                mentee_id=two[0].id,
                mentor_id=two[1].id,
                reason="They asked.",
                by=Author(coordinator.id),
                at=now(),
            )
        db.session.rollback()
        return refusal.value.message

    row, coordinator = make.make_round(), make_person("Iman Farouk")
    ended(two, today() - timedelta(days=10))
    by_early_end = refused()
    with transaction() as session:
        session.execute(update(MentorshipStep).values(code="left"))
    declined(two, "too_little")
    by_decline = refused()
    with transaction():
        db.session.add(MentoringExclusion(person_id=two[0].id, other_id=two[1].id))
    assert by_early_end == by_decline == refused() == PIN_REFUSED
