"""What Belay does with mentorships by itself: once a day, once for each, whoever else does it at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from app.audit.actions import Author
from app.domain.mentorship import MentorshipState
from app.domain.policies import POLICIES
from app.infra.clock import clock as the_clock
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, find_kind
from app.mentoring.actions import course, reviews
from app.mentoring.models import (
    MentoringNote,
    Mentorship,
    MentorshipStep,
    ReviewKind,
    SessionAction,
    SessionState,
)
from app.mentoring.queries.course import has_plan_after, silent_on
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.reminders import REMIND
from app.mentoring.sweep import FOLLOW
from app.notices.actions import choose_hearing
from app.notices.models import Hearing, Mail
from app.notices.queries import list_waiting
from app.policies.actions import set_policy
from tests.factories.mentoring import TODAY, make_mentorship, make_note, make_session
from tests.factories.people import SYSTEM, make_person


@pytest.fixture
def amara(app):
    return make_person("Amara Diallo")


@pytest.fixture
def chioma(app):
    return make_person("Chioma Eze")


def run(kind=FOLLOW, at=None):
    """Do a kind of work as the worker does."""
    at = at or now()
    with the_clock.standing_at(at):
        find_kind(kind).handler(
            Work(job_id=None, kind=kind, payload={}, at=at, by=Author(None), report=lambda done, total: None)
        )


def on(day, hour=10):
    return datetime.fromisoformat(f"{day.isoformat()}T{hour:02}:00:00+00:00")


def stored(session, pair):
    session.rollback()
    session.expire_all()
    return get_mentorship(pair.id)


def events(session, pair):
    session.rollback()
    rows = select(MentorshipStep.event).where(MentorshipStep.mentorship_id == pair.id)
    return list(session.scalars(rows.order_by(MentorshipStep.at, MentorshipStep.id)))


def test_a_mentorship_closes_on_its_last_day_and_completes_after_fourteen_days(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 6, 1))
    ends_on = pair.ends_on
    run(at=on(ends_on - timedelta(days=1)))
    assert stored(session, pair).state is MentorshipState.ACTIVE
    run(at=on(ends_on))
    assert stored(session, pair).state is MentorshipState.CLOSING
    run(at=on(ends_on + timedelta(days=14)))
    assert stored(session, pair).state is MentorshipState.CLOSING
    run(at=on(ends_on + timedelta(days=15)))
    row = stored(session, pair)
    assert (row.state, row.ended_on) == (MentorshipState.COMPLETED, ends_on + timedelta(days=15))


def test_a_worker_that_comes_late_still_gives_a_closing_all_its_days(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 3, 1))
    run()
    row = stored(session, pair)
    assert (row.state, row.closing_on) == (MentorshipState.CLOSING, TODAY)


def test_a_pause_ends_on_the_day_that_was_named_even_when_the_worker_comes_late(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 9, 1))
    ends_on = pair.ends_on
    with transaction():
        course.pause(get_mentorship(pair.id), resumes_on=TODAY + timedelta(days=10), by=Author(amara.id), at=on(TODAY))
    run(at=on(TODAY + timedelta(days=9)))
    assert stored(session, pair).state is MentorshipState.PAUSED
    run(at=on(TODAY + timedelta(days=12)))
    row = stored(session, pair)
    assert (row.state, row.ends_on) == (MentorshipState.ACTIVE, ends_on + timedelta(days=10))


def test_an_open_pause_goes_on_after_twelve_months_and_both_hear_of_it(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 9, 1))
    ends_on, over = pair.ends_on, date(2027, 11, 21)
    with transaction():
        course.pause(get_mentorship(pair.id), by=Author(amara.id), at=on(TODAY))
    written = len(mails(session))
    run(at=on(over - timedelta(days=1)))
    assert stored(session, pair).state is MentorshipState.PAUSED
    run(at=on(over + timedelta(days=2)))
    row = stored(session, pair)
    assert (row.state, row.ends_on) == (MentorshipState.ACTIVE, ends_on + timedelta(days=365))
    assert len(mails(session)) == written + 2
    for person, other in ((amara, chioma), (chioma, amara)):
        texts = [one.text for one in list_waiting(person.id, over + timedelta(days=2), kinds=["mentoring.changed"])]
        assert texts == [f"Your mentorship with {other.name} goes on"]


def test_whoever_chose_at_once_hears_at_once_that_it_closes_by_itself(amara, chioma, session):
    make_mentorship(amara, chioma, began_on=date(2026, 3, 1))
    with transaction():
        for person in (amara, chioma):
            choose_hearing(person.id, {"mentoring.closing": Hearing.AT_ONCE}, by=Author(person.id), at=now())
    run()
    run()
    assert mails(session) == sorted([amara.id.hex, chioma.id.hex])


def test_both_hear_that_belay_has_completed_it_and_where_they_read_the_answers(amara, chioma, session):
    closed = make_mentorship(
        amara, chioma, state=MentorshipState.CLOSING, closing_on=TODAY - timedelta(days=15), began_on=date(2026, 4, 1)
    )
    run()
    assert stored(session, closed).state is MentorshipState.COMPLETED
    assert mails(session) == sorted([amara.id.hex, chioma.id.hex])
    (told,) = list_waiting(chioma.id, TODAY)
    assert (told.text, told.href) == (
        "Your mentorship with Amara Diallo is completed",
        f"/mentoring/{closed.id}/closing",
    )


def test_the_mid_point_is_done_four_weeks_late_where_one_of_the_two_looked_back(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 8, 1))
    half = pair.mid_point_on
    with transaction():
        reviews.give_review(
            get_mentorship(pair.id), ReviewKind.MID_POINT, ["Well", "", ""], revision=0, by=Author(amara.id), at=now()
        )
    run(at=on(half + timedelta(days=27)))
    assert stored(session, pair).state is MentorshipState.ACTIVE
    run(at=on(half + timedelta(days=28)))
    assert stored(session, pair).state is MentorshipState.MID_POINT_DONE


def test_the_day_is_that_of_the_company_and_not_of_the_machine(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 6, 1))
    evening = on(pair.ends_on - timedelta(days=1), hour=22)
    the_clock.use_zone("Asia/Ho_Chi_Minh")
    try:
        run(at=evening)
    finally:
        the_clock.use_zone("UTC")
    assert stored(session, pair).state is MentorshipState.CLOSING


def test_twice_on_a_day_and_two_workers_at_once_do_nothing_twice(amara, chioma, session):
    pair = make_mentorship(amara, chioma, began_on=date(2026, 3, 1))
    app = current_app._get_current_object()

    def work(_):
        with app.app_context():
            run()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    run()
    assert events(session, pair) == ["start_closing"]


# Silence ---------------------------------------------------------------------------------


def silent_pair(amara, chioma, **more):
    return make_mentorship(amara, chioma, began_on=TODAY - timedelta(weeks=8), **more)


def mails(session):
    session.rollback()
    return sorted(row.person_id.hex for row in session.scalars(select(Mail)))


def test_both_are_reminded_after_six_weeks_and_again_after_two_more(amara, chioma, session):
    silent_pair(amara, chioma)
    run(REMIND)
    run(REMIND)
    assert mails(session) == sorted([amara.id.hex, chioma.id.hex])
    run(REMIND, at=now() + timedelta(days=13))
    assert len(mails(session)) == 2
    run(REMIND, at=now() + timedelta(days=14))
    assert len(mails(session)) == 4


def test_two_workers_at_once_remind_once(amara, chioma, session):
    pair = silent_pair(amara, chioma)
    app = current_app._get_current_object()

    def work(_):
        with app.app_context():
            run(REMIND)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert events(session, pair) == ["remind"]
    assert len(mails(session)) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"state": MentorshipState.PAUSED},
        {"state": MentorshipState.CLOSING, "closing_on": TODAY},
        {"resumed_on": TODAY - timedelta(weeks=2)},
    ],
)
def test_nobody_is_reminded_during_a_pause_soon_after_it_or_at_the_end(amara, chioma, session, more):
    silent_pair(amara, chioma, **more)
    run(REMIND)
    assert mails(session) == []


def test_nobody_is_reminded_who_met_lately_or_has_planned_to(amara, chioma, session):
    met = silent_pair(amara, chioma)
    make_session(met, starts_at=on(TODAY - timedelta(weeks=2)), state=SessionState.HELD)
    planned = silent_pair(make_person(), make_person())
    make_session(planned, starts_at=on(TODAY + timedelta(days=2)))
    run(REMIND)
    assert mails(session) == []


def test_a_session_that_was_planned_and_never_held_does_not_hide_the_silence(amara, chioma, session):
    pair = silent_pair(amara, chioma)
    make_session(pair, starts_at=on(TODAY - timedelta(days=3)))
    run(REMIND)
    assert len(mails(session)) == 2


def test_silence_waits_in_the_inbox_without_a_word_of_blame(amara, chioma, session):
    silent_pair(amara, chioma)
    run(REMIND)
    session.rollback()
    texts = [one.text for one in list_waiting(amara.id, TODAY, kinds=["mentoring.silent"])]
    assert texts == ["Meet Chioma Eze again, or pause"]


def test_a_second_silence_waits_for_its_own_reminder(amara, chioma, session):
    """They were reminded, met, and are silent again: the old reminder says nothing of it."""
    pair = silent_pair(amara, chioma)
    run(REMIND)
    make_session(pair, starts_at=on(TODAY + timedelta(days=1)), state=SessionState.HELD)
    again = TODAY + timedelta(days=1, weeks=6) + timedelta(days=1)
    session.rollback()
    assert list_waiting(amara.id, again, kinds=["mentoring.silent"]) == []
    run(REMIND, at=on(again))
    session.rollback()
    assert len(list_waiting(amara.id, again, kinds=["mentoring.silent"])) == 1


def test_the_company_says_after_how_many_weeks_a_pair_is_silent(amara, chioma, session):
    make_mentorship(amara, chioma, began_on=TODAY - timedelta(weeks=3))
    run(REMIND)
    assert mails(session) == []
    with transaction():
        set_policy(
            POLICIES["mentoring_overdue_weeks"],
            "2",
            reason="We work in short cycles",
            by=SYSTEM,
            at=now(),
            seen_number=0,
        )
    run(REMIND)
    assert len(mails(session)) == 2
    session.rollback()
    (told,) = list_waiting(amara.id, TODAY, kinds=["mentoring.silent"])
    assert "more than 2 weeks" in told.detail


def test_the_condition_of_lists_says_what_the_rule_says(amara, chioma, session):
    """The same pair is silent for the database as for the domain, on the days around six weeks."""
    pair = make_mentorship(amara, chioma, began_on=date(2026, 9, 1))
    for days, is_silent in ((41, False), (42, False), (43, True)):
        day = pair.began_on + timedelta(days=days)
        session.rollback()
        found = session.scalars(select(Mentorship.id).where(silent_on(day), ~has_plan_after(on(day)))).all()
        assert bool(found) is is_silent


# Words that were taken out ------------------------------------------------------------


@pytest.mark.parametrize("state", [MentorshipState.ACTIVE, MentorshipState.ENDED_EARLY])
def test_what_was_taken_out_is_gone_after_a_day_whether_or_not_the_pair_goes_on(amara, chioma, session, state):
    pair = make_mentorship(amara, chioma, state=state)
    meeting = make_session(pair)
    kept, fresh, old = (make_note(meeting, amara, f"canary-{one}") for one in ("kept", "fresh", "old"))
    by = {"mentorship_id": pair.id, "author_id": amara.id, "owner_id": amara.id, "written_at": now()}
    with transaction() as work:
        work.merge(fresh).removed_at = now() - timedelta(hours=23)
        work.merge(old).removed_at = now() - timedelta(hours=25)
        work.add(SessionAction(words="canary-action", removed_at=now() - timedelta(hours=25), **by))
        work.add(SessionAction(words="canary-open", **by))
    run()
    session.rollback()
    notes = select(MentoringNote.words).order_by(MentoringNote.words)
    assert session.scalars(notes).all() == [kept.words, fresh.words][::-1]
    assert session.scalars(select(SessionAction.words)).all() == ["canary-open"]
