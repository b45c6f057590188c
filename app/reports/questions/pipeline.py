"""How each level was filled in a period: by promotions from below, or by people from outside; and room for mentoring.

The internal-fill rate is promotions ÷ (promotions + outside hires) into a level, with Wilson's interval (domain
specification, 5.6 and 5.2). From outside came whose first level began on the first day of work or within a month of it,
or who came back: the first day of work decides and not the recorded reason, because an import calls every level
“import” and a first level by hand is called “hire” even of somebody long here. Where the first day is not known, the
reason decides. Who came from another ladder, or got a first level later, is neither.

What is protected: levels into which fewer than k came, with others so that nothing follows from the sum of a ladder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.domain import suppression
from app.domain.fairness import wilson
from app.domain.movement import JUNIOR_RANK, MENTOR_RANK, Fill, Level, span
from app.domain.suppression import Why, suppress
from app.infra.templating import long_date
from app.reports.catalogue import Definition
from app.reports.charts import Dot, DotPlot
from app.reports.criteria import FROM, KNOWN, LADDER, TO, Criteria
from app.reports.findings import Cell, Column, Findings, FixedRows, Hidden, Kind, Note, Row, Table
from app.reports.queries.movement import Pipeline, read_pipeline
from app.reports.queries.spells import Ladders, Rung, read_ladders
from app.reports.questions.asked import (
    count_of,
    known_words,
    ladder_choices,
    lineage_of,
    notes_on_scope,
    period_of,
    said_hidden,
    too_few,
    whom,
)
from app.reports.questions.headcount import LevelLine, level_line

QUESTION = "Are levels filled from within or from outside?"
LOWEST = "The lowest level: nobody is promoted into it."
NOBODY = "Nobody came into it."
NO_LONGER = "No ladder that counts today has it."
NO_THIRD = "Fewer than three ranks: no span."
NOTES = (
    Note(
        "How to read it",
        "The share filled from within is promotions of promotions and hires from outside. The interval says how far "
        "chance alone reaches with so few people: 95 of 100 such intervals hold the true rate.",
    ),
    Note(
        "Who counts as from outside",
        "Whoever began at the level within a month of the first day of work, or came back. People with a first level "
        "recorded later, as by a first import, and people from another ladder count as neither.",
    ),
    Note(
        "Span",
        "People at the lowest rank of a ladder for each one at its third, who can be their mentor; levels that share a "
        "rank count together. A high figure says that mentors are few; it is no figure about anybody's work.",
    ),
)
COLUMNS = (
    Column("ladder", "Ladder"),
    Column("level", "Level"),
    Column("promoted", "Promoted into it", Kind.COUNT),
    Column("outside", "From outside", Kind.COUNT),
    Column("share", "Filled from within", Kind.SHARE),
    Column("low", "95% from", Kind.SHARE),
    Column("high", "95% to", Kind.SHARE),
    Column("remark", "Remark", is_wide=True),
)
SPAN_COLUMNS = (
    Column("ladder", "Ladder"),
    Column("juniors", "At the lowest rank", Kind.COUNT),
    Column("mentors", "At the third rank", Kind.COUNT),
    Column("span", "For each at the third", Kind.NUMBER, decimals=1),
    Column("levels", "Levels", is_wide=True),
)


@dataclass(frozen=True, slots=True)
class Line:
    """How one level was filled, as it may be shown: `fill` is None where it is hidden."""

    rung: Rung
    fill: Fill | None
    why: Why = Why.FEW


def find(criteria: Criteria) -> Findings:
    """Return how levels were filled; of fewer than k people a sentence. InvalidError at a period or a ladder."""
    start, as_of = period_of(criteria)
    ladders = read_ladders(as_of.day)
    chosen = lineage_of(criteria, ladders)
    found = read_pipeline(criteria.viewer, start, as_of)
    period = f"from {long_date(start)} to {long_date(as_of.day)}"
    scope = f"{whom(criteria)}, {period}{known_words(as_of, criteria.today)}"
    if found.people < criteria.k:
        return too_few(criteria, QUESTION, scope, ladders, people=found.people, as_of=as_of)
    others = sorted({lineage for lineage, _ in found.fills} - set(ladders.lineages))
    lineages = [*ladders.lineages, *others] if chosen is None else [chosen]
    lines = [
        line
        for lineage in lineages
        for line in lines_of(
            ladders.of(lineage, [level for own, level in found.fills if own == lineage]), found.fills, criteria.k
        )
    ]
    filled = Table("filled", "How levels were filled", COLUMNS, FixedRows([_row(line, criteria.k) for line in lines]))
    spans = _span_table(ladders, [one for one in lineages if one in ladders.lineages], found, criteria.k)
    answer, rest = _answer(lines, period)
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        tables=(filled, spans),
        scope=scope,
        charts=(_chart(lines, period),),
        choices=ladder_choices(ladders, chosen, with_all=True),
        hidden=(
            *said_hidden([cell for row in filled.rows.stream() for cell in row], "How levels were filled"),
            *said_hidden([cell for row in spans.rows.stream() for cell in row], "Room for mentoring"),
        ),
        notes=(*NOTES, *notes_on_scope(criteria)),
        ladders=ladders.editions,
    )


def lines_of(rungs: Sequence[Rung], fills: Mapping[Level, Fill], k: int) -> list[Line]:
    """Return how the levels of one ladder were filled, as it may be shown.

    The report on movement tells how many joined and were promoted on a ladder, where those are k or more. So where the
    hidden levels hold fewer of either, which would be what is left of that sum, no level of the ladder is shown.
    """
    own = {rung.level: fills.get((rung.lineage, rung.level), Fill(0, 0)) for rung in rungs}
    line = suppress(
        [suppression.Cell(level, fill.total, fill.promoted) for level, fill in own.items()], k, is_sensitive=False
    )
    hidden = line.hidden
    sums = ([fill.joined for fill in own.values()], [fill.promoted for fill in own.values()])
    left = [[number for level, number in zip(own, numbers, strict=True) if level in hidden] for numbers in sums]
    if any(0 < sum(part) < k <= sum(whole) for part, whole in zip(left, sums, strict=True)):
        hidden = {level: hidden.get(level, Why.PROTECTS) for level in own}
    return [
        Line(rung, None, hidden[rung.level]) if rung.level in hidden else Line(rung, own[rung.level]) for rung in rungs
    ]


def _row(line: Line, k: int) -> Row:
    rung, fill = line.rung, line.fill
    remark = LOWEST if rung.is_lowest else NO_LONGER if rung.rank is None else ""
    if fill is None:
        hidden = Hidden(line.why, k)
        rate: list[Cell] = [None] * 3 if rung.is_lowest else [hidden] * 3
        return [rung.ladder, rung.level, None if rung.is_lowest else hidden, hidden, *rate, remark]
    if rung.is_lowest:
        return [rung.ladder, rung.level, None, fill.joined, None, None, None, remark]
    if fill.share is None:
        return [rung.ladder, rung.level, 0, 0, None, None, None, NOBODY]
    interval = wilson(fill.promoted, fill.total)
    return [rung.ladder, rung.level, fill.promoted, fill.joined, fill.share, interval.low, interval.high, remark]


def _span_table(ladders: Ladders, lineages: Sequence[str], found: Pipeline, k: int) -> Table:
    """Return the span of each ladder. Its counts are those of the headcount, hidden alike."""
    line = level_line(found.counts, k)
    rows = [span_row(ladders.of(lineage), line, k) for lineage in lineages]
    empty = "No ladder counts here."
    return Table("span", "Room for mentoring on the last day", SPAN_COLUMNS, FixedRows(rows), empty=empty)


def span_row(rungs: Sequence[Rung], line: LevelLine, k: int) -> Row:
    """Return people at the lowest rank for each one at the third one from there; several levels may share a rank."""
    ranks = sorted({rung.rank for rung in rungs if rung.rank is not None})
    if len(ranks) < MENTOR_RANK:
        return [rungs[0].ladder, None, None, None, NO_THIRD]
    at_rank = {place: [rung for rung in rungs if rung.rank == ranks[place - 1]] for place in (JUNIOR_RANK, MENTOR_RANK)}
    cells = {place: _together(at_rank[place], line, k) for place in at_rank}
    counts = {place: cell for place, cell in cells.items() if isinstance(cell, int)}
    hidden = [cell for cell in cells.values() if isinstance(cell, Hidden)]
    names = [" and ".join(rung.level for rung in at_rank[place]) for place in (JUNIOR_RANK, MENTOR_RANK)]
    said = f"{names[0]} for each at {names[1]}"
    return [rungs[0].ladder, *cells.values(), hidden[0] if hidden else span(counts), said]


def _together(rungs: Sequence[Rung], line: LevelLine, k: int) -> int | Hidden:
    """Return how many are at the levels of one rank; hidden where one of them is, and nothing is said of the rest."""
    cells = [line.cell((rung.lineage, rung.level), k) for rung in rungs]
    hidden = [cell for cell in cells if isinstance(cell, Hidden)]
    return hidden[0] if hidden else sum(cell for cell in cells if isinstance(cell, int))


def _chart(lines: Sequence[Line], period: str) -> DotPlot:
    dots = [_dot(line) for line in lines if not line.rung.is_lowest]
    description = f"Share of promotions among promotions and hires from outside into each level, {period}."
    return DotPlot("Filled from within", description, "filled from within", 0, 1, tuple(dots), is_share=True)


def _dot(line: Line) -> Dot:
    if line.fill is None:
        return Dot(line.rung.title, None, words="hidden")
    if line.fill.share is None:
        return Dot(line.rung.title, None, words="nobody came")
    interval = wilson(line.fill.promoted, line.fill.total)
    words = f"{line.fill.promoted} of {line.fill.total}"
    return Dot(line.rung.title, float(line.fill.share), interval.low, interval.high, words)


def _answer(lines: Sequence[Line], period: str) -> tuple[str, str]:
    above = [line for line in lines if not line.rung.is_lowest]
    shown = [line.fill for line in above if line.fill is not None and line.fill.total]
    if not shown:
        is_hidden = any(line.fill is None for line in above)
        if not is_hidden:
            return f"Nobody was promoted or hired into a level above the lowest {period}.", ""
        return f"Too few people came into levels above the lowest {period} to say how they were filled.", ""
    promoted, total = sum(fill.promoted for fill in shown), sum(fill.total for fill in shown)
    whole = "" if all(line.fill is not None for line in above) else ", counting the levels that are shown"
    answer = (
        f"{round(100 * promoted / total)}% of places above the lowest level were filled from within {period}{whole}."
    )
    rest = f"{count_of(promoted, 'promotion')}, and {count_of(total - promoted, 'person', 'people')} from outside."
    return answer, rest


DEFINITION = Definition(
    name="pipeline",
    title="Pipeline",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({FROM, TO, KNOWN, LADDER}),
    find=find,
)
