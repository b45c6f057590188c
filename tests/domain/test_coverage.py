"""Coverage of tiers, the bus factor and the escalation path: the example of the rules, and what must always hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coverage import Coverage, Need, TeamCover, Tier, bus_factor, team_cover, tiers_of, usual_needs
from app.domain.ladder import EscalationRule
from tests.factories.ladders import make_ladder

TIERS = tuple(Tier(f"L{rank}", rank) for rank in range(1, 5))
NEEDS = {tier.id: Need() for tier in TIERS}
WORTH = {Coverage.RED: 0, Coverage.AMBER: 1, Coverage.OUTSIDE: 1, Coverage.GREEN: 2}

thresholds = st.tuples(st.integers(1, 3), st.integers(0, 3)).map(lambda pair: (pair[0], sum(pair)))
needs_of = st.fixed_dictionaries(
    {tier.id: st.builds(lambda on, two: Need(on, *two), st.booleans(), thresholds) for tier in TIERS}
)
people_of = st.lists(st.integers(1, 4), max_size=5)
outside_of = st.lists(st.sampled_from([tier.id for tier in TIERS]), max_size=3)


def cover(people: list[int], outside: list[str], needs: dict[str, Need] = NEEDS) -> TeamCover:
    return team_cover(TIERS, needs, Counter(people), Counter(outside))


def shown(found: TeamCover) -> list[Coverage]:
    return [one.coverage for one in found.tiers]


def test_example_of_the_rules_breaks_from_l2_to_l3_and_has_bus_factor_0():
    found = cover([1, 1, 1, 2], ["L4"])
    assert [one.holders for one in found.tiers] == [4, 1, 0, 1]
    assert shown(found) == [Coverage.GREEN, Coverage.AMBER, Coverage.RED, Coverage.OUTSIDE]
    assert [one.words for one in found.breaks] == ["from L2 to L3"]
    assert not found.is_path_complete
    assert found.bus_factor == 0
    assert found.is_lost_without(0)
    assert [one.tier.id for one in found.single_points] == ["L2"]


def test_people_hold_every_tier_up_to_their_own_and_holders_outside_their_tier_alone():
    assert [one.holders for one in cover([4], []).tiers] == [1, 1, 1, 1]
    assert [one.holders for one in cover([], ["L4"]).tiers] == [0, 0, 0, 1]


def test_a_tier_held_inside_and_outside_counts_both():
    found = cover([3], ["L3"])
    assert found.tiers[2].coverage is Coverage.GREEN
    assert "L3" not in [one.tier.id for one in found.single_points]


@pytest.mark.parametrize(("people", "expected"), [(1, Coverage.RED), (2, Coverage.AMBER), (4, Coverage.GREEN)])
def test_thresholds_are_the_teams_own(people, expected):
    needs = NEEDS | {"L1": Need(amber_from=2, green_from=4)}
    assert cover([1] * people, [], needs).tiers[0].coverage is expected


def test_too_few_outside_are_red_all_the_same():
    assert cover([], ["L4"], NEEDS | {"L4": Need(amber_from=2)}).tiers[3].coverage is Coverage.RED


def test_what_is_not_required_is_neither_red_nor_in_the_bus_factor():
    found = cover([1, 1], [], {"L1": Need()})
    assert shown(found) == [Coverage.GREEN] + [Coverage.NOT_NEEDED] * 3
    assert found.bus_factor == 2
    assert found.is_path_complete


def test_path_needs_the_tiers_below_the_highest_required_one_too():
    found = cover([1], ["L4"], {"L4": Need()})
    assert [one.words for one in found.breaks] == ["from L1 to L2", "from L2 to L3"]
    assert cover([], ["L2"], {"L2": Need()}).breaks[0].words == "at L1"
    assert cover([4], [], {"L4": Need()}).is_path_complete


def test_a_team_that_needs_nothing_has_no_bus_factor_and_loses_nothing():
    found = cover([], [], {})
    assert found.bus_factor is None
    assert found.is_path_complete
    assert not found.is_lost_without(9)
    assert bus_factor([]) is None


def test_usual_needs_are_all_tiers_but_the_last_where_the_team_has_people_on_the_ladder():
    needs = usual_needs(TIERS, has_people=True)
    assert [needs[tier.id].is_required for tier in TIERS] == [True, True, True, False]
    assert not any(one.is_required for one in usual_needs(TIERS, has_people=False).values())
    assert usual_needs(TIERS[:1], has_people=True)["L1"].is_required
    assert usual_needs((), has_people=True) == {}


def test_only_a_ladder_with_rules_of_escalation_has_tiers():
    plain = make_ladder()
    assert tiers_of(plain) == ()
    branching = make_ladder(following={"L1": ("L2", "M2"), "L2": (), "M2": ()})
    ladder = replace(branching, escalation=(EscalationRule("L1", "M2", "To those who lead."),))
    assert tiers_of(ladder) == (Tier("L1", 1), Tier("M2", 2))


@given(people_of, outside_of, needs_of)
def test_bus_factor_is_what_removing_any_holders_shows(people, outside, needs):
    """Really take away any m of all holders, and look whether a required tier is left without one."""
    holders = [*people, *outside]
    found = cover(people, outside, needs)

    def is_lost(gone: tuple[int, ...]) -> bool:
        left = [holder for place, holder in enumerate(holders) if place not in gone]
        after = cover(
            [one for one in left if isinstance(one, int)], [one for one in left if isinstance(one, str)], needs
        )
        return any(not one.holders for one in after.required)

    losing = [
        size
        for size in range(len(holders) + 1)
        if any(is_lost(gone) for gone in combinations(range(len(holders)), size))
    ]
    assert found.bus_factor == (losing[0] if losing else None)
    for size in range(len(holders) + 1):
        assert found.is_lost_without(size) == (size in losing)


@given(people_of, outside_of, needs_of, st.one_of(st.integers(1, 4), st.sampled_from([tier.id for tier in TIERS])))
def test_one_holder_more_makes_nothing_worse(people, outside, needs, newcomer):
    before = cover(people, outside, needs)
    inside = isinstance(newcomer, int)
    after = cover([*people, newcomer] if inside else people, outside if inside else [*outside, newcomer], needs)
    assert {one.tier for one in after.breaks} <= {one.tier for one in before.breaks}
    assert (after.bus_factor or 0) >= (before.bus_factor or 0)
    for old, new in zip(before.required, after.required, strict=True):
        assert new.holders >= old.holders
        assert WORTH[new.coverage] >= WORTH[old.coverage]
