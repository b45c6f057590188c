"""Hiding small groups, so that nothing shown gives them away (specification, 5.3)."""

from __future__ import annotations

from itertools import combinations, product
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.suppression import Cell, Grid, Why, differs_too_little, may_stand_apart, suppress, suppress_grid

EXAMPLE = [Cell("A", 40, 12), Cell("B", 6, 2), Cell("C", 3, 1)]


def test_the_example_shows_the_large_group_and_what_the_others_hold_together():
    line = suppress(EXAMPLE)
    assert line.shown == (Cell("A", 40, 12),)
    assert line.hidden == {"C": Why.FEW, "B": Why.PROTECTS}
    assert line.other == Cell("other", 9, 3)
    assert line.total == Cell("total", 49, 15)


def test_the_example_for_somebody_outside_hides_the_rest_and_the_total():
    line = suppress(EXAMPLE, 10)
    assert line.shown == (Cell("A", 40, 12),)
    assert set(line.hidden) == {"B", "C"}
    assert (line.other, line.total) == (None, None)


def test_where_every_group_is_large_enough_all_stands():
    line = suppress([Cell("A", 40, 12), Cell("B", 12, 2)])
    assert (len(line.shown), line.hidden, line.other, line.total) == (2, {}, None, Cell("total", 52, 14))


def test_a_group_of_nobody_hides_nobody_and_is_left_out():
    line = suppress([Cell("A", 40), Cell("B", 0)])
    assert (line.shown, line.hidden, line.total) == ((Cell("A", 40),), {}, Cell("total", 40))
    assert suppress([]).total is None


@pytest.mark.parametrize(
    ("n", "selected", "is_shown"),
    [(9, 0, False), (9, 9, False), (9, 1, True), (10, 0, True), (10, 10, True), (5, 2, True), (4, 2, False)],
)
def test_a_rate_of_none_or_all_needs_twice_as_many_people(n, selected, is_shown):
    line = suppress([Cell("A", n, selected), Cell("B", 40, 20), Cell("C", 30, 20)])
    assert ("A" not in line.hidden) is is_shown
    if not is_shown:
        assert line.hidden["A"] is (Why.FEW if n < 5 else Why.REVEALS)


def test_where_the_groups_are_no_secret_a_rate_of_none_or_all_is_told():
    assert suppress([Cell("L1", 6, 0), Cell("L2", 7, 7)], is_sensitive=False).hidden == {}


def test_a_single_small_group_is_hidden_with_its_total():
    line = suppress([Cell("A", 3, 1)])
    assert (line.shown, line.other, line.total) == ((), None, None)


def test_the_last_group_that_stands_is_not_hidden_for_the_others_and_the_total_goes():
    line = suppress([Cell("A", 40, 12), Cell("C", 3, 1)])
    assert line.shown == (Cell("A", 40, 12),)
    assert (line.other, line.total) == (None, None)


def test_a_pool_that_says_it_of_everybody_in_it_is_not_told():
    line = suppress([Cell("A", 40, 12), Cell("B", 30, 8), Cell("C", 4, 0), Cell("D", 4, 0)])
    assert set(line.hidden) == {"B", "C", "D"}
    assert line.other == Cell("other", 38, 8)


def test_a_sum_that_fixes_every_hidden_count_is_blurred_by_a_further_group():
    # Who knows that both hold at most four would know from a sum of eight that both hold four.
    line = suppress([Cell("A", 40), Cell("B", 20), Cell("C", 4), Cell("D", 4)])
    assert set(line.hidden) == {"B", "C", "D"}
    assert line.other == Cell("other", 28)


def readings(line, k, knows_why):
    """All counts that hidden groups may have, for each of them, given what is shown."""
    names = list(line.hidden)
    pool = line.other.n if line.other else None
    spans = {Why.FEW: range(1, k), Why.REVEALS: range(k, 2 * k), Why.PROTECTS: range(k, (pool or 2 * k) + 1)}
    every = range(1, (pool or 2 * k) + 1)
    found = {name: set() for name in names}
    for filling in product(*[spans[line.hidden[name]] if knows_why else every for name in names]):
        if pool is None or sum(filling) == pool:
            for name, value in zip(names, filling, strict=True):
                found[name].add(value)
    return found


@st.composite
def lines(draw):
    sizes = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4))
    with_rates = draw(st.booleans())
    return [Cell(f"g{place}", n, draw(st.integers(0, n)) if with_rates else None) for place, n in enumerate(sizes)]


@given(lines(), st.integers(3, 5), st.booleans())
def test_no_hidden_count_of_a_small_group_follows_from_what_is_shown(cells, k, is_sensitive):
    line = suppress(cells, k, is_sensitive=is_sensitive)
    for knows_why in (False, True):
        found = readings(line, k, knows_why)
        assert all(len(found[name]) > 1 for name, why in line.hidden.items() if why is not Why.PROTECTS)
    by_name = {cell.key: cell for cell in cells}
    assert all(by_name[name].n in found[name] for name in line.hidden)


