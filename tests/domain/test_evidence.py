from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidError
from app.domain.evidence import (
    Corroboration,
    CorroborationAnswer,
    EvidenceKind,
    Further,
    Lack,
    Leave,
    Missing,
    Reason,
    age_in_days,
    corroborators,
    counting_since,
    counts_until,
    further_evidence,
    sufficiency,
)
from app.domain.ladder import EvidenceRule
from tests.factories.facts import make_piece, named

TODAY = date(2026, 11, 21)
SUSTAINED = EvidenceRule(min_count=2, span_days=180, window_days=548, corroborators=1)


def before(days: int) -> date:
    return TODAY - timedelta(days=days)


def phrases(rule: EvidenceRule, *pieces) -> list[str]:
    return [missing.phrase for missing in sufficiency(rule, pieces, TODAY).missing]


# The word of one person


def test_a_piece_that_needs_somebodys_word_counts_only_with_theirs():
    rule = EvidenceRule(min_count=1)
    alone, others, theirs = (
        replace(make_piece(TODAY, "mentoring_log", by=by), needed_voice=named("mentee"))
        for by in ((), ("colleague",), ("colleague", "mentee"))
    )
    for piece in (alone, others):
        found = sufficiency(rule, [piece], TODAY)
        assert [left.reason for left in found.left_out] == [Reason.UNCONFIRMED]
        assert found.corroborators == frozenset(), "what does not count confirms nothing either"
    assert sufficiency(rule, [theirs], TODAY).is_sufficient


@pytest.mark.parametrize(
    "answer,counts",
    [
        (Corroboration(named("mentee"), CorroborationAnswer.CONFIRMED, False, 1), True),
        (Corroboration(named("mentee"), CorroborationAnswer.DECLINED, False, 1), False),
        (Corroboration(named("mentee"), CorroborationAnswer.LIMITED, False, 1, frozenset({"other"})), False),
        (Corroboration(named("mentee"), CorroborationAnswer.CONFIRMED, False, 0), False),
    ],
    ids=["confirmed", "declined", "confirmed for something else", "confirmed before the claim was changed"],
)
def test_only_a_word_that_stands_for_this_claim_lets_such_a_piece_count(answer, counts):
    voices = corroborators([answer], subject_id=named("mentor"), expectation_id="coach", claim_version=1)
    piece = replace(make_piece(TODAY, "mentoring_log"), corroborators=voices, needed_voice=named("mentee"))
    assert sufficiency(EvidenceRule(min_count=1), [piece], TODAY).is_sufficient is counts


# Age and window


def test_days_of_leave_are_left_out_of_the_age():
    leave = Leave(before(300), before(240))
    assert age_in_days(before(400), TODAY, [leave]) == 340


@pytest.mark.parametrize(
    "leaves,age",
    [
        ([], 100),
        ([Leave(before(150), before(120))], 100),
        ([Leave(before(110), before(90))], 91),
        ([Leave(before(10))], 89),
        ([Leave(before(0))], 99),
        ([Leave(before(-1))], 100),
        ([Leave(before(50), before(30)), Leave(before(40), before(20))], 70),
        ([Leave(before(50), before(20)), Leave(before(40), before(30))], 70),
        ([Leave(before(50), before(40)), Leave(before(40), before(30))], 80),
        ([Leave(before(110))], 0),
    ],
    ids=[
        "none",
        "before the work",
        "began before the work",
        "open end",
        "begins today",
        "begins tomorrow",
        "overlapping",
        "one inside the other",
        "one after the other",
        "away ever since",
    ],
)
def test_age_counts_the_days_at_work_since(leaves, age):
    assert age_in_days(before(100), TODAY, leaves) == age


def test_the_first_day_back_ages_again():
    leave = Leave(date(2026, 3, 1), date(2026, 3, 11))
    ages = [age_in_days(date(2026, 2, 27), date(2026, 3, day), [leave]) for day in (1, 10, 11)]
    assert ages == [1, 1, 2]


def test_a_leave_without_a_day_is_refused():
    with pytest.raises(InvalidError, match="first day back") as refused:
        Leave(TODAY, TODAY)
    assert refused.value.field == "ends_on"


