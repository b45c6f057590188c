"""The tables and charts of the report on promotions, made of lines that hide small groups already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from app.domain.fairness import FOUR_FIFTHS, Compared, Group, Reading, compare, wilson
from app.domain.funnel import Passage, Stage
from app.domain.suppression import Cell as Counted
from app.domain.suppression import Line, Why, suppress
from app.infra.templating import long_date
from app.reports.charts import Dot, DotPlot, FunnelChart
from app.reports.charts import Stage as Step
from app.reports.findings import Cell, Column, FixedRows, Hidden, Kind, Row, Table
from app.reports.queries.promotion_funnel import NO_GROUP, Afterwards

STAGE_WORDS = {
    Stage.NOMINATED: "Eligible to nominated",
    Stage.PROMOTED: "Nominated to promoted",
    Stage.WHOLE: "Eligible to promoted",
}
POOLS = {Stage.NOMINATED: "eligible", Stage.PROMOTED: "nominated", Stage.WHOLE: "eligible"}
SELECTED = {Stage.NOMINATED: "nominated", Stage.PROMOTED: "promoted", Stage.WHOLE: "promoted"}
READINGS = {
    Reading.TOP: "Highest rate",
    Reading.NO_FLAG: "No flag",
    Reading.FLAG: "Flag: below four fifths",
    Reading.TOO_FEW: "Too few to tell",
    Reading.NOT_COMPARED: "Not compared",
}
TURNED = "No flag; one person more or less turns the order"
NOT_A_GROUP = "No group, not compared"
NOT_YET = "Not recorded yet"
OF_APPEALS = APPEALED, OVERTURNED = "Appealed", "Promoted on appeal"
EXCEPTED = "Promoted with an exception"
OF_PROMOTIONS = EXCEPTED, OVERTURNED
GROUPS_TITLE = "Rates by group"
OTHERS = "Hidden groups together"
EVERYBODY = "All groups"
DENOMINATORS = (
    "Each stage is out of its own pool: “eligible to nominated” and “eligible to promoted” out of everybody eligible, "
    "“nominated to promoted” out of the nominated."
)
RATES = (
    Column("pool", "Out of", Kind.COUNT, note="The pool of the stage: eligible, or nominated"),
    Column("selected", "Selected", Kind.COUNT, note="Nominated, or promoted"),
    Column("rate", "Rate", Kind.SHARE),
    Column("low", "From", Kind.SHARE, note="Lower end of the 95% interval"),
    Column("high", "To", Kind.SHARE, note="Upper end of the 95% interval"),
)
STATISTICS = (
    Column("impact_ratio", "Impact ratio", Kind.NUMBER, 2, note="The rate divided by the highest rate"),
    Column("shortfall", "Shortfall", Kind.NUMBER, 1, note="How many more at the rate of all"),
    Column("p", "p", Kind.NUMBER, 4, note="Fisher’s exact test against the group with the highest rate"),
    Column("p_adjusted", "p adjusted", Kind.NUMBER, 4, note="Corrected for the number of groups (Holm)"),
    Column("reading", "Reading"),
)


def compared_at(line: Line) -> tuple[Compared, ...]:
    """Return the groups that are shown beside the one with the highest rate.

    People of whom no value is recorded are no group and take no part: theirs would be the highest rate, or a test more
    to correct for, by a gap in the records.
    """
    everybody = _group(line.total) if line.total else None
    return compare([_group(cell) for cell in line.shown if cell.key != NO_GROUP], everybody)


def _group(cell: Counted) -> Group:
    return Group(cell.key, cell.n, cell.selected or 0)


def cycle_table(lines: Mapping[Stage, Line], names: Mapping[str, str], k: int, whole: str) -> Table:
    """Return the rates of each cycle, and of the year where it has several."""
    rows: list[Row] = []
    for stage in Stage:
        for key, name in names.items():
            rows.append([STAGE_WORDS[stage], name, *_rates_at(lines[stage], key, k)])
        if len(names) > 1:
            rows.append([STAGE_WORDS[stage], whole, *_total_rates(lines[stage], k)])
    columns = (Column("stage", "Stage"), Column("cycle", "Cycle", is_wide=True), *RATES)
    return Table("stages", "Rates by cycle", columns, FixedRows(rows), remark=DENOMINATORS)


def no_table() -> Table:
    """Return the table of an answer without figures, so that a file of it has its headers."""
    columns = (Column("stage", "Stage"), Column("cycle", "Cycle", is_wide=True), *RATES)
    return Table("stages", "Rates", columns, FixedRows([]), empty="No figures are shown.")


def group_table(
    lines: Mapping[Stage, Line],
    compared: Mapping[Stage, Sequence[Compared]],
    names: Mapping[str, str],
    k: int,
    by: str,
) -> Table:
    """Return the rates of each group with what they say of each other, then of all groups."""
    rows: list[Row] = []
    for stage, line in lines.items():
        statistics = {one.group.key: _statistics(one) for one in compared[stage]}
        for key, name in names.items():
            hidden: Row = [Hidden(line.hidden[key], k)] * len(STATISTICS) if key in line.hidden else ()
            apart: Row = [*[None] * (len(STATISTICS) - 1), NOT_A_GROUP if key == NO_GROUP else None]
            said = statistics.get(key) or hidden or apart
            rows.append([STAGE_WORDS[stage], name, *_rates_at(line, key, k), *said])
        nothing: list[Cell] = [None] * len(STATISTICS)
        if line.other and line.shown:
            rows.append([STAGE_WORDS[stage], OTHERS, *_rates(line.other), *nothing])
        rows.append([STAGE_WORDS[stage], EVERYBODY, *_total_rates(line, k), *nothing])
    columns = (Column("stage", "Stage"), Column("group", by, is_wide=True), *RATES, *STATISTICS)
    return Table("groups", GROUPS_TITLE, columns, FixedRows(rows), remark=DENOMINATORS)


def _rates_at(line: Line, key: str, k: int) -> list[Cell]:
    if key in line.hidden:
        return [Hidden(line.hidden[key], k)] * len(RATES)
    return _rates(next((cell for cell in line.shown if cell.key == key), Counted(key, 0, 0)))


def _total_rates(line: Line, k: int) -> list[Cell]:
    return [Hidden(Why.FEW, k)] * len(RATES) if line.total is None else _rates(line.total)


def _rates(cell: Counted) -> list[Cell]:
    """Return count, selected, rate and interval; of nobody no rate."""
    selected = cell.selected or 0
    if not cell.n:
        return [0, 0, None, None, None]
    interval = wilson(selected, cell.n)
    return [cell.n, selected, Fraction(selected, cell.n), interval.low, interval.high]


def _statistics(one: Compared) -> list[Cell]:
    is_turned = one.reading is Reading.NO_FLAG and one.is_turned_by_one
    return [one.ratio, one.shortfall, one.p, one.adjusted, TURNED if is_turned else READINGS[one.reading]]


def afterwards_table(counts: Afterwards, k: int, *, has_promotions: bool) -> Table:
    """Return how often exceptions were asked for and made, and decisions appealed and changed.

    Unless `has_promotions`, how many were promoted is hidden, and so is what counts some of those, zero too.

    Until the first appeal is recorded anywhere, nothing tells that nobody appealed: then a rate would be a guess.
    """
    lines = (
        ("Asked for an exception", "candidates told", counts.told, counts.asked),
        (EXCEPTED, "promotions", counts.promoted, counts.granted),
        (APPEALED, "candidates told", counts.told, counts.appealed),
        (OVERTURNED, "appeals decided", counts.appeals_decided, counts.overturned),
    )
    hidden: Sequence[Cell] = [Hidden(Why.PROTECTS, k)] * 3
    rows: list[Row] = [
        [title, of, None, None, None, NOT_YET]
        if title in OF_APPEALS and not counts.all_appeals
        else [title, of, *(_shown_rate(n, selected, k) if has_promotions or title not in OF_PROMOTIONS else hidden), ""]
        for title, of, n, selected in lines
    ]
    columns = (
        Column("what", "What", is_wide=True),
        Column("of", "Out of"),
        Column("pool", "How many", Kind.COUNT),
        Column("selected", "Of them", Kind.COUNT),
        Column("rate", "Rate", Kind.SHARE),
        Column("remark", "Remark"),
    )
    return Table("afterwards", "Exceptions and appeals", columns, FixedRows(rows))


def _shown_rate(n: int, selected: int, k: int) -> Sequence[Cell]:
    line = suppress([Counted("all", n, selected)], k, is_sensitive=False)
    if line.hidden:
        return [Hidden(line.hidden["all"], k)] * 3
    return _rates(Counted("all", n, selected))[:3]


# Charts ----------------------------------------------------------------------------------------------------


def funnel_chart(lines: Mapping[Stage, Line], everybody: Passage, day: date) -> FunnelChart:
    """Return how many are left from stage to stage, of all cycles of the year."""
    whole = lines[Stage.WHOLE].total
    promoted = whole.selected if whole else None
    return FunnelChart(
        "From eligible to promoted",
        f"How many were eligible, nominated and promoted in {day.year} up to {long_date(day)}.",
        (
            Step("Eligible", everybody.eligible),
            Step("Nominated", everybody.nominated, _part(everybody.nominated, everybody.eligible)),
            Step("Promoted", promoted, "hidden" if promoted is None else _part(promoted, everybody.eligible)),
        ),
    )


def _part(selected: int, n: int) -> str:
    return f"{_percent(Fraction(selected, n))} of the eligible" if n else ""


def _percent(rate: Fraction) -> str:
    return f"{float(rate * 100):.1f}%"


def dot_plots(compared: Mapping[Stage, Sequence[Compared]], names: Mapping[str, str]) -> tuple[DotPlot, ...]:
    """Return a chart for each stage that has groups to show."""
    return tuple(_dot_plot(stage, groups, names) for stage, groups in compared.items() if groups)


def _dot_plot(stage: Stage, groups: Iterable[Compared], names: Mapping[str, str]) -> DotPlot:
    groups = list(groups)
    top = next((one.group.rate for one in groups if one.reading is Reading.TOP), None)
    dots = tuple(
        Dot(
            names[one.group.key],
            float(one.group.rate or 0),
            one.interval.low,
            one.interval.high,
            f"{one.group.selected} of {one.group.n}",
            is_flagged=one.is_flagged,
        )
        for one in groups
    )
    return DotPlot(
        title=STAGE_WORDS[stage],
        description=f"For each group the part of the {POOLS[stage]} who were {SELECTED[stage]}, with its 95% interval.",
        x_label=f"{SELECTED[stage]}, of the {POOLS[stage]}",
        start=0.0,
        end=1.0,
        dots=dots,
        guides=() if top is None else ((float(FOUR_FIFTHS * top), "four fifths of the highest rate"),),
        is_share=True,
    )
