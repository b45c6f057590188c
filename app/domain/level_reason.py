"""Why somebody comes to hold another level: which reasons fit which change.

Source: the ladder's order of levels. A promotion leads up on the same ladder, a demotion down on it, a transfer to
another ladder. A hire and a correction may be to any level.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of a ladder lineage. `rank` counts from the lowest; None when no ladder that counts has the level."""

    ladder: str
    level: str
    rank: int | None


def misfit(reason: str, before: Rung | None, after: Rung) -> str:
    """Return in a sentence why a reason does not fit the change of level; empty when it does.

    `before` is the level held until then, None for the first one. Where the order of the two is not known, up and down
    are not judged.

    >>> misfit("promotion", Rung("writer", "L3", 3), Rung("writer", "L2", 2))
    'L2 does not stand above L3, held before. Choose another level, or another reason.'
    """
    if reason not in {"promotion", "demotion", "transfer"}:
        return ""
    if before is None:
        return f"There is no level before this one, so it is no {_words(reason)}. For the first level, choose “Hire”."
    if reason == "transfer":
        return "" if before.ladder != after.ladder else _stays(before, after)
    if before.ladder != after.ladder:
        return f"{after.level} stands on another ladder than {before.level}, held before. Choose “Change of ladder”."
    return _misdirected(reason, before, after)


def _misdirected(reason: str, before: Rung, after: Rung) -> str:
    if before.rank is None or after.rank is None:
        return ""
    steps = after.rank - before.rank
    if (steps > 0) if reason == "promotion" else (steps < 0):
        return ""
    where = "above" if reason == "promotion" else "below"
    return f"{after.level} does not stand {where} {before.level}, held before. Choose another level, or another reason."


def _words(reason: str) -> str:
    return "change of ladder" if reason == "transfer" else reason


def _stays(before: Rung, after: Rung) -> str:
    return f"{after.level} stays on the same ladder as {before.level}, held before. Choose another reason."
