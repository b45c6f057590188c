"""Ladders of other makes fit the format: points, a vector per position, two tracks. All three are made up."""

from functools import cache
from pathlib import Path

import pytest

from app.domain.ladder import HOUSE_EVIDENCE, AggregationRule, EvidenceRule, TypicalMonths
from app.ladders.content import from_content, to_content
from app.ladders.loader import load_ladder_file

FOREIGN = Path(__file__).parent / "foreign"


@cache
def load(name):
    return load_ladder_file(FOREIGN / f"{name}.yaml").ladder


@pytest.mark.parametrize("name", ["points", "vector", "branch"])
def test_foreign_ladder_survives_storing(name):
    assert from_content(to_content(load(name))) == load(name)


def test_sixteen_tracks_of_five_steps_hold_eighty_expectations():
    ladder = load("points")
    assert (len(ladder.competencies), len(ladder.levels), len(ladder.expectations)) == (16, 15, 80)
    assert {competency.steps for competency in ladder.competencies} == {5}
    assert len(ladder.requirement("5.3")) == 80
    assert ladder.level("4.1").titles == ("Staff Engineer", "Group Lead")
    assert ladder.default_aggregation.rule is AggregationRule.POINTS


@pytest.mark.parametrize(
    ("steps", "total", "level"),
    [
        ([5] * 7 + [0] * 9, 140, "5.3"),
        ([5] * 3 + [0] * 13, 60, "4.1"),
        ([4] * 5 + [0] * 11, 60, "4.1"),
        ([3] * 16, 96, "5.1"),
        ([2] * 16, 48, "3.2"),
        ([1] * 16, 16, "1.3"),
        ([0] * 16, 0, "1.1"),
        ([5] * 16, 320, "5.3"),
    ],
)
def test_points_are_the_sums_that_mislead(steps, total, level):
    table = load("points").points
    assert table.total(steps) == total
    assert table.level_for(total) == level


def test_one_step_in_one_track_weighs_as_much_as_eight_first_steps():
    table = load("points").points
    assert table.total([5]) - table.total([4]) == 8 == table.total([1] * 8)


def test_position_asks_for_its_own_step_of_each_scale():
    ladder = load("vector")
    demanded = {
        level.id: [ladder.demanded_step(level.id, c.id) for c in ladder.competencies] for level in ladder.levels
    }
    assert demanded["D1"] == [1, 1, 1, 1, 1]
    assert demanded["D2"] == [1, 2, 2, 2, 1]
    assert demanded["D7"] == [5, 5, 3, 4, 5]
    assert len(ladder.requirement("D7")) == 22
    assert [e.id for e in ladder.added_at("D2")] == ["systems-2", "folk-2", "ways-2"]
    assert ladder.cell("tools", "D2") == ()


def test_evidence_that_is_not_stated_follows_the_first_position_that_demands_it():
    ladder = load("vector")
    assert ladder.expectation("tools-1").evidence == HOUSE_EVIDENCE[0]
    assert ladder.expectation("folk-2").evidence == HOUSE_EVIDENCE[1]
    assert ladder.expectation("tools-2").evidence == HOUSE_EVIDENCE[2]
    # No position demands more than step 3 of this scale, so what lies above is treated like the highest one.
    assert ladder.expectation("folk-5").evidence == HOUSE_EVIDENCE[2]


def test_sibling_branch_never_counts():
    ladder = load("branch")
    assert [level.id for level in ladder.path_to("authority")] == ["start", "settled", "specialist", "authority"]
    assert [level.id for level in ladder.path_to("head")] == ["start", "settled", "lead", "head"]
    assert [e.id for e in ladder.added_at("specialist")] == ["craft-3"]
    assert [e.id for e in ladder.added_at("lead")] == ["people-3"]
    assert ladder.level_of("people-3", "authority") is None
    assert ladder.level_of("people-3", "head").id == "lead"


def test_branching_ladder_keeps_what_its_file_says():
    ladder = load("branch")
    assert ladder.level("settled").titles == ("no",)
    assert ladder.level("settled").terminal_ok
    assert ladder.level("settled").typical_months == TypicalMonths(24)
    assert ladder.aggregation("craft", "settled").k == 2
    assert ladder.aggregation("people", "head").step == 4
    assert ladder.retired == ("craft-0",)
    assert [line.text for line in ladder.examples[0].lines] == ["Tests one feature of it.", ""]


def test_stated_evidence_is_laid_over_the_default_of_the_level_and_that_over_the_house_rule():
    ladder = load("branch")
    assert ladder.expectation("craft-1").evidence == HOUSE_EVIDENCE[0]
    assert ladder.expectation("craft-2a").evidence == EvidenceRule(min_count=1, span_days=0)
    assert ladder.expectation("people-2").evidence == EvidenceRule(min_count=3, span_days=30)
    assert ladder.expectation("people-4").evidence == EvidenceRule(min_count=2, span_days=180, corroborators=3)
    assert ladder.evidence_defaults["lead"] == HOUSE_EVIDENCE[2]
