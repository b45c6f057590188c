"""Laying an overlay on its base.

An overlay file holds only what it adds or changes. Things with an id (axes, competencies, levels, expectations,
examples) that the base has too are changed key by key: a mapping such as `evidence` or `descriptors` is changed key by
key in turn, everything else is replaced. New ids are added behind those of the base. Escalation rules, cells with a
rule of their own and retired ids are added. Nothing can be taken away: whoever needs that forks the ladder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.ladder_findings import Place

BY_ID = ("axes", "competencies", "levels", "expectations", "examples")
ADDED = ("escalation", "retired")
CHANGED_KEY_BY_KEY = ("promotion_bar", "evidence_defaults")
OF_THE_FILE = ("schema", "ladder", "version", "extends")

FromFile = dict[Place, list[int | None]]
"""Per list: for each position in the resolved ladder the position in the file, None for what only the base has."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A whole ladder in the shape of a file, and where its parts stand in the overlay's file."""

    content: dict[str, object]
    from_file: FromFile = field(default_factory=dict)


def lay(overlay: Mapping[str, object], base: Mapping[str, object]) -> Resolved:
    """Return the base with the overlay laid on it. Parts of the overlay of a wrong type are passed on as they are."""
    content: dict[str, object] = {key: value for key, value in base.items() if key not in OF_THE_FILE}
    from_file: FromFile = {}
    for key, value in overlay.items():
        under = content.get(key)
        if key in BY_ID and isinstance(value, list) and isinstance(under, list):
            content[key], from_file[(key,)] = _by_id(value, under)
        elif key in ADDED and isinstance(value, list) and isinstance(under, list):
            content[key] = [*under, *value]
            from_file[(key,)] = [*([None] * len(under)), *range(len(value))]
        elif key in CHANGED_KEY_BY_KEY and isinstance(value, Mapping) and isinstance(under, Mapping):
            content[key] = _key_by_key(value, under)
        elif key == "aggregation" and isinstance(value, Mapping) and isinstance(under, Mapping):
            content[key] = _aggregation(value, under, from_file)
        else:
            content[key] = value
    for key in BY_ID + ADDED:
        untouched = content.get(key)
        if key not in overlay and isinstance(untouched, list):
            from_file[(key,)] = [None] * len(untouched)
    return Resolved(content, from_file)


def _by_id(added: list[object], under: list[object]) -> tuple[list[object], list[int | None]]:
    result = list(under)
    from_file: list[int | None] = [None] * len(under)
    at = {item.get("id"): number for number, item in enumerate(under) if isinstance(item, Mapping)}
    for number, item in enumerate(added):
        name = item.get("id") if isinstance(item, Mapping) else None
        place = at.get(name) if isinstance(name, str) else None
        below = result[place] if place is not None else None
        if place is not None and from_file[place] is None and isinstance(item, Mapping) and isinstance(below, Mapping):
            result[place] = _key_by_key(item, below)
            from_file[place] = number
        else:
            # A second entry of the same id stays an entry of its own, so that the rules find and name it.
            result.append(item)
            from_file.append(number)
    return result, from_file


def _key_by_key(changed: Mapping[str, object], under: Mapping[str, object]) -> dict[str, object]:
    result = dict(under)
    for key, value in changed.items():
        below = result.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        result[key] = _key_by_key(value, below) if both else value  # type: ignore[arg-type]
    return result


def _aggregation(changed: Mapping[str, object], under: Mapping[str, object], from_file: FromFile) -> dict[str, object]:
    result = {**under, **changed}
    added, below = changed.get("overrides", []), under.get("overrides", [])
    if isinstance(added, list) and isinstance(below, list):
        # The overlay's rule for a cell comes first, because the first one of a cell is kept.
        result["overrides"] = [*added, *below]
        from_file["aggregation", "overrides"] = [*range(len(added)), *([None] * len(below))]
    return result
