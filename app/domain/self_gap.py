"""How far people rate themselves beside their line managers. It starts a conversation and is no performance figure.

Source of the rules: domain specification, section 5.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.domain.rating import CONVERSATION_STEPS


@dataclass(frozen=True, slots=True)
class SelfGap:
    """Self minus manager over expectations that both rated; exact. All three are None where there is none.

    `mean` is signed (positive: people rate themselves higher), `mean_absolute` is not, and `apart` is the share of
    expectations that the two see two or more steps apart, in either direction.
    """

    expectations: int
    mean: Fraction | None
    mean_absolute: Fraction | None
    apart: Fraction | None


def self_gap(gaps: Mapping[int, int]) -> SelfGap:
    """Return what gaps amount to. `gaps` says how many expectations have which gap, in steps of the scale.

    >>> self_gap({0: 2, 1: 1, -2: 1})
    SelfGap(expectations=4, mean=Fraction(-1, 4), mean_absolute=Fraction(3, 4), apart=Fraction(1, 4))
    """
    number = sum(gaps.values())
    if not number:
        return SelfGap(0, None, None, None)
    return SelfGap(
        number,
        Fraction(sum(gap * count for gap, count in gaps.items()), number),
        Fraction(sum(abs(gap) * count for gap, count in gaps.items()), number),
        Fraction(sum(count for gap, count in gaps.items() if abs(gap) >= CONVERSATION_STEPS), number),
    )
