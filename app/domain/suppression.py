"""Hiding figures that would say something of single people.

Source of the rules: domain specification, section 5.3. `k` is the smallest group that may be shown. Lists of named
people are not suppressed: access governs them.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count as counter
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
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
    """One group of a line: how many people, and how many of them were selected (None: the line has no rates).

    Where somebody may count more than once, `people` is how many different people those are: it decides what is small.
    """

    key: str
    n: int
    selected: int | None = None
    people: int | None = None

    @property
    def size(self) -> int:
        """Return how many different people there are."""
        return self.n if self.people is None else self.people


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
    cells, smallest first, until the hidden ones together hold k people and their sum fixes none of them, also for
    somebody who knows k and why each is hidden; where nothing is left to hide, the total. A group that fared alike is
    pooled only where it is open which way, also for somebody who guesses that it did.

    What a larger k hides holds what a smaller one hides, from `SMALLEST_GROUP` on, and is pooled only where that was:
    the same line told inside and outside says no more than what is told inside.

    >>> line = suppress([Cell("A", 40, 12), Cell("B", 6, 2), Cell("C", 3, 1)])
    >>> [cell.key for cell in line.shown], line.other, line.total
    (['A'], Cell(key='other', n=9, selected=3), Cell(key='total', n=49, selected=15))
    """
    line = [cell for cell in cells if cell.n]
    inner = suppress(cells, k - 1, is_sensitive=is_sensitive) if k > SMALLEST_GROUP else None
    hidden = dict(inner.hidden) if inner else {}
    hidden |= {cell.key: why for cell in line if (why := _primary(cell, k, is_sensitive=is_sensitive))}
    left = sorted((cell for cell in line if cell.key not in hidden), key=lambda cell: (cell.n, cell.key), reverse=True)
    # The last cell that stands is not hidden for the others' sake: the total is.
    while hidden and len(left) > 1 and not _may_pool(line, hidden, k, is_sensitive=is_sensitive):
        hidden[left.pop().key] = Why.PROTECTS
    is_pool = bool(hidden) and (inner is None or inner.total is not None)
    is_pool = is_pool and _may_pool(line, hidden, k, is_sensitive=is_sensitive)
    other = _pooled("other", [cell for cell in line if cell.key in hidden]) if is_pool else None
    is_open = bool(line) and (not hidden or other is not None)
    return Line(
        shown=tuple(cell for cell in line if cell.key not in hidden),
        hidden=hidden,
        other=other,
        total=_pooled("total", line) if is_open else None,
    )


def _primary(cell: Cell, k: int, *, is_sensitive: bool) -> Why | None:
    if cell.size < k:
        return Why.FEW
    return Why.REVEALS if is_sensitive and _says_all(cell, k) else None


def _says_all(cell: Cell, k: int) -> bool:
    return cell.selected is not None and cell.size < 2 * k and cell.selected in {0, cell.n}


def _may_pool(line: Sequence[Cell], hidden: Mapping[str, Why], k: int, *, is_sensitive: bool) -> bool:
    """Say whether hidden cells may be told as one: two or more, of k people or more, who say nothing of each other."""
    cells = [cell for cell in line if cell.key in hidden]
    pool = _pooled("other", cells)
    if len(cells) == 1 or pool.size < k or (is_sensitive and _says_all(pool, k)):
        return False
    if is_sensitive and pool.selected is not None:
        alike = [cell.n for cell in cells if hidden[cell.key] is Why.REVEALS]
        if not leaves_open(alike, pool.n - sum(alike), pool.selected):
            return False
    ranges = {cell.key: _range(hidden[cell.key], k) if cell.size == cell.n else (1, math.inf) for cell in cells}
    least, most = sum(low for low, _ in ranges.values()), sum(high for _, high in ranges.values())
    return all(
        max(low, pool.n - (most - high)) < min(high, pool.n - (least - low))
        for key, (low, high) in ranges.items()
        if hidden[key] is not Why.PROTECTS
    )


def leaves_open(alike: Sequence[int], others: int, selected: int) -> bool:
    """Say whether of groups in which none or all were selected it is open which, beside `others` who are not alike.

    `alike` are the sizes of those groups; the reader knows them, that each fared alike, and the sum of the selected.

    >>> leaves_open([8], 7, 9), leaves_open([8], 7, 14)
    (True, False)
    """
    for place, size in enumerate(alike):
        sums = {0}
        for other in (*alike[:place], *alike[place + 1 :]):
            sums |= {one + other for one in sums}
        if not all(any(0 <= selected - own - one <= others for one in sums) for own in (0, size)):
            return False
    return True


def _range(why: Why, k: int) -> tuple[int, int | float]:
    """Return between which counts a hidden one must lie for somebody who knows k and why it is hidden."""
    if why is Why.FEW:
        # Where fewer than k is one person, nothing can blur it; such a k is not offered.
        return 1, max(k - 1, 2)
    return k, 2 * k - 1 if why is Why.REVEALS else math.inf


