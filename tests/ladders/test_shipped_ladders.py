"""The ladders in this repository load, obey the rules, and say what their documents say."""

import json
from functools import cache
from pathlib import Path

import pytest

from app.domain.ladder import EvidenceRule, Origin
from app.ladders.loader import load_ladder_file, load_ladder_text, parents_in, read_sources

ROOT = Path(__file__).parents[2]
LADDERS = ROOT / "ladders"
SHARED = ROOT.parent / "shared"
EXTRACTION = SHARED / "ladder-extraction.json"
AXES = {"C": "complexity", "B": "breadth", "K": "knowledge", "A": "authority"}
FILES = sorted(path.relative_to(LADDERS).as_posix() for path in LADDERS.rglob("*.yaml"))


@cache
def load(name):
    # Where the source documents do not lie beside the checkout, only that each statement has a source is checked.
    sources = read_sources(SHARED / "sources")
    if sources is None:
        print("The folder of source documents is not there, so quotations were not looked up.")  # noqa: T201
    return load_ladder_file(LADDERS / name, parents=parents_in(LADDERS), sources=sources).ladder


def extraction():
    if not EXTRACTION.is_file():
        print("The extraction is not there, so the ladders were compared with themselves only.")  # noqa: T201
        return {}
    return {one["id"]: one for one in json.loads(EXTRACTION.read_text(encoding="utf-8"))["expectations"]}


def test_both_ladders_and_both_overlays_are_there():
    assert FILES == [
        "overlays/software-engineer-house/1.0.0.yaml",
        "overlays/technical-support-house/1.0.0.yaml",
        "software-engineer/1.0.0.yaml",
        "technical-support/1.0.0.yaml",
    ]


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_file_loads_without_a_fault_and_is_named_after_its_version(name):
    assert load(name).version == Path(name).stem


@pytest.mark.parametrize(("slug", "count"), [("software-engineer", 26), ("technical-support", 62)])
def test_a_ladder_holds_exactly_what_its_documents_state(slug, count):
    ladder = load(f"{slug}/1.0.0.yaml")
    assert len(ladder.expectations) == count
    assert {e.origin for e in ladder.expectations} <= {Origin.DOCUMENT, Origin.DERIVED}
    assert all(e.sources for e in ladder.expectations)
    stated = {one: said for one, said in extraction().items() if said["ladder"] == slug}
    if not stated:
        return
    assert {e.id for e in ladder.expectations} == set(stated)
    for e in ladder.expectations:
        said = stated[e.id]
        # Remarks in brackets speak to the authors of the ladder, not to its readers.
        assert e.text == said["text"].partition(" (")[0].removesuffix(".") + "."
        assert (e.competency, e.step, e.required) == (said["competency"], said["level"], said["required"])
        assert e.axes == tuple(AXES[axis] for axis in said["axes"])
        assert e.origin == said["origin"]
        assert e.applies_when == tuple(said.get("applies_when", ()))
        assert [(source.file, source.quote) for source in e.sources] == [
            (citation["file"], citation["quote"]) for citation in said["citations"]
        ]


def test_quotations_are_short_and_all_there():
    ladders = [load("software-engineer/1.0.0.yaml"), load("technical-support/1.0.0.yaml")]
    quotes = [source.quote for ladder in ladders for e in ladder.expectations for source in e.sources]
    assert len(quotes) == 137
    rows = [row for ladder in ladders for level in ladder.levels for row in level.attributes]
    quotes += [source.quote for row in rows for source in row.sources]
    quotes += [source.quote for ladder in ladders for rule in ladder.escalation for source in rule.sources]
    lines = [line for ladder in ladders for example in ladder.examples for line in example.lines]
    quotes += [source.quote for line in lines for source in line.sources]
    # The bars between the cells of a table are no words.
    assert max(len(quote.replace("|", " ").split()) for quote in quotes) <= 12


GAPS = {
    "software-engineer": {
        ("design", "L1"),
        ("quality", "L3"),
        ("quality", "L4"),
        ("collaboration", "L2"),
        ("collaboration", "L3"),
        ("collaboration", "L4"),
        ("leadership", "L1"),
        ("leadership", "L2"),
        ("strategy", "L1"),
        ("strategy", "L2"),
    },
    "technical-support": {
        ("customer", "L2"),
        ("customer", "L4"),
        ("diagnosis", "L4"),
        ("engineering", "L1"),
        ("engineering", "L2"),
    },
}


