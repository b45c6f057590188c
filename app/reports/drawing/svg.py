"""Writes a drawing as an SVG document for paper, with colours in its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from app.reports.drawing.marks import PAPER, Box, Disc, Drawing, Mark, Path, Words
from app.reports.drawing.scales import coordinate


def svg_text(drawing: Drawing) -> str:
    """Return the document. Its title and description are in it, for whoever reads the file by ear."""
    size = f"{coordinate(drawing.width)} {coordinate(drawing.height)}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">'
    names = f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.description)}</desc>"
    return head + names + "".join(_written(mark) for mark in drawing.marks) + "</svg>"


def _written(mark: Mark) -> str:
    look = _attributes(PAPER[mark.kind])
    match mark:
        case Path():
            return f"<path{_attributes({'d': mark.d})}{look}/>"
        case Disc():
            where = {"cx": coordinate(mark.x), "cy": coordinate(mark.y), "r": coordinate(mark.r)}
            return f"<circle{_attributes(where)}{look}/>"
        case Box():
            where = {"x": coordinate(mark.x), "y": coordinate(mark.y)}
            size = {"width": coordinate(mark.width), "height": coordinate(mark.height)}
            depth = {} if mark.depth is None else {"fill-opacity": str(mark.depth)}
            return f"<rect{_attributes(where | size | depth)}{look}/>"
        case Words():
            where = {"x": coordinate(mark.x), "y": coordinate(mark.y), "text-anchor": mark.anchor}
            return f"<text{_attributes(where)}{look}>{escape(mark.text)}</text>"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())
