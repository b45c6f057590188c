"""How far reviewers agree, and how strict each of them is. Exact fractions; nothing here changes a decision.

Source of the rules: domain specification, sections 5.4 and 5.5; Krippendorff, Content Analysis.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Case = TypeVar("Case", bound=Hashable)
Rater = TypeVar("Rater", bound=Hashable)
PAIR = 2

Unit = Sequence[int]
"""The values that reviewers gave to one unit; who did not judge gave none."""
Kinds = Mapping[tuple[int, ...], int]
"""How many units hold which values, in ascending order."""
Difference = Callable[[int, int, Mapping[int, int]], Fraction]


def nominal(one: int, other: int, _: Mapping[int, int]) -> Fraction:
    """Return the squared difference where values only differ or not."""
    return Fraction(one != other)


def interval(one: int, other: int, _: Mapping[int, int]) -> Fraction:
    """Return the squared difference where the distance between values counts."""
    return Fraction((one - other) ** 2)


def ordinal(one: int, other: int, totals: Mapping[int, int]) -> Fraction:
    """Return the squared difference where only the order of values counts."""
    low, high = min(one, other), max(one, other)
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return Fraction((2 * between - totals[low] - totals[high]) ** 2, 4)


def ratio(one: int, other: int, _: Mapping[int, int]) -> Fraction:
    """Return the squared difference where values are parts of their sum."""
    return Fraction(one - other, one + other) ** 2 if one + other else Fraction(0)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha with what it rests on. `alpha` is None where only one value occurs: no variation."""

    alpha: Fraction | None
    units: int
    values: int


def krippendorff(units: Sequence[Unit], difference: Difference = ordinal) -> Agreement:
    """Return the agreement over units; those with fewer than two values drop out.

    >>> krippendorff([[1, 2], [2, 1]], nominal).alpha
    Fraction(-1, 2)
    """
    return krippendorff_of(kinds_of(units), difference)


def kinds_of(units: Iterable[Unit]) -> Kinds:
    """Return how many units hold which values. There are few kinds of units, whatever their number."""
    return Counter(tuple(sorted(unit)) for unit in units)


def krippendorff_of(kinds: Kinds, difference: Difference = ordinal) -> Agreement:
    """Return the agreement over units that were counted by their values."""
    paired = {kind: number for kind, number in kinds.items() if len(kind) >= PAIR and number}
    scale = _scale(paired)
    weights: Counter[tuple[int, int]] = Counter()
    totals: Counter[int] = Counter()
    for kind, number in paired.items():
        for pair, weight in _pairs(kind, scale).items():
            weights[pair] += weight * number
        for value in kind:
            totals[value] += number
    return Agreement(_alpha(weights, totals, scale, difference), sum(paired.values()), sum(totals.values()))


def _scale(paired: Iterable[Unit]) -> int:
    """Return by what the pairs of all units are multiplied, so that their shares are whole numbers."""
    return math.lcm(*(len(unit) - 1 for unit in paired))


def _pairs(unit: Unit, scale: int) -> dict[tuple[int, int], int]:
    """Return how often two unlike values meet in a unit, each pair once, as a share of `scale`."""
    counts = sorted(Counter(unit).items())
    share = scale // (len(unit) - 1)
    return {
        (one, other): first * second * share
        for place, (one, first) in enumerate(counts)
        for other, second in counts[place + 1 :]
    }


