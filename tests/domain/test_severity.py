"""How strict a rater is beside the others, exactly, and when there is too little to say."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agreement import Agreement, Reading, Severity, reading, severities

CROSSED = {"r1": (2, 3, 2), "r2": (1, 2, 1), "r3": (2, 2, 2)}


def crossed(cases=("a", "b", "c")):
    """Return the crossed example of domain specification 5.5, one item a case."""
    return [(case, {rater: values[place] for rater, values in CROSSED.items()}) for place, case in enumerate(cases)]


def test_the_crossed_example_of_the_specification():
    found = severities(crossed())
    assert {rater: one.mean for rater, one in found.items()} == {
        "r1": Fraction(2, 3),
        "r2": Fraction(-5, 6),
        "r3": Fraction(1, 6),
    }
    assert sum(one.mean for one in found.values()) == 0


def test_with_fewer_than_five_cases_there_is_too_little_data():
    four = severities([*crossed(), ("d", {"r1": 2, "r2": 2})])
    assert four["r1"].cases == 4
    assert four["r1"].shown is None
    five = severities([*crossed(), ("d", {"r1": 2, "r2": 2}), ("e", {"r1": 2, "r2": 2})])
    assert five["r1"].shown is not None
    assert five["r3"].shown is None


def test_the_mean_is_shrunk_by_the_number_of_items():
    items = [(case, {"r1": 3, "r2": 2}) for case in "abcde" for _ in range(2)]
    found = severities(items)["r1"]
    assert (found.mean, found.items, found.cases) == (Fraction(1), 10, 5)
    assert found.shown == Fraction(10, 18)


def test_several_expectations_of_one_case_are_one_case():
    assert severities([("a", {"r1": 3, "r2": 2})] * 9)["r1"] == Severity(Fraction(1), 9, 1)


def test_an_item_with_one_value_compares_nobody():
    assert severities([("a", {"r1": 3})]) == {}
    assert Severity(None, 0, 0).shown is None


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=12))
def test_severities_of_the_same_raters_on_all_items_sum_to_nothing(rows):
    found = severities((place, dict(enumerate(row))) for place, row in enumerate(rows))
    assert sum(one.mean for one in found.values()) == 0


@pytest.mark.parametrize(
    ("alpha", "wanted"),
    [
        (Fraction(8, 10), Reading.RELIABLE),
        (Fraction(7999, 10000), Reading.TENTATIVE),
        (Fraction(667, 1000), Reading.TENTATIVE),
        (Fraction(6669, 10000), Reading.DO_NOT_RELY),
        (Fraction(-1, 2), Reading.DO_NOT_RELY),
        (None, Reading.NO_VARIATION),
    ],
)
def test_an_alpha_is_read_by_its_thresholds(alpha, wanted):
    assert reading(Agreement(alpha, 3, 6)) is wanted


def test_without_two_values_anywhere_there_is_nothing_to_compare():
    assert reading(Agreement(None, 0, 0)) is Reading.NOTHING_TO_COMPARE