def _pooled(key: str, cells: Sequence[Cell]) -> Cell:
    selected = [cell.selected for cell in cells if cell.selected is not None]
    return Cell(
        key,
        sum(cell.n for cell in cells),
        sum(selected) if len(selected) == len(cells) else None,
        sum(cell.size for cell in cells) if any(cell.people is not None for cell in cells) else None,
    )


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
    """Return a table of counts as it may be shown, so that no hidden count follows from the others and the totals.

    A count of 0 hides nobody and stands. In every row and every column, and among the totals themselves, the hidden
    counts hold at least k people together, or the total of the line is hidden with them. Each hidden count can be at
    least one more or one less than it is with all that is shown; also for somebody who knows k and why it is hidden,
    unless a hidden total of two or three people has no room for that.
    No single count can be shown again without breaking that; a table of more places than `LARGEST_THINNED` may hide
    a little more. A larger k than `SMALLEST_GROUP` hides what each smaller one hides and then what it must: the table
    for outside says nothing that the one for inside does not.
    """
    inner = suppress_grid(counts, rows, columns, k - 1).why if k > SMALLEST_GROUP else {}
    whole = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    whole |= {(row, None): sum(whole[row, column] for column in columns) for row in rows}
    whole |= {(None, column): sum(whole[row, column] for row in rows) for column in columns}
    whole[None, None] = sum(whole[row, None] for row in rows)
    hiding = _Hiding(whole, k, inner)
    hiding.cover()
    if len(whole) <= LARGEST_THINNED:
        hiding.thin()
    why = {place: hiding.why[place] for place in whole if place in hiding.why}
    return Grid({place: None if place in why else count for place, count in whole.items()}, why)


LARGEST_THINNED = 150
"""How many places a table may have, totals included, for each to be looked at again whether it must stay hidden."""
_Place = tuple[Hashable, Hashable]
_Line = tuple[bool, Hashable]
"""A row (True) or a column (False) with its total; None is the line of totals."""


