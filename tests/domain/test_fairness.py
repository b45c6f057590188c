"""Rates by group against published and recomputed values (specification, 5.2)."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fairness import (
    EXACT_UP_TO,
    Group,
    Reading,
    Tail,
    compare,
    fisher,
    holm,
    is_below_four_fifths,
    is_turned_by_one,
    top_of,
    wilson,
)


def table(a: int, b: int, c: int, d: int) -> tuple[Group, Group]:
    """Two groups in rows: selected and not, selected and not."""
    return Group("one", a + b, a), Group("other", c + d, c)


@st.composite
def groups(draw, largest: int = 40) -> Group:
    n = draw(st.integers(1, largest))
    return Group("g", n, draw(st.integers(0, n)))


def test_the_example_of_the_four_fifths_guidance_flags_only_the_group_below():
    found = compare([Group("A", 100, 60), Group("B", 100, 45), Group("C", 100, 48), Group("D", 100, 51)])
    assert [one.ratio for one in found] == [1, Fraction(3, 4), Fraction(4, 5), Fraction(17, 20)]
    assert [one.reading for one in found] == [Reading.TOP, Reading.FLAG, Reading.NO_FLAG, Reading.NO_FLAG]


def test_the_example_with_half_the_rate():
    one, other = compare([Group("A", 80, 48), Group("B", 40, 12)], Group("all", 120, 60))
    assert (one.group.rate, other.group.rate, other.ratio) == (Fraction(3, 5), Fraction(3, 10), Fraction(1, 2))
    assert float(other.p) == pytest.approx(0.00340922, abs=5e-9)
    assert (other.interval.low, other.interval.high) == pytest.approx((0.1807, 0.4543), abs=5e-5)
    assert (one.interval.low, one.interval.high) == pytest.approx((0.4905, 0.7004), abs=5e-5)
    assert (one.shortfall, other.shortfall) == (-8, 8)
    assert (one.p, one.adjusted) == (None, None)


def test_tea_tasting():
    tea = table(3, 1, 1, 3)
    assert fisher(*tea) == Fraction(17, 35)
    assert fisher(*tea, Tail.GREATER) == Fraction(17, 70)


def test_twins():
    twins = table(2, 15, 10, 3)
    assert float(fisher(*twins)) == pytest.approx(5.36724e-4, abs=5e-10)
    assert float(fisher(*twins, Tail.LESS)) == pytest.approx(4.65181e-4, abs=5e-10)


@pytest.mark.parametrize(("counts", "p"), [((8, 2, 1, 5), Fraction(5, 143)), ((1, 9, 11, 3), Fraction(41, 14858))])
def test_published_fractions(counts, p):
    assert fisher(*table(*counts)) == p


@pytest.mark.parametrize(
    ("selected", "n", "low", "high"), [(0, 10, 0, 0.27753), (1, 29, 0.00611, 0.17176), (81, 263, 0.25529, 0.36621)]
)
def test_published_intervals(selected, n, low, high):
    found = wilson(selected, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-6)


def test_an_exact_four_fifths_is_never_flagged_where_floating_point_flags_1198_of_3666():
    ties = [
        (a, first, b, second)
        for first in range(1, 61)
        for second in range(1, 61)
        for a in range(1, first + 1)
        if 4 * a * second % (5 * first) == 0 and (b := 4 * a * second // (5 * first)) <= second
    ]
    assert len(ties) == 3666
    assert sum((b / second) / (a / first) < 0.8 for a, first, b, second in ties) == 1198
    assert not any(is_below_four_fifths(Group("B", second, b), Group("A", first, a)) for a, first, b, second in ties)


@given(groups(), groups())
def test_the_flag_is_the_comparison_of_fractions(one, top):
    assert is_below_four_fifths(one, top) == (one.rate < Fraction(4, 5) * top.rate)


def test_one_person_more_or_less_turns_a_small_difference():
    top, other = Group("A", 20, 10), Group("B", 8, 3)
    assert is_turned_by_one(other, top)
    found = compare([top, other])[1]
    assert (found.ratio, found.reading) == (Fraction(3, 4), Reading.TOO_FEW)


@given(groups(), groups())
def test_a_turn_is_what_moving_one_selection_does(one, top):
    is_lower = one.rate < top.rate
    turned = is_lower and Fraction(top.selected - 1, top.n) < Fraction(one.selected + 1, one.n)
    assert is_turned_by_one(one, top) == turned


def test_a_flag_that_one_person_turns_is_too_few_to_tell_and_one_that_stands_is_a_flag():
    assert compare([Group("A", 400, 200), Group("B", 400, 100)])[1].reading is Reading.FLAG


def test_groups_below_two_percent_of_the_pool_are_not_what_others_are_compared_with():
    small, large, other = Group("S", 19, 19), Group("L", 500, 250), Group("O", 481, 240)
    everybody = Group("all", 1000, 509)
    assert top_of([small, large, other], 1000) == large
    assert top_of([Group("S", 20, 20), large, other], 1000).key == "S"
    found = compare([small, large, other], everybody)
    assert found[0].ratio == 2
    assert found[0].reading is Reading.NO_FLAG


def test_of_equal_rates_the_largest_group_is_the_top_one():
    assert top_of([Group("A", 10, 5), Group("B", 20, 10), Group("C", 20, 10)], 50).key == "B"


def test_where_nobody_was_selected_there_is_nothing_to_compare():
    found = compare([Group("A", 30, 0), Group("B", 40, 0)], Group("all", 70, 0))
    assert [one.reading for one in found] == [Reading.NOT_COMPARED, Reading.NOT_COMPARED]
    assert [one.ratio for one in found] == [None, None]
    assert compare([]) == ()


def test_without_the_figures_of_everybody_no_shortfall_is_told():
    assert [one.shortfall for one in compare([Group("A", 30, 10), Group("B", 40, 10)])] == [None, None]


@given(st.lists(groups(), min_size=1, max_size=5))
def test_shortfalls_of_all_groups_add_up_to_nothing(found):
    named = [Group(str(place), one.n, one.selected) for place, one in enumerate(found)]
    everybody = Group("all", sum(one.n for one in named), sum(one.selected for one in named))
    assert sum(one.shortfall for one in compare(named, everybody)) == 0


def test_a_count_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="5 of 4"):
        Group("A", 4, 5)


def test_holm_steps_down_and_never_past_one():
    found = holm({"a": Fraction(1, 100), "b": Fraction(4, 100), "c": Fraction(3, 100), "d": Fraction(5, 1000)})
    assert found == {
        "a": Fraction(3, 100),
        "b": Fraction(6, 100),
        "c": Fraction(6, 100),
        "d": Fraction(2, 100),
    }
    assert holm({"a": Fraction(4, 5), "b": Fraction(9, 10)}) == {"a": 1, "b": 1}
    assert holm({}) == {}


@given(st.lists(st.fractions(0, 1), max_size=8))
def test_holm_never_makes_a_p_value_smaller_and_keeps_their_order(values):
    given_values = dict(enumerate(values))
    found = holm(given_values)
    assert all(given_values[key] <= found[key] <= 1 for key in given_values)
    ordered = sorted(given_values, key=given_values.get)
    assert [found[key] for key in ordered] == sorted(found.values())


def plain_fisher(one: Group, other: Group) -> Fraction:
    """The definition: of all tables with these margins, those that are no likelier."""
    selected = one.selected + other.selected
    ways = {
        x: math.comb(one.n, x) * math.comb(other.n, selected - x)
        for x in range(max(0, selected - other.n), min(one.n, selected) + 1)
    }
    return Fraction(sum(way for way in ways.values() if way <= ways[one.selected]), sum(ways.values()))


@given(groups(), groups())
def test_the_exact_test_is_its_definition(one, other):
    assert fisher(one, other) == plain_fisher(one, other)


@given(groups(), groups())
def test_the_exact_test_does_not_mind_which_group_is_named_first_or_what_is_called_selected(one, other):
    p = fisher(one, other)
    assert fisher(other, one) == p
    assert fisher(Group("", one.n, one.n - one.selected), Group("", other.n, other.n - other.selected)) == p
    assert fisher(one, other, Tail.LESS) == fisher(other, one, Tail.GREATER)
    assert 0 < p <= 1


def test_every_small_table_agrees_with_its_definition():
    for n1 in range(8):
        for n2 in range(8):
            for a in range(n1 + 1):
                for b in range(n2 + 1):
                    one, other = Group("", n1, a), Group("", n2, b)
                    assert fisher(one, other) == plain_fisher(one, other)


def test_random_tables_agree_with_scipy():
    from scipy.stats import binomtest, fisher_exact

    dice = Random(52)
    for _ in range(150):
        n1, n2 = dice.randint(1, 300), dice.randint(1, 300)
        one, other = Group("", n1, dice.randint(0, n1)), Group("", n2, dice.randint(0, n2))
        seen = [[one.selected, n1 - one.selected], [other.selected, n2 - other.selected]]
        for tail in Tail:
            expected = fisher_exact(seen, alternative=tail.value).pvalue
            assert float(fisher(one, other, tail)) == pytest.approx(expected, rel=1e-9, abs=1e-300)
        bounds = binomtest(one.selected, n1).proportion_ci(method="wilson")
        found = wilson(one.selected, n1)
        assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), abs=1e-12)


def test_large_tables_are_summed_to_more_digits_than_a_float_holds(monkeypatch):
    dice = Random(7)
    for _ in range(60):
        n1, n2 = dice.randint(1, 400), dice.randint(1, 400)
        one, other = Group("", n1, dice.randint(0, n1)), Group("", n2, dice.randint(0, n2))
        for tail in Tail:
            exact = fisher(one, other, tail)
            with monkeypatch.context() as patch:
                patch.setattr("app.domain.fairness.EXACT_UP_TO", 0)
                rounded = fisher(one, other, tail)
            assert abs(rounded - exact) <= exact / 10**60


def test_ties_count_in_large_tables_too():
    one, other = Group("", EXACT_UP_TO, 700), Group("", EXACT_UP_TO, 800)
    # Groups of one size: the table with both counts exchanged is exactly as likely, and all beyond are less.
    assert float(fisher(one, other)) == pytest.approx(2 * float(fisher(one, other, Tail.LESS)), rel=1e-14)


def test_a_hundred_thousand_people_take_no_time():
    begun = process_time()
    p = fisher(Group("", 50_000, 25_100), Group("", 50_000, 24_900))
    assert 0.2 < float(p) < 0.21
    assert float(fisher(Group("", 60_000, 600), Group("", 40_000, 100))) < 1e-40
    assert process_time() - begun < 3


@given(groups(500))
def test_an_interval_holds_its_rate_and_stays_between_nothing_and_all(one):
    found = wilson(one.selected, one.n)
    assert 0 <= found.low <= float(one.rate) <= found.high <= 1


def test_of_nobody_nothing_is_known():
    found = wilson(0, 0)
    assert (found.low, found.high) == (0, 1)
    assert Group("A", 0, 0).rate is None
