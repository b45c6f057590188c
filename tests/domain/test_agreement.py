"""Krippendorff's alpha against published values, as exact fractions (specification, 5.4)."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from app.domain.agreement import bootstrap, interval, krippendorff, nominal, ordinal, ratio

KRIPPENDORFF_C = """
1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * 3
* 3 3 3 2 3 4 2 2 5 1 *
1 2 3 3 2 4 4 1 2 5 1 *
"""
THREE_BY_FIFTEEN = """
* * * * * 3 4 1 2 1 1 3 3 * 3
1 * 2 1 3 3 4 3 * * * * * * *
* * 2 1 3 4 4 * 2 1 1 3 3 * 4
"""


def units(table: str) -> list[list[int]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return [[int(value) for value in unit if value != "*"] for unit in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("table", "difference", "alpha", "values"),
    [
        (KRIPPENDORFF_C, nominal, Fraction(113, 152), 40),
        (KRIPPENDORFF_C, ordinal, Fraction(108577, 133160), 40),
        (KRIPPENDORFF_C, interval, Fraction(951, 1120), 40),
        (KRIPPENDORFF_C, ratio, Fraction(18222619, 22852465), 40),
        (THREE_BY_FIFTEEN, nominal, Fraction(56, 81), 26),
        (THREE_BY_FIFTEEN, interval, Fraction(643, 793), 26),
        (THREE_BY_FIFTEEN, ordinal, Fraction(112173, 139048), 26),
    ],
)
def test_published_values(table, difference, alpha, values):
    found = krippendorff(units(table), difference)
    assert (found.alpha, found.values) == (alpha, values)


def test_units_with_one_value_drop_out_and_are_not_counted():
    found = krippendorff(units(KRIPPENDORFF_C))
    assert found.units == 11


def test_small_tables():
    assert krippendorff([[1, 2], [2, 1]], nominal).alpha == Fraction(-1, 2)
    assert krippendorff([[0, 0], [3, 3], [1, 1]]).alpha == 1


@pytest.mark.parametrize("table", [[], [[2]], [[2, 2], [2, 2, 2]]])
def test_without_variation_there_is_no_alpha(table):
    assert krippendorff(table).alpha is None
    assert bootstrap(table, seed=1) is None


def test_neither_the_order_of_units_nor_of_reviewers_matters():
    table = units(KRIPPENDORFF_C)
    dice = Random(7)
    shuffled = [dice.sample(unit, len(unit)) for unit in dice.sample(table, len(table))]
    for difference in (nominal, ordinal, interval):
        assert krippendorff(shuffled, difference) == krippendorff(table, difference)


def test_the_interval_is_the_same_for_the_same_seed_and_holds_the_value():
    table = units(KRIPPENDORFF_C)
    found = bootstrap(table, seed=3, rounds=200)
    assert found == bootstrap(table, seed=3, rounds=200)
    assert found != bootstrap(table, seed=4, rounds=200)
    low, high = found
    assert low < krippendorff(table).alpha < high <= 1
