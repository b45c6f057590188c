"""What is stored of a ladder is the whole of it, and its hash changes with every part of it."""

import hashlib
import json
import string
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.evidence import EvidenceKind
from app.domain.ladder import (
    Aggregation,
    AggregationRule,
    Attribute,
    Axis,
    Competency,
    EscalationRule,
    EvidenceRule,
    ExampleLine,
    Expectation,
    Ladder,
    Level,
    Origin,
    Parent,
    PointsTable,
    PromotionBar,
    Source,
    TypicalMonths,
    WorkedExample,
)
from app.ladders.content import canonical_text, content_hash, from_content, to_content
from app.ladders.loader import load_ladder_file, load_ladder_text, parents_in
from tests.ladders.small import SMALL, broken

LADDERS = Path(__file__).parents[2] / "ladders"

ids = st.text(string.ascii_letters + string.digits, min_size=1, max_size=6)
words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
maybe_words = st.just("") | words
small_numbers = st.integers(1, 9)
sources = st.lists(st.builds(Source, words, words), max_size=2).map(tuple)


def frozen(mapping):
    return MappingProxyType(dict(mapping))


@st.composite
def rules_of_evidence(draw):
    kinds = draw(st.frozensets(st.sampled_from([kind.value for kind in EvidenceKind]), max_size=3))
    return EvidenceRule(
        kinds, *draw(st.tuples(small_numbers, small_numbers, small_numbers, small_numbers, small_numbers))
    )


@st.composite
def ladders(draw):
    level_ids = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    competency_ids = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    a_level, a_competency = st.sampled_from(level_ids), st.sampled_from(competency_ids)
    profiles = st.dictionaries(a_competency, st.integers(0, 9), max_size=2).map(frozen)
    levels = tuple(
        draw(
            st.builds(
                Level,
                id=st.just(one),
                rank=small_numbers,
                summary=maybe_words,
                titles=st.lists(words, max_size=2).map(tuple),
                next=st.lists(a_level, max_size=2).map(tuple),
                terminal_ok=st.booleans(),
                descriptors=st.dictionaries(ids, words, max_size=2).map(frozen),
                attributes=st.lists(st.builds(Attribute, ids, words, sources), max_size=2).map(tuple),
                typical_months=st.none() | st.builds(TypicalMonths, small_numbers, st.none() | small_numbers),
                profile=profiles,
            )
        )
        for one in level_ids
    )
    expectations = st.builds(
        Expectation,
        id=ids,
        competency=a_competency,
        step=small_numbers,
        text=words,
        axes=st.lists(ids, max_size=2).map(tuple),
        required=st.booleans(),
        origin=st.sampled_from(Origin),
        applies_when=st.lists(ids, max_size=1).map(tuple),
        examples=st.lists(words, max_size=2).map(tuple),
        counter_examples=st.lists(words, max_size=2).map(tuple),
        evidence=rules_of_evidence(),
        sources=sources,
        note=maybe_words,
    )
    cells = st.builds(Aggregation, st.sampled_from(AggregationRule), st.integers(0, 3), st.integers(0, 3))
    points = st.dictionaries(a_level, small_numbers, min_size=1).map(
        lambda table: PointsTable((0, 1, 3), tuple(sorted(table.items(), key=lambda row: (row[1], row[0]))))
    )
    lines = st.lists(st.builds(ExampleLine, a_level, maybe_words, maybe_words, sources), min_size=1, max_size=2)
    return Ladder(
        slug=draw(st.sampled_from(["one", "one+two"])),
        version="1.2.3",
        title=draw(words),
        summary=draw(maybe_words),
        competencies=tuple(
            draw(st.builds(Competency, st.just(one), words, words, small_numbers)) for one in competency_ids
        ),
        levels=levels,
        expectations=tuple(draw(st.lists(expectations, min_size=1, max_size=4))),
        axes=tuple(draw(st.lists(st.builds(Axis, ids, words), max_size=2))),
        extends=draw(st.none() | st.just(Parent("one", "1.0.0"))),
        default_aggregation=draw(cells),
        aggregation_overrides=frozen(draw(st.dictionaries(st.tuples(a_competency, a_level), cells, max_size=2))),
        evidence_defaults=frozen({one: draw(rules_of_evidence()) for one in level_ids}),
        points=draw(st.none() | points),
        promotion_bar=PromotionBar(allow_exceptions=draw(st.booleans())),
        escalation=tuple(
            draw(
                st.lists(
                    st.builds(EscalationRule, a_level, a_level, words, st.booleans(), st.sampled_from(Origin), sources),
                    max_size=2,
                )
            )
        ),
        examples=tuple(draw(st.lists(st.builds(WorkedExample, ids, words, lines.map(tuple)), max_size=2))),
        retired=tuple(draw(st.lists(ids, max_size=2))),
    )


