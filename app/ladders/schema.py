"""The format `ladder/1`: which keys a ladder file has, of which type, and what is wrong when they differ.

The models check shape only. What the parts mean together is checked by `app.domain.ladder_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import ErrorDetails

from app.domain.evidence import EvidenceKind
from app.domain.ladder import AggregationRule, Origin
from app.domain.ladder_findings import Place, did_you_mean

SCHEMA = "ladder/1"

Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(\+[a-z0-9]+(-[a-z0-9]+)*)?$", max_length=64)
]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
LevelId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=32)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
MaybeProse = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Positive = Annotated[int, Field(ge=1, le=10_000)]
KindOfEvidence = Annotated[EvidenceKind, Field(strict=False)]
OriginOfText = Annotated[Origin, Field(strict=False)]
RuleOfCell = Annotated[AggregationRule, Field(strict=False)]


class Part(BaseModel):
    """A mapping of the file: no key beyond these, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourcePart(Part):
    """The document that a statement rests on, and its words."""

    file: Line
    quote: Prose


class ExtendsPart(Part):
    """The published version that an overlay is laid on."""

    ladder: Slug
    version: Version


class AxisPart(Part):
    """A cross-cutting dimension."""

    id: Id
    name: Line


class CompetencyPart(Part):
    """The group of expectations that is assessed. `steps` is by default the number of levels."""

    id: Id
    name: Line
    group: Line = "all"
    steps: Annotated[int, Field(ge=1, le=60)] | None = None


class MonthsPart(Part):
    """How long people usually stay."""

    low: Count
    high: Count | None = None


class AttributePart(Part):
    """One row of a tier table."""

    key: Id
    value: Line
    sources: list[SourcePart] = []


def _rows_of_attributes(given: object) -> object:
    """Accept `{response_time: Quick}` and `{response_time: {value: Quick, sources: […]}}` for a list of rows."""
    if not isinstance(given, Mapping):
        return given
    return [{**v, "key": k} if isinstance(v, Mapping) else {"key": k, "value": v} for k, v in given.items()]


class EvidencePart(Part):
    """What counts as enough evidence; whatever is left out comes from the defaults of the level."""

    kinds: list[KindOfEvidence] | None = None
    min_count: Annotated[int, Field(ge=1, le=100)] | None = None
    min_kinds: Annotated[int, Field(ge=1, le=100)] | None = None
    window_days: Positive | None = None
    span_days: Count | None = None
    corroborators: Annotated[int, Field(ge=0, le=20)] | None = None


class LevelPart(Part):
    """A rung."""

    id: LevelId
    rank: Annotated[int, Field(ge=1, le=1000)]
    summary: MaybeProse = ""
    titles: list[Line] = []
    next: list[Id] = []
    terminal_ok: bool = False
    descriptors: dict[Id, Prose] = {}
    attributes: Annotated[list[AttributePart], BeforeValidator(_rows_of_attributes)] = []
    typical_months: MonthsPart | None = None
    profile: dict[Id, Annotated[int, Field(ge=0, le=60)]] = {}


class ExpectationPart(Part):
    """One assessable statement."""

    id: Id
    competency: Id
    step: Annotated[int, Field(ge=1, le=60)]
    text: Prose
    axes: list[Id] = []
    required: bool = True
    origin: OriginOfText
    applies_when: list[Id] = []
    examples: list[Prose] = []
    counter_examples: list[Prose] = []
    evidence: EvidencePart = EvidencePart()
    sources: list[SourcePart] = []
    note: MaybeProse = ""


class RulePart(Part):
    """How the expectations of a cell are joined."""

    rule: RuleOfCell = AggregationRule.ALL_REQUIRED
    k: Positive | None = None
    step: Positive | None = None


class OverridePart(RulePart):
    """The rule of one cell."""

    competency: Id
    level: Id


class AggregationPart(Part):
    """The rule of every cell, and the cells that have another."""

    default: RulePart = RulePart()
    overrides: list[OverridePart] = []


class PointsPart(Part):
    """Points per step, beginning with step 0, and the sum from which each level begins."""

    per_step: Annotated[list[Count], Field(min_length=1, max_length=61)]
    levels: dict[Id, Count]


class PromotionBarPart(Part):
    """What a promotion asks for."""

    current: Line = "all"
    next: Line = "all"
    allow_exceptions: bool = True


class EscalationPart(Part):
    """When a ticket moves from one tier to another."""

    from_: Annotated[Id, Field(validation_alias="from")]
    to: Id
    text: Prose
    urgent: bool = False
    origin: OriginOfText
    sources: list[SourcePart] = []


class ExampleLinePart(Part):
    """What a worked example says about one level; an empty text is an explicit gap."""

    level: Id
    text: MaybeProse
    note: MaybeProse = ""
    sources: list[SourcePart] = []


