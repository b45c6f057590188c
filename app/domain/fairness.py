"""Whether groups are selected alike: rates with intervals, the four-fifths rule, an exact test. Flags, never findings.

Source of the rules: domain specification, section 5.2; 29 CFR 1607.4 D for the four-fifths rule, which is guidance of
the United States and no legal advice. Counts are compared as integers: in floating point a ratio of exactly four fifths
comes out below it in a third of all cases.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import NormalDist
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

SMALLEST_PART_OF_POOL = Fraction(1, 50)
"""A group that holds less of the pool than this is not what others are compared with."""
FOUR_FIFTHS = Fraction(4, 5)
EXACT_UP_TO = 2_000
"""Up to so many people the exact test is summed without any rounding at all."""
_GUARD_BITS = 320
_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Group:
    """How many people a group has at a stage, and how many of them were selected."""

    key: str
    n: int
    selected: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if not 0 <= self.selected <= self.n:
            raise ValueError(f"{self.selected} of {self.n} cannot be selected.")

    @property
    def rate(self) -> Fraction | None:
        """Return the part that was selected; None where there is nobody."""
        return Fraction(self.selected, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where a rate may well lie, both between 0 and 1."""

    low: float
    high: float


def wilson(selected: int, n: int, z: float = _95) -> Interval:
    """Return Wilson's interval of a rate, of 95 % unless `z` says otherwise. Of nobody nothing is known: 0 to 1.

    >>> found = wilson(12, 40)
    >>> round(found.low, 4), round(found.high, 4)
    (0.1807, 0.4543)
    """
    if not n:
        return Interval(0.0, 1.0)
    middle = (selected + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(selected * (n - selected) / n + z * z / 4)
    # The ends are exact where nobody or everybody was selected; rounding would leave the interval outside [0, 1].
    return Interval(
        0.0 if selected == 0 else max(0.0, middle - half),
        1.0 if selected == n else min(1.0, middle + half),
    )


def is_below_four_fifths(group: Group, top: Group) -> bool:
    """Say whether a group's rate is less than four fifths of the top group's: 5·b·n₁ < 4·a·n₂, in integers.

    >>> is_below_four_fifths(Group("B", 100, 48), Group("A", 100, 60))
    False
    """
    return 5 * group.selected * top.n < 4 * top.selected * group.n


def is_turned_by_one(group: Group, top: Group) -> bool:
    """Say whether moving one selection from the top group to the other reverses the order of their rates.

    >>> is_turned_by_one(Group("B", 8, 3), Group("A", 20, 10))
    True
    """
    if group.selected * top.n >= top.selected * group.n:
        return False
    return (top.selected - 1) * group.n < (group.selected + 1) * top.n


class Tail(StrEnum):
    """Which tables count as no less telling than the one that was seen."""

    TWO_SIDED = "two-sided"
    """Every table that is no more likely than the one that was seen."""
    GREATER = "greater"
    """Every table with as many selected of the first group, or more."""
    LESS = "less"


def fisher(one: Group, other: Group, tail: Tail = Tail.TWO_SIDED) -> Fraction:
    """Return the p value of Fisher's exact test that two groups are selected alike.

    Which tables count is decided in integers, at any size. Up to `EXACT_UP_TO` people the value is exact. Beyond, each
    probability is carried in integers of 320 bits in units of the one that was seen, so that the sum is right to more
    digits than a float holds.

    >>> fisher(Group("tea", 4, 3), Group("milk", 4, 1))
    Fraction(17, 35)
    """
    selected = one.selected + other.selected
    draw = _Draw(one.n, other.n, selected)
    low, high = _counted(draw, one.selected, tail)
    if one.n + other.n <= EXACT_UP_TO:
        return _exact(draw, low, high)
    seen = draw.ways(one.selected)
    counted = draw.near(low, -1, seen) + draw.near(high, 1, seen)
    return min(Fraction(1), Fraction(counted * seen, math.comb(one.n + other.n, selected) << _GUARD_BITS))


@dataclass(frozen=True, slots=True)
class _Draw:
    """All tables with the margins of one: `x` selected of the first group, the rest of the other."""

    n1: int
    n2: int
    selected: int

    @property
    def first(self) -> int:
        return max(0, self.selected - self.n2)

    @property
    def last(self) -> int:
        return min(self.n1, self.selected)

    def ways(self, x: int) -> int:
        """Return how many ways lead to a table."""
        return math.comb(self.n1, x) * math.comb(self.n2, self.selected - x)

    def log_ways(self, x: int) -> float:
        """Return about the logarithm of that; good enough to look in the right place."""
        return _log_choose(self.n1, x) + _log_choose(self.n2, self.selected - x)

    def step(self, x: int) -> tuple[int, int]:
        """Return by which ratio the ways grow from `x` to `x + 1`, as numerator and denominator."""
        return (self.n1 - x) * (self.selected - x), (x + 1) * (self.n2 - self.selected + x + 1)

    @property
    def peak(self) -> int:
        """Return the first of the likeliest tables: the ways rise up to it and never rise after it."""
        return max(self.first, -((self.n1 + 1) * (self.selected + 1) // -(self.n1 + self.n2 + 2)) - 1)

    def near(self, start: int, direction: int, unit: int) -> int:
        """Return the ways from a table outwards, in units of `unit` with `_GUARD_BITS` binary places.

        Outwards they only fall, so what is left out once a term has fallen to nothing is nothing.
        """
        if not self.first <= start <= self.last:
            return 0
        term, total, x = (self.ways(start) << _GUARD_BITS) // unit, 0, start
        while term and self.first <= x <= self.last:
            total += term
            more, less = self.step(x) if direction > 0 else self.step(x - 1)[::-1]
            term, x = term * more // less, x + direction
        return total


def _log_choose(n: int, x: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1)


def _counted(draw: _Draw, seen: int, tail: Tail) -> tuple[int, int]:
    """Return the two ends that count: every table up to the first, and every table from the second on."""
    if tail is Tail.LESS:
        return seen, draw.last + 1
    if tail is Tail.GREATER:
        return draw.first - 1, seen
    ways, peak = draw.ways(seen), draw.peak
    if seen <= peak:
        high = _edge(draw, ways, seen, range(peak, draw.last + 1), 1)
        return (seen, high) if seen < high else (draw.last, draw.last + 1)
    low = _edge(draw, ways, seen, range(peak, draw.first - 1, -1), -1)
    return (low, seen) if low < seen else (draw.last, draw.last + 1)


def _edge(draw: _Draw, ways: int, seen: int, side: range, direction: int) -> int:
    """Return the first table of a falling side, from the peak outwards, that is no likelier than the one seen.

    Logarithms find the place, whole numbers decide it: a tie counts, and only they know one.
    """
    goal, low, high = draw.log_ways(seen), 0, len(side)
    while low < high:
        middle = (low + high) // 2
        if draw.log_ways(side[middle]) <= goal:
            high = middle
        else:
            low = middle + 1
    while low < len(side) and draw.ways(side[low]) > ways:
        low += 1
    while low > 0 and draw.ways(side[low - 1]) <= ways:
        low -= 1
    return side[low] if low < len(side) else side[0] + direction * len(side)


def _exact(draw: _Draw, low: int, high: int) -> Fraction:
    """Return the part of all ways that leads to tables up to `low` or from `high` on."""
    ways, counted, total = draw.ways(draw.first), 0, 0
    for x in range(draw.first, draw.last + 1):
        total += ways
        if x <= low or x >= high:
            counted += ways
        more, less = draw.step(x)
        ways = ways * more // less
    return Fraction(counted, total)


def holm(p_values: Mapping[Key, Fraction]) -> dict[Key, Fraction]:
    """Return p values adjusted for how many were looked at (Holm 1979), in the order in which they came.

    >>> holm({"B": Fraction(1, 100), "C": Fraction(3, 100)})
    {'B': Fraction(1, 50), 'C': Fraction(3, 100)}
    """
    adjusted, least = {}, Fraction(0)
    for place, key in enumerate(sorted(p_values, key=lambda key: p_values[key])):
        least = max(least, min(Fraction(1), p_values[key] * (len(p_values) - place)))
        adjusted[key] = least
    return {key: adjusted[key] for key in p_values}


class Reading(StrEnum):
    """What the four-fifths rule says of a group."""

    TOP = "top"
    """Others are compared with it."""
    NO_FLAG = "no_flag"
    FLAG = "flag"
    """A reason to look, not a finding."""
    TOO_FEW = "too_few"
    """It would be a flag, but one person more or less reverses the order."""
    NOT_COMPARED = "not_compared"
    """Nobody was selected in any group, or there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One group beside the top group.

    `ratio` is its rate as a part of the top rate, None where the top rate is 0. `shortfall` is how many more of it
    would have been selected at the rate of all; below 0 it has more than that; None where the rate of all is not told.
    `p` and `adjusted` are those of Fisher's test against the top group; None for the top group itself.
    `is_turned_by_one`: one selection more in this group and one less in the top group would reverse the order.
    """

    group: Group
    interval: Interval
    ratio: Fraction | None
    shortfall: Fraction | None
    p: Fraction | None
    adjusted: Fraction | None
    is_turned_by_one: bool
    reading: Reading

    @property
    def is_flagged(self) -> bool:
        """Say whether its rate is a reason to look."""
        return self.reading is Reading.FLAG


def top_of(groups: Sequence[Group], pool: int) -> Group | None:
    """Return the group with the highest rate among those that hold 2 % of the pool; of equal ones the largest.

    None where no group holds that much.
    """
    large = [group for group in groups if group.n and group.n >= SMALLEST_PART_OF_POOL * pool]
    return min(large, key=lambda group: (-Fraction(group.selected, group.n), -group.n, group.key), default=None)


def compare(groups: Sequence[Group], everybody: Group | None = None) -> tuple[Compared, ...]:
    """Return each group beside the one with the highest rate, in the order in which they came.

    Only groups that may be shown come in here: what is computed of a hidden one would show it. `everybody` is the
    whole pool, hidden groups included, and None where its figures may not be told.
    """
    pool = everybody.n if everybody else sum(group.n for group in groups)
    top = top_of(groups, pool)
    rate = everybody.rate if everybody else None
    others = [group for group in groups if group.n and top is not None and group is not top]
    p_values = {group.key: fisher(group, top) for group in others if top is not None}
    adjusted = holm(p_values)
    return tuple(
        Compared(
            group=group,
            interval=wilson(group.selected, group.n),
            ratio=_ratio(group, top),
            shortfall=None if rate is None else group.n * rate - group.selected,
            p=p_values.get(group.key),
            adjusted=adjusted.get(group.key),
            is_turned_by_one=top is not None and is_turned_by_one(group, top),
            reading=_reading(group, top),
        )
        for group in groups
    )


def _ratio(group: Group, top: Group | None) -> Fraction | None:
    if top is None or not top.selected or not group.n:
        return None
    return Fraction(group.selected * top.n, top.selected * group.n)


def _reading(group: Group, top: Group | None) -> Reading:
    if top is None or _ratio(group, top) is None:
        return Reading.NOT_COMPARED
    if group is top:
        return Reading.TOP
    if not is_below_four_fifths(group, top):
        return Reading.NO_FLAG
    return Reading.TOO_FEW if is_turned_by_one(group, top) else Reading.FLAG
