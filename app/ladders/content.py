"""A ladder as plain JSON-able values, and back; and the hash of a version.

The values have the shape of a ladder file with everything written out: an overlay resolved, every default in place,
evidence included. So there is one format, `ladder/1`, for the file, the database and the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from app.domain.ladder import (
    Aggregation,
    Attribute,
    Axis,
    Competency,
    EscalationRule,
    EvidenceRule,
    ExampleLine,
    Expectation,
    Ladder,
    Level,
    Parent,
    PointsTable,
    PromotionBar,
    Source,
    StatedEvidence,
    TypicalMonths,
    WorkedExample,
    house_evidence,
    with_evidence_defaults,
)
from app.ladders.schema import (
    SCHEMA,
    EvidencePart,
    ExpectationPart,
    LadderPart,
    LevelPart,
    RulePart,
    SourcePart,
)


def from_content(content: Mapping[str, object]) -> Ladder:
    """Return the ladder that `to_content` wrote. Raises pydantic's ValidationError, a ValueError, for anything else."""
    return build_ladder(LadderPart.model_validate(content))


def content_hash(ladder: Ladder) -> str:
    """Return the SHA-256 of the content, in hexadecimal: equal for two ladders exactly when nothing differs.

    Evidence defaults are part of it, because they are written into every expectation. Comments, the order of keys and
    the layout of the file are not.
    """
    return hashlib.sha256(canonical_text(ladder).encode()).hexdigest()


