"""Small multiples: the same small chart for each series, all with one scale, so that heights can be compared."""

from __future__ import annotations

from datetime import date

from app.reports.charts import Series, SmallMultiples
from app.reports.drawing.marks import WIDTH, Disc, Drawing, Mark, Path, Words
from app.reports.drawing.scales import coordinate, count_end, counted_words, label, place
from app.reports.drawing.steps import step_path

IN_A_ROW = 4
LEFT, GAP_X, HEAD, PLOT, FOOT, GAP_Y = 84, 28, 30, 104, 26, 16
PANEL_HEIGHT = HEAD + PLOT + FOOT
RAMP = 4
HIDDEN = "hidden"
Run = list[tuple[float, float]]


class _Panel:
    """Where days and counts stand in one panel."""

    def __init__(self, number: int, columns: int, days: tuple[date, date], most: int) -> None:
        self.width = (WIDTH - LEFT - GAP_X * (columns - 1) - 8) / columns
        self.left = LEFT + (number % columns) * (self.width + GAP_X)
        self.top = (number // columns) * (PANEL_HEIGHT + GAP_Y) + HEAD
        self.base = self.top + PLOT
        self.is_first_of_row = number % columns == 0
        self._days, self._most = days, most

    def x(self, day: date) -> float:
        first, last = (one.toordinal() for one in self._days)
        # The number at the end of the line stands beside it, inside the panel.
        return place(day.toordinal(), first, last, self.left, self.left + self.width - 58)

    def y(self, count: int) -> float:
        return place(count, 0, self._most, self.base, self.top)


def draw_panels(chart: SmallMultiples) -> Drawing:
    """Return one panel for each series, four in a row."""
    shown = [(day, count) for one in chart.panels for day, count in one.points if count is not None]
    days = [day for one in chart.panels for day, _ in one.points] or [date.min]
    most = count_end(max((count for _, count in shown), default=0))
    columns = max(1, min(IN_A_ROW, len(chart.panels)))
    marks: list[Mark] = []
    for number, series in enumerate(chart.panels):
        panel = _Panel(number, columns, (min(days), max(days)), most)
        marks += _frame(panel, series, (min(days), max(days)), most, chart.y_label)
        marks += _line(panel, series, len(chart.panels))
    rows = max(1, -(-len(chart.panels) // columns))
    return Drawing(chart.title, chart.description, rows * (PANEL_HEIGHT + GAP_Y) - GAP_Y, tuple(marks))


def _frame(panel: _Panel, series: Series, days: tuple[date, date], most: int, y_label: str) -> list[Mark]:
    right = panel.left + panel.width
    marks: list[Mark] = [label("strong", panel.left, panel.top - 12, series.label, width=panel.width)]
    for count in (0, most):
        y = panel.y(count)
        marks.append(Path("grid", f"M{coordinate(panel.left)} {coordinate(y)}H{coordinate(right)}"))
        if panel.is_first_of_row:
            words = counted_words(count) if count else f"0 {y_label}"
            marks.append(label("plain", panel.left - 8, y + 4, words, width=LEFT - 8, anchor="end"))
    if days[0] == date.min:
        return marks
    ends = [(panel.left, "start", days[0])]
    if days[1] != days[0]:
        ends.append((panel.x(days[1]), "end", days[1]))
    return marks + [Words("plain", round(x, 2), panel.base + 18, f"{on:%b %Y}", anchor) for x, anchor, on in ends]


def _line(panel: _Panel, series: Series, of: int) -> list[Mark]:
    marks: list[Mark] = []
    for run in _runs(panel, series):
        if len(run) == 1:
            marks.append(Disc("dot-full", *run[0], r=3))
            continue
        base = coordinate(panel.base)
        area = f"{step_path(run)}V{base}H{coordinate(run[0][0])}Z"
        marks += [Path(f"area-{_ramp(series.rank, of)}", area), Path("curve", step_path(run))]
    if series.points and all(count is None for _, count in series.points):
        middle = panel.left + panel.width / 2
        marks.append(Words("plain", round(middle, 2), panel.top + PLOT / 2 + 4, HIDDEN, "middle"))
    last = next(((day, count) for day, count in reversed(series.points) if count is not None), None)
    # A number beside the end of the line says the value of its last day; where that is hidden, there is none.
    if last is not None and series.points[-1][1] is not None:
        marks.append(Words("strong", panel.x(last[0]) + 7, panel.y(last[1]) + 4, counted_words(last[1])))
    return marks


def _ramp(rank: int, of: int) -> int:
    """Return which step of the ramp of four a level is painted in; 0 is the accent."""
    if rank <= 0:
        return 0
    return min(RAMP, rank) if of <= RAMP else max(1, min(RAMP, -(-rank * RAMP // of)))


def _runs(panel: _Panel, series: Series) -> list[Run]:
    """Return the stretches of a series between its hidden points."""
    runs: list[Run] = [[]]
    for day, count in series.points:
        if count is None:
            runs.append([])
        else:
            runs[-1].append((panel.x(day), panel.y(count)))
    return [run for run in runs if run]