@given(lines(), st.integers(3, 5))
def test_what_is_told_of_a_pool_or_of_all_is_their_sum_and_of_k_people_at_least(cells, k):
    line = suppress(cells, k)
    apart = [cell for cell in cells if cell.key in line.hidden]
    if line.other:
        assert line.other.n == sum(cell.n for cell in apart) >= k
        assert len(apart) > 1
    if line.total:
        assert line.total.n == sum(cell.n for cell in cells)
        assert line.total.n == sum(cell.n for cell in line.shown) + (line.other.n if line.other else 0)
    assert all(cell.n >= k for cell in line.shown)


def selections(groups, chosen, values):
    """All numbers of selected that groups may have, for each of them, where their sum is known."""
    found = {cell.key: set() for cell in groups}
    for filling in product(*[values(cell) for cell in groups]):
        if sum(filling) == chosen:
            for cell, value in zip(groups, filling, strict=True):
                found[cell.key].add(value)
    return found


def none_or_all(line):
    """What a reader takes a group to hold who knows its size, and guesses that it is hidden because all fared alike."""
    return lambda cell: {0, cell.n} if line.hidden[cell.key] is Why.REVEALS else range(cell.n + 1)


def test_a_pool_of_nearly_all_does_not_tell_that_a_group_was_selected_as_a_whole():
    line = suppress([Cell("A", 40, 20), Cell("B", 8, 8), Cell("C", 7, 6), Cell("D", 12, 8)])
    assert line.hidden["B"] is Why.REVEALS
    assert line.other is None or line.other.n - line.other.selected >= 8


@given(lines())
def test_a_pool_leaves_open_whether_none_or_all_of_a_group_were_selected(cells):
    line = suppress(cells, 3)
    if line.other is None or line.other.selected is None:
        return
    apart = [cell for cell in cells if cell.key in line.hidden]
    found = selections(apart, line.other.selected, none_or_all(line))
    assert all(len(found[name]) > 1 for name, why in line.hidden.items() if why is Why.REVEALS)


@given(lines(), st.integers(5, 9), st.integers(1, 3), st.booleans())
def test_what_is_told_outside_says_no_more_than_what_is_told_inside(cells, k, more, is_sensitive):
    inside = suppress(cells, k, is_sensitive=is_sensitive)
    outside = suppress(cells, k + more, is_sensitive=is_sensitive)
    assert set(outside.hidden) >= set(inside.hidden)
    # A sum of hidden groups is that of those which are hidden inside too, and of those that stand there.
    if outside.total:
        assert inside.total
    if outside.other and inside.hidden:
        assert inside.other


# -- tables ------------------------------------------------------------------------------------------------------------


def named(rows, columns):
    return [f"r{place}" for place in range(rows)], [f"c{place}" for place in range(columns)]


def with_totals(counts, rows, columns):
    cells = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    return {
        (row, column): sum(count for (r, c), count in cells.items() if row in {None, r} and column in {None, c})
        for row in (*rows, None)
        for column in (*columns, None)
    }


def fillings(grid, counts, rows, columns):
    """Which values each hidden place takes in tables of whole numbers from 0 on that agree with what is shown.

    Every table is tried whose hidden counts are at most one away from the true ones: two values are two witnesses.
    """
    hidden = [(row, column) for row in rows for column in columns if (row, column) in grid.why]
    found = {place: set() for place in grid.why}
    near = [range(max(0, counts[place] - 1), counts[place] + 2) for place in hidden]
    for values in product(*near):
        shown = {place: count for place, count in grid.counts.items() if None not in place and count is not None}
        table = with_totals(shown | dict(zip(hidden, values, strict=True)), rows, columns)
        if all(count is None or table[place] == count for place, count in grid.counts.items()):
            for place in grid.why:
                found[place].add(table[place])
    return found


@st.composite
def tables(draw, largest=(2, 3)):
    rows, columns = named(draw(st.integers(1, largest[0])), draw(st.integers(1, largest[1])))
    small = st.sampled_from([0, 0, 1, 2, 3, 4, 7])
    return {(row, column): draw(small) for row in rows for column in columns}, rows, columns


@given(tables())
def test_no_hidden_count_of_a_table_follows_from_its_totals(table):
    counts, rows, columns = table
    grid = suppress_grid(counts, rows, columns, 3)
    found = fillings(grid, counts, rows, columns)
    assert all(len(values) > 1 for values in found.values())


