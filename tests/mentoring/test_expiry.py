"""What nobody answers in two weeks is over: on the page from that day on, in the table after the job."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app.audit.actions import Author
from app.domain.errors import NotAllowedNowError
from app.domain.mentorship import MentorshipState, PairSide
from app.infra.clock import clock as the_clock
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs.kinds import find_kind, periodic_kinds
from app.mentoring.actions import consents, expiry
from app.mentoring.models import MentorshipStep
from app.mentoring.queries import get_mentorship
from app.notices.queries import list_waiting
from app.people.queries import get_person
from tests.factories import mentoring as make
from tests.factories.assessments import publish

BELAY = Author(None, label="worker")
LAST = date(2026, 11, 30)


@pytest.fixture
def asked(app):
    publish()
    return make.make_mentorship(
        make.make_mentee(), make.make_mentor(), state=MentorshipState.PROPOSED, answer_by=LAST, goals=make.GOALS
    )


def expire(moment):
    with the_clock.standing_at(moment), transaction():
        return expiry.expire_due(by=BELAY, at=moment)


def test_the_last_day_lasts_until_midnight_in_the_time_zone_of_the_company(asked):
    the_clock.use_zone("America/Los_Angeles")
    try:
        # Half past seven in the morning of 1 December in UTC is still the evening of 30 November there.
        assert expire(datetime(2026, 12, 1, 7, 30, tzinfo=UTC)) == 0
        assert expire(datetime(2026, 12, 1, 8, 30, tzinfo=UTC)) == 1
    finally:
        the_clock.use_zone("UTC")
    assert get_mentorship(asked.id).state is MentorshipState.EXPIRED


def test_expiring_twice_is_expiring_once_and_the_mentee_hears_of_it(asked):
    moment = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert [expire(moment), expire(moment)] == [1, 0]
    assert db.session.scalar(select(func.count()).where(MentorshipStep.event == "expire")) == 1
    told = [one.text for one in list_waiting(asked.mentee_id, moment.date())]
    assert told == ["Nobody answered in time: Kofi Mensah"]
    # The mentor had not agreed to anything, so there is nothing to tell.
    assert list_waiting(asked.mentor_id, moment.date()) == []


@pytest.mark.parametrize(
    ("side", "words"),
    [
        (PairSide.MENTEE, "Nobody answered in time: Kofi Mensah"),
        (PairSide.MENTOR, "Not both of you agreed in time: Amara Diallo"),
    ],
)
def test_whoever_had_agreed_to_a_proposal_is_told_that_it_lapsed_and_the_other_is_not(app, side, words):
    publish()
    agreed = {"mentee_consented_at": None, f"{side.value}_consented_at": make.AT}
    proposed = make.make_mentorship(
        make.make_mentee(),
        make.make_mentor(),
        state=MentorshipState.PROPOSED,
        answer_by=LAST,
        round_id=make.make_round().id,
        waits_for=None,
        **agreed,
    )
    moment = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert expire(moment) == 1
    both = (proposed.mentee_id, proposed.mentor_id)
    told = {one: [wait.text for wait in list_waiting(one, moment.date())] for one in both}
    whose = proposed.mentee_id if side is PairSide.MENTEE else proposed.mentor_id
    assert told == {whose: [words], proposed.other_than(whose): []}


def test_news_stays_two_weeks_by_the_days_of_the_company(asked):
    moment = datetime(2026, 12, 1, 11, 30, tzinfo=UTC)
    assert expire(moment) == 1
    try:
        # Half past eleven in UTC is half past one of the next day there.
        the_clock.use_zone("Pacific/Kiritimati")
        assert len(list_waiting(asked.mentee_id, date(2026, 12, 16))) == 1
        assert list_waiting(asked.mentee_id, date(2026, 12, 17)) == []
    finally:
        the_clock.use_zone("UTC")


def test_more_than_one_batch_expires_in_one_run_of_the_daily_job(asked, monkeypatch):
    monkeypatch.setattr(expiry, "AT_A_TIME", 1)
    second = make.make_mentorship(
        make.make_mentee("Leila Haddad"), make.make_mentor("Priya"), state=MentorshipState.PROPOSED, answer_by=LAST
    )
    work = type("Work", (), {"by": BELAY, "at": datetime(2026, 12, 2, tzinfo=UTC)})()
    find_kind(expiry.EXPIRE).handler(work)
    assert {get_mentorship(one.id).state for one in (asked, second)} == {MentorshipState.EXPIRED}
    assert expiry.EXPIRE in dict(periodic_kinds())


def test_a_day_that_has_passed_counts_before_the_job_has_run(asked, client_for):
    with the_clock.standing_at(datetime(2026, 12, 1, 10, 0, tzinfo=UTC)):
        page = client_for(get_person(asked.mentor_id)).get(f"/mentoring/requests/{asked.id}")
        assert "It has lapsed" in page.words("main")
        assert not page.has_form("/accept")
        assert list_waiting(asked.mentor_id, date(2026, 12, 1)) == []
        mentee = client_for(get_person(asked.mentee_id))
        for address in ("/mentoring/", f"/mentoring/of/{asked.mentee_id}"):
            assert "Kofi Mensah" not in mentee.get(address).words("main")
        with pytest.raises(NotAllowedNowError, match="lapsed"), transaction():
            consents.consent(get_mentorship(asked.id), by=Author(asked.mentor_id), at=now())
    assert get_mentorship(asked.id).state is MentorshipState.PROPOSED


def test_what_was_answered_never_expires(asked):
    with transaction():
        consents.consent(get_mentorship(asked.id), by=Author(asked.mentor_id), at=now())
    assert expire(datetime(2027, 3, 1, tzinfo=UTC)) == 0
    assert get_mentorship(asked.id).state is MentorshipState.ACTIVE
