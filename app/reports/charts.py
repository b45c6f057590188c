"""What a chart shows, as values. How it is drawn stands in `drawing`; the table with the same figures is beside it.

A figure that is hidden never gets here: not as a point, a label or a description.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Curve:
    """One step curve: from each point on it has that height, until the next one.

    `points` are (x, share), `band` (x, low, high) likewise; `strokes` are the x at which somebody was lost from sight.
    `mark` is a point to name, with its words. `end_label` stands at the end; `is_cut` says later steps are hidden.
    """

    label: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float], ...] = ()
    strokes: tuple[float, ...] = ()
    mark: tuple[float, float, str] | None = None
    end_label: str = ""
    is_cut: bool = False
    is_second: bool = False


@dataclass(frozen=True, slots=True)
class StepChart:
    """Step curves over time, heights from 0 to 1."""

    title: str
    description: str
    x_label: str
    curves: tuple[Curve, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line over days; None is hidden. `rank` picks the colour of a level, 0 the accent."""

    label: str
    points: tuple[tuple[date, int | None], ...]
    rank: int = 0


@dataclass(frozen=True, slots=True)
class SmallMultiples:
    """The same small chart for each series, all with one scale."""

    title: str
    description: str
    panels: tuple[Series, ...]
    y_label: str = "people"


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell of a matrix: its words, and how dark, from 0 to 1; None is hidden."""

    words: str
    weight: float | None
    is_diagonal: bool = False


@dataclass(frozen=True, slots=True)
class MatrixChart:
    """A heat map: rows by columns."""

    title: str
    description: str
    row_label: str
    column_label: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]


class Cover(StrEnum):
    """How well a tier of a team is held."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    OUTSIDE = "outside"
    """Held by an external party or a shared one alone."""
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class CoverCell:
    """One team at one tier: how it is held, by how many, and who they are or what is to be said."""

    cover: Cover
    count: int | None
    words: str


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One team: its cells, and its escalation path in words."""

    team: str
    href: str
    cells: tuple[CoverCell, ...]
    is_complete: bool
    path: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CoverChart:
    """Teams by tiers. `tiers` are (level, rank, words)."""

    title: str
    description: str
    tiers: tuple[tuple[str, int, str], ...]
    rows: tuple[CoverRow, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a funnel; a count of None is hidden."""

    label: str
    count: int | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """How many are left from stage to stage."""

    title: str
    description: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One value with its interval; None is hidden or unknown. `words` stand at the end of the line."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Values with intervals on a scale from `start` to `end`. `guides` are lines to compare with, with their words."""

    title: str
    description: str
    x_label: str
    start: float
    end: float
    dots: tuple[Dot, ...]
    guides: tuple[tuple[float, str], ...] = ()
    is_share: bool = False


Chart = StepChart | SmallMultiples | MatrixChart | CoverChart | FunnelChart | DotPlot