@given(tables((5, 4)), st.integers(3, 6))
def test_a_table_keeps_its_laws(table, k):
    counts, rows, columns = table
    whole = with_totals(counts, rows, columns)
    grid = suppress_grid(counts, rows, columns, k)
    assert grid.counts == {place: None if place in grid.why else count for place, count in whole.items()}
    assert all(place in grid.why for place, count in whole.items() if 0 < count < k)
    assert all(whole[place] > 0 for place in grid.why)
    lines = [[(row, column) for column in (*columns, None)] for row in (*rows, None)]
    lines += [[(row, column) for row in (*rows, None)] for column in (*columns, None)]
    for *cells, total in lines:
        hidden = [place for place in cells if place in grid.why]
        if total not in grid.why:
            assert len(hidden) != 1
            assert not hidden or sum(whole[place] for place in hidden) >= k
        else:
            assert hidden


@given(tables((3, 3)), st.integers(5, 8), st.integers(1, 3))
def test_a_table_for_outside_shows_nothing_that_the_one_for_inside_hides(table, k, more):
    counts, rows, columns = table
    inside, outside = (suppress_grid(counts, rows, columns, smallest) for smallest in (k, k + more))
    assert set(outside.why) >= set(inside.why)


@given(tables(), st.integers(6, 10))
def test_both_versions_of_a_table_in_one_hand_fix_no_hidden_count(table, k):
    counts, rows, columns = table
    inside, outside = suppress_grid(counts, rows, columns), suppress_grid(counts, rows, columns, k)
    either = {place: one if one is not None else outside.counts[place] for place, one in inside.counts.items()}
    both = Grid(either, {place: why for place, why in inside.why.items() if either[place] is None})
    assert set(both.why) == set(inside.why)
    found = fillings(both, counts, rows, columns)
    assert all(len(values) > 1 for values in found.values())


def test_where_every_count_is_large_enough_the_whole_table_stands():
    grid = suppress_grid({("a", "x"): 5, ("a", "y"): 9}, ["a", "b"], ["x", "y"])
    assert grid.why == {}
    assert grid.counts["b", None] == 0
    assert grid.counts[None, None] == 14


def test_one_small_count_takes_a_rectangle_and_no_total():
    rows, columns = named(4, 4)
    counts = {(row, column): 20 for row in rows for column in columns} | {("r1", "c2"): 2, ("r3", "c0"): 9}
    grid = suppress_grid(counts, rows, columns)
    assert len(grid.why) == 4
    assert set(grid.why) > {("r1", "c2"), ("r3", "c0")}
    assert grid.why["r1", "c2"] is Why.FEW
    assert not any(None in place for place in grid.why)


def test_a_ring_of_small_counts_needs_nothing_more():
    rows, columns = named(3, 3)
    counts = {(row, column): 30 for row in rows for column in columns}
    ring = {(row, column): 3 for row in ("r0", "r1") for column in ("c0", "c1")}
    assert set(suppress_grid(counts | ring, rows, columns).why) == set(ring)


def test_one_person_alone_hides_everything_that_holds_only_them():
    grid = suppress_grid({("a", "x"): 1}, ["a"], ["x"])
    assert set(grid.counts.values()) == {None}


def test_the_same_table_is_hidden_in_the_same_way_in_any_order_of_its_counts():
    dice = Random(3)
    rows, columns = named(6, 5)
    counts = {(row, column): dice.choice([0, 1, 3, 8, 20]) for row in rows for column in columns}
    shuffled = dict(dice.sample(list(counts.items()), len(counts)))
    assert suppress_grid(counts, rows, columns).why == suppress_grid(shuffled, rows, columns).why


def test_a_large_table_takes_no_time_and_hides_little_more_than_it_must():
    dice = Random(5)
    rows, columns = named(100, 10)
    counts = {(row, column): dice.randrange(60) for row in rows for column in columns}
    begun = process_time()
    grid = suppress_grid(counts, rows, columns)
    assert process_time() - begun < 3
    small = sum(0 < count < 5 for count in counts.values())
    assert small < len(grid.why) < 2 * small


def test_groups_that_differ_by_fewer_than_k_differ_too_little():
    assert differs_too_little({1, 2, 3}, {2, 3, 4}, 3)
    assert not differs_too_little({1, 2, 3}, {1, 2, 3}, 3)
    assert not differs_too_little({1, 2, 3}, {4, 5}, 3)


@given(st.dictionaries(st.integers(0, 5), st.frozensets(st.integers(0, 12), min_size=1), max_size=5), st.integers(2, 5))
def test_no_parts_told_by_themselves_leave_few_people_of_the_whole(parts, k):
    apart = may_stand_apart(parts, k)
    assert all(len(parts[one]) >= k for one in apart)
    for number in range(1, len(apart) + 1):
        for told in combinations(apart, number):
            left = frozenset().union(*(part for key, part in parts.items() if key not in told))
            assert not 0 < len(left) < k
