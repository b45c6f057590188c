"""Charts of one line a value: a funnel's stages as bars, and values with their intervals as dots."""

from __future__ import annotations

from app.reports.charts import Dot, DotPlot, FunnelChart
from app.reports.drawing.marks import WIDTH, Box, Disc, Drawing, Mark, Path, Words
from app.reports.drawing.scales import coordinate, counted_words, label, number_ticks, number_words, place, width_of

LEFT = 230
BAR_RIGHT, STAGE, BAR = WIDTH - 380, 40, 24
DOT_RIGHT, LINE_HEIGHT, BELOW = WIDTH - 270, 32, 44
HEAD, HEAD_WITH_GUIDES = 6, 34
HIDDEN = "hidden"


def draw_funnel(chart: FunnelChart) -> Drawing:
    """Return the stages as bars of one scale; a hidden stage has no bar."""
    most = max((stage.count for stage in chart.stages if stage.count is not None), default=0)
    marks: list[Mark] = []
    for number, stage in enumerate(chart.stages):
        top = number * STAGE + 6
        line = top + BAR / 2 + 4
        marks.append(label("strong", LEFT - 12, line, stage.label, width=LEFT - 12, anchor="end"))
        if stage.count is None:
            marks.append(Words("plain", LEFT, line, HIDDEN))
            continue
        length = round(place(stage.count, 0, max(1, most), LEFT, BAR_RIGHT) - LEFT, 2)
        if length:
            marks.append(Box("bar", LEFT, top, length, BAR))
        words = counted_words(stage.count)
        marks.append(Words("strong", round(LEFT + length + 8, 2), line, words))
        if stage.words:
            x = LEFT + length + 16 + width_of(words)
            marks.append(label("plain", x, line, stage.words, width=WIDTH - x))
    return Drawing(chart.title, chart.description, len(chart.stages) * STAGE + 4, tuple(marks))


def draw_dots(chart: DotPlot) -> Drawing:
    """Return each value as a dot on its interval; a hidden or unknown one is its label and its words alone."""
    head = HEAD_WITH_GUIDES if chart.guides else HEAD
    base = head + len(chart.dots) * LINE_HEIGHT
    marks: list[Mark] = []
    for tick in number_ticks(chart.start, chart.end):
        x = _x(chart, tick)
        marks.append(Path("grid", f"M{coordinate(x)} {head}V{coordinate(base)}"))
        marks.append(Words("plain", x, base + 18, number_words(tick, is_share=chart.is_share), "middle"))
    marks.append(label("plain", DOT_RIGHT, base + 36, chart.x_label, width=DOT_RIGHT, anchor="end"))
    marks += _guides(chart, head, base)
    for number, dot in enumerate(chart.dots):
        marks += _dot(chart, dot, head + (number + 0.5) * LINE_HEIGHT)
    return Drawing(chart.title, chart.description, base + BELOW, tuple(marks))


def _x(chart: DotPlot, value: float) -> float:
    return place(value, chart.start, chart.end, LEFT, DOT_RIGHT)


def _guides(chart: DotPlot, head: float, base: float) -> list[Mark]:
    marks: list[Mark] = []
    taken = float("-inf")
    for value, words in sorted(chart.guides):
        x = _x(chart, value)
        # Words that would stand in those of the guide before go one line up.
        y = head - 8 if x - width_of(words) / 2 > taken else head - 22
        taken = x + width_of(words) / 2 if y == head - 8 else taken
        marks.append(Path("guide", f"M{coordinate(x)} {head - 4}V{coordinate(base)}"))
        marks.append(label("plain", x, y, words, width=DOT_RIGHT - LEFT, anchor="middle"))
    return marks


def _dot(chart: DotPlot, dot: Dot, y: float) -> list[Mark]:
    marks: list[Mark] = [label("strong", LEFT - 12, y + 4, dot.label, width=LEFT - 12, anchor="end")]
    if dot.value is not None:
        if dot.low is not None and dot.high is not None:
            kind = "span-flag" if dot.is_flagged else "span"
            low, high = _x(chart, dot.low), _x(chart, dot.high)
            marks.append(Path(kind, f"M{coordinate(low)} {coordinate(y)}H{coordinate(high)}"))
        x = _x(chart, dot.value)
        # A flagged value is told by its shape too.
        diamond = Path("flag", f"M{coordinate(x)} {coordinate(y - 6)}l6 6l-6 6l-6 -6Z")
        marks.append(diamond if dot.is_flagged else Disc("dot", x, y))
    words = dot.words or (HIDDEN if dot.value is None else "")
    if words:
        kind = "warn" if dot.is_flagged else "plain"
        marks.append(label(kind, DOT_RIGHT + 14, y + 4, words, width=WIDTH - DOT_RIGHT - 14))
    return marks