def canonical_text(ladder: Ladder) -> str:
    """Return the content as the one text that is hashed; stored as it is, a row proves its own hash."""
    return json.dumps(to_content(ladder), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def build_ladder(part: LadderPart) -> Ladder:
    """Return the ladder of a file whose shape has been checked, with a complete evidence rule everywhere.

    The ladder may still break a rule of `app.domain.ladder_rules`. Of two rules for one cell the first is kept.
    """
    levels = tuple(_level(level) for level in part.levels)
    house = house_evidence(levels)
    defaults = {
        level_id: _stated(stated).over(house.get(level_id, EvidenceRule()))
        for level_id, stated in part.evidence_defaults.items()
    }
    overrides: dict[tuple[str, str], Aggregation] = {}
    for override in part.aggregation.overrides:
        overrides.setdefault((override.competency, override.level), _aggregation(override))
    ladder = Ladder(
        slug=part.ladder,
        version=part.version,
        title=part.title,
        summary=part.summary,
        extends=Parent(part.extends.ladder, part.extends.version) if part.extends else None,
        axes=tuple(Axis(axis.id, axis.name) for axis in part.axes),
        competencies=tuple(Competency(c.id, c.name, c.group, c.steps or len(levels)) for c in part.competencies),
        levels=levels,
        expectations=tuple(_expectation(expectation) for expectation in part.expectations),
        default_aggregation=_aggregation(part.aggregation.default),
        aggregation_overrides=MappingProxyType(overrides),
        evidence_defaults=MappingProxyType(defaults),
        points=_points(part),
        promotion_bar=PromotionBar(
            part.promotion_bar.current, part.promotion_bar.next, part.promotion_bar.allow_exceptions
        ),
        escalation=tuple(
            EscalationRule(rule.from_, rule.to, rule.text, rule.urgent, rule.origin, _sources(rule.sources))
            for rule in part.escalation
        ),
        examples=tuple(
            WorkedExample(
                example.id,
                example.title,
                tuple(ExampleLine(x.level, x.text, x.note, _sources(x.sources)) for x in example.lines),
            )
            for example in part.examples
        ),
        retired=tuple(part.retired),
    )
    return with_evidence_defaults(ladder, [_stated(expectation.evidence) for expectation in part.expectations])


def _sources(parts: Sequence[SourcePart]) -> tuple[Source, ...]:
    return tuple(Source(part.file, part.quote) for part in parts)


def _level(part: LevelPart) -> Level:
    months = part.typical_months
    return Level(
        id=part.id,
        rank=part.rank,
        summary=part.summary,
        titles=tuple(part.titles),
        next=tuple(part.next),
        terminal_ok=part.terminal_ok,
        descriptors=MappingProxyType(dict(part.descriptors)),
        attributes=tuple(Attribute(row.key, row.value, _sources(row.sources)) for row in part.attributes),
        typical_months=TypicalMonths(months.low, months.high) if months else None,
        profile=MappingProxyType(dict(part.profile)),
    )


def _expectation(part: ExpectationPart) -> Expectation:
    return Expectation(
        id=part.id,
        competency=part.competency,
        step=part.step,
        text=part.text,
        axes=tuple(part.axes),
        required=part.required,
        origin=part.origin,
        applies_when=tuple(part.applies_when),
        examples=tuple(part.examples),
        counter_examples=tuple(part.counter_examples),
        sources=_sources(part.sources),
        note=part.note,
    )


def _stated(part: EvidencePart) -> StatedEvidence:
    return StatedEvidence(
        kinds=None if part.kinds is None else frozenset(kind.value for kind in part.kinds),
        min_count=part.min_count,
        min_kinds=part.min_kinds,
        window_days=part.window_days,
        span_days=part.span_days,
        corroborators=part.corroborators,
    )


def _aggregation(part: RulePart) -> Aggregation:
    return Aggregation(part.rule, part.k or 0, part.step or 0)


def _points(part: LadderPart) -> PointsTable | None:
    if part.points is None:
        return None
    # Keys of a mapping have no order that survives storing; equal sums stand in the order of their names.
    by_sum = sorted(part.points.levels.items(), key=lambda row: (row[1], row[0]))
    return PointsTable(tuple(part.points.per_step), tuple(by_sum))


def to_content(ladder: Ladder) -> dict[str, object]:
    """Return the ladder as values that JSON and YAML can hold, every key written out, always in the same order."""
    return {
        "schema": SCHEMA,
        "ladder": ladder.slug,
        "version": ladder.version,
        "extends": {"ladder": ladder.extends.ladder, "version": ladder.extends.version} if ladder.extends else None,
        "title": ladder.title,
        "summary": ladder.summary,
        "axes": [{"id": axis.id, "name": axis.name} for axis in ladder.axes],
        "competencies": [{"id": c.id, "name": c.name, "group": c.group, "steps": c.steps} for c in ladder.competencies],
        "levels": [_level_content(level) for level in ladder.levels],
        "expectations": [_expectation_content(expectation) for expectation in ladder.expectations],
        "aggregation": {
            "default": _aggregation_content(ladder.default_aggregation),
            "overrides": [
                {"competency": competency, "level": level, **_aggregation_content(rule)}
                for (competency, level), rule in ladder.aggregation_overrides.items()
            ],
        },
        "evidence_defaults": {
            level: _evidence_content(rule) for level, rule in sorted(ladder.evidence_defaults.items())
        },
        "points": {"per_step": list(ladder.points.per_step), "levels": dict(ladder.points.levels)}
        if ladder.points
        else None,
        "promotion_bar": {
            "current": ladder.promotion_bar.current,
            "next": ladder.promotion_bar.next,
            "allow_exceptions": ladder.promotion_bar.allow_exceptions,
        },
        "escalation": [
            {
                "from": rule.from_tier,
                "to": rule.to_tier,
                "text": rule.text,
                "urgent": rule.urgent,
                "origin": rule.origin.value,
                "sources": _sources_content(rule.sources),
            }
            for rule in ladder.escalation
        ],
        "examples": [
            {
                "id": example.id,
                "title": example.title,
                "lines": [
                    {"level": x.level, "text": x.text, "note": x.note, "sources": _sources_content(x.sources)}
                    for x in example.lines
                ],
            }
            for example in ladder.examples
        ],
        "retired": list(ladder.retired),
    }


def _sources_content(sources: Sequence[Source]) -> list[object]:
    return [{"file": source.file, "quote": source.quote} for source in sources]


def _level_content(level: Level) -> dict[str, object]:
    months = level.typical_months
    return {
        "id": level.id,
        "rank": level.rank,
        "summary": level.summary,
        "titles": list(level.titles),
        "next": list(level.next),
        "terminal_ok": level.terminal_ok,
        "descriptors": dict(level.descriptors),
        "attributes": [
            {"key": row.key, "value": row.value, "sources": _sources_content(row.sources)} for row in level.attributes
        ],
        "typical_months": {"low": months.low, "high": months.high} if months else None,
        "profile": dict(level.profile),
    }


def _expectation_content(expectation: Expectation) -> dict[str, object]:
    return {
        "id": expectation.id,
        "competency": expectation.competency,
        "step": expectation.step,
        "text": expectation.text,
        "axes": list(expectation.axes),
        "required": expectation.required,
        "origin": expectation.origin.value,
        "applies_when": list(expectation.applies_when),
        "examples": list(expectation.examples),
        "counter_examples": list(expectation.counter_examples),
        "evidence": _evidence_content(expectation.evidence),
        "sources": _sources_content(expectation.sources),
        "note": expectation.note,
    }


def _evidence_content(rule: EvidenceRule) -> dict[str, object]:
    return {
        "kinds": sorted(rule.kinds),
        "min_count": rule.min_count,
        "min_kinds": rule.min_kinds,
        "window_days": rule.window_days,
        "span_days": rule.span_days,
        "corroborators": rule.corroborators,
    }


def _aggregation_content(rule: Aggregation) -> dict[str, object]:
    return {"rule": rule.rule.value, "k": rule.k or None, "step": rule.step or None}