@pytest.mark.parametrize("slug", GAPS)
def test_what_the_documents_leave_open_stays_open(slug):
    ladder = load(f"{slug}/1.0.0.yaml")
    assert {(competency.id, level.id) for competency, level in ladder.gaps()} == GAPS[slug]
    assert len(ladder.competencies) * len(ladder.levels) == 24


def test_levels_of_both_ladders_follow_one_another():
    for slug in GAPS:
        ladder = load(f"{slug}/1.0.0.yaml")
        assert [(level.id, level.rank, level.next) for level in ladder.levels] == [
            ("L1", 1, ("L2",)),
            ("L2", 2, ("L3",)),
            ("L3", 3, ("L4",)),
            ("L4", 4, ()),
        ]
        assert [axis.id for axis in ladder.axes] == list(AXES.values())


def test_no_title_is_made_up_where_the_documents_give_none():
    ladder = load("software-engineer/1.0.0.yaml")
    assert [level.titles for level in ladder.levels[:3]] == [(), (), ()]
    assert ladder.level("L4").titles == ("Senior Engineer", "Staff Engineer", "Principal Engineer")


def test_depth_at_l3_of_the_engineering_ladder_is_left_out():
    ladder = load("software-engineer/1.0.0.yaml")
    assert {level.id: sorted(level.descriptors) for level in ladder.levels} == {
        "L1": ["authority", "breadth", "complexity", "knowledge"],
        "L2": ["authority", "breadth", "complexity", "knowledge"],
        "L3": ["authority", "breadth", "complexity"],
        "L4": ["authority", "breadth", "complexity", "knowledge"],
    }


@pytest.mark.parametrize(
    ("slug", "second"),
    [
        ("software-engineer", EvidenceRule(min_count=2, span_days=90)),
        ("technical-support", EvidenceRule(min_count=1)),
    ],
)
def test_evidence_follows_the_house_defaults_of_the_level(slug, second):
    ladder = load(f"{slug}/1.0.0.yaml")
    high = EvidenceRule(min_count=2, span_days=180, corroborators=1)
    expected = {1: EvidenceRule(min_count=1), 2: second, 3: high, 4: high}
    assert dict(ladder.evidence_defaults) == {f"L{rank}": rule for rank, rule in expected.items()}
    for e in ladder.expectations:
        rule = expected[e.step]
        assert e.evidence.kinds
        assert (e.evidence.min_count, e.evidence.min_kinds) == (rule.min_count, rule.min_kinds)
        assert (e.evidence.window_days, e.evidence.span_days) == (rule.window_days, rule.span_days)
        assert e.evidence.corroborators == rule.corroborators


KEYS = (
    *("competency", "step", "text", "axes", "required", "origin", "applies_when", "examples", "counter_examples"),
    *("evidence", "kinds", "min_count", "min_kinds", "window_days", "span_days", "corroborators", "sources"),
)


@pytest.mark.parametrize("name", FILES)
def test_every_key_of_an_expectation_is_written_out_on_a_line_of_its_own(name):
    text = (LADDERS / name).read_text(encoding="utf-8")
    for block in text.partition("\nexpectations:\n")[2].partition("\naggregation:\n")[0].split("\n  - id: s")[1:]:
        keys = [line.strip().partition(":")[0] for line in block.splitlines()[1:]]
        assert [key for key in KEYS if key not in keys] == [], block


def test_support_tiers_carry_the_comparison_tables_with_their_sources():
    ladder = load("technical-support/1.0.0.yaml")
    table = {level.id: {row.key: row.value for row in level.attributes} for level in ladder.levels}
    assert table["L1"]["response_time"] == "Quick"
    assert table["L2"]["problem_types"] == "Configuration and Compatibility"
    assert table["L3"]["complexity"] == "Advanced / Complex"
    assert table["L3"]["interaction_with_users"] == "Minimal"
    assert set(table["L4"]) == {"also_known_as"}
    assert all(row.sources for level in ladder.levels for row in level.attributes)


def test_escalation_has_the_four_triggers_of_l3_and_the_house_reading():
    rules = load("technical-support/1.0.0.yaml").escalation
    assert [rule.text.partition(":")[0] for rule in rules if rule.to_tier == "L3" and ":" in rule.text] == [
        "Persistent problem",
        "System failure",
        "Software bug",
        "Security",
    ]
    assert [(rule.from_tier, rule.to_tier) for rule in rules if rule.urgent] == [("L1", "L3")] * 3
    assert [rule.text for rule in rules if rule.origin is Origin.HOUSE] == [
        "An urgent trigger skips L2 and goes directly to L3; L1 and L2 are told."
    ]
    assert sum(rule.to_tier == "L4" for rule in rules) == 5


