"""The expectations that a text suggests to one person: by its words, and what is near to the person a little first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.domain.ladder import Ladder
from app.domain.suggestion import Candidate, Index
from app.evidence.queries.marks import ExpectationMark, Marks

OF_BLOCKERS, OF_NEXT_LEVEL, OF_LEVELS_BELOW = 0.2, 0.1, -0.2
"""How much more an expectation counts that blocks the next level, or belongs to it; how much less one of a level below
the one held, for which nobody waits. House."""


def suggested_by(text: str, marks: Marks, blocking: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the expectations that a text suggests, best first, each with the words that speak for it."""
    if not text.strip():
        return {}
    candidates = [one for edition in marks.own for one in _candidates(edition.ladder, marks, blocking)]
    return {found.id: found.words for found in Index(candidates).suggest(text)}


def _candidates(ladder: Ladder, marks: Marks, blocking: Collection[str]) -> Iterator[Candidate]:
    competencies = {one.id: one.name for one in ladder.competencies}
    axes = {one.id: one.name for one in ladder.axes}
    for one in ladder.expectations:
        mark = marks.linkable.get(one.id)
        if mark is not None and mark.lineage == ladder.lineage:
            named = tuple(axes[axis] for axis in one.axes if axis in axes)
            near = _nearness(mark, marks, blocking)
            yield Candidate(one.id, one.text, one.examples, competencies.get(one.competency, ""), named, near)


def _nearness(mark: ExpectationMark, marks: Marks, blocking: Collection[str]) -> float:
    if mark.id in blocking:
        return OF_BLOCKERS
    if marks.is_next(mark):
        return OF_NEXT_LEVEL
    held = marks.current.ladder if marks.current and marks.held else None
    is_known = held is not None and mark.lineage == held.lineage and held.has_level(marks.held or "")
    is_below = is_known and held is not None and mark.level_rank < held.level(marks.held or "").rank
    return OF_LEVELS_BELOW if is_below else 0.0