def test_a_piece_counts_until_the_last_day_within_the_window():
    piece = make_piece(date(2026, 11, 5))
    assert counts_until(piece, EvidenceRule(window_days=548)) == date(2028, 5, 5)


def test_recorded_leave_ahead_prolongs_how_long_a_piece_counts():
    piece, leave = make_piece(before(100)), Leave(before(-10), before(-40))
    rule = EvidenceRule(window_days=365)
    assert counts_until(piece, rule, [leave]) == counts_until(piece, rule) + timedelta(days=30)


def test_no_end_is_known_while_leave_is_open_ended():
    rule = EvidenceRule(window_days=365)
    assert counts_until(make_piece(before(100)), rule, [Leave(before(10))]) is None
    assert counts_until(make_piece(before(1)), rule, [Leave(before(10))]) is None


def test_a_window_that_closed_before_the_leave_is_not_reopened_by_it():
    rule = EvidenceRule(window_days=30)
    assert counts_until(make_piece(before(100)), rule, [Leave(before(10))]) == before(71)


def test_a_leave_that_begins_when_the_window_has_just_closed_does_not_reopen_it():
    rule, leave = EvidenceRule(window_days=10), Leave(before(19), before(5))
    assert counts_until(make_piece(before(30)), rule, [leave]) == before(21)


def test_the_window_reaches_back_from_the_first_day_back():
    leave = Leave(before(30), before(9))
    assert [counting_since(days, TODAY, [leave]) for days in (9, 10, 11)] == [before(8), before(9), before(31)]


def test_a_leave_that_begins_today_leaves_today_out():
    assert counting_since(10, TODAY, [Leave(TODAY)]) == before(10)


def test_windows_beyond_the_calendar_end_with_it():
    endless = EvidenceRule(window_days=4_000_000)
    assert counting_since(4_000_000, TODAY) == date.min
    assert counts_until(make_piece(TODAY), endless) == date.max


def test_leave_that_has_not_begun_does_not_make_anything_younger():
    assert counting_since(365, TODAY, [Leave(before(-1))]) == counting_since(365, TODAY) == before(364)


