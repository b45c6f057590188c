"""What a target level asks of anybody: its expectations, its cells, and how each cell is joined.

Source of the rules: domain specification, sections 2.1 and 4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.ladder import AggregationRule, Competency, Expectation, Ladder, Level, PointsTable


@dataclass(frozen=True, slots=True)
class CellRule:
    """What one cell (competency and level) of a target asks: `needed` of `of` required expectations.

    `of` is 0 where the ladder states nothing that is required; such a cell is skipped.
    """

    competency: Competency
    level: Level
    rule: AggregationRule
    needed: int
    of: int


@dataclass(frozen=True, slots=True)
class Ask:
    """One expectation of a target, and whether it is required there.

    Its cell (`Bar.cells[place]`) is that of the lowest level on the path that demands the expectation.
    """

    expectation: Expectation
    competency: Competency
    level: Level
    is_required: bool
    place: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What a target level of one ladder version asks, worked out once for any number of people.

    `asks` is Req(target) in ladder order; `cells` runs by competency, then along `path`, the levels that lead to the
    target. `required_at` maps each level of the ladder to the ids of Req(level), which is what holding it banks.
    """

    ladder: Ladder
    target: Level
    path: tuple[Level, ...]
    asks: tuple[Ask, ...]
    cells: tuple[CellRule, ...]
    required_at: Mapping[str, frozenset[str]]


def bar_for(ladder: Ladder, target_id: str) -> Bar:
    """Return what a target level asks; KeyError when the ladder has no such level.

    An expectation belongs to the lowest level on the path that demands its step. A cell by `minimum_step` requires
    only what stands at steps up to its own; `k_of_n` requires k of the cell's required expectations; points never
    decide, so that a cell by `points` requires all.
    """
    path = ladder.path_to(target_id)
    places = [(competency, level) for competency in ladder.competencies for level in path]
    place_of = {(competency.id, level.id): place for place, (competency, level) in enumerate(places)}
    rules = [ladder.aggregation(competency.id, level.id) for competency, level in places]
    required = [0] * len(places)
    asks = []
    for wanted in ladder.requirement(target_id):
        level = next(level for level in path if wanted.step <= ladder.demanded_step(level.id, wanted.competency))
        place = place_of[wanted.competency, level.id]
        rule = rules[place]
        is_asked = rule.rule is not AggregationRule.MINIMUM_STEP or wanted.step <= rule.step
        is_required = wanted.required and is_asked
        required[place] += is_required
        asks.append(Ask(wanted, places[place][0], level, is_required, place))
    cells = tuple(
        CellRule(competency, level, rule.rule, rule.k if rule.rule is AggregationRule.K_OF_N else of, of)
        for (competency, level), rule, of in zip(places, rules, required, strict=True)
    )
    required_at = {level.id: frozenset(e.id for e in ladder.requirement(level.id)) for level in ladder.levels}
    return Bar(ladder, path[-1], path, tuple(asks), cells, MappingProxyType(required_at))


def next_targets(ladder: Ladder, held: str | None) -> tuple[Level, ...]:
    """Return the levels that may follow the one held; several where the ladder branches, none at its top.

    Without a level on this ladder, None or one that this version does not know, the levels nothing leads to follow.
    """
    if held is None or not ladder.has_level(held):
        return tuple(level for level in ladder.levels if not ladder.predecessors(level.id))
    return tuple(ladder.level(following) for following in ladder.level(held).next)


def points_total(table: PointsTable, steps: Mapping[str, int]) -> int:
    """Return the points of the attained steps, competency by competency: a secondary figure that decides nothing.

    Points compensate and hide the blocking expectation (domain specification, section 4.3).

    >>> points_total(PointsTable(per_step=(1, 3, 6, 12, 20), levels=()), {"mobile": 5, "web": 0, "servers": 3})
    26
    """
    return sum(table.per_step[step - 1] for step in steps.values() if step > 0)
