"""Hiding figures that would say something of single people.

Source of the rules: domain specification, section 5.3. `k` is the smallest group that may be shown. Lists of named
people are not suppressed: access governs them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

SMALLEST_GROUP = 5
SMALLEST_GROUP_OUTSIDE = 10
"""The same for what leaves the company."""


class Why(StrEnum):
    """Why a figure is hidden."""

    FEW = "few"
    """Fewer than k people."""
    REVEALS = "reveals"
    """The rate would say the same of everybody in a small group."""
    PROTECTS = "protects"
    """Another figure of the line could be computed from it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One group of a line: how many people, and how many of them were selected (None: the line has no rates)."""

    key: str
    n: int
    selected: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it may be shown.

    `shown` are the cells that stand as they are, in their order; `hidden` says why each other one is not. `other` is
    what the hidden cells hold together, where that may be said; `total` is None where it is hidden too.
    """

    shown: tuple[Cell, ...]
    hidden: Mapping[str, Why] = field(default_factory=dict)
    other: Cell | None = None
    total: Cell | None = None


def suppress(cells: Sequence[Cell], k: int = SMALLEST_GROUP, *, is_sensitive: bool = True) -> Line:
    """Return a line as it may be shown. A group of nobody is no cell and is left out.

    Primary: fewer than k, and with a sensitive attribute a rate of 0 or 1 among fewer than 2k. Secondary: further
    cells, smallest first, until the hidden ones together hold k people; where nothing is left to hide, the total.

    >>> line = suppress([Cell("A", 40, 12), Cell("B", 6, 2), Cell("C", 3, 1)])
    >>> [cell.key for cell in line.shown], line.other, line.total
    (['A'], Cell(key='other', n=9, selected=3), Cell(key='total', n=49, selected=15))
    """
    line = [cell for cell in cells if cell.n]
    hidden = {cell.key: why for cell in line if (why := _primary(cell, k, is_sensitive=is_sensitive))}
    left = sorted((cell for cell in line if cell.key not in hidden), key=lambda cell: (cell.n, cell.key), reverse=True)
    # The last cell that stands is not hidden for the others' sake: the total is.
    while hidden and len(left) > 1 and not _may_pool(_hidden(line, hidden), k, is_sensitive=is_sensitive):
        hidden[left.pop().key] = Why.PROTECTS
    apart = _hidden(line, hidden)
    other = _pooled("other", apart) if apart and _may_pool(apart, k, is_sensitive=is_sensitive) else None
    is_open = bool(line) and (not hidden or other is not None)
    return Line(
        shown=tuple(cell for cell in line if cell.key not in hidden),
        hidden=hidden,
        other=other,
        total=_pooled("total", line) if is_open else None,
    )


def _primary(cell: Cell, k: int, *, is_sensitive: bool) -> Why | None:
    if cell.n < k:
        return Why.FEW
    return Why.REVEALS if is_sensitive and _says_all(cell, k) else None


def _says_all(cell: Cell, k: int) -> bool:
    return cell.selected is not None and cell.n < 2 * k and cell.selected in {0, cell.n}


def _hidden(line: Sequence[Cell], hidden: Collection[str]) -> list[Cell]:
    return [cell for cell in line if cell.key in hidden]


def _may_pool(cells: Sequence[Cell], k: int, *, is_sensitive: bool) -> bool:
    """Say whether cells may be told as one: two or more, k people or more, and no rate that says it of everybody."""
    pool = _pooled("other", cells)
    return len(cells) > 1 and pool.n >= k and not (is_sensitive and _says_all(pool, k))


def _pooled(key: str, cells: Sequence[Cell]) -> Cell:
    selected = [cell.selected for cell in cells if cell.selected is not None]
    return Cell(key, sum(cell.n for cell in cells), sum(selected) if len(selected) == len(cells) else None)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of counts with its margins, as it may be shown; None is hidden, and `why` says why by place.

    Places are (row, column); (row, None) is the total of a row, (None, column) of a column, (None, None) of all.
    """

    counts: Mapping[tuple[Hashable, Hashable], int | None]
    why: Mapping[tuple[Hashable, Hashable], Why]


def suppress_grid(
    counts: Mapping[tuple[Hashable, Hashable], int],
    rows: Sequence[Hashable],
    columns: Sequence[Hashable],
    k: int = SMALLEST_GROUP,
) -> Grid:
    """Return a table of counts as it may be shown, so that no hidden count follows from its row and its column.

    A count of 0 hides nobody and stands. In every row and every column, and among the totals themselves, the hidden
    counts hold at least k people together, or the total of the line is hidden with them.
    """
    whole: dict[tuple[Hashable, Hashable], int] = {
        (row, column): counts.get((row, column), 0) for row in rows for column in columns
    }
    whole |= {(row, None): sum(whole[row, column] for column in columns) for row in rows}
    whole |= {(None, column): sum(whole[row, column] for row in rows) for column in columns}
    whole[None, None] = sum(whole[row, None] for row in rows)
    lines = [[*((row, column) for column in columns), (row, None)] for row in (*rows, None)]
    lines += [[*((row, column) for row in rows), (None, column)] for column in (*columns, None)]
    why = {place: Why.FEW for place, count in whole.items() if 0 < count < k}
    while any([_protect(line, whole, why, k) for line in lines]):  # noqa: C419 - every line is looked at
        pass
    return Grid({place: None if place in why else count for place, count in whole.items()}, why)


def _protect(
    line: Sequence[tuple[Hashable, Hashable]],
    counts: Mapping[tuple[Hashable, Hashable], int],
    why: dict[tuple[Hashable, Hashable], Why],
    k: int,
) -> bool:
    """Hide more of one line, whose last place is its total, where a hidden count follows from it; say whether any."""
    *places, total = line
    hidden = [place for place in places if place in why]
    if total in why:
        # The total of cells that all stand is their sum.
        if hidden:
            return False
    elif not hidden or (len(hidden) > 1 and sum(counts[place] for place in hidden) >= k):
        return False
    left = [place for place in places if place not in why and counts[place]]
    chosen = min(left, key=lambda place: (counts[place], str(place)), default=total)
    why[chosen] = Why.PROTECTS
    return True


def differs_too_little(one: Collection[Hashable], other: Collection[Hashable], k: int = SMALLEST_GROUP) -> bool:
    """Say whether two groups differ, and by fewer than k people: published both, they would tell of those.

    >>> differs_too_little(range(20), range(17)), differs_too_little(range(20), range(15))
    (True, False)
    """
    apart = len(set(one) ^ set(other))
    return 0 < apart < k