class ExamplePart(Part):
    """The same kind of work told for each level."""

    id: Id
    title: Line
    lines: Annotated[list[ExampleLinePart], Field(min_length=1, max_length=200)]


class LadderPart(Part):
    """A whole ladder file. An overlay has been laid on its base before it gets here."""

    schema_: Annotated[Literal["ladder/1"], Field(validation_alias="schema")]
    ladder: Slug
    version: Version
    extends: ExtendsPart | None = None
    title: Line
    summary: MaybeProse = ""
    axes: Annotated[list[AxisPart], Field(max_length=20)] = []
    competencies: Annotated[list[CompetencyPart], Field(min_length=1, max_length=200)]
    levels: Annotated[list[LevelPart], Field(min_length=1, max_length=60)]
    expectations: Annotated[list[ExpectationPart], Field(min_length=1, max_length=2000)]
    aggregation: AggregationPart = AggregationPart()
    evidence_defaults: dict[Id, EvidencePart] = {}
    points: PointsPart | None = None
    promotion_bar: PromotionBarPart = PromotionBarPart()
    escalation: Annotated[list[EscalationPart], Field(max_length=500)] = []
    examples: Annotated[list[ExamplePart], Field(max_length=200)] = []
    retired: Annotated[list[Id], Field(max_length=5000)] = []


_KINDS: Mapping[type, str] = {
    type(None): "nothing",
    bool: "a yes/no value",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a mapping",
}

_WANTED: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

_LIMITS: Mapping[str, str] = {
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "too_short": "needs at least {min_length}",
    "too_long": "has more than {max_length}",
    "greater_than_equal": "must be at least {ge}, not {given}",
    "less_than_equal": "must be at most {le}, not {given}",
}

_PATTERNS: Mapping[str, str] = {
    "slug": "a name in small letters, digits and hyphens, such as `software-engineer`",
    "version": "a version such as 1.0.0",
    "id": "an id of letters, digits, dots, hyphens and underscores",
}


def complaint(error: ErrorDetails, keys: Mapping[Place, frozenset[str]]) -> str:
    """Say one validation error in words for the person who wrote the file. `keys` is `known_keys()`."""
    place: Place = tuple(error["loc"])
    name = next((str(step) for step in reversed(place) if isinstance(step, str) and step != "[key]"), "")
    kind, given, limits = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return f"`{name}` is missing"
    if kind == "extra_forbidden":
        return f"unknown key `{name}`{did_you_mean(name, keys.get(general(place[:-1]), ()))}"
    if kind in _WANTED:
        quoted = "; put it in quotes" if kind == "string_type" and isinstance(given, bool | int | float) else ""
        return f"`{name}` must be {_WANTED[kind]}, not {_KINDS.get(type(given), 'this')}{quoted}"
    if kind in _LIMITS:
        return f"`{name}` {_LIMITS[kind].format(given=given, **limits)}"
    if kind in {"enum", "literal_error"}:
        wanted = str(limits.get("expected", "")).replace("'", "`")
    else:
        wanted = _pattern(place) if kind == "string_pattern_mismatch" else error["msg"]
    return f"`{name}` must be {wanted}{_instead_of(given)}"


def _instead_of(given: object) -> str:
    shown = " ".join(str(given).split())
    return f", not `{shown}`" if isinstance(given, str) and 0 < len(shown) <= MOST_SHOWN else ""


MOST_SHOWN = 60
"""The longest wrong value that a message repeats."""


def _pattern(place: Place) -> str:
    last = str(place[-1]) if place else ""
    return _PATTERNS[{"version": "version", "ladder": "slug"}.get(last, "id")]


def general(place: Place) -> Place:
    """Return a place without its positions, so that every expectation has the same.

    >>> general(("expectations", 3, "evidence"))
    ('expectations', 'evidence')
    """
    return tuple(step for step in place if isinstance(step, str))


def known_keys(part: type[Part] = LadderPart, place: Place = ()) -> dict[Place, frozenset[str]]:
    """Return the keys that each mapping of the format may have, by its place without positions."""
    names = {_written(name, info) for name, info in part.model_fields.items()}
    found = {place: frozenset(names)}
    for name, info in part.model_fields.items():
        for inner in _parts(info.annotation):
            found.update(known_keys(inner, (*place, _written(name, info))))
    return found


def _written(name: str, info: Any) -> str:  # noqa: ANN401 - pydantic's own FieldInfo, of which one attribute is used
    return str(info.validation_alias or name)


def _parts(annotation: Any) -> list[type[Part]]:  # noqa: ANN401 - any type annotation at all
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in _parts(inner)]
