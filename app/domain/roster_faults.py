"""Gathering what is wrong with a people file, without keeping more of it than anybody reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.roster import Fault

KEPT = 1000
SHOWN = 60
# What no reader would see, or what would turn the text around it: controls, direction marks, invisible marks.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")


def shown(value: str) -> str:
    r"""Return a value as a fault shows it: shortened, with what cannot be seen made visible.

    >>> shown("a\tb")
    'a\\u0009b'
    """
    visible = UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", value[: SHOWN + 1])
    return visible if len(visible) <= SHOWN else visible[: SHOWN - 1] + "…"


def listed(words: Iterable[str], most: int = 12) -> str:
    """Return words as a sentence lists them, the first ones when there are many.

    >>> listed(["L1", "L2", "L3"]), listed("abcd", most=2)
    ('L1, L2 and L3', 'a, b and 2 more')
    """
    known = list(words)
    if len(known) > most:
        known = [*known[:most], f"{len(known) - most} more"]
    return " and ".join([", ".join(known[:-1]), known[-1]]) if len(known) > 1 else "".join(known)


class Findings:
    """The faults of a file: every one is counted, the first ones in the order of rows are kept."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self.rows: set[int] = set()
        self._kept: list[Fault] = []
        self._last_row: int | None = None

    def add(self, row: int | None, column: str, value: str, message: str) -> None:
        """Note a fault; one beyond those that are kept is only counted."""
        self.count += 1
        if row is not None:
            self.rows.add(row)
        if self._last_row is not None and (row or 0) > self._last_row:
            return
        self._kept.append(Fault(row, column, shown(value), message))
        if len(self._kept) >= 2 * KEPT:
            self._kept = self.first()
            self._last_row = self._kept[-1].row or 0

    def first(self) -> list[Fault]:
        """Return the first faults in the order of rows."""
        return sorted(self._kept, key=lambda fault: fault.row or 0)[:KEPT]