@settings(max_examples=60, deadline=None)
@given(ladders())
def test_storing_and_reading_gives_the_same_ladder(ladder):
    stored = json.dumps(to_content(ladder), ensure_ascii=False)
    again = from_content(json.loads(stored))
    assert again == ladder
    assert content_hash(again) == content_hash(ladder)


@settings(max_examples=30, deadline=None)
@given(ladders())
def test_order_of_keys_does_not_matter(ladder):
    stored = json.loads(json.dumps(to_content(ladder), sort_keys=True))
    assert from_content(stored) == ladder
    assert content_hash(from_content(stored)) == content_hash(ladder)


@cache
def shipped():
    return [load_ladder_file(path, parents=parents_in(LADDERS)) for path in sorted(LADDERS.rglob("*.yaml"))]


def test_shipped_ladders_survive_storing():
    for loaded in shipped():
        assert from_content(json.loads(json.dumps(to_content(loaded.ladder)))) == loaded.ladder
        assert loaded.content_hash == content_hash(loaded.ladder)
    assert len({loaded.content_hash for loaded in shipped()}) == len(shipped()) == 4


def test_canonical_text_proves_the_hash():
    for loaded in shipped():
        text = canonical_text(loaded.ladder)
        assert from_content(json.loads(text)) == loaded.ladder
        assert hashlib.sha256(text.encode()).hexdigest() == loaded.content_hash


def test_stored_content_is_not_shared_with_the_ladder():
    content = to_content(shipped()[0].ladder)
    content["expectations"][0]["text"] = "Something else."
    assert to_content(shipped()[0].ladder) != content


def test_evidence_defaults_are_part_of_the_hash():
    before = load_ladder_text(SMALL, file="f")
    stated = load_ladder_text(
        broken(("aggregation:", "evidence_defaults: {L1: {min_count: 2}}\naggregation:")), file="f"
    )
    assert before.ladder.expectation("one").evidence.min_count == 1
    assert stated.ladder.expectation("one").evidence.min_count == 2
    assert before.content_hash != stated.content_hash


def test_comments_and_layout_are_not_part_of_the_hash():
    before = load_ladder_text(SMALL, file="f")
    after = load_ladder_text(
        "# A comment\n" + broken(("  - {id: breadth, name: Breadth}", "  - name: Breadth\n    id: breadth")), file="g"
    )
    assert before.content_hash == after.content_hash


def test_attributes_may_be_written_as_a_mapping_or_as_rows():
    short = broken(("    rank: 1\n", "    rank: 1\n    attributes: {response_time: Quick}\n"))
    rows = broken(("    rank: 1\n", "    rank: 1\n    attributes: [{key: response_time, value: Quick}]\n"))
    assert load_ladder_text(short, file="f").ladder == load_ladder_text(rows, file="f").ladder
    assert load_ladder_text(short, file="f").ladder.level("L1").attributes == (Attribute("response_time", "Quick"),)


def test_content_of_another_shape_is_refused():
    ladder = shipped()[0].ladder
    with pytest.raises(ValidationError):
        from_content({**to_content(ladder), "colour": "red"})
    with pytest.raises(ValidationError):
        from_content({**to_content(ladder), "version": 1})


def test_every_part_of_a_ladder_changes_its_hash():
    ladder = load_ladder_text(SMALL, file="f").ladder
    changed = [
        replace(ladder, title="Other"),
        replace(ladder, summary="Other"),
        replace(ladder, version="1.0.1"),
        replace(ladder, retired=()),
        replace(ladder, axes=()),
        replace(ladder, examples=()),
        replace(ladder, escalation=()),
        replace(ladder, promotion_bar=PromotionBar(allow_exceptions=False)),
        replace(ladder, aggregation_overrides=MappingProxyType({})),
        replace(ladder, expectations=(replace(ladder.expectations[0], note="Other"), ladder.expectations[1])),
        replace(ladder, expectations=tuple(reversed(ladder.expectations))),
    ]
    assert len({content_hash(one) for one in [ladder, *changed]}) == len(changed) + 1
