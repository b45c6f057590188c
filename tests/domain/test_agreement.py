"""Krippendorff's alpha against published values, as exact fractions (specification, 5.4)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agreement import (
    bootstrap,
    bootstrap_of,
    interval,
    kinds_of,
    krippendorff,
    krippendorff_of,
    nominal,
    ordinal,
    ratio,
)

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

OF_A_LIBRARY = [
    # The seed of a random table, and what krippendorff 0.9.0 says of it: nominal, ordinal, interval, ratio.
    (1, 0.4030612245, 0.6969387755, 0.6969387755, 0.7340304956),
    (2, 0.6358381503, 0.8257998984, 0.8656716418, 0.9193548387),
    (3, 0.3240384615, 0.7004407509, 0.7125706215, 0.6256841084),
    (4, 0.2665112665, 0.5706706087, 0.6112608565, 0.6489865351),
    (5, 0.4398686101, 0.7659584698, 0.7700057988, 0.5544892327),
    (6, 0.4280979827, 0.7655676561, 0.7859756098, 0.5853772967),
    (7, 0.4547486034, 0.7980267131, 0.8197037991, 0.4040011378),
    (8, 0.3953488372, 0.6844247857, 0.7126934985, 0.3068401639),
]
TABLES = st.lists(st.lists(st.integers(0, 3), max_size=5), max_size=12)


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


def random_table(seed: int) -> list[list[int]]:
    """Return units in which raters lie around a common value, a quarter of the values missing."""
    dice = Random(seed)
    raters, number = dice.randint(2, 6), dice.randint(8, 40)
    table = []
    for _ in range(number):
        base = dice.randint(0, 3)
        given = [
            None if dice.random() < 0.25 else min(3, max(0, base + dice.choice((-1, 0, 0, 0, 1))))
            for _ in range(raters)
        ]
        table.append([value for value in given if value is not None])
    return table


@pytest.mark.parametrize(("seed", "of_nominal", "of_ordinal", "of_interval", "of_ratio"), OF_A_LIBRARY)
def test_random_tables_have_the_values_of_another_library(seed, of_nominal, of_ordinal, of_interval, of_ratio):
    table = random_table(seed)
    found = [krippendorff(table, difference).alpha for difference in (nominal, ordinal, interval, ratio)]
    assert [float(alpha) for alpha in found] == pytest.approx([of_nominal, of_ordinal, of_interval, of_ratio], abs=1e-9)


def by_the_book(table, difference):
    """Return alpha straight from the matrix of coincidences, as the specification writes it."""
    coincidences = Counter()
    for unit in table:
        for one, other in permutations(unit, 2):
            coincidences[one, other] += Fraction(1, len(unit) - 1)
    totals = Counter()
    for (one, _), count in coincidences.items():
        totals[one] += count
    expected = sum(totals[one] * totals[other] * difference(one, other, totals) for one in totals for other in totals)
    if not expected:
        return None
    observed = sum(count * difference(one, other, totals) for (one, other), count in coincidences.items())
    return 1 - (sum(totals.values()) - 1) * observed / expected


@given(TABLES, st.sampled_from((nominal, ordinal, interval, ratio)))
def test_alpha_is_that_of_the_matrix_of_coincidences(table, difference):
    found = krippendorff(table, difference)
    assert found.alpha == by_the_book([unit for unit in table if len(unit) > 1], difference)
    assert found == krippendorff_of(kinds_of(table), difference)


def test_where_all_agree_the_interval_is_one_point():
    assert bootstrap([[0, 0], [3, 3], [1, 1]] * 5, seed=1, rounds=50) == (1, 1)


def test_the_interval_depends_on_how_many_units_are_of_a_kind_and_so_needs_no_more_time_for_a_large_cycle():
    many = {(0, 0, 1): 40_000, (2, 2): 30_000, (2, 3, 3): 20_000, (1, 1, 3): 10_000}
    low, high = bootstrap_of(many, seed=1)
    assert low < krippendorff_of(many).alpha < high
    few = {kind: number // 1000 for kind, number in many.items()}
    wide_low, wide_high = bootstrap_of(few, seed=1)
    assert wide_high - wide_low > 10 * (high - low)


def test_the_interval_stays_what_it_was():
    low, high = bootstrap(units(KRIPPENDORFF_C), seed=3, rounds=200)
    assert (round(float(low), 4), round(float(high), 4)) == (0.4954, 1.0)
