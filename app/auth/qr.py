"""A QR code as runs of dark squares, for a component to draw."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square of `size` modules on each side, quiet zone included; `runs` are dark ones: column, row, length."""

    size: int
    runs: tuple[tuple[int, int, int], ...]


def qr_code(text: str) -> QrCode:
    """Return the QR code of a text; a seventh of it may be covered and it still reads."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    runs = []
    for row, line in enumerate(matrix):
        for is_dark, group in groupby(enumerate(line), key=lambda place: bool(place[1])):
            columns = [column for column, _ in group]
            if is_dark:
                runs.append((columns[0] + QUIET_ZONE, row + QUIET_ZONE, len(columns)))
    return QrCode(len(matrix) + 2 * QUIET_ZONE, tuple(runs))
