"""What a drawing is made of: paths, boxes, discs and words, each with the kind that a style sheet knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 1120
"""The width of every drawing in its own units, which are pixels where the page has room."""
FONT_SIZE = 12
LINE = 16
LETTER = 7.4
"""How wide a letter is on average, with room to spare: labels are cut by it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A line or an area."""

    kind: str
    d: str


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle. `depth` is how strongly it is filled, from 0 to 1; None is as its kind is."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    depth: float | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A dot."""

    kind: str
    x: float
    y: float
    r: float = 4.5


@dataclass(frozen=True, slots=True)
class Words:
    """A label. `anchor` says which end stands at x; `whole` is the text where the label had to be cut."""

    kind: str
    x: float
    y: float
    text: str
    anchor: str = "start"
    whole: str = ""


Mark = Path | Box | Disc | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, ready to be written."""

    title: str
    description: str
    height: float
    marks: tuple[Mark, ...]
    width: float = WIDTH


INK, INK_2, ACCENT, RULE, RULE_STRONG, WARN = "#1d2b33", "#4f5f68", "#005a75", "#dbe2e4", "#7f8e95", "#7a4b00"
_TEXT = {"fill": INK_2, "font-family": "Inter, sans-serif", "font-size": str(FONT_SIZE)}
PAPER: Mapping[str, Mapping[str, str]] = {
    "grid": {"fill": "none", "stroke": RULE},
    "axis-line": {"fill": "none", "stroke": RULE_STRONG},
    "band": {"fill": ACCENT, "fill-opacity": "0.14"},
    "band-second": {"fill": INK_2, "fill-opacity": "0.1"},
    "curve": {"fill": "none", "stroke": ACCENT, "stroke-width": "2.25", "stroke-linejoin": "round"},
    "curve-second": {
        "fill": "none",
        "stroke": INK_2,
        "stroke-width": "2",
        "stroke-dasharray": "7 4",
        "stroke-linejoin": "round",
    },
    "censor": {"fill": "none", "stroke": ACCENT, "stroke-width": "1.5"},
    "guide": {"fill": "none", "stroke": INK_2, "stroke-dasharray": "3 3"},
    "dot": {"fill": "#ffffff", "stroke": ACCENT, "stroke-width": "2.25"},
    "dot-full": {"fill": ACCENT, "stroke": ACCENT},
    "flag": {"fill": WARN, "stroke": WARN},
    "span": {"fill": "none", "stroke": ACCENT, "stroke-width": "2"},
    "span-flag": {"fill": "none", "stroke": WARN, "stroke-width": "2"},
    "area-0": {"fill": ACCENT, "fill-opacity": "0.14"},
    "area-1": {"fill": "#e3f2f4"},
    "area-2": {"fill": "#b4dce5"},
    "area-3": {"fill": "#58a3bf"},
    "area-4": {"fill": "#0b4d72"},
    "bar": {"fill": ACCENT},
    "cell-depth": {"fill": ACCENT},
    "cell-frame": {"fill": "none", "stroke": RULE},
    "cell-diagonal": {"fill": "none", "stroke": INK_2, "stroke-width": "1.5"},
    "hidden-frame": {"fill": "none", "stroke": RULE_STRONG, "stroke-dasharray": "3 3"},
    "plain": _TEXT,
    "strong": {**_TEXT, "fill": INK, "font-weight": "600"},
    "warn": {**_TEXT, "fill": WARN, "font-weight": "600"},
}
"""How each kind looks where there is no style sheet: on paper. On the screen the sheet overrides it."""
