"""What templates read: plain values, one class for each part of a page."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.ladder import Source
from app.ladders.panels import EvidenceRef


@dataclass(frozen=True)
class Rung:
    """A level as a badge draws it: `rank` counts the distinct ranks of the ladder from 1."""

    id: str
    rank: int


@dataclass(frozen=True)
class Column:
    """One level of the matrix. `place` is 'held', 'next' or ''."""

    id: str
    rank: int
    note: str
    place: str
    href: str
    switch_href: str


@dataclass(frozen=True)
class Entry:
    """One expectation in a list or cell."""

    id: str
    text: str
    href: str
    status: str | None
    mark: str
    is_open: bool


@dataclass(frozen=True)
class MatrixRow:
    """One competency, with one list of entries for each level."""

    name: str
    cells: list[list[Entry]]


@dataclass(frozen=True)
class CompareRow:
    """One competency in a comparison: what stays, what comes new, and what a sibling branch does not ask."""

    name: str
    kept: list[Entry]
    added: list[Entry]
    dropped: list[Entry]


@dataclass(frozen=True)
class OpenExpectation:
    """One expectation with everything about it, for the panel."""

    id: str
    text: str
    level: str
    level_rank: int
    competency: str
    axes: list[str]
    sources: tuple[Source, ...]
    origin: str
    note: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    counts: tuple[str, ...]
    counts_note: str
    remarks: tuple[str, ...]
    status: str | None
    needs: tuple[tuple[bool, str], ...]
    pieces: tuple[EvidenceRef, ...] | None
    log_href: str


@dataclass(frozen=True)
class TierCell:
    """What the tables say about one attribute of one tier; an empty text is a gap."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class TierRow:
    """One attribute across the tiers."""

    key: str
    cells: list[TierCell]


@dataclass(frozen=True)
class ExampleLineShown:
    """A worked example at one level."""

    level: str
    level_rank: int
    text: str
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class ExampleShown:
    """A worked example."""

    id: str
    title: str
    lines: list[ExampleLineShown]