def _alpha(
    weights: Mapping[tuple[int, int], int], totals: Mapping[int, int], scale: int, difference: Difference
) -> Fraction | None:
    # Equal values differ by nothing, and every pair of unlike ones stands for both of its orders.
    values = sorted(totals)
    apart = {
        (one, other): difference(one, other, totals)
        for place, one in enumerate(values)
        for other in values[place + 1 :]
    }
    # Whole numbers over one denominator: fractions would be cut down to size at every step.
    whole = math.lcm(*(far.denominator for far in apart.values()))
    steps = {pair: far.numerator * (whole // far.denominator) for pair, far in apart.items()}
    expected = sum(totals[one] * totals[other] * far for (one, other), far in steps.items())
    if expected == 0:
        return None
    observed = sum(count * steps[pair] for pair, count in weights.items())
    return 1 - Fraction((sum(totals.values()) - 1) * observed, expected * scale)


class Reading(StrEnum):
    """What a value of alpha allows (Krippendorff): 0.800 is reliable, 0.667 tentative, less nothing to rest on."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    DO_NOT_RELY = "do_not_rely"
    NO_VARIATION = "no_variation"
    NOTHING_TO_COMPARE = "nothing_to_compare"


RELIABLE_FROM = Fraction(800, 1000)
TENTATIVE_FROM = Fraction(667, 1000)


def reading(found: Agreement) -> Reading:
    """Return how to read an agreement.

    >>> reading(Agreement(Fraction(2, 3), 10, 20)), reading(Agreement(None, 3, 6))
    (<Reading.DO_NOT_RELY: 'do_not_rely'>, <Reading.NO_VARIATION: 'no_variation'>)
    """
    if found.alpha is None:
        return Reading.NO_VARIATION if found.units else Reading.NOTHING_TO_COMPARE
    if found.alpha >= RELIABLE_FROM:
        return Reading.RELIABLE
    return Reading.TENTATIVE if found.alpha >= TENTATIVE_FROM else Reading.DO_NOT_RELY


def bootstrap(
    units: Sequence[Unit],
    difference: Difference = ordinal,
    *,
    seed: int,
    rounds: int = 1000,
    level: Fraction = Fraction(95, 100),
) -> tuple[Fraction, Fraction] | None:
    """Return the interval of alpha by resampling units, seeded; None where alpha is undefined too often to say."""
    return bootstrap_of(kinds_of(units), difference, seed=seed, rounds=rounds, level=level)


def bootstrap_of(
    kinds: Kinds,
    difference: Difference = ordinal,
    *,
    seed: int,
    rounds: int = 1000,
    level: Fraction = Fraction(95, 100),
) -> tuple[Fraction, Fraction] | None:
    """Return the same for units that were counted by their values."""
    paired = tuple(sorted((kind, number) for kind, number in kinds.items() if len(kind) >= PAIR and number))
    return _bootstrap(paired, difference, seed, rounds, level)


@lru_cache(maxsize=128)
def _bootstrap(
    paired: tuple[tuple[tuple[int, ...], int], ...], difference: Difference, seed: int, rounds: int, level: Fraction
) -> tuple[Fraction, Fraction] | None:
    """Draw as many units as there are, with replacement: how many of each kind come is all that matters.

    The time it takes depends on the kinds and not on the units. The generator is one whose numbers never change with
    the version of the library, so that the interval stays what it was.
    """
    if not paired or not rounds:
        return None
    kinds, numbers = zip(*paired, strict=True)
    scale = _scale(kinds)
    shares = [_pairs(kind, scale) for kind in kinds]
    values = sorted({value for kind in kinds for value in kind})
    unlike = sorted({pair for one in shares for pair in one})
    drawn = _draws(numbers, seed, rounds)
    # 64 bits hold them: a scale of some thousands at most, times the units.
    weights = drawn @ [[one.get(pair, 0) for pair in unlike] for one in shares]
    totals = drawn @ [[kind.count(value) for value in values] for kind in kinds]
    found = sorted(
        alpha
        for apart, held in zip(weights, totals, strict=True)
        if (alpha := _alpha(_counted(unlike, apart), _counted(values, held), scale, difference)) is not None
    )
    if not found or len(found) < rounds // 2:
        return None
    tail = (1 - level) / 2
    return found[int(tail * len(found))], found[min(len(found) - 1, int((1 - tail) * len(found)))]


def _draws(numbers: Sequence[int], seed: int, rounds: int) -> NDArray[np.int64]:
    """Return for each round how many units of each kind were drawn."""
    import numpy as np  # noqa: PLC0415 - heavy, and needed here only

    words = struct.unpack(">8I", hashlib.sha256(str(seed).encode()).digest())
    lots = np.random.RandomState(words)
    number = sum(numbers)
    return lots.multinomial(number, [one / number for one in numbers], size=rounds).astype(np.int64)


def _counted(keys: Sequence[Key], counts: Iterable[int]) -> dict[Key, int]:
    """Return counts by their keys, in whole numbers without an end; what did not come is left out."""
    return {key: int(count) for key, count in zip(keys, counts, strict=True) if count}


SHRINK_BY = 8
CASES_NEEDED = 5


@dataclass(frozen=True, slots=True)
class Severity:
    """How far a rater's values lie above (lenient) or below (strict) those of others on the same items.

    `mean` is exact and None where nothing can be compared; `items` and `cases` are what it rests on.
    """

    mean: Fraction | None
    items: int
    cases: int

    @property
    def shown(self) -> Fraction | None:
        """Return the mean shrunk by n/(n+8), n the items; None with fewer than five cases: too little data (house)."""
        if self.mean is None or self.cases < CASES_NEEDED:
            return None
        return self.mean * Fraction(self.items, self.items + SHRINK_BY)


def severities(items: Iterable[tuple[Case, Mapping[Rater, int]]]) -> dict[Rater, Severity]:
    """Return the severity of every rater. Each item is one expectation of a case, with the value of each rater.

    An item with a single value compares nobody. Source: domain specification, section 5.5.
    """
    differences: dict[Rater, list[Fraction]] = {}
    cases: dict[Rater, set[Case]] = {}
    for case, values in items:
        total = sum(values.values())
        if len(values) < PAIR:
            continue
        for rater, value in values.items():
            others = Fraction(total - value, len(values) - 1)
            differences.setdefault(rater, []).append(value - others)
            cases.setdefault(rater, set()).add(case)
    return {
        rater: Severity(sum(found, Fraction(0)) / len(found), len(found), len(cases[rater]))
        for rater, found in differences.items()
    }
