"""The life of a mentorship: every state with every event, who makes each move, and its days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.mentorship import (
    CLOSING_DAYS,
    MAX_MONTHS,
    PAIR_MOVES,
    UNDERWAY,
    Course,
    MentorshipEvent,
    MentorshipState,
    PairMover,
    PairSide,
    add_months,
    after,
    answer_day,
    closing_is_done,
    has_lapsed,
    is_silent,
    may_make,
    may_remind,
    mid_point,
    months_left,
    pause_over,
    review_is_done,
)

STATES = list(MentorshipState)
EVENTS = list(MentorshipEvent)
LEFT = MentorshipState.MID_POINT_DONE
"""The state that the pauses of the table were made in."""
ALLOWED = {
    "proposed": {"begin": "active", "decline": "declined", "withdraw": "withdrawn", "expire": "expired"},
    "active": {
        "review": "mid_point_done",
        "start_closing": "closing",
        "extend": "active",
        "end_early": "ended_early",
        "pause": "paused",
    },
    "mid_point_done": {
        "start_closing": "closing",
        "extend": "mid_point_done",
        "end_early": "ended_early",
        "pause": "paused",
    },
    "closing": {
        "complete": "completed",
        "extend": "mid_point_done",
        "end_early": "ended_early",
        "pause": "paused",
    },
    "paused": {"resume": "mid_point_done", "end_early": "ended_early"},
    "completed": {},
    "declined": {},
    "withdrawn": {},
    "expired": {},
    "ended_early": {},
}
"""Each state with the events that may happen in it, and where they lead: domain specification, 6.2, in full."""
MAKES = {
    "begin": {"mentee", "mentor"},
    "decline": {"mentee", "mentor"},
    "withdraw": {"mentee", "belay"},
    "expire": {"belay"},
    "review": {"mentee", "mentor", "belay"},
    "start_closing": {"mentee", "mentor", "belay"},
    "complete": {"mentee", "mentor", "belay"},
    "extend": {"mentee", "mentor"},
    "end_early": {"mentee", "mentor", "belay"},
    "pause": {"mentee", "mentor"},
    "resume": {"mentee", "mentor", "belay"},
}
"""Who lets each event happen. A coordinator, HR and a line manager stand nowhere in it."""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_an_event_leads_where_the_specification_says_and_nowhere_else(state, event):
    target = after(state, event, left=LEFT)
    assert (target.value if target else None) == ALLOWED[state.value].get(event.value)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("mover", list(PairMover))
def test_only_the_two_and_belay_make_moves_and_each_only_their_own(event, mover):
    assert may_make(event, mover) == (mover.value in MAKES[event.value])


def test_nobody_but_the_two_can_begin_a_mentorship_or_make_it_longer():
    for event in (MentorshipEvent.BEGIN, MentorshipEvent.EXTEND, MentorshipEvent.PAUSE):
        assert not may_make(event, PairMover.BELAY)


def test_each_state_is_proposed_underway_or_over():
    for state in STATES:
        assert [state is MentorshipState.PROPOSED, state.is_underway, state.is_over].count(True) == 1


def test_the_table_names_each_pair_of_event_and_state_once():
    named = [(move.event, source) for move in PAIR_MOVES for source in move.sources]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("left", [MentorshipState.ACTIVE, MentorshipState.MID_POINT_DONE, MentorshipState.CLOSING])
def test_a_pause_returns_to_the_state_it_left(left):
    assert after(left, MentorshipEvent.PAUSE) is MentorshipState.PAUSED
    assert after(MentorshipState.PAUSED, MentorshipEvent.RESUME, left=left) is left


def test_the_other_one_of_two_is_the_other_one():
    assert PairSide.MENTEE.other is PairSide.MENTOR
    assert PairSide.MENTOR.other is PairSide.MENTEE


# Random lives ----------------------------------------------------------------------------


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_whatever_happens_over_is_over_and_a_pause_returns_to_what_it_left(events):
    state, left = MentorshipState.PROPOSED, None
    for event in events:
        target = after(state, event, left=left)
        if state.is_over:
            assert target is None
        if target is None:
            continue
        if event is MentorshipEvent.PAUSE:
            left = state
        if event is MentorshipEvent.RESUME:
            assert target is left
            assert target is not MentorshipState.PAUSED
        assert target is not MentorshipState.PROPOSED
        state = target
    assert state in STATES


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(EVENTS)), max_size=60))
def test_a_mentee_with_four_requests_never_has_two_mentors(happenings):
    """Beginning is possible only where nothing else is underway; no other event brings a pair together."""
    states = [MentorshipState.PROPOSED] * 4
    lefts: list[MentorshipState | None] = [None] * 4
    for number, event in happenings:
        if event is MentorshipEvent.BEGIN and any(state in UNDERWAY for state in states):
            continue
        target = after(states[number], event, left=lefts[number])
        if target is not None:
            lefts[number] = states[number] if event is MentorshipEvent.PAUSE else lefts[number]
            states[number] = target
        assert sum(state in UNDERWAY for state in states) <= 1


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, MAX_MONTHS),
    st.lists(st.integers(0, 400), max_size=6),
)
def test_pauses_shift_each_day_by_exactly_the_days_paused(began_on, months, pauses):
    ends_on = add_months(began_on, months)
    planned = Course(mid_point(began_on, ends_on), ends_on, ends_on)
    course = planned
    for days in pauses:
        course = course.later(days)
    shift = timedelta(days=sum(pauses))
    assert course.mid_point_on - planned.mid_point_on == shift
    assert course.ends_on - planned.ends_on == shift
    assert course.closing_on == course.ends_on


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, MAX_MONTHS),
    st.lists(st.integers(1, 6), max_size=12),
    st.integers(-30, 700),
)
def test_extensions_never_exceed_twelve_months_and_never_lead_back(began_on, months, wanted, days_in):
    ends_on = add_months(began_on, months)
    course, today = Course(mid_point(began_on, ends_on), ends_on), began_on + timedelta(days=days_in)
    for more in wanted:
        if more > months_left(months):
            continue
        longer = course.extended(more, today, began_on=began_on, months=months)
        assert longer.ends_on > course.ends_on
        assert longer.ends_on > today
        assert longer.mid_point_on >= course.mid_point_on
        assert longer.mid_point_on <= longer.ends_on
        course, months = longer, months + more
    assert months <= MAX_MONTHS


# Days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2028, 3, 31), -1, date(2028, 2, 29)),
        (date(2026, 1, 15), -12, date(2025, 1, 15)),
    ],
)
def test_months_end_on_the_last_day_that_a_month_has(day, months, later):
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("began_on", "ends_on", "half"),
    [
        (date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 2)),
        (date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 2)),
        (date(2028, 2, 28), date(2028, 3, 1), date(2028, 2, 29)),
        (date(2026, 11, 21), date(2027, 5, 21), date(2027, 2, 19)),
    ],
)
def test_the_mid_point_is_the_earlier_day_of_two(began_on, ends_on, half):
    assert mid_point(began_on, ends_on) == half


def test_an_answer_is_in_time_on_the_last_day_and_late_on_the_next():
    last = answer_day(date(2028, 2, 20))
    assert last == date(2028, 3, 5)
    assert not has_lapsed(last, last)
    assert has_lapsed(last, last + timedelta(days=1))


def test_a_pair_is_silent_after_six_weeks_and_not_on_the_last_day_of_them():
    began_on = date(2026, 1, 1)
    assert not is_silent(None, began_on, began_on + timedelta(weeks=6), 6)
    assert is_silent(None, began_on, began_on + timedelta(weeks=6, days=1), 6)
    met_on = date(2026, 3, 1)
    assert not is_silent(met_on, began_on, met_on + timedelta(weeks=6), 6)
    assert is_silent(met_on, began_on, met_on + timedelta(weeks=6, days=1), 6)
    assert is_silent(met_on, began_on, met_on + timedelta(weeks=2, days=1), 2)


def test_a_silent_pair_hears_of_it_once_in_two_weeks():
    today = date(2026, 11, 21)
    assert may_remind(None, today)
    assert not may_remind(today, today)
    assert not may_remind(today - timedelta(days=13), today)
    assert may_remind(today - timedelta(days=14), today)


def test_the_mid_point_is_done_when_both_looked_back_or_one_did_and_four_weeks_are_past():
    half = date(2026, 11, 21)
    late = half + timedelta(weeks=4)
    assert review_is_done(2, half, half)
    assert not review_is_done(1, half, late - timedelta(days=1))
    assert review_is_done(1, half, late)
    assert not review_is_done(0, half, late + timedelta(days=100))


def test_a_closing_is_done_when_both_answered_and_each_goal_has_an_outcome_or_after_its_days():
    began = date(2026, 11, 21)
    last = began + timedelta(days=CLOSING_DAYS)
    assert closing_is_done(2, 0, began, began)
    assert not closing_is_done(2, 1, began, last)
    assert not closing_is_done(1, 0, began, last)
    assert closing_is_done(0, 3, began, last + timedelta(days=1))


def test_an_extension_of_what_is_over_its_day_counts_from_today():
    course = Course(date(2026, 6, 1), date(2026, 11, 1), date(2026, 11, 1))
    longer = course.extended(1, date(2026, 11, 21), began_on=date(2026, 1, 1), months=10)
    assert longer == Course(date(2026, 6, 1), date(2026, 12, 21), None)


def test_an_extension_moves_the_mid_point_only_while_it_lies_ahead():
    course, began = Course(date(2026, 12, 1), date(2027, 3, 1)), date(2026, 9, 1)
    assert course.extended(2, date(2026, 11, 30), began_on=began, months=6).mid_point_on == date(2026, 12, 31)
    assert course.extended(2, date(2026, 12, 1), began_on=began, months=6).mid_point_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("began_on", "months", "paused", "more", "ends_on"),
    [
        (date(2026, 8, 31), 6, 0, 1, date(2027, 3, 31)),
        (date(2026, 8, 31), 6, 0, 2, date(2027, 4, 30)),
        (date(2026, 8, 31), 6, 10, 1, date(2027, 4, 10)),
        (date(2026, 1, 15), 3, 30, 3, date(2026, 8, 14)),
    ],
)
def test_an_extension_counts_from_the_beginning_and_keeps_what_pauses_added(began_on, months, paused, more, ends_on):
    planned = add_months(began_on, months)
    course = Course(mid_point(began_on, planned), planned).later(paused)
    assert course.extended(more, began_on, began_on=began_on, months=months).ends_on == ends_on


@pytest.mark.parametrize(
    ("given", "days_ahead", "target"),
    [
        (0, 1, MentorshipState.ACTIVE),
        (1, 1, MentorshipState.ACTIVE),
        (2, 1, MentorshipState.MID_POINT_DONE),
        (0, 0, MentorshipState.MID_POINT_DONE),
    ],
)
def test_an_extension_of_an_early_closing_leaves_the_mid_point_to_come(given, days_ahead, target):
    today = date(2026, 11, 21)
    course = Course(today + timedelta(days=days_ahead), date(2027, 3, 1), today)
    is_early = course.is_early(given, today)
    assert after(MentorshipState.CLOSING, MentorshipEvent.EXTEND, is_early=is_early) is target


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
def test_nothing_but_that_extension_asks_whether_the_mid_point_is_to_come(state, event):
    if (state, event) != (MentorshipState.CLOSING, MentorshipEvent.EXTEND):
        assert after(state, event, left=LEFT, is_early=True) is after(state, event, left=LEFT)


def test_a_pause_is_over_on_the_day_that_was_named_and_after_twelve_months_at_the_latest():
    paused_on = date(2028, 2, 29)
    assert pause_over(paused_on, date(2028, 4, 1)) == date(2028, 4, 1)
    assert pause_over(paused_on, None) == date(2029, 2, 28)
    assert pause_over(paused_on, date(2029, 6, 1)) == date(2029, 2, 28)
