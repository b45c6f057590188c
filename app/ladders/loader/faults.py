"""What is wrong with a ladder file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_MESSAGE = 400
"""The most characters of a message."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a file. Line and column count from 1; 1:1 stands for the file as a whole.

    >>> str(Fault("ladders/a.yaml", 3, 5, "there is no level `L9`"))
    'ladders/a.yaml:3:5: there is no level `L9`'
    """

    file: str
    line: int
    column: int
    message: str

    def __post_init__(self) -> None:
        """Keep the message on one line and readable, however long the key or value is that it repeats."""
        line = " ".join(self.message.split())
        shown = line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"
        object.__setattr__(self, "message", shown)

    def __str__(self) -> str:
        """Return the fault the way editors and compilers write it, so that a click opens the place."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class LadderFileError(Exception):
    """A ladder file that may not be published. `faults` holds every fault that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep each fault once, in the order of the file."""
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
