"""Three stages that share their counts, hidden together (specification, 5.2 and 5.3)."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.domain.funnel import Passage, Stage, suppress_cycles, suppress_funnel, tell_of_few, together
from app.domain.suppression import Cell, Why


def group(key, eligible, nominated, promoted):
    return Passage(key, eligible, nominated, promoted, eligible, nominated)


def shown(lines, stage):
    return [cell.key for cell in lines[stage].shown]


LARGE = [group("A", 60, 20, 12), group("B", 50, 15, 6), group("C", 40, 12, 5)]


def test_large_groups_are_shown_at_every_stage():
    lines = suppress_funnel(LARGE)
    assert [shown(lines, stage) for stage in Stage] == [["A", "B", "C"]] * 3
    assert lines[Stage.NOMINATED].total == Cell("total", 150, 47, 150)
    assert lines[Stage.PROMOTED].shown[0] == Cell("A", 20, 12, 20)
    assert lines[Stage.WHOLE].shown[0] == Cell("A", 60, 12, 60)


def test_a_group_with_few_nominees_is_hidden_where_its_promotions_would_be_told():
    lines = suppress_funnel([*LARGE, group("D", 40, 3, 2)])
    assert shown(lines, Stage.NOMINATED) == ["A", "B", "C", "D"]
    # The last stage repeats the promoted: beside the first, it would tell the second.
    assert shown(lines, Stage.PROMOTED) == shown(lines, Stage.WHOLE) == ["A", "B"]
    assert lines[Stage.PROMOTED].hidden == {"C": Why.PROTECTS, "D": Why.FEW}
    assert lines[Stage.PROMOTED].other == Cell("other", 15, 7, 15)
    assert lines[Stage.WHOLE].other == Cell("other", 80, 7, 80)


def test_a_group_beside_a_single_small_one_is_not_shown_where_all_together_is_known():
    lines = suppress_funnel([group("A", 60, 20, 12), group("B", 3, 2, 1)])
    assert [shown(lines, stage) for stage in Stage] == [[], [], []]
    assert set(lines[Stage.NOMINATED].hidden) == {"A", "B"}
    assert lines[Stage.NOMINATED].total == Cell("total", 63, 22, 63)


def test_where_few_were_nominated_at_all_no_promotion_is_told():
    lines = suppress_funnel([group("A", 60, 2, 1), group("B", 50, 2, 1)])
    assert shown(lines, Stage.NOMINATED) == ["A", "B"]
    assert (lines[Stage.PROMOTED].shown, lines[Stage.PROMOTED].total, lines[Stage.WHOLE].total) == ((), None, None)


def test_where_everybody_nominated_was_promoted_small_groups_of_nominees_are_not_told():
    lines = suppress_funnel([group("A", 60, 3, 3), group("B", 50, 4, 4)])
    assert [shown(lines, stage) for stage in Stage] == [[], [], []]
    assert lines[Stage.NOMINATED].total == Cell("total", 110, 7, 110)


def test_somebody_of_two_cycles_is_one_person():
    lines = suppress_funnel([Passage("A", 8, 8, 4, 4, 4), *LARGE])
    assert lines[Stage.NOMINATED].hidden["A"] is Why.FEW


def test_levels_may_be_told_that_nobody_was_promoted_and_offices_may_not():
    groups = [*LARGE, group("D", 9, 6, 0)]
    assert "D" in suppress_funnel(groups)[Stage.WHOLE].hidden
    assert "D" not in suppress_funnel(groups, is_sensitive=False)[Stage.WHOLE].hidden


@st.composite
def funnels(draw):
    def one(key):
        eligible = draw(st.integers(0, 9))
        nominated = draw(st.integers(0, eligible))
        return group(key, eligible, nominated, draw(st.integers(0, nominated)))

    return [one(key) for key in "ABCD"[: draw(st.integers(1, 4))]]


@given(funnels(), st.booleans())
def test_nobody_computes_the_promotions_of_few_nominees(groups, is_sensitive):
    k = 3
    lines = suppress_funnel(groups, k, is_sensitive=is_sensitive)
    later = lines[Stage.WHOLE]
    told = {cell.key: cell.selected for cell in (*later.shown, *lines[Stage.PROMOTED].shown)}
    hidden = [one for one in groups if one.eligible and one.key not in told]
    small = [one for one in hidden if 0 < one.nominated < k]
    assert not any(0 < one.nominated < k for one in groups if one.key in told)
    if not small or later.total is None:
        return
    # The reader knows every nomination, what stands, and the sum of all promotions, where it is told.
    left = later.total.selected - sum(told.values())
    found = {one.key: set() for one in small}
    for filling in product(*[range(one.nominated + 1) for one in hidden]):
        if sum(filling) == left:
            for one, value in zip(hidden, filling, strict=True):
                found.get(one.key, set()).add(value)
    is_known = bool(lines[Stage.NOMINATED].shown or later.other)
    # That nobody at all was promoted hides nobody.
    assert not is_known or not later.total.selected or all(len(values) > 1 for values in found.values())


@given(funnels())
def test_nobody_who_guesses_it_learns_that_all_or_none_of_a_group_were_promoted(groups):
    k = 3
    lines = suppress_funnel(groups, k)
    later = lines[Stage.PROMOTED]
    pool = later.other.selected if later.other else None
    alike = {key for key, why in later.hidden.items() if why is Why.REVEALS}
    if pool is None:
        return
    hidden = [one for one in groups if one.key in later.hidden]
    found = {one.key: set() for one in hidden}
    values = [{0, one.nominated or one.eligible} if one.key in alike else range(one.nominated + 1) for one in hidden]
    for filling in product(*values):
        if sum(filling) == pool:
            for one, value in zip(hidden, filling, strict=True):
                found[one.key].add(value)
    assert all(len(found[key]) > 1 for key in alike)


@given(funnels(), st.integers(5, 8), st.integers(1, 3), st.booleans())
def test_a_funnel_for_outside_says_no_more_than_the_one_for_inside(groups, k, more, is_sensitive):
    inside, outside = (suppress_funnel(groups, smallest, is_sensitive=is_sensitive) for smallest in (k, k + more))
    for stage in Stage:
        assert {one.key for one in outside[stage].shown} <= {one.key for one in inside[stage].shown}
        assert inside[stage].total or not outside[stage].total
        assert not outside[stage].other or inside[stage].shown


@given(funnels())
def test_stages_agree_with_each_other_and_with_all_together(groups):
    lines = suppress_funnel(groups, 3)
    everybody = together("total", groups)
    assert set(lines[Stage.PROMOTED].hidden) <= set(lines[Stage.WHOLE].hidden)
    assert set(lines[Stage.NOMINATED].hidden) <= set(lines[Stage.WHOLE].hidden)
    for stage in Stage:
        line = lines[stage]
        assert line.total in {None, everybody.cell(stage)}
        if line.other:
            cells = [*line.shown, line.other]
            assert sum(cell.n for cell in cells) == line.total.n
            assert sum(cell.selected for cell in cells) == line.total.selected


def test_cycles_are_told_one_by_one_where_each_is_large_enough():
    cycles = [group("spring", 60, 20, 12), group("autumn", 62, 15, 6)]
    lines = suppress_cycles(cycles, Passage("", 122, 35, 18, 64, 30))
    assert shown(lines, Stage.PROMOTED) == ["spring", "autumn"]
    assert lines[Stage.WHOLE].total == Cell("", 122, 18, 64)


def test_where_a_cycle_has_few_nominees_its_promotions_are_told_with_those_of_the_others():
    cycles = [group("spring", 60, 20, 12), group("autumn", 62, 3, 2)]
    lines = suppress_cycles(cycles, Passage("", 122, 23, 14, 64, 22))
    assert shown(lines, Stage.NOMINATED) == ["spring", "autumn"]
    assert lines[Stage.PROMOTED].hidden == {"spring": Why.PROTECTS, "autumn": Why.FEW}
    assert lines[Stage.PROMOTED].total == Cell("", 23, 14, 22)


def test_a_year_in_which_the_same_few_were_nominated_twice_tells_no_promotion():
    cycles = [group("spring", 60, 3, 1), group("autumn", 60, 3, 2)]
    lines = suppress_cycles(cycles, Passage("", 120, 6, 3, 60, 3))
    assert (lines[Stage.NOMINATED].total.n, lines[Stage.PROMOTED].total, lines[Stage.WHOLE].total) == (120, None, None)


def test_two_days_that_differ_by_few_people_are_not_both_told():
    before = suppress_funnel(LARGE)
    assert not tell_of_few(before, suppress_funnel(LARGE))
    one_more = [group("A", 61, 20, 12), *LARGE[1:]]
    assert tell_of_few(before, suppress_funnel(one_more))
    told_late = [group("A", 60, 20, 13), *LARGE[1:]]
    assert tell_of_few(before, suppress_funnel(told_late))
    another_cycle = [group(one.key, one.eligible * 2, one.nominated * 2, one.promoted * 2) for one in LARGE]
    assert not tell_of_few(before, suppress_funnel(another_cycle))
