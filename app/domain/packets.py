"""What a promotion packet holds at most, and the one text whose SHA-256 shows that a frozen packet is unchanged.

Source of the rules: domain specification, sections 3.2, 3.5 and 3.6. The same sections and the same lengths for every
candidate and every line manager, so that nobody wins by writing more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any

LONGEST: Mapping[str, int] = MappingProxyType({"summary": 1500, "impact": 3000, "helped": 1500, "statement": 3000})
"""The most characters of each written part."""
MOST_PIECES = 40
EXCEPTION_LENGTH = 1000
ADDITION_LENGTH = 3000
RATING_FIELDS = ("status", "self", "manager")
"""What a packet says of ratings on one expectation; left out for readers who rate without having seen any."""
SETTLED = frozenset({"banked", "waived"})
"""Statuses that are facts of the record and no rating: they say why an expectation is not rated."""


def canonical(content: Mapping[str, Any]) -> str:
    """Return a packet as the one text that it has: JSON with sorted keys, no space between signs, no escapes.

    >>> canonical({"b": "é", "a": [1, None]})
    '{"a":[1,null],"b":"é"}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as hexadecimal digits: what `sha256sum` says of the same bytes.

    >>> digest_of('{"a":1}')
    '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862'
    """
    return sha256(text.encode()).hexdigest()


def is_intact(text: str, digest: str) -> bool:
    """Say whether a stored text is still the one that was frozen: its digest is the one noted then."""
    return digest_of(text) == digest


def without_ratings(packet: Mapping[str, Any]) -> dict[str, Any]:
    """Return a packet for a reader who may see no rating yet: no status, no self or manager rating, no readiness.

    That an expectation is banked or waived stays: it says why it is not rated.
    """
    expectations = [
        {**one, **dict.fromkeys(RATING_FIELDS), "status": one["status"] if one["status"] in SETTLED else None}
        for one in packet["expectations"]
    ]
    return {**packet, "expectations": expectations, "readiness": None}


def moved(places: Sequence[Any], one: Any, step: int) -> list[Any]:  # noqa: ANN401 - anything that stands in a list
    """Return a list with one of its members moved by some places; at an end it stays there.

    >>> moved(["a", "b", "c"], "c", -1), moved(["a", "b", "c"], "c", 1)
    (['a', 'c', 'b'], ['a', 'b', 'c'])
    """
    rest = [other for other in places if other != one]
    if len(rest) == len(places):
        return rest
    place = max(0, min(len(rest), list(places).index(one) + step))
    return [*rest[:place], one, *rest[place:]]


def empty_parts(words: Mapping[str, str], parts: Iterable[str]) -> tuple[str, ...]:
    """Return those of the parts in which nothing stands, in their order."""
    return tuple(part for part in parts if not words.get(part, "").strip())
