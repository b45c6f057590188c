"""Small ladders for tests of the rules. The defaults make a valid value; a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.ladder import Aggregation, Competency, EvidenceRule, Expectation, Ladder, Level


def make_expectation(
    expectation_id: str, competency: str = "delivery", step: int = 1, *, required: bool = True, **rule: object
) -> Expectation:
    """Return an expectation; `rule` holds fields of its evidence rule, whose window is 365 days unless said."""
    kinds = frozenset(rule.pop("kinds", ()))
    evidence = EvidenceRule(**{"window_days": 365, "kinds": kinds, **rule})
    return Expectation(
        id=expectation_id,
        competency=competency,
        step=step,
        text=f"Does what {expectation_id} says.",
        required=required,
        evidence=evidence,
    )


def make_levels(
    following: Mapping[str, tuple[str, ...]], profiles: Mapping[str, Mapping[str, int]] | None = None
) -> tuple[Level, ...]:
    """Return levels from what follows each; the digits at the end of an id are its rank."""
    return tuple(
        Level(
            id=level_id,
            rank=int("".join(filter(str.isdigit, level_id))),
            next=tuple(after),
            profile=MappingProxyType(dict((profiles or {}).get(level_id, {}))),
        )
        for level_id, after in following.items()
    )


def make_ladder(
    *expectations: Expectation,
    following: Mapping[str, tuple[str, ...]] | None = None,
    profiles: Mapping[str, Mapping[str, int]] | None = None,
    aggregation: Mapping[tuple[str, str], Aggregation] | None = None,
    slug: str = "example",
) -> Ladder:
    """Return a ladder of the expectations; without `following` it has the levels L1, L2 and L3 in a row.

    The competencies are those of the expectations, in the order in which they first occur.
    """
    levels = make_levels(following or {"L1": ("L2",), "L2": ("L3",), "L3": ()}, profiles)
    steps = max((level.rank for level in levels), default=1)
    names = dict.fromkeys(expectation.competency for expectation in expectations)
    return Ladder(
        slug=slug,
        version="1.0.0",
        title="Example ladder",
        competencies=tuple(Competency(id=name, name=name.title(), group="craft", steps=steps) for name in names),
        levels=levels,
        expectations=expectations,
        aggregation_overrides=MappingProxyType(dict(aggregation or {})),
    )
