"""Sessions: planned by either, held on a day, called off without a reason; and what waits because of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.mentorship import MentorshipState
from app.infra.clock import clock
from app.infra.db import db
from app.mentoring.actions import sessions as acts
from app.mentoring.actions.sessions import Plan
from app.mentoring.models import MentoringSession, SessionState
from app.mentoring.pair_pages import count_words, next_session, session_lines, suggested_day
from app.mentoring.queries.sessions import get_session, list_sessions
from app.notices.sources import find_source
from tests.conftest import NOW
from tests.factories.mentoring import make_session
from tests.mentoring.pairs import act, make_pair

SOON = datetime.fromisoformat("2026-11-24T13:00:00+00:00")
TODAY = NOW.date()
PLACE = "Room Kestrel, which only the two know"


@pytest.fixture
def pair(app):
    return make_pair()


def plan(pair, starts_at=SOON, by=None, **more):
    return act(acts.plan_session, pair.mentorship, Plan(starts_at, **more), by=by or pair.amara)


# Planning ----------------------------------------------------------------------------


def test_either_of_the_two_plans_the_next_number(pair):
    assert plan(pair).number == 1
    assert plan(pair, SOON + timedelta(days=21), by=pair.chioma).number == 2


@pytest.mark.parametrize(
    "starts_at,minutes,field",
    [
        (datetime.fromisoformat("2026-08-31T10:00:00+00:00"), 60, "day"),
        (NOW + timedelta(days=400), 60, "day"),
        (SOON, 4, "minutes"),
        (SOON, 481, "minutes"),
    ],
    ids=["before they were a pair", "more than a year ahead", "too short", "too long"],
)
def test_a_plan_that_cannot_be_meant_is_refused_at_its_field(pair, starts_at, minutes, field):
    with pytest.raises(InvalidError) as refusal:
        plan(pair, starts_at, minutes=minutes)
    assert refusal.value.field == field


def test_two_sessions_never_begin_at_the_same_time(pair):
    first = plan(pair)
    with pytest.raises(InvalidError, match="Session 1 begins at this very time") as refusal:
        plan(pair, by=pair.chioma)
    assert refusal.value.field == "time"
    second = plan(pair, SOON + timedelta(hours=2))
    with pytest.raises(InvalidError, match="Session 1"):
        act(acts.change_session, get_session(second.id), Plan(SOON), version=second.version, by=pair.amara)
    act(acts.call_off_session, get_session(first.id), by=pair.amara)
    assert plan(pair).number == 3


def test_a_length_that_nobody_means_is_told_its_limits(pair, client_for):
    client = client_for(pair.amara)
    form = client.get(f"/mentoring/{pair.mentorship.id}/sessions/new").form(ending="/sessions/new")
    assert "A session takes from 5 to 480 minutes." in client.send(form, time="13:00", minutes="10000").words()


def test_sessions_are_listed_by_the_day_on_which_they_took_place(pair):
    early = make_session(
        pair.mentorship, number=1, starts_at=NOW - timedelta(days=9), state=SessionState.HELD, held_on=TODAY
    )
    late = make_session(pair.mentorship, number=2, starts_at=NOW - timedelta(days=5), state=SessionState.HELD)
    assert [line.number for line in session_lines([late, early], NOW)] == [1, 2]


def test_while_it_is_paused_nothing_is_planned_and_the_reason_is_said(app, client_for):
    pair = make_pair(state=MentorshipState.PAUSED)
    with pytest.raises(NotAllowedNowError, match="paused"):
        plan(pair)
    session = make_session(pair.mentorship)
    with pytest.raises(NotAllowedNowError, match="paused"):
        act(acts.change_session, get_session(session.id), Plan(SOON), version=session.version, by=pair.amara)
    page = client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}")
    assert "no session is planned until you go on" in page.text
    assert "Plan a session" not in page.text
    assert client_for(pair.amara).get(f"/mentoring/{pair.mentorship.id}/sessions/new").status == 409


def test_two_who_move_a_session_at_once_learn_of_each_other(pair):
    found = get_session(plan(pair).id)
    before = found.meeting.version
    act(acts.change_session, found, Plan(SOON + timedelta(hours=1)), version=before, by=pair.chioma)
    with pytest.raises(ConflictError) as conflict:
        act(acts.change_session, get_session(found.id), Plan(SOON, 30), version=before, by=pair.amara)
    assert conflict.value.stored["time"] == "14:00"


# Whether it took place ---------------------------------------------------------------


def test_a_session_is_held_on_a_day_that_has_come(pair):
    found = get_session(make_session(pair.mentorship, starts_at=NOW - timedelta(days=2)).id)
    for day in (date(2026, 11, 22), date(2026, 8, 1)):
        with pytest.raises(InvalidError):
            act(acts.hold_session, get_session(found.id), held_on=day, by=pair.amara)
    act(acts.hold_session, get_session(found.id), held_on=date(2026, 11, 20), by=pair.chioma)
    stored = get_session(found.id).meeting
    assert (stored.state, stored.held_on) == (SessionState.HELD, date(2026, 11, 20))
    with pytest.raises(NotAllowedNowError):
        act(acts.call_off_session, get_session(found.id), by=pair.amara)


def test_a_session_is_called_off_without_a_reason_and_can_be_taken_up_again(pair, client_for):
    session, client = make_session(pair.mentorship), client_for(pair.amara)
    page = client.get(f"/mentoring/sessions/{session.id}")
    form = page.form(ending="/call-off")
    assert {name for name, _ in form.fields} == {"csrf_token", "idempotency_key"}
    after = client.follow(client.send(form))
    assert "called off" in after.text
    again = client.follow(client.send(after.form(ending="/reopen")))
    assert "planned as before" in again.text
    assert get_session(session.id).meeting.state is SessionState.PLANNED


@pytest.mark.parametrize("state", [MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY])
def test_after_the_end_nobody_writes(app, client_for, state):
    pair = make_pair(state=state)
    session = make_session(pair.mentorship)
    with pytest.raises(NotAllowedNowError):
        plan(pair)
    with pytest.raises(NotAllowedNowError):
        act(acts.hold_session, get_session(session.id), held_on=NOW.date(), by=pair.chioma)
    for who in (pair.amara, pair.chioma):
        client = client_for(who)
        assert client.post(f"/mentoring/sessions/{session.id}/call-off").status == 404
        assert client.get(f"/mentoring/{pair.mentorship.id}/sessions/new").status == 404


def test_what_was_planned_for_after_the_end_asks_nothing(app, client_for):
    pair = make_pair(state=MentorshipState.ENDED_EARLY)
    make_session(pair.mentorship, starts_at=NOW - timedelta(days=1))
    words = client_for(pair.chioma).get(f"/mentoring/{pair.mentorship.id}").words("main")
    assert "20 November 2026, 10:00 Was planned" in words
    assert "Did it take place?" not in words


# On pages ----------------------------------------------------------------------------


def test_a_session_is_planned_by_the_form_in_the_company_s_time_zone(pair, client_for):
    client = client_for(pair.amara)
    zone = clock.zone
    try:
        clock.use_zone("Europe/Berlin")
        page = client.get(f"/mentoring/{pair.mentorship.id}/sessions/new")
        assert "Europe/Berlin" in page.words("body")
        form = page.form(ending="/sessions/new")
        sent = client.send(form, day="2026-12-01", time="14:30", minutes="45", place=PLACE)
        shown = client.follow(sent)
    finally:
        clock.use_zone(zone)
    row = db.session.scalars(select(MentoringSession)).one()
    assert row.starts_at == datetime.fromisoformat("2026-12-01T13:30:00+00:00")
    assert "14:30 (Europe/Berlin), 45 minutes" in shown.words("body")
    assert PLACE in shown.text


def test_what_was_typed_stays_and_each_error_stands_at_its_field(pair, client_for):
    client = client_for(pair.amara)
    form = client.get(f"/mentoring/{pair.mentorship.id}/sessions/new").form(ending="/sessions/new")
    page = client.send(form, day="soon", time="quarter past", minutes="many", place=PLACE)
    assert page.status == 422
    for sentence in ("This is no day", "This is no time of day", "Write the minutes as a number"):
        assert page.text.count(sentence) == 2, "once at the field, once in the summary"
    for typed in ("soon", "quarter past", "many", PLACE):
        assert f'value="{typed}"' in page.text
    assert not list_sessions(pair.mentorship.id)


def test_the_page_of_the_pair_shows_the_next_session_first_and_the_others_newest_first(pair, client_for):
    make_session(pair.mentorship, number=1, starts_at=NOW - timedelta(days=40), state=SessionState.HELD)
    make_session(pair.mentorship, number=2, starts_at=NOW - timedelta(days=20), state=SessionState.CALLED_OFF)
    make_session(pair.mentorship, number=3, starts_at=SOON)
    make_session(pair.mentorship, number=4, starts_at=SOON + timedelta(days=21))
    words = client_for(pair.chioma).get(f"/mentoring/{pair.mentorship.id}").words("body")
    assert "Tuesday at 13:00" in words
    assert "1 held, 2 planned, 1 called off" in words
    listed = words[words.index("1 held") :]
    assert [listed.index(f"Session {number} ") for number in (4, 3, 2, 1)] == sorted(
        listed.index(f"Session {number} ") for number in (4, 3, 2, 1)
    )


def test_the_next_day_is_suggested_by_how_often_the_two_mean_to_meet(pair):
    today = NOW.date()
    assert suggested_day(pair.mentorship, [], today) == date(2026, 11, 23), "a Sunday becomes the Monday after it"
    held = make_session(pair.mentorship, starts_at=NOW - timedelta(days=5), state=SessionState.HELD)
    assert suggested_day(pair.mentorship, [held], today) == date(2026, 12, 7)
    assert next_session([held], NOW) is None
    assert count_words([held]) == "1 held"


# What waits --------------------------------------------------------------------------


def waiting(on=TODAY):
    source = find_source("mentoring.session")
    rows = db.session.execute(source.select(on)).all()
    return {row.person_id: (row, source.say(row)) for row in rows}


def test_a_session_waits_for_both_from_two_days_before_and_then_asks_whether_it_took_place(pair):
    session = make_session(pair.mentorship, starts_at=SOON, place=PLACE)
    assert not waiting(on=date(2026, 11, 21))
    near = waiting(on=date(2026, 11, 22))
    assert set(near) == {pair.amara.id, pair.chioma.id}
    _, said = near[pair.amara.id]
    assert said.text == "Mentoring session with Chioma Eze"
    assert (said.due_on, said.href) == (date(2026, 11, 24), f"/mentoring/sessions/{session.id}")
    assert waiting(on=date(2026, 11, 24))[pair.chioma.id][1].due_on == date(2026, 11, 24)
    after = waiting(on=date(2026, 11, 25))
    assert after[pair.chioma.id][1].text == "Did your session with Amara Diallo take place?"
    assert not any(PLACE in str(part) for one in (near, after) for rows, said in one.values() for part in (rows, said))


def test_nothing_ahead_waits_while_it_is_paused_and_nothing_at_all_once_it_is_over(app):
    pair = make_pair(state=MentorshipState.PAUSED)
    make_session(pair.mentorship, number=1, starts_at=NOW + timedelta(days=1))
    make_session(pair.mentorship, number=2, starts_at=NOW - timedelta(days=3))
    assert {row.code for row, _ in waiting().values()} == {"behind"}
    act(_end, pair.mentorship, by=pair.amara)
    assert not waiting()


def _end(mentorship, *, by, at):
    db.session.merge(mentorship).state = MentorshipState.COMPLETED


# The record --------------------------------------------------------------------------


def test_the_record_says_that_a_session_was_planned_and_held_and_nothing_of_it(pair):
    planned = plan(pair, NOW - timedelta(hours=2), place=PLACE)
    act(acts.hold_session, get_session(planned.id), held_on=NOW.date(), by=pair.chioma)
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.tag.like("mentoring:session:%")).order_by(AuditEvent.seq)
    ).all()
    assert [row.tag for row in rows] == ["mentoring:session:plan", "mentoring:session:hold"]
    assert {row.subject_id for row in rows} == {None}
    assert {row.details for row in rows} == {"{}"}
