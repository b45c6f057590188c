"""What a level demands, along the path that leads to it."""

from types import MappingProxyType

import pytest

from app.domain.ladder import (
    HOUSE_EVIDENCE,
    Axis,
    Competency,
    EvidenceRule,
    Expectation,
    Ladder,
    Level,
    PointsTable,
    StatedEvidence,
    house_evidence,
    with_evidence_defaults,
)


def ladder(*levels, expectations=(), **other):
    return Ladder(
        slug="made-up",
        version="1.0.0",
        title="Made up",
        competencies=(Competency("craft", "Craft", "work", 4), Competency("people", "People", "work", 4)),
        levels=levels,
        expectations=expectations
        or (
            Expectation("craft-1", "craft", 1, "Begins."),
            Expectation("craft-2", "craft", 2, "Goes on.", required=False),
            Expectation("people-2", "people", 2, "Helps."),
        ),
        **other,
    )


def two_levels(**other):
    return ladder(Level("L1", 1, next=("L2",)), Level("L2", 2), **other)


def test_level_demands_by_default_the_step_of_its_rank():
    assert [e.id for e in two_levels().requirement("L1")] == ["craft-1"]
    assert [e.id for e in two_levels().requirement("L2")] == ["craft-1", "craft-2", "people-2"]
    assert two_levels().demanded_step("L2", "people") == 2


def test_profile_comes_before_the_rank():
    made_up = ladder(Level("L1", 1, profile=MappingProxyType({"craft": 2, "people": 0})))
    assert [e.id for e in made_up.requirement("L1")] == ["craft-1", "craft-2"]


def test_own_expectations_of_a_level_are_what_it_adds_on_its_path():
    assert [e.id for e in two_levels().added_at("L2")] == ["craft-2", "people-2"]
    assert [e.id for e in two_levels().cell("people", "L2")] == ["people-2"]


def test_cell_without_an_expectation_is_a_gap():
    assert [(competency.id, level.id) for competency, level in two_levels().gaps()] == [("people", "L1")]


def test_overlay_has_the_lineage_of_its_base():
    overlay = Ladder("support+house", "1.0.0", "", (), (), ())
    assert overlay.lineage == "support"


def test_level_that_first_demands_an_expectation_is_found_along_the_path():
    assert two_levels().level_of("people-2", "L2").id == "L2"
    assert two_levels().level_of("craft-1", "L2").id == "L1"
    assert two_levels().level_of("people-2", "L1") is None


def test_path_of_a_draft_that_runs_in_a_circle_ends():
    draft = ladder(Level("L1", 1, next=("L2",)), Level("L2", 2, next=("L1",)))
    assert [level.id for level in draft.path_to("L2")] == ["L1", "L2"]


def test_what_a_ladder_does_not_have_is_said():
    made_up = two_levels(axes=(Axis("breadth", "Breadth"),))
    assert made_up.has_level("L1")
    assert not made_up.has_level("L9")
    assert made_up.has_expectation("craft-1")
    assert not made_up.has_expectation("craft-9")
    assert made_up.has_competency("craft")
    assert not made_up.has_competency("art")
    assert made_up.competency("people").name == "People"
    assert made_up.axis_name("breadth") == "Breadth"
    with pytest.raises(KeyError):
        made_up.level("L9")


def test_house_defaults_go_by_the_place_in_the_order_of_ranks():
    levels = [Level("d", 40), Level("a", 10), Level("b", 20), Level("b2", 20), Level("c", 30)]
    one, two, more = HOUSE_EVIDENCE
    assert house_evidence(levels) == {"a": one, "b": two, "b2": two, "c": more, "d": more}


def test_what_is_stated_is_laid_over_the_default_of_the_level():
    complete = with_evidence_defaults(
        two_levels(evidence_defaults=MappingProxyType({"L1": EvidenceRule(min_count=7)})),
        [StatedEvidence(), StatedEvidence(kinds=frozenset({"ticket"}), span_days=5), StatedEvidence(min_count=1)],
    )
    rules = {e.id: e.evidence for e in complete.expectations}
    assert rules["craft-1"] == EvidenceRule(min_count=7)
    assert rules["craft-2"] == EvidenceRule(kinds=frozenset({"ticket"}), min_count=2, span_days=5)
    assert rules["people-2"] == EvidenceRule(min_count=1, span_days=90)
    assert dict(complete.evidence_defaults) == {"L1": EvidenceRule(min_count=7), "L2": HOUSE_EVIDENCE[1]}


def test_stated_evidence_can_replace_every_part_of_a_default():
    everything = StatedEvidence(frozenset({"ticket"}), 5, 4, 3, 2, 1)
    assert everything.over(EvidenceRule()) == EvidenceRule(frozenset({"ticket"}), 5, 4, 3, 2, 1)


def test_step_that_no_level_demands_has_the_default_of_the_highest():
    assert two_levels().evidence_default("craft", 4) == HOUSE_EVIDENCE[1]


def test_sum_below_the_first_level_corresponds_to_none():
    table = PointsTable((0, 1, 3), (("L1", 2), ("L2", 5)))
    assert [table.level_for(total) for total in (0, 2, 4, 5, 9)] == [None, "L1", "L1", "L2", "L2"]
    assert table.total([0, 1, 2]) == 4
