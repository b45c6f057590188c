"""An overlay adds to its base and changes it by id; its faults are told at its own lines."""

import pytest

from app.domain.ladder import AggregationRule
from app.ladders.loader import LadderFileError, load_ladder_text
from tests.ladders.small import SMALL, SOURCES

HEAD = """\
schema: ladder/1
ladder: small+team
version: 2.0.0
extends:
  ladder: small
  version: 1.0.0
"""


def base():
    return load_ladder_text(SMALL, file="base").ladder


def lay(text, head=HEAD):
    return load_ladder_text(head + text, file="f", parents={("small", "1.0.0"): base()}, sources=SOURCES).ladder


def faults_of(text, head=HEAD, parents=None):
    with pytest.raises(LadderFileError) as refusal:
        load_ladder_text(head + text, file="f", parents=parents or {("small", "1.0.0"): base()}, sources=SOURCES)
    return [str(fault).removeprefix("f:") for fault in refusal.value.faults]


def test_overlay_that_adds_nothing_is_its_base_under_another_name():
    overlay = lay("")
    assert (overlay.slug, overlay.lineage, overlay.version) == ("small+team", "small", "2.0.0")
    assert (overlay.title, overlay.expectations) == ("Small", base().expectations)


def test_new_ids_are_added_behind_those_of_the_base():
    overlay = lay(
        "title: Team\nexpectations:\n  - {id: three, competency: craft, step: 2, text: Notes it., origin: house}\n"
        "retired: [old]\nescalation:\n  - {from: L1, to: L2, text: It is urgent., origin: house, urgent: true}\n"
    )
    assert overlay.title == "Team"
    assert [e.id for e in overlay.expectations] == ["one", "two", "three"]
    assert overlay.retired == ("zero", "old")
    assert [rule.urgent for rule in overlay.escalation] == [False, True]


def test_added_expectation_takes_the_evidence_default_of_its_level():
    overlay = lay("expectations:\n  - {id: three, competency: craft, step: 2, text: Writes., origin: house}\n")
    assert overlay.expectation("three").evidence == base().evidence_defaults["L2"]


def test_entry_of_the_base_is_changed_key_by_key():
    overlay = lay(
        "expectations:\n  - {id: two, required: true, evidence: {min_count: 3}}\n"
        "levels:\n  - {id: L2, titles: [Smith], descriptors: {breadth: Two teams}}\n"
    )
    before, after = base().expectation("two"), overlay.expectation("two")
    assert (after.text, after.sources) == (before.text, before.sources)
    assert after.evidence.min_count == 3
    assert after.evidence.kinds == before.evidence.kinds
    assert overlay.level("L2").titles == ("Smith",)
    assert dict(overlay.level("L2").descriptors) == {"breadth": "Two teams"}
    assert overlay.level("L2").rank == 2


def test_rule_of_a_cell_in_the_overlay_comes_before_that_of_the_base():
    overlay = lay("aggregation:\n  overrides:\n    - {competency: craft, level: L2, rule: all_required}\n")
    assert overlay.aggregation("craft", "L2").rule is AggregationRule.ALL_REQUIRED
    assert base().aggregation("craft", "L2").rule is AggregationRule.K_OF_N


def test_fault_in_a_changed_entry_is_told_at_the_line_of_the_overlay():
    assert faults_of(
        "expectations:\n  - {id: two, step: 9}\n  - {id: new, competency: craft, text: A., origin: org}\n"
    ) == [
        "8:21: step 9, but `craft` has 2",
        "9:5: `step` is missing",
    ]


def test_id_that_the_overlay_gives_twice_is_refused():
    assert "9:10: the id `two` is used twice" in faults_of(
        "expectations:\n  - {id: two, required: true}\n"
        "  - {id: two, competency: craft, step: 2, text: A., origin: org}\n"
    )


def test_fault_that_appears_only_in_the_base_is_told_at_extends():
    assert faults_of("retired: [one]\n") == ["5:3: laid on its base: `one` is retired; an id is never used again"]


def test_faults_of_a_cell_rule_are_told_where_it_stands():
    assert faults_of("aggregation:\n  overrides:\n    - {competency: craft, level: L1, rule: k_of_n, k: 7}\n") == [
        "9:55: `k` is 7, but `craft` at `L1` has 1 required"
    ]


def test_unknown_base_is_told_together_with_faults_of_shape():
    text = "colour: red\nexpectations:\n  - {id: three, step: x}\n"
    assert faults_of(text, parents=lambda _slug, _version: None) == [
        "5:3: `small` 1.0.0, which this extends, is not known here; publish it first",
        "7:1: unknown key `colour`",
        "9:23: `step` must be a whole number, not text",
    ]


def test_base_with_faults_is_told_as_such():
    def faulty(_slug, _version):
        return load_ladder_text("", file="base.yaml").ladder

    assert faults_of("", parents=faulty) == [
        "5:3: `small` 1.0.0, which this extends, has faults itself: base.yaml:1:1: the file is empty"
    ]


def test_extends_of_a_wrong_shape_is_told():
    head = HEAD.replace("  ladder: small\n  version: 1.0.0\n", "  ladder: ../../etc\n  colour: red\n")
    assert faults_of("", head) == [
        "5:3: `version` is missing",
        (
            "5:11: `ladder` must be a name in small letters, digits and hyphens, such as `software-engineer`, "
            "not `../../etc`"
        ),
        "6:3: unknown key `colour`",
    ]


def test_overlay_carries_the_name_of_its_base():
    assert faults_of("", HEAD.replace("small+team", "big+team")) == [
        "2:9: an overlay carries the name of its base: `small+something`"
    ]


def test_ladder_does_not_extend_itself():
    head = HEAD.replace("small+team", "small").replace("version: 2.0.0", "version: 1.0.0")
    assert faults_of("", head) == ["6:12: `small` 1.0.0 cannot extend itself or a later version"]


def test_overlay_of_an_overlay_keeps_the_lineage():
    first = lay("")
    text = HEAD.replace("small+team", "small+team-two").replace("ladder: small\n", "ladder: small+team\n")
    ladder = load_ladder_text(text, file="f", parents={("small+team", "1.0.0"): first}).ladder
    assert ladder.lineage == "small"


@pytest.mark.parametrize(
    "text",
    [
        "expectations: 5\n",
        "expectations: [5, [], {}, {id: []}]\n",
        "levels: {L1: x}\n",
        "aggregation: {overrides: 3}\n",
        "aggregation: [1]\n",
        "promotion_bar: {current: []}\n",
        "evidence_defaults: {L1: 3}\n",
        "examples: [{id: release, lines: 3}]\n",
        "axes: null\n",
    ],
)
def test_overlay_of_any_shape_is_answered_in_words(text):
    assert all(int(fault.split(":")[0]) <= 7 for fault in faults_of(text))