def test_billing_example_says_that_its_document_is_cut_off():
    (billing,) = load("software-engineer/1.0.0.yaml").examples
    last = billing.lines[-1]
    assert (last.level, last.text) == ("L4", "")
    assert "cut off" in last.note


def test_further_cases_name_the_tier_of_each():
    ladder = load("technical-support/1.0.0.yaml")
    cases = next(example for example in ladder.examples if example.id == "further-cases")
    assert [line.level for line in cases.lines] == ["L1"] * 3 + ["L2"] * 3 + ["L3"] * 5 + ["L4"] * 3


HOUSE = {
    "software-engineer": {
        "swe.review-others": ("L2", "collaboration"),
        "swe.help-onboard": ("L2", "leadership"),
        "swe.test-strategy": ("L3", "quality"),
        "swe.design-records": ("L3", "collaboration"),
        "swe.quality-bar": ("L4", "quality"),
        "swe.sponsor-seniors": ("L4", "leadership"),
    },
    "technical-support": {
        "sup.contribute-knowledge": ("L1", "knowledge"),
        "sup.coach-lower-tier": ("L3", "knowledge"),
        "sup.escalate-to-l4": ("L3", "escalation"),
    },
}


@pytest.mark.parametrize("slug", HOUSE)
def test_house_overlay_adds_to_its_base_and_changes_nothing_in_it(slug):
    base, overlay = load(f"{slug}/1.0.0.yaml"), load(f"overlays/{slug}-house/1.0.0.yaml")
    assert (overlay.slug, overlay.lineage) == (f"{slug}+house", slug)
    assert overlay.extends is not None
    assert (overlay.extends.ladder, overlay.extends.version) == (slug, "1.0.0")
    assert overlay.expectations[: len(base.expectations)] == base.expectations
    added = overlay.expectations[len(base.expectations) :]
    assert {e.id: (f"L{e.step}", e.competency) for e in added} == HOUSE[slug]
    assert {e.id for e in added if e.required} <= {"sup.escalate-to-l4"}
    assert {e.origin for e in added} <= {Origin.HOUSE, Origin.DERIVED}


def test_house_ending_of_the_billing_example_is_an_example_only():
    overlay = load("overlays/software-engineer-house/1.0.0.yaml")
    assert [example.id for example in overlay.examples] == ["billing", "billing-l4"]


@pytest.mark.parametrize("slug", GAPS)
def test_every_version_is_in_the_list_of_changes(slug):
    changes = (LADDERS / slug / "CHANGES.md").read_text(encoding="utf-8")
    for path in sorted((LADDERS / slug).glob("*.yaml")):
        assert f"\n## {path.stem} – " in changes


def test_recipe_for_adding_an_expectation_works():
    text = (LADDERS / "software-engineer/1.0.0.yaml").read_text(encoding="utf-8")
    cell = text.index("# Quality & debugging, L2")
    start = text.index("  - id: swe.maintainable-code", cell)
    neighbour = text[start : text.index("\n  #", start)]
    added = (
        neighbour.replace("swe.maintainable-code", "swe.t")
        .replace(
            "text: Keeps code maintainable and up to the code standards.", "text: Writes tests that others can read."
        )
        .replace("origin: document", "origin: org")
        .replace("required: true", "required: false")
    )
    added = f'{added[: added.index("    sources:")]}    sources: []\n    note: ""\n'
    changed = text.replace("version: 1.0.0", "version: 1.1.0", 1)
    changed = changed.replace(neighbour, f"{neighbour}\n{added}")
    ladder = load_ladder_text(changed, file="1.1.0.yaml").ladder
    assert len(ladder.expectations) == 27
    assert ladder.expectation("swe.t").evidence == ladder.expectation("swe.maintainable-code").evidence


def test_example_in_the_readme_is_an_expectation():
    readme = (LADDERS / "README.md").read_text(encoding="utf-8")
    block = readme.partition("```yaml\n")[2].partition("```")[0]
    text = (LADDERS / "software-engineer/1.0.0.yaml").read_text(encoding="utf-8")
    start = text.index("  - id: swe.coach-juniors")
    shown = text.replace(text[start : text.index("\n\n", start) + 1], block)
    assert shown != text
    told = load_ladder_text(shown, file="1.0.0.yaml").ladder.expectation("swe.coach-juniors")
    stands = load("software-engineer/1.0.0.yaml").expectation("swe.coach-juniors")
    assert (told.text, told.evidence, told.sources) == (stands.text, stands.evidence, stands.sources)
