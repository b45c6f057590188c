"""A heat map: rows by columns, the figure in the cell, the depth of its colour beside it."""

from __future__ import annotations

from app.reports.charts import MatrixCell, MatrixChart
from app.reports.drawing.marks import WIDTH, Box, Drawing, Mark
from app.reports.drawing.scales import label

LEFT, TOP, ROW, GAP, WIDEST = 190, 52, 40, 3, 150
LEAST_DEPTH, MOST_DEPTH = 0.05, 0.45
"""Words on the darkest cell still stand out, by day and by night."""
HIDDEN = "hidden"


def draw_matrix(chart: MatrixChart) -> Drawing:
    """Return a matrix; a hidden cell is a frame and the word."""
    width = min(WIDEST, (WIDTH - LEFT) / max(1, len(chart.columns)))
    marks: list[Mark] = [
        label("plain", LEFT - 12, TOP - 12, chart.row_label, width=LEFT - 12, anchor="end"),
        label("plain", LEFT, 14, chart.column_label, width=WIDTH - LEFT),
    ]
    for number, text in enumerate(chart.columns):
        middle = LEFT + (number + 0.5) * width - GAP / 2
        marks.append(label("strong", middle, TOP - 12, text, width=width - 6, anchor="middle"))
    for row, (text, cells) in enumerate(zip(chart.rows, chart.cells, strict=True)):
        y = TOP + row * ROW
        marks.append(label("strong", LEFT - 12, y + (ROW - GAP) / 2 + 4, text, width=LEFT - 12, anchor="end"))
        for column, cell in enumerate(cells):
            marks += _cell(cell, LEFT + column * width, y, width - GAP)
    return Drawing(chart.title, chart.description, TOP + len(chart.rows) * ROW, tuple(marks))


def _cell(cell: MatrixCell, x: float, y: float, width: float) -> list[Mark]:
    frame = (round(x, 2), y, round(width, 2), ROW - GAP)
    middle = (x + width / 2, y + (ROW - GAP) / 2 + 4)
    if cell.weight is None:
        return [Box("hidden-frame", *frame), label("plain", *middle, HIDDEN, width=width, anchor="middle")]
    marks: list[Mark] = [Box("cell-frame", *frame)]
    if cell.weight > 0:
        depth = LEAST_DEPTH + (MOST_DEPTH - LEAST_DEPTH) * min(1.0, cell.weight)
        marks = [Box("cell-depth", *frame, depth=round(depth, 3))]
    if cell.is_diagonal:
        marks.append(Box("cell-diagonal", *frame))
    kind = "strong" if cell.weight > 0 else "plain"
    return [*marks, label(kind, *middle, cell.words, width=width - 4, anchor="middle")]
