"""Who may judge a case, what ratings amount to, and who steps in: worked vectors and tables (specification, 3.4)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from app.domain.committee import (
    Candidate,
    CommitteeRating,
    Finding,
    Recommendation,
    RecusalReason,
    Relationship,
    finding,
    lower_median,
    may_review,
    recommend,
    recusals,
    substitutes,
)
from app.domain.rationale import cited_numbers, faults_of_rationale, is_apart, unknown_numbers

REVIEWER, CANDIDATE, OTHER, FAR = (uuid.UUID(int=number) for number in range(1, 5))
NOBODY = Relationship(REVIEWER, CANDIDATE, case_target=("software-engineer", "L3"))
RATING = {
    "0": CommitteeRating.NOT_MET,
    "1": CommitteeRating.PARTLY_MET,
    "2": CommitteeRating.MET,
    "3": CommitteeRating.EXCEEDED,
    "-": CommitteeRating.CANNOT_JUDGE,
}


def ratings(line: str) -> list[CommitteeRating]:
    return [RATING[sign] for sign in line]


RELATIONS = {
    RecusalReason.SELF: {"candidate_id": REVIEWER},
    RecusalReason.MANAGER: {"managers": (REVIEWER, OTHER)},
    RecusalReason.MANAGERS_MANAGER: {"managers": (OTHER, REVIEWER)},
    RecusalReason.STATEMENT: {"wrote_statement": True},
    RecusalReason.DIRECT_REPORT: {"reports_to_candidate": True},
    RecusalReason.MENTORING: {"mentoring": True},
    RecusalReason.NOMINATED: {"nominated": True},
    RecusalReason.PEER_FEEDBACK: {"gave_feedback": True},
    RecusalReason.SAME_TARGET: {"targets": frozenset({("software-engineer", "L3")})},
    RecusalReason.DECLARED: {"declared": True},
}


@pytest.mark.parametrize("reason", RecusalReason)
def test_each_relation_of_the_list_recuses_by_itself(reason):
    assert recusals(replace(NOBODY, **RELATIONS[reason])) == (reason,)


@pytest.mark.parametrize(
    "harmless",
    [
        {},
        {"managers": (OTHER, FAR, REVIEWER)},
        {"targets": frozenset({("software-engineer", "L4"), ("technical-support", "L3")})},
    ],
    ids=["no relation", "third level above", "another target or ladder"],
)
def test_what_is_not_on_the_list_does_not_recuse(harmless):
    assert recusals(replace(NOBODY, **harmless)) == ()


def test_all_reasons_are_named_at_once():
    everything = {key: value for change in RELATIONS.values() for key, value in change.items()}
    everything["managers"] = (REVIEWER, REVIEWER)
    assert recusals(replace(NOBODY, **everything)) == tuple(RecusalReason)


@pytest.mark.parametrize(
    ("rank", "review_rank", "target", "may"),
    [(3, None, 3, True), (4, None, 3, True), (2, None, 3, False), (None, 3, 3, True), (None, 2, 3, False),
     (None, None, 1, False), (2, 4, 3, False)],
)  # fmt: skip
def test_a_reviewer_reaches_the_rank_of_the_target(rank, review_rank, target, may):
    assert may_review(rank=rank, review_rank=review_rank, target_rank=target) is may


@pytest.mark.parametrize(
    ("line", "median"),
    [("", None), ("2", 2), ("12", 1), ("122", 2), ("0223", 2), ("0122", 1), ("33", 3), ("01233", 2)],
)
def test_lower_median(line, median):
    assert lower_median(int(sign) for sign in line) == median


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("222", Finding.PASSES),
        ("122", Finding.PASSES),
        ("112", Finding.FAILS),
        ("12", Finding.FAILS),
        ("22", Finding.PASSES),
        ("03", Finding.FAILS),
        ("2-", Finding.NONE),
        ("22-", Finding.PASSES),
        ("---", Finding.NONE),
        ("", Finding.NONE),
        ("3", Finding.NONE),
        ("1223", Finding.PASSES),
        ("1123", Finding.FAILS),
    ],
)
def test_finding_of_one_expectation(line, found):
    assert finding(ratings(line)) is found


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({"a": "222", "b": "233"}, Recommendation.PROMOTE),
        ({"a": "222", "b": "112"}, Recommendation.NOT_YET),
        ({"a": "222", "b": "2--"}, Recommendation.CANNOT_TELL),
        ({"a": "000", "b": "2--"}, Recommendation.CANNOT_TELL),
        ({"a": "12", "b": "22"}, Recommendation.NOT_YET),
        ({}, Recommendation.CANNOT_TELL),
    ],
)
def test_recommendation_of_a_case(case, wanted):
    recommended = recommend({key: ratings(line) for key, line in case.items()})
    assert recommended.recommendation is wanted
    assert list(recommended.findings) == list(case)


def test_a_recommendation_explains_itself_by_expectation():
    recommended = recommend({"a": ratings("222"), "b": ratings("111"), "c": ratings("--2")})
    assert recommended.with_finding(Finding.PASSES) == ("a",)
    assert recommended.with_finding(Finding.FAILS) == ("b",)
    assert recommended.with_finding(Finding.NONE) == ("c",)


def test_neither_order_nor_a_rating_that_cannot_judge_changes_a_finding():
    for line in product("0123", repeat=3):
        first = finding(ratings("".join(line)))
        assert finding(ratings("".join(reversed(line)))) is first
        assert finding(ratings("-" + "".join(line))) is first


def test_a_better_rating_never_makes_a_finding_worse():
    order = [Finding.FAILS, Finding.PASSES]
    for one, two, three in product(range(4), repeat=3):
        found = finding(ratings(f"{one}{two}{three}"))
        better = finding(ratings(f"{min(one + 1, 3)}{two}{three}"))
        assert order.index(better) >= order.index(found)


def people(*cases: int) -> list[Candidate]:
    return [Candidate(uuid.UUID(int=number + 100), count) for number, count in enumerate(cases)]


def test_substitutes_are_those_with_the_fewest_cases():
    pool = people(3, 0, 2, 1)
    drawn = substitutes(pool, missing=2, cycle_id=OTHER, case_id=FAR)
    assert drawn == (pool[1].person_id, pool[3].person_id)


def test_equals_are_drawn_by_cycle_and_case_and_never_by_their_order():
    pool = people(1, 1, 1, 1, 1)
    drawn = substitutes(pool, missing=3, cycle_id=OTHER, case_id=FAR)
    shuffled = list(pool)
    Random(4).shuffle(shuffled)
    assert substitutes(shuffled, missing=3, cycle_id=OTHER, case_id=FAR) == drawn
    others = {substitutes(pool, missing=1, cycle_id=OTHER, case_id=uuid.UUID(int=number)) for number in range(40)}
    assert len(others) == len(pool)


def test_a_pool_too_small_gives_all_it_has_and_nothing_missing_gives_nobody():
    pool = people(1, 2)
    assert len(substitutes(pool, missing=3, cycle_id=OTHER, case_id=FAR)) == 2
    assert substitutes(pool, missing=0, cycle_id=OTHER, case_id=FAR) == ()
    assert substitutes(pool, missing=-1, cycle_id=OTHER, case_id=FAR) == ()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("E1 and E2 show it", (1, 2)),
        ("as in E12, and e3", (12, 3)),
        ("E2, then E2 again", (2,)),
        ("HE2, E0, E2x, E-2, pre-E4", ()),
        ("", ()),
        ("(E7).", (7,)),
    ],
)
def test_numbers_that_a_text_cites(words, numbers):
    assert cited_numbers(words) == numbers


def test_a_number_that_the_packet_does_not_have_is_named():
    assert unknown_numbers("E1, E4 and E9", 4) == (9,)


@pytest.mark.parametrize(
    ("rating", "rationale", "missing", "faults"),
    [
        ("2", "E1 shows the design.", "", ()),
        ("2", "She leads the discussion well.", "", ("cites_nothing",)),
        ("0", "Nothing of the kind is there.", "A design of her own.", ()),
        ("0", "Nothing of the kind is there.", "  ", ("cites_nothing",)),
        ("2", "E1", "", ("sentence",)),
        ("2", "", "", ("sentence", "cites_nothing")),
        ("2", "E9 shows the design.", "", ("unknown_piece",)),
        ("-", "I never saw this work.", "", ()),
        ("-", "", "", ("sentence",)),
    ],
)
def test_what_a_rationale_lacks(rating, rationale, missing, faults):
    assert faults_of_rationale(RATING[rating], rationale, missing, pieces=4) == faults


@pytest.mark.parametrize(
    ("words", "expectation", "apart"),
    [("E2 was hers alone.", None, False), ("She is nice.", None, True), ("She is nice.", "a", False),
     ("E9 was hers.", None, True), ("She is nice.", "unknown", True)],
)  # fmt: skip
def test_a_remark_that_cites_nothing_is_kept_apart(words, expectation, apart):
    assert is_apart(words, pieces=4, expectation_id=expectation, known={"a", "b"}) is apart
