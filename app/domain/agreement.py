"""How far reviewers agree, and how strict each of them is. Exact fractions; nothing here changes a decision.

Source of the rules: domain specification, sections 5.4 and 5.5; Krippendorff, Content Analysis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

Unit = Sequence[int]
"""The values that reviewers gave to one unit; who did not judge gave none."""
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
    return (between - Fraction(totals[low] + totals[high], 2)) ** 2


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
    paired = [unit for unit in units if len(unit) > 1]
    weights: dict[tuple[int, int], Fraction] = {}
    for unit in paired:
        counts = Counter(unit)
        for one, first in counts.items():
            for other, second in counts.items():
                pairs = first * (second - 1) if one == other else first * second
                if pairs:
                    weights[one, other] = weights.get((one, other), Fraction(0)) + Fraction(pairs, len(unit) - 1)
    totals = Counter(value for unit in paired for value in unit)
    number = sum(totals.values())
    observed = sum((share * difference(a, b, totals) for (a, b), share in weights.items()), Fraction(0))
    expected = sum(
        (totals[a] * totals[b] * difference(a, b, totals) for a in totals for b in totals if a != b), Fraction(0)
    )
    alpha = None if expected == 0 else 1 - (number - 1) * observed / expected
    return Agreement(alpha, len(paired), number)


def bootstrap(
    units: Sequence[Unit],
    difference: Difference = ordinal,
    *,
    seed: int,
    rounds: int = 1000,
    level: Fraction = Fraction(95, 100),
) -> tuple[Fraction, Fraction] | None:
    """Return the interval of alpha by resampling units, seeded; None where alpha is undefined too often to say."""
    paired = [unit for unit in units if len(unit) > 1]
    dice = Random(seed)  # noqa: S311 - a reproducible interval, no secret
    found = []
    for _ in range(rounds):
        alpha = krippendorff(dice.choices(paired, k=len(paired)), difference).alpha if paired else None
        if alpha is not None:
            found.append(alpha)
    if len(found) < rounds // 2:
        return None
    found.sort()
    tail = (1 - level) / 2
    return found[int(tail * len(found))], found[min(len(found) - 1, int((1 - tail) * len(found)))]
