"""A career ladder as a value: competencies, levels, expectations, and what each level demands.

Source of the rules: domain specification, section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Origin(StrEnum):
    """Where an expectation comes from."""

    DOCUMENT = "document"
    DERIVED = "derived"
    HOUSE = "house"
    ORG = "org"


class AggregationRule(StrEnum):
    """How the expectations of one cell (competency and level) are joined into one truth value."""

    ALL_REQUIRED = "all_required"
    K_OF_N = "k_of_n"
    MINIMUM_STEP = "minimum_step"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Axis:
    """A cross-cutting dimension that tags expectations."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a statement rests on, and its words."""

    file: str
    quote: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A key–value pair of a tier table on a level. Nobody is rated against it."""

    key: str
    value: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """What counts as enough evidence for one expectation. Empty `kinds` means that any kind counts."""

    kinds: frozenset[str] = frozenset()
    min_count: int = 1
    min_kinds: int = 1
    window_days: int = 548
    span_days: int = 0
    corroborators: int = 0


@dataclass(frozen=True, slots=True)
class StatedEvidence:
    """What a file says about evidence. None means that it says nothing, and the default of the level counts."""

    kinds: frozenset[str] | None = None
    min_count: int | None = None
    min_kinds: int | None = None
    window_days: int | None = None
    span_days: int | None = None
    corroborators: int | None = None

    def over(self, default: EvidenceRule) -> EvidenceRule:
        """Return the default with everything that is stated laid over it.

        >>> StatedEvidence(min_count=3).over(EvidenceRule(span_days=90)).span_days
        90
        """
        return EvidenceRule(
            kinds=default.kinds if self.kinds is None else self.kinds,
            min_count=default.min_count if self.min_count is None else self.min_count,
            min_kinds=default.min_kinds if self.min_kinds is None else self.min_kinds,
            window_days=default.window_days if self.window_days is None else self.window_days,
            span_days=default.span_days if self.span_days is None else self.span_days,
            corroborators=default.corroborators if self.corroborators is None else self.corroborators,
        )


HOUSE_EVIDENCE = (
    EvidenceRule(min_count=1),
    EvidenceRule(min_count=2, span_days=90),
    EvidenceRule(min_count=2, span_days=180, corroborators=1),
)
"""The house defaults for the lowest rank of a ladder, the second, and every higher one (domain specification 1.9)."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One assessable statement. It holds no level: levels demand steps of a competency, see `Ladder.requirement`."""

    id: str
    competency: str
    step: int
    text: str
    axes: tuple[str, ...] = ()
    required: bool = True
    origin: Origin = Origin.DOCUMENT
    applies_when: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    evidence: EvidenceRule = EvidenceRule()
    sources: tuple[Source, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Competency:
    """The group of expectations that is assessed. `steps` is the length of its own scale."""

    id: str
    name: str
    group: str
    steps: int


@dataclass(frozen=True, slots=True)
class TypicalMonths:
    """How long people usually stay. Informative only, never a gate."""

    low: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A rung. `next` names the levels that may follow; more than one means that the ladder branches."""

    id: str
    rank: int
    summary: str = ""
    titles: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    terminal_ok: bool = False
    descriptors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attributes: tuple[Attribute, ...] = ()
    typical_months: TypicalMonths | None = None
    profile: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Aggregation:
    """The rule of one cell. `k` goes with `k_of_n`, `step` with `minimum_step`."""

    rule: AggregationRule = AggregationRule.ALL_REQUIRED
    k: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class PointsTable:
    """A secondary figure for ladders that define one: points per step, and the sum each level corresponds to."""

    per_step: tuple[int, ...]
    levels: tuple[tuple[str, int], ...]

    def total(self, steps: Iterable[int]) -> int:
        """Return the points of somebody who stands at these steps, one per competency; 0 is no step at all.

        >>> PointsTable(per_step=(0, 1, 3, 6, 12, 20), levels=()).total([5, 5, 5, 0])
        60
        """
        return sum(self.per_step[step] for step in steps)

    def level_for(self, total: int) -> str | None:
        """Return the level that a sum corresponds to, None below the first. Never a verdict, see section 4.3."""
        return next((level for level, least in reversed(self.levels) if total >= least), None)


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """When a ticket moves from one tier to the next. `urgent` triggers skip tiers."""

    from_tier: str
    to_tier: str
    text: str
    urgent: bool = False
    origin: Origin = Origin.DOCUMENT
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """What a worked example says about one level. An empty text is an explicit gap; `note` says why."""

    level: str
    text: str
    note: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """The same kind of work told for each level."""

    id: str
    title: str
    lines: tuple[ExampleLine, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """The published version that an overlay extends."""

    ladder: str
    version: str


@dataclass(frozen=True, slots=True)
class PromotionBar:
    """What a promotion asks for. Only `all` of the current and of the next level is supported for now."""

    current: str = "all"
    next: str = "all"
    allow_exceptions: bool = True


@dataclass(frozen=True)
class Ladder:
    """One immutable version of a ladder. Overlays are stored resolved: `extends` says what they were laid on."""

    slug: str
    version: str
    title: str
    competencies: tuple[Competency, ...]
    levels: tuple[Level, ...]
    expectations: tuple[Expectation, ...]
    axes: tuple[Axis, ...] = ()
    summary: str = ""
    extends: Parent | None = None
    default_aggregation: Aggregation = Aggregation()
    aggregation_overrides: Mapping[tuple[str, str], Aggregation] = field(default_factory=lambda: MappingProxyType({}))
    evidence_defaults: Mapping[str, EvidenceRule] = field(default_factory=lambda: MappingProxyType({}))
    points: PointsTable | None = None
    promotion_bar: PromotionBar = PromotionBar()
    escalation: tuple[EscalationRule, ...] = ()
    examples: tuple[WorkedExample, ...] = ()
    retired: tuple[str, ...] = ()

    @property
    def lineage(self) -> str:
        """The slug that level history, banking, ratings and evidence are kept under: an overlay shares its base's.

        >>> Ladder(slug="support+house", version="1.0.0", title="", competencies=(), levels=(), expectations=()).lineage
        'support'
        """
        return self.slug.partition("+")[0]

    @cached_property
    def _levels_by_id(self) -> Mapping[str, Level]:
        return {level.id: level for level in self.levels}

    @cached_property
    def _expectations_by_id(self) -> Mapping[str, Expectation]:
        return {expectation.id: expectation for expectation in self.expectations}

    @cached_property
    def _competencies_by_id(self) -> Mapping[str, Competency]:
        return {competency.id: competency for competency in self.competencies}

    @cached_property
    def _requirements(self) -> dict[str, tuple[Expectation, ...]]:
        return {}

    def level(self, level_id: str) -> Level:
        """Return the level of that id; KeyError when the ladder has none."""
        return self._levels_by_id[level_id]

    def has_level(self, level_id: str) -> bool:
        """Say whether the ladder has a level of that id."""
        return level_id in self._levels_by_id

    def expectation(self, expectation_id: str) -> Expectation:
        """Return the expectation of that id; KeyError when the ladder has none."""
        return self._expectations_by_id[expectation_id]

    def has_expectation(self, expectation_id: str) -> bool:
        """Say whether the ladder has an expectation of that id."""
        return expectation_id in self._expectations_by_id

    def competency(self, competency_id: str) -> Competency:
        """Return the competency of that id; KeyError when the ladder has none."""
        return self._competencies_by_id[competency_id]

    def has_competency(self, competency_id: str) -> bool:
        """Say whether the ladder has a competency of that id."""
        return competency_id in self._competencies_by_id

    def axis_name(self, axis_id: str) -> str:
        """Return the name of an axis; KeyError when the ladder has none of that id."""
        return next(axis.name for axis in self.axes if axis.id == axis_id)

    def demanded_step(self, level_id: str, competency_id: str) -> int:
        """Return the step of a competency that a level demands: its profile's, by default its rank."""
        level = self.level(level_id)
        return level.profile.get(competency_id, level.rank)

    def requirement(self, level_id: str) -> tuple[Expectation, ...]:
        """Return Req(level): every expectation at or below the step demanded of its competency, in ladder order."""
        known = self._requirements.get(level_id)
        if known is None:
            steps = {c.id: self.demanded_step(level_id, c.id) for c in self.competencies}
            known = tuple(e for e in self.expectations if e.step <= steps[e.competency])
            self._requirements[level_id] = known
        return known

    def predecessors(self, level_id: str) -> tuple[Level, ...]:
        """Return the levels that name this one in `next`, in ladder order."""
        return tuple(level for level in self.levels if level_id in level.next)

    def path_to(self, level_id: str) -> tuple[Level, ...]:
        """Return the levels along the `next` path that leads to this one, lowest first, this one last.

        Where several paths join, the path through the first predecessor in ladder order is taken, so that a sibling
        branch never counts. On a draft whose `next` runs in a circle, which the rules refuse, the path stops there.
        """
        path = [self.level(level_id)]
        while (before := self.predecessors(path[0].id)) and before[0] not in path:
            path.insert(0, before[0])
        return tuple(path)

    def level_of(self, expectation_id: str, target_id: str) -> Level | None:
        """Return the lowest level on the path to `target_id` that requires the expectation, None if none does."""
        wanted = self.expectation(expectation_id)
        for level in self.path_to(target_id):
            if wanted.step <= self.demanded_step(level.id, wanted.competency):
                return level
        return None

    def added_at(self, level_id: str) -> tuple[Expectation, ...]:
        """Return what this level demands and the one before it on its path does not: the level's own expectations."""
        path = self.path_to(level_id)
        before = {e.id for e in self.requirement(path[-2].id)} if len(path) > 1 else set()
        return tuple(e for e in self.requirement(level_id) if e.id not in before)

    def cell(self, competency_id: str, level_id: str) -> tuple[Expectation, ...]:
        """Return the expectations that a level adds in one competency; empty is an explicit gap."""
        return tuple(e for e in self.added_at(level_id) if e.competency == competency_id)

    def aggregation(self, competency_id: str, level_id: str) -> Aggregation:
        """Return the rule of one cell."""
        return self.aggregation_overrides.get((competency_id, level_id), self.default_aggregation)

    def gaps(self) -> Iterator[tuple[Competency, Level]]:
        """Yield the cells about which the ladder states nothing, competency by competency."""
        for competency in self.competencies:
            for level in self.levels:
                if not self.cell(competency.id, level.id):
                    yield competency, level

    def evidence_default(self, competency_id: str, step: int) -> EvidenceRule:
        """Return the default evidence rule for an expectation at a step: that of the lowest level that demands it.

        A level without a default of its own has the house's for its place in the order of ranks. A step that no level
        demands, or a competency that the ladder does not have, is treated like the highest level.
        """
        by_rank = sorted(self.levels, key=lambda level: level.rank)
        demanding = [level for level in by_rank if step <= level.profile.get(competency_id, level.rank)]
        level = (demanding or by_rank[-1:])[0]
        return self.evidence_defaults.get(level.id) or house_evidence(self.levels)[level.id]


def house_evidence(levels: Iterable[Level]) -> dict[str, EvidenceRule]:
    """Return the house default of each level, by its place in the order of ranks; levels of one rank share it."""
    ranks: dict[int, list[str]] = {}
    for level in levels:
        ranks.setdefault(level.rank, []).append(level.id)
    return {
        level_id: HOUSE_EVIDENCE[min(place, len(HOUSE_EVIDENCE) - 1)]
        for place, rank in enumerate(sorted(ranks))
        for level_id in ranks[rank]
    }


def with_evidence_defaults(ladder: Ladder, stated: Sequence[StatedEvidence]) -> Ladder:
    """Return the ladder with a complete evidence rule on every expectation.

    `stated` holds what the file says, one entry per expectation in ladder order. The defaults are written in so that
    they are part of the version and of its hash: changing one is a new version (domain specification 1.9).
    """
    defaults = {**house_evidence(ladder.levels), **ladder.evidence_defaults}
    complete = replace(ladder, evidence_defaults=MappingProxyType(defaults))
    return replace(
        complete,
        expectations=tuple(
            replace(e, evidence=said.over(complete.evidence_default(e.competency, e.step)))
            for e, said in zip(ladder.expectations, stated, strict=True)
        ),
    )
