"""What a decision must say before it is taken: every fault at once, at its field."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.committee import Finding, Recommendation, Recommended
from app.domain.decision import (
    EXCEPTION,
    OTHERWISE,
    UNMET,
    DecisionDraft,
    Said,
    differs,
    discussion_order,
    faults_of,
    kind_of_said,
    months_later,
    objections_to_approving,
    what_counts,
    whole_months,
)
from app.domain.promotion import DecisionKind, DeferReason

ON = date(2026, 11, 21)
WHY = "The committee found it so."
PASS, FAIL, OPEN = Finding.PASSES, Finding.FAILS, Finding.NONE


def recommended(**findings):
    values = set(findings.values())
    which = (
        Recommendation.CANNOT_TELL
        if OPEN in values
        else Recommendation.NOT_YET
        if FAIL in values
        else Recommendation.PROMOTE
    )
    return Recommended(which, findings)


def promote(**changed):
    return DecisionDraft(**{"kind": DecisionKind.PROMOTE, "reasons": WHY, "effective_on": ON, **changed})


def not_yet(**changed):
    values = {
        "kind": DecisionKind.NOT_YET,
        "reasons": WHY,
        "review_on": ON,
        "said": {"a": Said("It is not met yet.", "A design that others follow.", is_named=True)},
    }
    return DecisionDraft(**(values | changed))


def defer(**changed):
    values = {
        "kind": DecisionKind.DEFER,
        "defer_reason": DeferReason.NO_POST,
        "missing": "There is no post this year.",
        "defer_until": ON,
    }
    return DecisionDraft(**(values | changed))


def fields(draft, found, **more):
    return [fault.field for fault in faults_of(draft, found, **{"is_incomplete": False, "on": ON, **more})]


def test_nothing_chosen_is_the_only_fault_that_can_be_named():
    assert fields(DecisionDraft(), recommended(a=PASS)) == ["kind"]


def test_a_whole_decision_of_each_kind_has_no_fault():
    assert fields(promote(), recommended(a=PASS)) == []
    assert fields(not_yet(), recommended(a=FAIL, b=PASS)) == []
    assert fields(defer(), recommended(a=FAIL, b=OPEN)) == []


def test_a_promotion_names_all_that_it_lacks_at_once():
    found = recommended(a=FAIL, b=OPEN, c=PASS, d=FAIL)
    draft = DecisionDraft(kind=DecisionKind.PROMOTE)
    assert fields(draft, found) == ["reasons", "effective_on", "said-a", "said-d", "said-b"]


def test_every_failing_expectation_needs_its_exception():
    found = recommended(a=FAIL, b=FAIL)
    said = {"a": Said("Covered by another in the team.")}
    assert fields(promote(said=said), found) == ["said-b"]
    assert fields(promote(said=said | {"b": Said("no reason")}), found) == ["said-b"]
    assert fields(promote(said=said | {"b": Said("Covered by another too.")}), found) == []


def test_cannot_tell_needs_reasons_where_nothing_was_found():
    found = recommended(a=PASS, b=OPEN)
    assert fields(promote(), found) == ["said-b"]
    assert fields(promote(said={"b": Said("The lead has seen it daily.")}), found) == []
    assert fields(not_yet(), found) == ["said-b"]
    named = {"b": Said("Nobody could see it.", "One project of one's own.", is_named=True)}
    assert fields(not_yet(said=named), found) == []


def test_a_not_yet_names_all_that_it_lacks_at_once():
    found = recommended(a=FAIL, b=PASS)
    assert fields(DecisionDraft(kind=DecisionKind.NOT_YET), found) == ["reasons", "named", "review_on"]
    named = {"a": Said(is_named=True), "b": Said(is_named=True)}
    assert fields(not_yet(said=named, reasons=""), found) == ["reasons", "said-a", "change-a", "said-b", "change-b"]


def test_a_not_yet_on_what_is_met_says_that_it_decides_otherwise():
    found = recommended(a=PASS)
    faults = faults_of(not_yet(said={"a": Said(is_named=True)}), found, is_incomplete=False, on=ON)
    assert "otherwise" in faults[0].message


def test_naming_an_expectation_that_is_not_rated_names_none():
    assert fields(not_yet(), recommended(b=PASS)) == ["named"]


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"review_on": ON - timedelta(1)}, ["review_on"]),
        ({"renominate_from": ON - timedelta(1)}, ["renominate_from"]),
        ({"renominate_from": date(2027, 11, 21)}, []),
        ({"renominate_from": date(2027, 11, 22)}, ["renominate_from"]),
    ],
)
def test_the_days_of_a_not_yet(changed, wanted):
    assert fields(not_yet(**changed), recommended(a=FAIL)) == wanted


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2025, 11, 20), ["effective_on"]),
        (date(2025, 11, 21), []),
        (date(2027, 11, 21), []),
        (date(2027, 11, 22), ["effective_on"]),
    ],
)
def test_a_promotion_takes_effect_within_a_year_of_its_decision(day, wanted):
    assert fields(promote(effective_on=day), recommended(a=PASS)) == wanted


def test_a_deferral_names_reason_missing_thing_and_day():
    empty = DecisionDraft(kind=DecisionKind.DEFER)
    assert fields(empty, recommended(a=FAIL)) == ["defer_reason", "missing", "defer_until"]
    assert fields(defer(defer_until=ON - timedelta(1)), recommended()) == ["defer_until"]


@pytest.mark.parametrize("draft", [promote(), not_yet()])
def test_an_incomplete_case_can_only_be_deferred(draft):
    assert fields(draft, recommended(), is_incomplete=True) == ["kind"]
    assert fields(defer(), recommended(), is_incomplete=True) == []


def test_without_a_quorum_a_case_can_only_be_deferred_for_want_of_reviewers():
    found = recommended(a=PASS)
    assert fields(promote(), found, has_quorum=False) == ["kind"]
    assert fields(defer(), found, has_quorum=False) == ["defer_reason"]
    assert fields(defer(defer_reason=DeferReason.REVIEWER_SHORTAGE), found, has_quorum=False) == []
    assert fields(defer(), found, has_quorum=False, is_incomplete=True) == []


def test_a_decision_differs_from_what_is_recommended_and_a_deferral_never():
    found = {PASS: DecisionKind.PROMOTE, FAIL: DecisionKind.NOT_YET, OPEN: None}
    for finding, kind in itertools.product(found, DecisionKind):
        says = recommended(a=finding)
        assert differs(kind, says) is (kind is not DecisionKind.DEFER and kind is not found[finding])


def test_as_what_a_decision_says_something():
    named, plain = Said("x", is_named=True), Said("x")
    assert kind_of_said(DecisionKind.NOT_YET, FAIL, named) == UNMET
    assert kind_of_said(None, FAIL, named) == UNMET
    assert kind_of_said(DecisionKind.PROMOTE, FAIL, named) == EXCEPTION
    assert kind_of_said(DecisionKind.PROMOTE, OPEN, named) == OTHERWISE
    assert kind_of_said(DecisionKind.NOT_YET, PASS, plain) == OTHERWISE


def test_what_was_written_for_another_kind_is_dropped():
    said = {
        "a": Said("Reason a", "Change a", is_named=True),
        "b": Said("Reason b", "Change b"),
        "c": Said("Reason c"),
    }
    found = recommended(a=FAIL, b=PASS, c=OPEN)
    everything = {
        "reasons": WHY,
        "effective_on": ON,
        "review_on": ON,
        "renominate_from": ON,
        "defer_reason": DeferReason.LEAVE,
        "missing": "x",
        "defer_until": ON,
        "feedback_summary": "They said.",
        "said": said,
    }
    kept = what_counts(DecisionDraft(kind=DecisionKind.PROMOTE, **everything), found)
    assert (kept.review_on, kept.renominate_from, kept.defer_reason, kept.missing) == (None, None, None, "")
    assert kept.said == {"a": Said("Reason a"), "c": Said("Reason c")}
    kept = what_counts(DecisionDraft(kind=DecisionKind.NOT_YET, **everything), found)
    assert (kept.effective_on, kept.defer_until) == (None, None)
    assert kept.said == {"a": said["a"], "c": Said("Reason c")}
    kept = what_counts(DecisionDraft(kind=DecisionKind.DEFER, **everything), found)
    assert kept.said == {}
    assert (kept.effective_on, kept.review_on, kept.feedback_summary) == (None, None, "They said.")


CHAIR, HR, CANDIDATE = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("person", "signed", "deciders", "candidates", "kept", "number"),
    [
        (HR, CHAIR, {CHAIR}, {CANDIDATE}, False, 0),
        (CHAIR, CHAIR, {CHAIR}, {CANDIDATE}, False, 1),
        (HR, None, {CHAIR}, {CANDIDATE}, False, 1),
        (HR, CHAIR, {CHAIR, HR}, {CANDIDATE}, False, 1),
        (CANDIDATE, CHAIR, {CHAIR}, {CANDIDATE}, True, 1),
        (HR, CHAIR, {CHAIR}, {CANDIDATE}, True, 1),
    ],
)
def test_the_second_person_signed_decided_and_is_nothing_on_the_list(
    person, signed, deciders, candidates, kept, number
):
    found = objections_to_approving(
        person, signed_by=signed, deciders=deciders, candidates=candidates, is_kept_from_any=kept
    )
    assert len(found) == number


def test_the_order_of_discussion_is_drawn_anew_each_day_and_stays_for_the_day():
    cases = [UUID(int=number) for number in range(8)]
    order = discussion_order(cases, cycle_id=CHAIR, on=ON)
    assert sorted(order) == cases
    assert order == discussion_order(reversed(cases), cycle_id=CHAIR, on=ON)
    assert order != discussion_order(cases, cycle_id=CHAIR, on=ON + timedelta(1))
    assert order != discussion_order(cases, cycle_id=HR, on=ON)


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), -1, date(2025, 12, 31)),
    ],
)
def test_months_later_ends_in_the_month(day, months, wanted):
    assert months_later(day, months) == wanted


def test_months_at_a_level_are_whole_ones():
    assert whole_months(date(2024, 11, 21), ON) == 24
    assert whole_months(date(2024, 11, 22), ON) == 23
    assert whole_months(ON + timedelta(40), ON) == 0
