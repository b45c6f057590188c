"""Which colleagues are asked about a promotion case, and on what. Nobody picks them.

Source of the rules: domain specification, sections 3.2 and 3.6: feedback is asked by rule from collaborators, not only
from chosen friends, on named expectations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MOST_EXPECTATIONS = 3
"""A colleague is asked about at most so many expectations of one case."""


class Tie(StrEnum):
    """How somebody worked with the candidate. The members stand in the order in which they are asked."""

    CORROBORATED = "corroborated"
    """They confirmed a piece of the candidate's evidence, wholly or in part."""
    ASKED = "asked"
    """They were asked about a piece and have confirmed none."""
    TEAM = "team"
    """They are in a team of the candidate's."""

    @property
    def is_chosen(self) -> bool:
        """Say whether the candidate chose them, by asking them about a piece."""
        return self is not Tie.TEAM


_ORDER = {tie: place for place, tie in enumerate(Tie)}


@dataclass(frozen=True, slots=True)
class Collaborator:
    """Somebody who could be asked: the strongest tie, and the expectations that their corroborations touch."""

    person_id: UUID
    tie: Tie
    touches: frozenset[str] = frozenset()


def draw(
    pool: Iterable[Collaborator],
    *,
    wanted: int,
    excluded: Collection[UUID] = (),
    has_unchosen: bool = False,
    cycle_id: UUID,
    case_id: UUID,
) -> tuple[Collaborator, ...]:
    """Return who is asked, in order: by tie, among equals by a hash of cycle, case and person.

    The last place of two or more goes to somebody whom the candidate did not choose, where there is one and none was
    asked before (`has_unchosen`). Fewer than `wanted` are returned where the pool is too small. The order of the pool
    is irrelevant.
    """

    def lot(one: Collaborator) -> str:
        return hashlib.sha256(cycle_id.bytes + case_id.bytes + one.person_id.bytes).hexdigest()

    possible = (one for one in pool if one.person_id not in excluded)
    ordered = sorted(possible, key=lambda one: (_ORDER[one.tie], lot(one)))
    drawn = ordered[: max(0, wanted)]
    is_theirs_to_choose = len(drawn) > 1 and not has_unchosen and all(one.tie.is_chosen for one in drawn)
    if is_theirs_to_choose and (others := [one for one in ordered if not one.tie.is_chosen]):
        drawn[-1] = others[0]
    return tuple(drawn)


def share_out(
    drawn: Iterable[Collaborator],
    *,
    expectations: Sequence[str],
    pieces: Mapping[str, int],
    most: int = MOST_EXPECTATIONS,
) -> dict[UUID, tuple[str, ...]]:
    """Return what each is asked about: at most `most` of the expectations, in their order.

    Those that their corroborations touch; who touches none is asked about those with the least evidence. `pieces` says
    how many pieces show an expectation, or how many colleagues were asked about it before. What one colleague is asked
    about counts like a piece for the next, so that several of them do not all answer the same question.
    """
    known = {one: pieces.get(one, 0) for one in expectations}
    place = {one: number for number, one in enumerate(expectations)}
    shares = {}
    for colleague in drawn:
        theirs = [one for one in expectations if one in colleague.touches] or list(expectations)
        chosen = sorted(theirs, key=lambda one: (known[one], place[one]))[:most]
        for one in chosen:
            known[one] += 1
        shares[colleague.person_id] = tuple(sorted(chosen, key=place.__getitem__))
    return shares
