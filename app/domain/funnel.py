"""Who gets from eligible to nominated and on to promoted, by group, as it may be shown.

Source of the rules: domain specification, sections 5.2 and 5.3. The three stages share their counts: who is selected at
one is the pool of the next one, and the last stage repeats the selected of the second. So they are hidden together.
What all groups make together is told without groups too; nothing here rests on hiding it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.suppression import SMALLEST_GROUP, Cell, Line, Why, leaves_open, suppress


class Stage(StrEnum):
    """From where to where, of which a rate is the part that got on."""

    NOMINATED = "nominated"
    """Of the eligible, those who were nominated."""
    PROMOTED = "promoted"
    """Of the nominated, those who were promoted."""
    WHOLE = "whole"
    """Of the eligible, those who were promoted."""


@dataclass(frozen=True, slots=True)
class Passage:
    """How many of a group were eligible, nominated and promoted, each time that a cycle counted them.

    `people` and `nominees` are how many different people those are at least; they decide whether a group is small.
    """

    key: str
    eligible: int
    nominated: int
    promoted: int
    people: int
    nominees: int

    def cell(self, stage: Stage) -> Cell:
        """Return a stage of it as a cell of a line."""
        if stage is Stage.NOMINATED:
            return Cell(self.key, self.eligible, self.nominated, self.people)
        if stage is Stage.PROMOTED:
            return Cell(self.key, self.nominated, self.promoted, self.nominees)
        return Cell(self.key, self.eligible, self.promoted, self.people)


def together(key: str, passages: Sequence[Passage]) -> Passage:
    """Return what groups make together. Somebody counts in one of them only."""
    return Passage(
        key,
        sum(one.eligible for one in passages),
        sum(one.nominated for one in passages),
        sum(one.promoted for one in passages),
        sum(one.people for one in passages),
        sum(one.nominees for one in passages),
    )


def suppress_funnel(
    passages: Sequence[Passage], k: int = SMALLEST_GROUP, *, is_sensitive: bool = True
) -> dict[Stage, Line]:
    """Return each stage as it may be shown.

    Where the groups of a stage cannot be shown without telling of a small one, none of them is; what they make together
    stays where it holds k people. A group that is hidden at the second stage is hidden at the third as well: beside the
    first, either tells the other. What a larger k hides holds what a smaller one hides, as `suppress` has it.
    """
    groups = [one for one in passages if one.eligible]
    everybody = together("total", groups)
    inner = suppress_funnel(groups, k - 1, is_sensitive=is_sensitive) if k > SMALLEST_GROUP else None
    first = suppress([one.cell(Stage.NOMINATED) for one in groups], k, is_sensitive=is_sensitive)
    if first.total is None or (inner and not inner[Stage.NOMINATED].shown):
        return {stage: _nothing(groups, everybody, stage, k, first.hidden) for stage in Stage}
    before = {**(inner[Stage.WHOLE].hidden if inner else {}), **first.hidden}
    is_told = inner is None or bool(inner[Stage.WHOLE].shown)
    hidden = _hidden_later(groups, before, k, is_sensitive=is_sensitive) if is_told else None
    if hidden is None:
        small = [one for one in groups if _is_small(one.nominees, k)]
        why = {one.key: own for one in groups if (own := _why_later(one, k, is_sensitive=is_sensitive))}
        is_open = all(_is_open(one, everybody) for one in small) and _alike_is_open(groups, everybody, why)
        if everybody.promoted and not is_open:
            # All together are known to be promoted, or all but a few: then nominations by group would tell of those.
            return {stage: _nothing(groups, everybody, stage, k, first.hidden) for stage in Stage}
        why = {one.key: first.hidden.get(one.key, Why.PROTECTS) for one in groups}
        later = {stage: _nothing(groups, everybody, stage, k, why) for stage in (Stage.PROMOTED, Stage.WHOLE)}
    else:
        later = {stage: _line(groups, everybody, stage, hidden) for stage in (Stage.PROMOTED, Stage.WHOLE)}
    return {Stage.NOMINATED: first, **later}


def _is_small(number: int, k: int) -> bool:
    return 0 < number < k


def _says_all(selected: int, n: int, people: int, k: int) -> bool:
    return n > 0 and people < 2 * k and selected in {0, n}


def _why_later(one: Passage, k: int, *, is_sensitive: bool) -> Why | None:
    """Return why a group's promotions may not be told, for its own sake."""
    if _is_small(one.people, k) or _is_small(one.nominees, k):
        return Why.FEW
    says_all = _says_all(one.promoted, one.nominated, one.nominees, k)
    says_all = says_all or _says_all(one.promoted, one.eligible, one.people, k)
    return Why.REVEALS if is_sensitive and says_all else None


def _hidden_later(
    groups: Sequence[Passage], before: Mapping[str, Why], k: int, *, is_sensitive: bool
) -> dict[str, Why] | None:
    """Return the groups whose promotions are hidden, and why; None where none can be shown."""
    hidden = dict(before)
    for one in groups:
        if (why := _why_later(one, k, is_sensitive=is_sensitive)) is not None:
            hidden[one.key] = why
    left = sorted((one for one in groups if one.key not in hidden), key=lambda one: (one.nominated, one.key))
    candidates = [one for one in left if one.nominated]
    while not _may_pool([one for one in groups if one.key in hidden], hidden, k, is_sensitive=is_sensitive):
        # The last one that stands would tell of the others: what all make together is known.
        if len(left) == 1 or not candidates:
            return None
        further = candidates.pop(0)
        left.remove(further)
        hidden[further.key] = Why.PROTECTS
    return hidden


