"""How charts look, as geometry: from the values of `charts` to coordinates, ticks and labels that fit.

Pure arithmetic. A template or `svg_of` writes what stands here as it is; a hidden value has no mark at all.
"""

from __future__ import annotations

from app.reports.charts import Chart, CoverChart, DotPlot, FunnelChart, MatrixChart, SmallMultiples, StepChart
from app.reports.drawing.bars import draw_dots, draw_funnel
from app.reports.drawing.marks import PAPER, Box, Disc, Drawing, Mark, Path, Words
from app.reports.drawing.matrix import draw_matrix
from app.reports.drawing.panels import draw_panels
from app.reports.drawing.steps import draw_steps
from app.reports.drawing.svg import svg_text

__all__ = ["PAPER", "Box", "Disc", "Drawing", "Mark", "Path", "Words", "draw", "is_blank", "svg_of"]


def draw(chart: Chart) -> Drawing | None:
    """Return a chart as a drawing; None for the map of coverage, which is a table with colours."""
    match chart:
        case StepChart():
            return draw_steps(chart)
        case SmallMultiples():
            return draw_panels(chart)
        case MatrixChart():
            return draw_matrix(chart)
        case FunnelChart():
            return draw_funnel(chart)
        case DotPlot():
            return draw_dots(chart)
        case CoverChart():
            return None


def is_blank(chart: Chart) -> bool:
    """Say whether a chart has no figure to show, or lines at nothing alone; its frame would tell nobody anything."""
    match chart:
        case StepChart():
            return not any(curve.points for curve in chart.curves)
        case SmallMultiples():
            return not any(count for series in chart.panels for _, count in series.points)
        case MatrixChart():
            return not any(cell.weight for row in chart.cells for cell in row)
        case FunnelChart():
            return all(stage.count is None for stage in chart.stages)
        case DotPlot():
            return all(dot.value is None for dot in chart.dots)
        case CoverChart():
            return not chart.rows


def svg_of(chart: Chart) -> str | None:
    """Return a chart as an SVG document that needs no style sheet, for paper.

    None where it is a table, or has nothing to show.
    """
    drawing = None if is_blank(chart) else draw(chart)
    return None if drawing is None else svg_text(drawing)