class _Hiding:
    """Which places of a table are hidden so far.

    Rows and columns are the nodes of a graph and places its edges. Every line says that its counts make its total, so
    counts change together only around a circle, one up and the next one down, a total with the other sign. A hidden
    count is safe when it lies on a circle of hidden places in which each has room to move.
    """

    def __init__(self, whole: Mapping[_Place, int], k: int, already: Mapping[_Place, Why]) -> None:
        self.whole = whole
        self.k = k
        self.already = already
        self.why = {**already, **{place: Why.FEW for place, count in whole.items() if 0 < count < k}}
        self.lines: dict[_Line, list[_Place]] = {}
        for place, count in whole.items():
            if count:
                for line in ((True, place[0]), (False, place[1])):
                    self.lines.setdefault(line, []).append(place)
        self.weight = whole[None, None] + 1

    def cover(self) -> None:
        """Hide more until everything that is hidden stays so."""
        safe: set[_Place] = set()
        # Hiding more never lays open what was safe, nor a line lack what it had, so nothing is looked at twice.
        while left := [place for place in self.why if place not in safe]:
            for place in left:
                if not self._is_safe(place):
                    self.why |= dict.fromkeys(self._way_round(place), Why.PROTECTS)
                safe.add(place)
            for line in self.lines:
                self._fill(line)

    def thin(self) -> None:
        """Show again what need not be hidden: totals first, then the largest counts."""
        by_size = sorted(self.why, key=lambda place: (None in place, self.whole[place], str(place)), reverse=True)
        protecting = [place for place in by_size if self.why[place] is Why.PROTECTS and place not in self.already]
        while shown := next(filter(self._is_needless, protecting), None):
            protecting.remove(shown)
            del self.why[shown]

    def _is_needless(self, place: _Place) -> bool:
        why = self.why.pop(place)
        is_covered = not any(map(self._lacks, self.lines)) and all(map(self._is_safe, self.why))
        self.why[place] = why
        return is_covered

    def _lacks(self, line: _Line) -> bool:
        """Say whether the hidden counts of a line are told as one, by its total, and are fewer than k people."""
        places = self.lines[line]
        hidden = sum(self.whole[place] for place in places if place in self.why and not _is_total(place, line))
        return 0 < hidden < self.k and not any(_is_total(place, line) and place in self.why for place in places)

    def _fill(self, line: _Line) -> None:
        while self._lacks(line):
            reached = self._reached(line)
            left = [place for place in self.lines[line] if place not in self.why]
            chosen = min(left, key=lambda place: self._choice(place, line, reached))
            self.why[chosen] = Why.PROTECTS

    def _choice(self, place: _Place, line: _Line, reached: Collection[_Line]) -> tuple[bool, bool, int, str]:
        """Order places: the total of the line last, one that closes a circle first, and the smallest of those."""
        return _is_total(place, line), _across(place, line) not in reached, self._cost(place), str(place)

    def _reached(self, start: _Line) -> set[_Line]:
        """Return the lines that hidden places join to one."""
        reached, waiting = {start}, [start]
        while waiting:
            line = waiting.pop()
            for place in self.lines[line]:
                if place in self.why and (other := _across(place, line)) not in reached:
                    reached.add(other)
                    waiting.append(other)
        return reached

    def _is_safe(self, place: _Place) -> bool:
        """Say whether a hidden count can be one more or one less with all that is shown."""
        return any(self._is_joined(start, end, place) for start, end in self._ends(place))

    def _ends(self, place: _Place) -> Iterator[tuple[_Line, _Line]]:
        """Yield from where to where a circle must close: for one more, and for one less, where there is room."""
        row, column = (True, place[0]), (False, place[1])
        if self._has_room(place, is_up=True):
            yield column, row
        if self._has_room(place, is_up=False):
            yield row, column

    def _is_joined(self, start: _Line, end: _Line, without: _Place) -> bool:
        reached, waiting = {start}, [start]
        while waiting:
            line = waiting.pop()
            for place in self.lines[line]:
                if place not in self.why or place == without or (other := _across(place, line)) in reached:
                    continue
                if self._has_room(place, is_up=line[0]):
                    if other == end:
                        return True
                    reached.add(other)
                    waiting.append(other)
        return False

    def _way_round(self, place: _Place) -> list[_Place]:
        """Return what must be hidden besides to make a hidden count safe.

        Nothing where no circle has room: then everything around it is hidden already.
        """
        ways = [self._cheapest(start, end, place) for start, end in self._ends(place)]
        return min((way for way in ways if way is not None), key=self._total_cost, default=[])

    def _total_cost(self, places: Sequence[_Place]) -> int:
        return sum(self._cost(place) for place in places)

    def _cost(self, place: _Place) -> int:
        """Return what it costs to hide a place: first how many, a total as much as four, then how many people."""
        return self.weight * (1 if None not in place else _TOTAL_COST) + self.whole[place]

    def _has_room(self, place: _Place, *, is_up: bool) -> bool:
        """Say whether a count can move, up or down as its line sees it: a total goes the other way."""
        low, high = _range(self.why.get(place, Why.PROTECTS), self.k)
        is_more = is_up != (place.count(None) == 1)
        return self.whole[place] < high if is_more else self.whole[place] > low

    def _cheapest(self, start: _Line, end: _Line, without: _Place) -> list[_Place] | None:
        """Return the places to hide on the cheapest way from a line to another one; None where no way has room."""
        order = counter()
        waiting: list[tuple[int, int, _Line, tuple[_Place, ...]]] = [(0, next(order), start, ())]
        seen: set[_Line] = set()
        while waiting:
            cost, _, line, way = heapq.heappop(waiting)
            if line == end:
                return list(way)
            if line in seen:
                continue
            seen.add(line)
            for place, other in self._steps(line, without):
                if other not in seen:
                    is_new = place not in self.why
                    entry = (cost + self._cost(place), (*way, place)) if is_new else (cost, way)
                    heapq.heappush(waiting, (entry[0], next(order), other, entry[1]))
        return None

    def _steps(self, line: _Line, without: _Place) -> Iterator[tuple[_Place, _Line]]:
        """Yield where a change goes on from a line: counts of a row rise, those of a column fall in return."""
        for place in self.lines[line]:
            if place != without and self._has_room(place, is_up=line[0]):
                yield place, _across(place, line)


_TOTAL_COST = 4


def _is_total(place: _Place, line: _Line) -> bool:
    is_row, _ = line
    return place[1 if is_row else 0] is None


def _across(place: _Place, line: _Line) -> _Line:
    """Return the other line of a place."""
    is_row, _ = line
    return (False, place[1]) if is_row else (True, place[0])


def differs_too_little(one: Collection[Hashable], other: Collection[Hashable], k: int = SMALLEST_GROUP) -> bool:
    """Say whether two groups differ, and by fewer than k people: published both, they would tell of those.

    >>> differs_too_little(range(20), range(17)), differs_too_little(range(20), range(15))
    (True, False)
    """
    apart = len(set(one) ^ set(other))
    return 0 < apart < k


def may_stand_apart(parts: Mapping[Key, Collection[Hashable]], k: int = SMALLEST_GROUP) -> list[Key]:
    """Return which parts of a whole may be told by themselves beside the whole, in their order.

    Each has k people or more, and so have those together that are not told by themselves: they are what is left of the
    whole. Where those are fewer, the smallest of the others are not told by themselves either. The same person may be
    in several parts.

    >>> may_stand_apart({"spring": "abcdefg", "summer": "hijkl", "autumn": "mn"})
    ['spring']
    """
    people = {key: set(part) for key, part in parts.items()}
    apart = sorted((key for key in people if len(people[key]) >= k), key=lambda key: len(people[key]), reverse=True)
    while apart:
        left = set().union(*(part for key, part in people.items() if key not in apart))
        if not 0 < len(left) < k:
            break
        apart.pop()
    return [key for key in parts if key in apart]
