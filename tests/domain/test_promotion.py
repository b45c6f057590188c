"""The life of a cycle and of a case as full tables: every state × every event × allowed or not (specification, 3.2)."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.promotion import (
    CASE_MOVES,
    CYCLE_MOVES,
    DEADLINES,
    CaseEvent,
    CaseState,
    CycleState,
    after,
    events_from,
    may_cancel,
    next_move,
    out_of_order,
)

# Written from the specification and not from the code: from, to, who, what must hold before.
CYCLE = """
draft         open          hr      version_pinned committees_named dates_ordered eligibility_generated
open          packets       hr      nominations_over
packets       feedback      hr      packets_submitted
feedback      review        hr      feedback_given cut_off_reached packets_hashed
review        calibration   chair   quorum_reached
calibration   decided       chair   every_case_decided
decided       communicated  hr      second_approved
communicated  appeals       belay   everybody_told
appeals       closed        hr      appeal_window_over appeals_decided
"""
CANCELLABLE = "draft open packets feedback review calibration"

# Each line: from; events with the state they lead to. Whatever is not here is not allowed.
CASE = """
nominated       accept:accepted decline:declined lapse:declined rule_out:ineligible
accepted        rule_out:ineligible begin_drafting:drafting
drafting        submit:submitted hand_on_incomplete:in_feedback rule_out:ineligible
submitted       enter_feedback:in_feedback rule_out:ineligible
in_feedback     enter_review:in_review rule_out:ineligible
in_review       close_rating:rated
rated           calibrate:calibrated
calibrated      decide:decided
decided         communicate:communicated
communicated    appeal:appealed close:closed
appealed        decide_appeal:appeal_decided
appeal_decided  close:closed
closed
withdrawn
declined
ineligible
cancelled
"""
BEFORE_DECIDED = ["nominated", "accepted", "drafting", "submitted", "in_feedback", "in_review", "rated", "calibrated"]
OVER = ["closed", "withdrawn", "declined", "ineligible", "cancelled"]


def case_table() -> dict[tuple[str, str], str]:
    table = {}
    for line in CASE.strip().splitlines():
        state, *moves = line.split()
        table |= {(state, event): target for event, target in (move.split(":") for move in moves)}
    for state in BEFORE_DECIDED:
        table[state, "withdraw"] = "withdrawn"
        table[state, "cancel"] = "cancelled"
    return table


def test_cycle_moves_are_those_of_the_specification():
    lines = [line.split() for line in CYCLE.strip().splitlines()]
    assert [[move.source, move.target, move.mover, *move.guards] for move in CYCLE_MOVES] == lines


@pytest.mark.parametrize("source", CycleState)
@pytest.mark.parametrize("target", CycleState)
def test_a_cycle_moves_one_step_on_or_not_at_all(source, target):
    forward = {tuple(line.split()[:2]) for line in CYCLE.strip().splitlines()}
    move = next_move(source)
    assert (move is not None and move.target is target) == ((source, target) in forward)


@pytest.mark.parametrize("state", CycleState)
def test_a_cycle_is_cancelled_before_its_decisions_only(state):
    assert may_cancel(state) == (state in CANCELLABLE.split())


def test_a_state_never_goes_back():
    assert all(move.source.order < move.target.order for move in CYCLE_MOVES)
    assert [state for state in CycleState if state.is_over] == [CycleState.CLOSED, CycleState.CANCELLED]


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("event", CaseEvent)
def test_every_state_and_every_event_of_a_case(state, event):
    expected = case_table().get((state, event))
    assert after(state, event) == (None if expected is None else CaseState(expected))


def test_the_table_of_a_case_names_every_state_and_every_event():
    assert [line.split()[0] for line in CASE.strip().splitlines()] == list(CaseState)
    assert {event for _, event in case_table()} == set(CaseEvent)
    assert len(CASE_MOVES) == len(case_table())


@pytest.mark.parametrize("state", CaseState)
def test_nothing_follows_a_case_that_is_over(state):
    assert state.is_over == (state in OVER)
    assert state.is_over == (events_from(state) == ())


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_withdrawn_before_it_is_decided_only(state):
    assert state.is_before_decided == (state in BEFORE_DECIDED)


def test_from_every_state_a_case_can_still_come_to_an_end():
    reached = {state for state in CaseState if state.is_over}
    while more := {source for (source, _), target in CASE_MOVES.items() if target in reached} - reached:
        reached |= more
    assert reached == set(CaseState)


def days(**changed: date | None) -> dict[str, date | None]:
    return {name: date(2026, place + 1, 10) for place, name in enumerate(DEADLINES)} | changed


def test_deadlines_strictly_follow_each_other():
    assert out_of_order(days()) == ()
    assert out_of_order(days(packets_due=date(2026, 1, 10))) == ("packets_due",)
    assert out_of_order(days(review_due=date(2026, 3, 9))) == ("review_due",)


def test_a_day_that_is_missing_is_named_and_the_others_are_still_compared():
    assert out_of_order(days(feedback_due=None)) == ("feedback_due",)
    assert out_of_order(days(feedback_due=None, review_due=date(2026, 2, 10))) == ("feedback_due", "review_due")


def test_a_day_too_late_is_what_all_that_follow_are_held_against():
    assert out_of_order(days(nominations_close=date(2026, 3, 15))) == ("packets_due", "feedback_due")


def test_without_any_day_every_deadline_is_named():
    assert out_of_order({}) == DEADLINES
