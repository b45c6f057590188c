"""How far people rate themselves beside their line managers, exactly (domain specification, 5.5)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.domain.self_gap import SelfGap, self_gap

RATINGS = st.integers(0, 3)
PAIRS = st.lists(st.tuples(RATINGS, RATINGS), min_size=1, max_size=40)


def gaps_of(pairs):
    return Counter(own - theirs for own, theirs in pairs)


def test_gap_is_self_minus_manager_for_each_expectation():
    found = self_gap(gaps_of([(3, 1), (2, 2), (1, 2), (2, 1), (0, 3)]))
    assert found == SelfGap(5, Fraction(-1, 5), Fraction(7, 5), Fraction(2, 5))


def test_two_steps_are_apart_in_either_direction_and_one_step_is_not():
    assert self_gap({2: 1, -2: 1, 1: 1, -1: 1}).apart == Fraction(1, 2)


def test_without_a_pair_of_ratings_nothing_is_said():
    assert self_gap({}) == self_gap({1: 0}) == SelfGap(0, None, None, None)


@given(PAIRS)
def test_the_other_way_round_only_the_sign_of_the_mean_changes(pairs):
    one, other = self_gap(gaps_of(pairs)), self_gap(gaps_of((theirs, own) for own, theirs in pairs))
    assert (one.mean, one.mean_absolute, one.apart) == (-other.mean, other.mean_absolute, other.apart)


@given(PAIRS)
def test_figures_keep_their_limits(pairs):
    found = self_gap(gaps_of(pairs))
    assert abs(found.mean) <= found.mean_absolute <= 3
    assert 0 <= 2 * found.apart <= found.mean_absolute
