"""What a ladder must satisfy before it may be published, rule by rule."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from app.domain.citations import fold
from app.domain.ladder import (
    Aggregation,
    AggregationRule,
    Attribute,
    Competency,
    EvidenceRule,
    ExampleLine,
    Expectation,
    Ladder,
    Level,
    Origin,
    PointsTable,
    Source,
    WorkedExample,
)
from app.domain.ladder_rules import check, is_one_sentence

SOUND = Ladder(
    slug="made-up",
    version="1.0.0",
    title="Made up",
    competencies=(Competency("craft", "Craft", "work", 2),),
    levels=(Level("L1", 1, next=("L2",)), Level("L2", 2)),
    expectations=(
        Expectation("one", "craft", 1, "Begins.", origin=Origin.ORG),
        Expectation("two", "craft", 2, "Goes on.", origin=Origin.ORG),
        Expectation("three", "craft", 2, "Ends.", origin=Origin.ORG),
    ),
)


def messages(ladder, **known):
    return [finding.message for finding in check(ladder, **known)]


def with_evidence(**rule):
    first = replace(SOUND.expectations[0], evidence=EvidenceRule(**rule))
    return replace(SOUND, expectations=(first, *SOUND.expectations[1:]))


def test_sound_ladder_has_no_finding():
    assert check(SOUND) == ()
    assert check(SOUND, sources={}) == ()


def test_span_equal_to_the_window_is_accepted():
    assert messages(with_evidence(min_count=2, window_days=30, span_days=30)) == []
    assert messages(with_evidence(min_count=2, window_days=29, span_days=30)) == [
        "the window of 29 days is shorter than the span of 30 days"
    ]


def test_span_of_a_single_piece_is_refused():
    assert messages(with_evidence(span_days=30)) == ["a span between pieces needs a `min_count` of at least 2"]


def test_kinds_that_cannot_be_reached_are_refused():
    assert messages(with_evidence(min_count=2, min_kinds=3)) == ["3 kinds cannot come from 2 pieces"]
    assert messages(with_evidence(kinds=frozenset({"ticket"}), min_count=2, min_kinds=2)) == [
        "2 kinds are asked for, but only 1 count"
    ]


def test_evidence_defaults_obey_the_same_rules():
    ladder = replace(SOUND, evidence_defaults=MappingProxyType({"L1": EvidenceRule(span_days=2)}))
    assert [finding.place for finding in check(ladder)] == [("evidence_defaults", "L1", "span_days")]


def cell_rule(rule, **numbers):
    return replace(
        SOUND, aggregation_overrides=MappingProxyType({("craft", "L2"): Aggregation(AggregationRule(rule), **numbers)})
    )


@pytest.mark.parametrize(
    ("rule", "numbers", "expected"),
    [
        ("k_of_n", {"k": 2}, []),
        ("k_of_n", {"k": 3}, ["`k` is 3, but `craft` at `L2` has 2 required"]),
        ("k_of_n", {}, ["`k_of_n` needs `k`"]),
        ("all_required", {"step": 1}, ["`step` goes with `minimum_step` only"]),
        ("minimum_step", {"step": 2}, []),
        ("minimum_step", {}, ["`minimum_step` needs `step`"]),
        ("minimum_step", {"step": 1}, ["`craft` at `L2` has no required expectation up to step 1"]),
        ("minimum_step", {"step": 3}, ["step 3, but `craft` has 2"]),
        ("points", {}, ["`points` needs the table `points`"]),
    ],
)
def test_rule_of_a_cell_can_be_fulfilled_and_asks_for_something(rule, numbers, expected):
    assert messages(cell_rule(rule, **numbers)) == expected


def test_k_counts_required_expectations_only():
    optional = replace(SOUND.expectations[2], required=False)
    ladder = replace(cell_rule("k_of_n", k=2), expectations=(*SOUND.expectations[:2], optional))
    assert messages(ladder) == ["`k` is 2, but `craft` at `L2` has 1 required"]


def test_rule_for_a_gap_has_nothing_to_join():
    ladder = replace(cell_rule("k_of_n", k=1), competencies=(*SOUND.competencies, Competency("people", "", "", 2)))
    overrides = MappingProxyType({("people", "L2"): Aggregation(AggregationRule.K_OF_N, k=1)})
    assert messages(replace(ladder, aggregation_overrides=overrides)) == [
        "`L2` adds no required expectation of `people`, so there is nothing to join"
    ]


def test_default_rule_is_checked_against_every_cell_that_states_something():
    ladder = replace(SOUND, default_aggregation=Aggregation(AggregationRule.K_OF_N, k=2))
    assert messages(ladder) == ["`k` is 2, but `craft` at `L1` has 1 required"]


def test_level_must_ask_for_something_beyond_each_level_before_it():
    merged = replace(
        SOUND,
        levels=(
            Level("a", 1, next=("top",)),
            Level("b", 1, next=("top",), profile=MappingProxyType({"craft": 2})),
            Level("top", 2),
        ),
    )
    assert messages(merged) == ["`top` has no required expectation of its own: it asks for nothing beyond `b`"]


def test_long_chain_with_a_branch_that_leads_back_names_only_the_step_back():
    levels = (*SOUND.levels[:1], Level("L2", 2, next=("L3",)), Level("L3", 3, next=("L2",)))
    places = [finding.place for finding in check(replace(SOUND, levels=levels)) if "circle" in finding.message]
    assert places == [("levels", 2, "next", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reviews changes.", True),
        ("Reviews changes", True),
        ("Reviews changes, e.g. those of others, i.e. all.", True),
        ("Works with version 1.2 of it.", True),
        ("Asks “why?” often.", False),
        ("Reviews. Merges.", False),
        ("Really? Yes.", False),
        ("Ends …", True),
    ],
)
def test_text_is_one_sentence(text, expected):
    assert is_one_sentence(text) is expected


def test_thirty_words_are_accepted_and_one_more_is_not():
    def of(words):
        return messages(
            replace(SOUND, expectations=(replace(SOUND.expectations[0], text="word " * words), *SOUND.expectations[1:]))
        )

    assert of(30) == []
    assert of(31) == ["the text has 31 words; 30 is the most"]


def test_retired_ids_of_earlier_versions_are_never_used_again():
    assert messages(SOUND, retired_before={"one", "other"}) == ["`one` is retired; an id is never used again"]


def test_points_table_has_a_number_for_every_step_and_follows_the_ranks():
    def of(per_step, *levels):
        return messages(replace(SOUND, points=PointsTable(per_step, levels)))

    assert of((0, 1, 2), ("L1", 0), ("L2", 3)) == []
    assert of((0, 1), ("L1", 0)) == ["3 numbers are needed, for steps 0 to 2"]
    assert of((0, 2, 1), ("L1", 0)) == ["a higher step cannot bring fewer points"]
    assert of((0, 1, 2), ("L2", 1), ("L1", 3)) == ["`L2` and `L1` are not in the order of their ranks"]


@pytest.mark.parametrize("origin", [Origin.DOCUMENT, Origin.DERIVED])
def test_what_rests_on_a_document_names_it(origin):
    first = replace(SOUND.expectations[0], origin=origin)
    ladder = replace(SOUND, expectations=(first, *SOUND.expectations[1:]))
    assert messages(ladder) == [f"the origin is `{origin}`, so a source with its words is needed"]


def test_every_quotation_is_looked_up_wherever_it_stands():
    wrong = (Source("a.txt", "never said"),)
    ladder = replace(
        SOUND,
        levels=(replace(SOUND.levels[0], attributes=(Attribute("pace", "Quick", wrong),)), SOUND.levels[1]),
        examples=(WorkedExample("x", "X", (ExampleLine("L1", "Y.", sources=wrong),)),),
        expectations=(replace(SOUND.expectations[0], sources=wrong), *SOUND.expectations[1:]),
    )
    assert messages(ladder) == []
    assert [finding.place for finding in check(ladder, sources={"a.txt": "Something else."})] == [
        ("expectations", 0, "sources", 0, "quote"),
        ("levels", 0, "attributes", 0, "sources", 0, "quote"),
        ("examples", 0, "lines", 0, "sources", 0, "quote"),
    ]


def test_organisation_may_cite_a_document_of_its_own():
    own = replace(SOUND.expectations[0], sources=(Source("intranet", "our words"),))
    ladder = replace(SOUND, expectations=(own, *SOUND.expectations[1:]))
    assert messages(ladder, sources={}) == []


def test_quotations_are_compared_without_case_and_curly_marks():
    assert fold("“The team’s\n Own” ‘Words’") == fold("\"the TEAM's own\" 'words'")