def _may_pool(groups: Sequence[Passage], hidden: Mapping[str, Why], k: int, *, is_sensitive: bool) -> bool:
    """Say whether the promotions of hidden groups may be told as one, even where each one's nominations are known."""
    if not groups:
        return True
    pool = together("other", groups)
    if len(groups) == 1 or pool.nominees < k:
        return False
    if is_sensitive and _says_all(pool.promoted, pool.nominated, pool.nominees, k):
        return False
    if not _alike_is_open(groups, pool, hidden):
        return False
    return all(_is_open(one, pool) for one in groups if hidden[one.key] is not Why.PROTECTS)


def _alike_is_open(groups: Sequence[Passage], pool: Passage, why: Mapping[str, Why]) -> bool:
    """Say whether it is open of groups that fared alike whether all or none of their nominees were promoted.

    Where nobody of a group was nominated, that is hidden too, and all of its eligible might have been promoted.
    """
    alike = [one for one in groups if why.get(one.key) is Why.REVEALS]
    sizes = [one.nominated or one.eligible for one in alike]
    return leaves_open(sizes, pool.nominated - sum(one.nominated for one in alike), pool.promoted)


def _line(groups: Sequence[Passage], everybody: Passage, stage: Stage, hidden: Mapping[str, Why]) -> Line:
    apart = [one for one in groups if one.key in hidden]
    return Line(
        shown=tuple(one.cell(stage) for one in groups if one.key not in hidden and one.cell(stage).n),
        hidden={one.key: hidden[one.key] for one in apart},
        other=together("other", apart).cell(stage) if apart else None,
        total=everybody.cell(stage),
    )


def _nothing(groups: Sequence[Passage], everybody: Passage, stage: Stage, k: int, why: Mapping[str, Why]) -> Line:
    is_told = everybody.people >= k and not (stage is not Stage.NOMINATED and _is_small(everybody.nominees, k))
    return Line(
        shown=(),
        hidden={one.key: why.get(one.key, Why.PROTECTS) for one in groups},
        total=everybody.cell(stage) if is_told else None,
    )


def suppress_cycles(passages: Sequence[Passage], everybody: Passage, k: int = SMALLEST_GROUP) -> dict[Stage, Line]:
    """Return each stage of several cycles as it may be shown; `everybody` is all of them, each person once.

    The same people may be in several cycles, so that what cycles hold together says nothing of how many those are:
    where one of them is too small for a stage, that stage is told of all cycles together alone, if at all.
    """
    cycles = [one for one in passages if one.eligible]
    few = [one.key for one in cycles if _is_small(one.people, k)]
    few_later = [one.key for one in cycles if one.key in few or _is_small(one.nominees, k)]
    is_told = everybody.people >= k
    is_told_later = is_told and not _is_small(everybody.nominees, k)
    is_told_later = is_told_later and all(_is_open(one, everybody) for one in cycles if one.key in few_later)
    return {
        Stage.NOMINATED: _of_cycles(cycles, everybody, Stage.NOMINATED, few, is_told=is_told),
        Stage.PROMOTED: _of_cycles(cycles, everybody, Stage.PROMOTED, few_later, is_told=is_told_later),
        Stage.WHOLE: _of_cycles(cycles, everybody, Stage.WHOLE, few_later, is_told=is_told_later),
    }


def _of_cycles(
    cycles: Sequence[Passage], everybody: Passage, stage: Stage, few: Sequence[str], *, is_told: bool
) -> Line:
    why = {one.key: Why.FEW if one.key in few else Why.PROTECTS for one in cycles} if few or not is_told else {}
    return Line(
        shown=tuple(one.cell(stage) for one in cycles if one.cell(stage).n and not why),
        hidden=why,
        total=everybody.cell(stage) if is_told else None,
    )


def _is_open(one: Passage, pool: Passage) -> bool:
    """Say whether it is open how many of a group were promoted, where every nomination and the sum is known."""
    return not one.nominated or max(0, pool.promoted - (pool.nominated - one.nominated)) < min(
        one.nominated, pool.promoted
    )


def tell_of_few(
    one: Mapping[Stage, Line], other: Mapping[Stage, Line], k: int = SMALLEST_GROUP, *, is_sensitive: bool = True
) -> bool:
    """Say whether two funnels, published both, would tell of fewer than k people by their difference.

    One of the two holds the other one's people, as a year holds its first half, and a company its ladder. The
    difference of a group is a group of its own, and must be one that might be shown.
    """
    return any(
        _is_too_close(before, after, k, is_sensitive=is_sensitive)
        for stage in Stage
        for before, after in _published_twice(one[stage], other[stage])
    )


def _published_twice(one: Line, other: Line) -> Iterator[tuple[Cell, Cell]]:
    later = {cell.key: cell for cell in other.shown}
    yield from ((cell, later[cell.key]) for cell in one.shown if cell.key in later)
    if one.other and other.other and set(one.hidden) == set(other.hidden):
        yield one.other, other.other
    if one.total and other.total:
        yield one.total, other.total


def _is_too_close(one: Cell, other: Cell, k: int, *, is_sensitive: bool) -> bool:
    apart = abs(one.n - other.n)
    selected = abs((one.selected or 0) - (other.selected or 0))
    if not apart:
        return selected > 0
    return apart < k or (is_sensitive and _says_all(selected, apart, apart, k))
