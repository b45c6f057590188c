"""What a reviewer's words rest on: the pieces they cite by number, or what they name as missing.

Source of the rules: domain specification, section 3.4.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from app.domain.committee import CommitteeRating

_CITED = re.compile(r"(?<![\w-])[Ee]([1-9]\d{0,3})(?!\w)")
LEAST_WORDS = 3
"""A sentence has at least a subject, a verb and something said of it; less is no reason."""


def cited_numbers(words: str) -> tuple[int, ...]:
    """Return the packet numbers that a text cites, each once, in the order of the first mention.

    >>> cited_numbers("E2 shows it; E10 and E2 again. HE3 and E0 are none.")
    (2, 10)
    """
    return tuple(dict.fromkeys(int(found) for found in _CITED.findall(words)))


def unknown_numbers(words: str, pieces: int) -> tuple[int, ...]:
    """Return the cited numbers that a packet of so many pieces does not have."""
    return tuple(number for number in cited_numbers(words) if number > pieces)


def split_at_citations(words: str, known: Collection[int]) -> tuple[tuple[str, int], ...]:
    """Return a text in parts, in its order: each with the number of a known piece that it cites, or 0 for none.

    >>> split_at_citations("See E2, not E9.", {1, 2})
    (('See ', 0), ('E2', 2), (', not E9.', 0))
    """
    found, rest = [], 0
    for match in _CITED.finditer(words):
        if int(match[1]) in known:
            found += [(words[rest : match.start()], 0), (match[0], int(match[1]))]
            rest = match.end()
    return tuple(part for part in (*found, (words[rest:], 0)) if part[0])


def faults_of_rationale(rating: CommitteeRating, rationale: str, missing: str, *, pieces: int) -> tuple[str, ...]:
    """Return what a rating still lacks, as codes: `sentence`, `unknown_piece`, `cites_nothing`. None when it is whole.

    Every rating needs a sentence. “Cannot judge” needs that reason only; any other cites a piece of the packet, or
    `missing` names what is not there.
    """
    faults = []
    if len(rationale.split()) < LEAST_WORDS:
        faults.append("sentence")
    if unknown_numbers(rationale, pieces):
        faults.append("unknown_piece")
    if rating is not CommitteeRating.CANNOT_JUDGE and not cited_numbers(rationale) and not missing.strip():
        faults.append("cites_nothing")
    return tuple(faults)


def is_apart(words: str, *, pieces: int, expectation_id: str | None, known: Collection[str]) -> bool:
    """Say whether a remark cites neither a piece of the packet nor an expectation of the case.

    It is kept apart then, and does not reach the decision.
    """
    cites_piece = any(number <= pieces for number in cited_numbers(words))
    return not cites_piece and expectation_id not in known
