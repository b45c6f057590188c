"""Step curves: the share that is left over time, with the band that says how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

from app.reports.charts import Curve, StepChart
from app.reports.drawing.marks import LINE, WIDTH, Disc, Drawing, Mark, Path, Words
from app.reports.drawing.scales import SHARES, coordinate, label, month_ticks, number_words, place, spread, width_of

LEFT, TOP, LOWEST_BASE, BELOW, RIGHT = 58, 14, 280, 44, WIDTH - 184
FEW = 2
"""Up to so many curves each has two lines at its end."""


class _Frame:
    """Where months and shares stand."""

    def __init__(self, chart: StepChart, lines: int) -> None:
        """Make room for the labels at the end of the curves, of which there may be many."""
        xs = [point[0] for curve in chart.curves for point in curve.points]
        self.ticks = month_ticks(max(xs, default=0))
        self.base = max(LOWEST_BASE, TOP + lines * LINE)

    def x(self, months: float) -> float:
        return place(months, 0, self.ticks[-1], LEFT, RIGHT)

    def y(self, share: float) -> float:
        return place(share, 0, 1, self.base, TOP)


def step_path(points: Sequence[tuple[float, float]]) -> str:
    """Return the path of steps through points: level until the next one, then straight up or down.

    >>> step_path([(0, 10), (5, 20)])
    'M0 10H5V20'
    """
    (x, y), *others = points
    moves = "".join(f"H{coordinate(x)}V{coordinate(y)}" for x, y in others)
    return f"M{coordinate(x)} {coordinate(y)}{moves}"


def draw_steps(chart: StepChart) -> Drawing:
    """Return step curves with their axes; labels stand at the end of the curves, not in a legend."""
    labels = [(curve, text) for curve in chart.curves for text in _end_texts(curve, is_alone=len(chart.curves) <= FEW)]
    frame = _Frame(chart, len(labels))
    marks: list[Mark] = [*_axes(frame, chart.x_label)]
    for curve in chart.curves:
        marks += _band(frame, curve)
    for curve in chart.curves:
        marks += _line(frame, curve)
    marks += _end_labels(frame, labels)
    return Drawing(chart.title, chart.description, frame.base + BELOW, tuple(marks))


def _axes(frame: _Frame, x_label: str) -> list[Mark]:
    marks: list[Mark] = []
    for share in SHARES:
        y = frame.y(share)
        marks.append(Path("grid", f"M{LEFT} {coordinate(y)}H{RIGHT}"))
        marks.append(Words("plain", LEFT - 8, y + 4, number_words(share, is_share=True), "end"))
    for month in frame.ticks:
        x = frame.x(month)
        marks.append(Path("axis-line", f"M{coordinate(x)} {coordinate(frame.base)}v4"))
        marks.append(Words("plain", x, frame.base + 21, str(month), "middle"))
    marks.append(label("plain", RIGHT, frame.base + 40, x_label, width=RIGHT - LEFT, anchor="end"))
    return marks


def _band(frame: _Frame, curve: Curve) -> list[Mark]:
    if not curve.band:
        return []
    end = max([*(x for x, _ in curve.points), *(x for x, _, _ in curve.band)])
    upper = [(frame.x(x), frame.y(high)) for x, _, high in curve.band]
    lower = [(frame.x(x), frame.y(low)) for x, low, _ in curve.band]
    # Back along the lower edge: each step of it is met from its right end.
    back, right = "", frame.x(end)
    for x, y in reversed(lower):
        back += f"V{coordinate(y)}H{coordinate(x)}"
    kind = "band-second" if curve.is_second else "band"
    return [Path(kind, f"{step_path(upper)}H{coordinate(right)}{back}Z")]


def _line(frame: _Frame, curve: Curve) -> list[Mark]:
    if not curve.points:
        return []
    kind = "curve-second" if curve.is_second else "curve"
    points = [(frame.x(x), frame.y(share)) for x, share in curve.points]
    marks: list[Mark] = []
    if len(points) > 1:
        marks.append(Path(kind, step_path(points)))
    else:
        marks.append(Disc("dot-full", *points[0], r=3))
    for x in curve.strokes:
        y = frame.y(height_at(curve, x))
        marks.append(Path("censor", f"M{coordinate(frame.x(x))} {coordinate(y - 4)}v8"))
    if curve.mark is not None:
        marks += _named_point(frame, *curve.mark)
    return marks


def height_at(curve: Curve, x: float) -> float:
    """Return how high a curve is at some x: as high as its last point up to there."""
    before = [share for at, share in curve.points if at <= x]
    return before[-1] if before else curve.points[0][1]


def _named_point(frame: _Frame, months: float, share: float, words: str) -> list[Mark]:
    x, y = frame.x(months), frame.y(share)
    fits_right = x + 10 + width_of(words) <= RIGHT
    at, anchor, room = (x + 10, "start", RIGHT - x - 10) if fits_right else (x - 10, "end", x - 10 - LEFT)
    return [
        Path("guide", f"M{LEFT} {coordinate(y)}H{coordinate(x)}V{coordinate(frame.base)}"),
        Disc("dot", x, y),
        label("strong", at, y - 8, words, width=max(room, 60), anchor=anchor),
    ]


def _end_texts(curve: Curve, *, is_alone: bool) -> list[tuple[str, str]]:
    """Return the lines at the end of a curve; where there are many curves each has one."""
    words = curve.end_label or curve.label
    if not curve.points or not words:
        return []
    if not curve.is_cut:
        return [("strong", words)]
    if is_alone:
        return [("strong", words), ("plain", "later steps hidden")]
    return [("strong", f"{words}, then hidden")]


def _end_labels(frame: _Frame, labels: list[tuple[Curve, tuple[str, str]]]) -> list[Mark]:
    heights = [frame.y(curve.points[-1][1]) + 4 for curve, _ in labels]
    rows = spread(heights, TOP + 4, frame.base - 4)
    return [
        label(kind, frame.x(curve.points[-1][0]) + 8, y, text, width=WIDTH - frame.x(curve.points[-1][0]) - 8)
        for (curve, (kind, text)), y in zip(labels, rows, strict=True)
    ]
