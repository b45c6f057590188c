"""Who could be nominated in a cycle, and by which rule somebody could not. Pure.

Source: domain specification, sections 3.1, 3.3 and 3.5. Everybody who works here stands on the list, so that a missing
nomination can be seen. Time at a level is information; it is a gate only where the company set a minimum. Leave is
never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.domain.bar import next_targets
from app.domain.decision import whole_months
from app.domain.ladder import Ladder
from app.domain.progression import Spell, held_on, held_since


class NotEligible(StrEnum):
    """The rule by which somebody could not be nominated."""

    NO_LEVEL = "no_level"
    NOT_PINNED = "not_pinned"
    UNKNOWN_LEVEL = "unknown_level"
    TOP = "top"
    LEAVING = "leaving"
    NOT_YET = "not_yet"
    """An earlier “not yet” set a day for the next nomination, and it lies after the last day of nominations."""
    MINIMUM = "minimum"


WAIVABLE = frozenset({NotEligible.NOT_YET, NotEligible.MINIMUM})
"""Rules that HR may waive for one person, with a reason."""


@dataclass(frozen=True, slots=True)
class EligibleLine:
    """What the list says of one person. `rule` is None for whoever could be nominated for one of `targets`."""

    lineage: str = ""
    level: str = ""
    held_since: date | None = None
    targets: tuple[str, ...] = ()
    rule: NotEligible | None = None


def line_for(
    spells: Iterable[Spell],
    pinned: Mapping[str, Ladder],
    *,
    left_on: date | None,
    minimum_months: int,
    on: date,
    until: date,
    not_before: Mapping[tuple[str, str], date] = MappingProxyType({}),
) -> EligibleLine:
    """Return what the list says of somebody on a day. `pinned` maps a lineage to the ladder that the cycle pins.

    A minimum is met by whoever has it on `until`, the last day of nominations. `not_before` maps a lineage and a target
    to the earliest day of a new nomination that a “not yet” has set.
    """
    rows = list(spells)
    held = held_on(rows, on)
    if held is None:
        return EligibleLine(rule=NotEligible.NO_LEVEL)
    since = held_since(rows, on)
    ladder = pinned.get(held.lineage)
    if ladder is None:
        return EligibleLine(held.lineage, held.level, since, rule=NotEligible.NOT_PINNED)
    if not ladder.has_level(held.level):
        return EligibleLine(held.lineage, held.level, since, rule=NotEligible.UNKNOWN_LEVEL)
    targets = tuple(level.id for level in next_targets(ladder, held.level))
    rule = None
    if not targets:
        rule = NotEligible.TOP
    elif left_on is not None:
        rule = NotEligible.LEAVING
    elif all(not_before.get((held.lineage, target), until) > until for target in targets):
        rule = NotEligible.NOT_YET
    elif since is not None and whole_months(since, until) < minimum_months:
        rule = NotEligible.MINIMUM
    return EligibleLine(held.lineage, held.level, since, targets, rule)