DAYS = st.integers(0, 20)
LEAVES = st.lists(
    st.tuples(DAYS, st.integers(1, 12) | st.none()).map(
        lambda leave: Leave(before(leave[0]), None if leave[1] is None else before(leave[0] - leave[1]))
    ),
    max_size=4,
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(DAYS, LEAVES, st.integers(1, 15))
def test_age_window_and_last_day_tell_the_same(days, leaves, window):
    occurred_on, rule = before(days), EvidenceRule(window_days=window)
    away = {TODAY - timedelta(days=n) for n in range(-20, 40) if any(covers(leave, before(n)) for leave in leaves)}
    by_hand = sum(before(n) not in away for n in range(days))

    assert age_in_days(occurred_on, TODAY, leaves) == by_hand
    assert (occurred_on >= counting_since(window, TODAY, leaves)) == (by_hand < window)
    until = counts_until(make_piece(occurred_on), rule, leaves)
    assert (until is None or until >= TODAY) == (by_hand < window)
    if until is not None:
        assert age_in_days(occurred_on, until, leaves) < window
        assert age_in_days(occurred_on, until + timedelta(days=1), leaves) == window


def covers(leave: Leave, day: date) -> bool:
    return leave.starts_on <= day and (leave.ends_on is None or day < leave.ends_on)


# What counts


@pytest.mark.parametrize(
    "piece,reason",
    [
        (make_piece(TODAY, "mentoring_log", state="draft"), Reason.DRAFT),
        (make_piece(TODAY, "mentoring_log", state="withdrawn"), Reason.WITHDRAWN),
        (make_piece(TODAY, "mentoring_log", set_aside=True), Reason.SET_ASIDE),
        (make_piece(TODAY, "training"), Reason.KIND),
        (make_piece(before(-1), "mentoring_log"), Reason.FUTURE),
        (make_piece(before(365), "mentoring_log"), Reason.TOO_OLD),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_a_piece_that_does_not_count_says_why(piece, reason):
    rule = EvidenceRule(window_days=365, kinds=frozenset({EvidenceKind.MENTORING_LOG}))
    found = sufficiency(rule, [piece], TODAY)
    assert found.count == 0
    assert [(left.piece, left.reason) for left in found.left_out] == [(piece, reason)]


def test_any_kind_counts_where_the_rule_names_none():
    assert all(sufficiency(EvidenceRule(), [make_piece(TODAY, kind)], TODAY).is_sufficient for kind in EvidenceKind)


def test_the_order_of_pieces_is_irrelevant():
    pieces = [make_piece(before(200), by=["ada"]), make_piece(before(3), "ticket"), make_piece(before(3), "incident")]
    assert sufficiency(SUSTAINED, pieces, TODAY) == sufficiency(SUSTAINED, pieces[::-1], TODAY)


def test_sustained_and_corroborated_pieces_suffice():
    found = sufficiency(SUSTAINED, [make_piece(before(181), by=["ada"]), make_piece(before(1))], TODAY)
    assert found.is_sufficient
    assert (found.span_days, found.corroborators) == (180, frozenset({named("ada")}))
    assert further_evidence(found, TODAY) is None


def test_a_span_one_day_short_is_not_sustained():
    assert phrases(SUSTAINED, make_piece(before(180), by=["ada"]), make_piece(before(1))) == [
        "not sustained: 179 of 180 days"
    ]


def test_each_condition_that_fails_is_named():
    assert phrases(SUSTAINED) == ["0 of 2 pieces", "not sustained: 0 of 180 days", "no corroboration"]


def test_one_colleague_twice_is_one_corroborator():
    rule = EvidenceRule(min_count=2, corroborators=2)
    assert phrases(rule, make_piece(before(9), by=["ada"]), make_piece(before(8), by=["ada"])) == [
        "corroborated by 1 of 2 people"
    ]


def test_corroboration_of_a_piece_that_does_not_count_is_none():
    rule = EvidenceRule(corroborators=1)
    assert phrases(rule, make_piece(before(9)), make_piece(before(600), by=["ada"])) == ["no corroboration"]


def test_distinct_kinds_may_be_asked():
    rule = EvidenceRule(min_count=2, min_kinds=2)
    assert phrases(rule, make_piece(before(9)), make_piece(before(8))) == ["1 of 2 kinds"]
    assert phrases(rule, make_piece(before(9)), make_piece(before(8), "ticket")) == []


@pytest.mark.parametrize(
    "lack,have,need,phrase",
    [
        (Lack.PIECES, 1, 2, "1 of 2 pieces"),
        (Lack.PIECES, 0, 1, "0 of 1 piece"),
        (Lack.SPAN, 41, 90, "not sustained: 41 of 90 days"),
        (Lack.CORROBORATION, 0, 1, "no corroboration"),
        (Lack.CORROBORATION, 1, 3, "corroborated by 1 of 3 people"),
        (Lack.KINDS, 1, 2, "1 of 2 kinds"),
    ],
)
def test_what_is_missing_is_said_in_the_words_of_the_rules(lack, have, need, phrase):
    assert Missing(lack, have, need).phrase == phrase


# What would show it


def test_a_second_piece_is_asked_from_the_day_on_which_it_completes_the_span():
    piece = make_piece(date(2026, 6, 29), "peer_feedback", by=["chioma"])
    assert further_evidence(sufficiency(SUSTAINED, [piece], TODAY), TODAY) == Further(
        pieces=1,
        kinds=frozenset(),
        new_kinds=0,
        corroborators=0,
        later_from=date(2026, 12, 26),
        while_until=date(2027, 12, 28),
        earlier_from=date(2025, 5, 23),
        earlier_until=date(2025, 12, 31),
    )


def test_without_a_counted_piece_no_day_is_asked():
    further = further_evidence(sufficiency(SUSTAINED, [], TODAY), TODAY)
    assert further == Further(pieces=2, kinds=frozenset(), new_kinds=0, corroborators=1)


def test_a_burst_needs_one_more_piece_outside_it():
    rule = EvidenceRule(min_count=2, span_days=90, window_days=365)
    found = sufficiency(rule, [make_piece(before(20)), make_piece(before(10))], TODAY)
    further = further_evidence(found, TODAY)
    assert (further.pieces, further.later_from, further.earlier_until) == (1, before(-70), before(100))


def test_earlier_work_is_not_offered_when_it_would_be_too_old():
    rule = EvidenceRule(min_count=2, span_days=90, window_days=365)
    further = further_evidence(sufficiency(rule, [make_piece(before(300))], TODAY), TODAY)
    assert (further.later_from, further.while_until) == (before(210), before(-64))
    assert (further.earlier_from, further.earlier_until) == (None, None)


def test_earlier_work_is_offered_down_to_the_oldest_day_that_counts():
    rule = EvidenceRule(min_count=2, span_days=90, window_days=365)
    further = further_evidence(sufficiency(rule, [make_piece(before(274))], TODAY), TODAY)
    assert further.earlier_from == further.earlier_until == before(364)


def test_a_second_piece_may_fall_on_the_last_day_on_which_the_first_counts():
    rule = EvidenceRule(min_count=2, span_days=364, window_days=365)
    further = further_evidence(sufficiency(rule, [make_piece(before(10))], TODAY), TODAY)
    assert further.later_from == further.while_until == before(-354)


def test_no_day_is_offered_when_the_first_piece_would_be_too_old_by_then():
    rule = EvidenceRule(min_count=2, span_days=365, window_days=365)
    further = further_evidence(sufficiency(rule, [make_piece(before(10))], TODAY), TODAY)
    assert (further.later_from, further.while_until) == (None, None)


def test_open_ended_leave_leaves_the_day_of_the_second_piece_without_an_end():
    leaves = [Leave(before(5))]
    further = further_evidence(sufficiency(SUSTAINED, [make_piece(before(10))], TODAY, leaves), TODAY, leaves)
    assert (further.later_from, further.while_until) == (before(-170), None)


def test_only_a_colleague_is_missing_when_the_pieces_are_there():
    pieces = [make_piece(before(200)), make_piece(before(10))]
    further = further_evidence(sufficiency(SUSTAINED, pieces, TODAY), TODAY)
    assert further == Further(pieces=0, kinds=frozenset(), new_kinds=0, corroborators=1)


def test_corroboration_alone_still_needs_something_to_confirm():
    rule = EvidenceRule(min_count=0, corroborators=1)
    assert further_evidence(sufficiency(rule, [], TODAY), TODAY).pieces == 1


def test_a_further_kind_is_asked_of_a_further_piece():
    rule = EvidenceRule(min_count=2, min_kinds=2, kinds=frozenset({"ticket", "incident"}))
    pieces = [make_piece(before(9), "ticket"), make_piece(before(8), "ticket")]
    further = further_evidence(sufficiency(rule, pieces, TODAY), TODAY)
    assert (further.pieces, further.new_kinds, further.kinds) == (1, 1, {"ticket", "incident"})


# Who corroborates


def corroboration(name: str = "ada", answer: str = "confirmed", **more) -> Corroboration:
    defaults = {"was_line_manager": False, "claim_version": 3}
    return Corroboration(named(name), CorroborationAnswer(answer), **defaults | more)


@pytest.mark.parametrize(
    "answer,counts",
    [
        (corroboration(), True),
        (corroboration("subject"), False),
        (corroboration(was_line_manager=True), False),
        (corroboration(claim_version=2), False),
        (corroboration(answer="declined"), False),
        (corroboration(answer="limited"), False),
        (corroboration(answer="limited", left_standing=frozenset({"a2"})), False),
        (corroboration(answer="limited", left_standing=frozenset({"a1", "a2"})), True),
    ],
    ids=[
        "confirmed",
        "the engineer",
        "line manager then",
        "claim changed since",
        "declined",
        "limited to nothing",
        "limited to another expectation",
        "limited, this one left standing",
    ],
)
def test_corroboration_counts_only_when_confirmed_by_a_colleague_for_this_claim(answer, counts):
    found = corroborators([answer], subject_id=named("subject"), expectation_id="a1", claim_version=3)
    assert found == (frozenset({named("ada")}) if counts else frozenset())
