"""Scales: where a value stands, which ticks an axis has, and labels that fit beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.reports.drawing.marks import LETTER, LINE, Words

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)
MOST_TICKS = 10
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
FAR = 10_000
"""From here on a number is written with its thousands apart."""


def coordinate(value: float) -> str:
    """Return a coordinate as short as it may be.

    >>> coordinate(14.0), coordinate(14.126), coordinate(-0.001)
    ('14', '14.13', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def place(value: float, first: float, last: float, start: float, end: float) -> float:
    """Return where a value of a scale from `first` to `last` stands between two coordinates; beyond it is cut off.

    >>> place(5, 0, 10, 100, 200), place(20, 0, 10, 100, 200), place(1, 3, 3, 100, 200)
    (150.0, 200.0, 100.0)
    """
    if last <= first:
        return round(float(start), 2)
    part = min(1.0, max(0.0, (value - first) / (last - first)))
    return round(start + part * (end - start), 2)


def month_ticks(last: float) -> list[int]:
    """Return the ticks of an axis of months that holds a value, the end of the scale included.

    >>> month_ticks(36), month_ticks(0), month_ticks(7.5)
    ([0, 6, 12, 18, 24, 30, 36], [0, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8])
    """
    most = max(1, math.ceil(last))
    step = next((step for step in MONTH_STEPS if most / step <= MOST_TICKS), most)
    return list(range(0, math.ceil(most / step) * step + 1, step))


def count_end(most: int) -> int:
    """Return the end of a scale of counts: the next round number.

    >>> count_end(0), count_end(7), count_end(40), count_end(41), count_end(1_000_000)
    (1, 8, 40, 50, 1000000)
    """
    if most <= 1:
        return 1
    unit: int = 10 ** (len(str(most)) - 1)
    return next(end for tenths in (10, 15, 20, 30, 40, 50, 60, 80, 100) if (end := -(-unit * tenths // 10)) >= most)


def number_ticks(start: float, end: float) -> list[float]:
    """Return up to nine round values between two others.

    >>> number_ticks(0, 1), number_ticks(-1.5, 1.5)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
    """
    if end <= start:
        return [start]
    rough = (end - start) / 6
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor * 1.0001 >= rough * 0.99)
    first = math.ceil(start / step - 1e-9)
    last = math.floor(end / step + 1e-9)
    return [round(number * step, 10) + 0.0 for number in range(first, last + 1)]


def counted_words(number: int) -> str:
    r"""Return a count as people write it.

    >>> counted_words(1234), counted_words(1_000_000)
    ('1234', '1\u202f000\u202f000')
    """
    return f"{number:,}".replace(",", "\u202f") if abs(number) >= FAR else str(number)


def number_words(value: float, *, is_share: bool = False) -> str:
    """Return a value of a scale.

    >>> number_words(0.25, is_share=True), number_words(-0.5), number_words(2.0)
    ('25%', '−0.5', '2')
    """
    text = f"{value * 100:.6g}%" if is_share else f"{value:.6g}"
    return text.replace("-", "−")


def width_of(text: str) -> float:
    """Return about how wide a label is."""
    return len(text) * LETTER


def clipped(text: str, width: float) -> str:
    """Return a text cut to a width, with a sign that it was.

    >>> clipped("Engineering", 200), clipped("Engineering", 50)
    ('Engineering', 'Engin…')
    """
    most = max(2, int(width / LETTER))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def label(kind: str, x: float, y: float, text: str, *, width: float, anchor: str = "start") -> Words:
    """Return a label that is no wider than it may be; what was cut can still be read by pointing at it."""
    shown = clipped(text, width)
    return Words(kind, round(x, 2), round(y, 2), shown, anchor, text if shown != text else "")


def spread(heights: Sequence[float], low: float, high: float, apart: float = LINE) -> list[float]:
    """Return heights for labels that keep their order, stand apart and stay between two bounds while there is room.

    >>> spread([100, 101, 50], 0, 200), spread([199, 200], 0, 200)
    ([100, 116, 50], [184, 200])
    """
    order = sorted(range(len(heights)), key=lambda index: (heights[index], index))
    found = list(heights)
    least = low
    for index in order:
        found[index] = least = max(found[index], least)
        least += apart
    most = high
    for index in reversed(order):
        found[index] = most = min(found[index], most)
        most -= apart
    return found
