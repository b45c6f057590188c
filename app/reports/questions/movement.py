"""From which level to which people moved between two days: the matrix with joiners and leavers, and the events.

What is protected: the matrix with its sums, by `suppress_grid`; an event that counts fewer than k, or that would give
away a hidden sum or cell of the matrix. What is not: the sums of levels also stand in the headcount of quarter ends,
and two periods that differ by a day may differ by one person. Who may open this report sees these people by name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from app.access.permissions import Permission
from app.domain.movement import Away, Kind, Matrix
from app.domain.suppression import Grid, Why, suppress_grid
from app.infra.templating import long_date
from app.reports.catalogue import Definition
from app.reports.charts import MatrixCell, MatrixChart
from app.reports.criteria import FROM, KNOWN, LADDER, TO, Criteria
from app.reports.findings import Cell, Column, Findings, FixedRows, Hidden, Note, Row, Table
from app.reports.findings import Kind as Holds
from app.reports.queries.movement import Movement, read_movement
from app.reports.queries.spells import Rung, read_ladders
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

QUESTION = "From which level to which did people move?"
FROM_WORDS = {Away.OTHER: "Another ladder", Away.NO_LEVEL: "No level", Away.OUTSIDE: "Joined"}
TO_WORDS = {Away.OTHER: "Another ladder", Away.NO_LEVEL: "No level", Away.OUTSIDE: "Left"}
KIND_WORDS = {
    Kind.PROMOTED: "Promotions",
    Kind.DEMOTED: "Demotions",
    Kind.CORRECTED: "Other changes of level",
    Kind.JOINED: "Joined from outside, or came back",
    Kind.GIVEN: "First level of somebody who worked here",
    Kind.MOVED_IN: "Came from another ladder",
    Kind.MOVED_OUT: "Moved to another ladder",
    Kind.LEFT: "Left",
    Kind.ENDED: "Level ended, still here",
}
ALWAYS_SAID = (Kind.PROMOTED, Kind.DEMOTED, Kind.JOINED, Kind.LEFT, Kind.MOVED_IN, Kind.MOVED_OUT)
NOTES = (
    Note(
        "How to read it",
        "A row says where people were on the first day, a column where they were on the last. Several steps in between "
        "count once, from start to end; the table of events counts each of them. The sums of rows and columns are the "
        "headcounts of the two days.",
    ),
    Note(
        "Who joined",
        "Whoever did not work here on the first day. As an event, joining is a first level within a month of the first "
        "day of work, or coming back; a first level recorded later, as by a first import, is told apart.",
    ),
)


@dataclass(frozen=True, slots=True)
class _Ladder:
    """One ladder's matrix as it may be shown."""

    title: str
    rungs: tuple[Rung, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    grid: Grid
    k: int

    def cell(self, row: str | None, column: str | None) -> Cell:
        """Return one cell; None where nobody can be, because it is about another ladder on both days."""
        if row in FROM_WORDS and column in TO_WORDS:
            return None
        if (row, column) in self.grid.why:
            return Hidden(self.grid.why[row, column], self.k)
        return self.grid.counts.get((row, column), 0)


def find(criteria: Criteria) -> Findings:
    """Return the movement of one ladder; of fewer than k people a sentence. InvalidError at a period or a ladder."""
    start, as_of = period_of(criteria)
    ladders = read_ladders(as_of.day)
    chosen = lineage_of(criteria, ladders)
    found = read_movement(criteria.viewer, start, as_of)
    lineage = chosen or next((one for one in ladders.lineages if found.matrices.get(one)), None)
    lineage = lineage or next(iter([*ladders.lineages, *sorted(found.matrices)]), None)
    period = f"from {long_date(start)} to {long_date(as_of.day)}"
    scope = f"{whom(criteria)}, {period}{known_words(as_of, criteria.today)}"
    if found.people < criteria.k or lineage is None:
        return too_few(criteria, QUESTION, scope, ladders, people=found.people if lineage else 0, as_of=as_of)
    matrix = found.matrices.get(lineage, Matrix())
    rungs = ladders.of(lineage, [place for cell in matrix for place in cell if place not in FROM_WORDS])
    ladder = _suppressed(matrix, tuple(rungs), criteria.k)
    shown = suppressed_events(found, lineage, ladder.grid, ladder.rungs, criteria.k)
    tables = (_matrix_table(ladder, start, as_of.day), _event_table(shown))
    answer, rest = _answer(shown, period)
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        tables=tables,
        scope=f"{ladder.title}, {scope[0].lower()}{scope[1:]}",
        charts=(_chart(ladder, start, as_of.day),),
        choices=ladder_choices(ladders, lineage, with_all=False),
        hidden=(
            *said_hidden([cell for row in tables[0].rows.stream() for cell in row], "In the matrix"),
            *said_hidden([cell for row in tables[1].rows.stream() for cell in row], "Among the events"),
        ),
        notes=(*NOTES, *notes_on_scope(criteria)),
        ladders=ladders.editions,
    )


def _suppressed(matrix: Matrix, rungs: tuple[Rung, ...], k: int) -> _Ladder:
    levels = tuple(rung.level for rung in rungs)
    rows = (*levels, *(one for one in Away if any(row == one for row, _ in matrix)))
    columns = (*levels, *(one for one in Away if any(column == one for _, column in matrix)))
    places: dict[tuple[Hashable, Hashable], int] = {place: count for place, count in matrix.items()}  # noqa: C416 - a wider type
    return _Ladder(rungs[0].ladder, rungs, rows, columns, suppress_grid(places, rows, columns, k), k)


def suppressed_events(
    found: Movement, lineage: str, grid: Grid, rungs: tuple[Rung, ...], k: int
) -> Mapping[Kind, int | Hidden]:
    """Return how often each event happened, as far as that gives away nothing the matrix hides.

    Joining and leaving nearly repeat sums of the matrix, promotions and demotions the sums of its two halves.
    """
    rank = {rung.level: rung.rank for rung in rungs}

    def half(is_up: Callable[[int, int], bool]) -> bool:
        cells = [
            place for place in grid.why
            if (before := rank.get(str(place[0]))) is not None and (after := rank.get(str(place[1]))) is not None
            and is_up(before, after)
        ]  # fmt: skip
        return len(cells) == 1

    sums = {
        Kind.JOINED: (Away.OUTSIDE, None), Kind.LEFT: (None, Away.OUTSIDE), Kind.GIVEN: (Away.NO_LEVEL, None),
        Kind.ENDED: (None, Away.NO_LEVEL), Kind.MOVED_IN: (Away.OTHER, None), Kind.MOVED_OUT: (None, Away.OTHER),
    }  # fmt: skip
    tells = {kind for kind, place in sums.items() if place in grid.why}
    tells |= {Kind.PROMOTED} if half(lambda before, after: before < after) else set()
    tells |= {Kind.DEMOTED} if half(lambda before, after: before > after) else set()
    counts = {kind: found.events.get((lineage, kind), 0) for kind in KIND_WORDS}
    return {
        kind: Hidden(Why.FEW, k) if 0 < count < k else Hidden(Why.PROTECTS, k) if count and kind in tells else count
        for kind, count in counts.items()
        if count or kind in ALWAYS_SAID
    }


def _matrix_table(ladder: _Ladder, start: date, end: date) -> Table:
    columns = (
        Column("from", f"On {long_date(start)}"),
        *(Column(f"to_{one}", _to_words(one), Holds.COUNT) for one in ladder.columns),
        Column("all", "All", Holds.COUNT),
    )
    places: list[tuple[str, str | None]] = [(_from_words(one), one) for one in ladder.rows]
    places.append((f"All on {long_date(end)}", None))
    rows: list[Row] = [[words, *(ladder.cell(row, column) for column in (*ladder.columns, None))]
                       for words, row in places]  # fmt: skip
    remark = f"Columns: where they were on {long_date(end)}."
    return Table("matrix", "From level to level", columns, FixedRows(rows), remark=remark)


def _from_words(place: str) -> str:
    return FROM_WORDS[Away(place)] if place in FROM_WORDS else place


def _to_words(place: str) -> str:
    return TO_WORDS[Away(place)] if place in TO_WORDS else place


def _event_table(shown: Mapping[Kind, int | Hidden]) -> Table:
    columns = (Column("event", "What happened", is_wide=True), Column("count", "How often", Holds.COUNT))
    rows: list[Row] = [[KIND_WORDS[kind], count] for kind, count in shown.items()]
    return Table("events", "Events", columns, FixedRows(rows), remark="After the first day and up to the last one.")


def _chart(ladder: _Ladder, start: date, end: date) -> MatrixChart:
    cells = [[ladder.cell(row, column) for column in ladder.columns] for row in ladder.rows]
    most = max((cell for line in cells for cell in line if isinstance(cell, int)), default=0) or 1
    return MatrixChart(
        title=f"{ladder.title}: from level to level",
        description=f"Rows: {long_date(start)}. Columns: {long_date(end)}. The same figures stand in the table below.",
        row_label=long_date(start),
        column_label=long_date(end),
        rows=tuple(_from_words(one) for one in ladder.rows),
        columns=tuple(_to_words(one) for one in ladder.columns),
        cells=tuple(
            tuple(_drawn(cell, most, is_diagonal=row == column and row not in FROM_WORDS)
                  for column, cell in zip(ladder.columns, line, strict=True))
            for row, line in zip(ladder.rows, cells, strict=True)
        ),
    )  # fmt: skip


def _drawn(cell: Cell, most: int, *, is_diagonal: bool) -> MatrixCell:
    if isinstance(cell, Hidden):
        return MatrixCell("hidden", None, is_diagonal)
    return MatrixCell(str(cell), cell / most, is_diagonal) if isinstance(cell, int) else MatrixCell("", 0)


def _answer(shown: Mapping[Kind, int | Hidden], period: str) -> tuple[str, str]:
    promoted = shown[Kind.PROMOTED]
    if isinstance(promoted, Hidden):
        answer = f"How many promotions there were on this ladder {period} is hidden, to protect single people."
    elif promoted == 0:
        answer = f"Nobody was promoted on this ladder {period}."
    else:
        answer = f"There {'were' if promoted > 1 else 'was'} {count_of(promoted, 'promotion')} on this ladder {period}."
    rest = [
        f"{count_of(count, 'person', 'people')} {words}."
        for kind, words in ((Kind.JOINED, "joined"), (Kind.LEFT, "left"))
        if isinstance(count := shown[kind], int) and count
    ]
    return answer, " ".join(rest)


DEFINITION = Definition(
    name="movement",
    title="Movement",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({FROM, TO, KNOWN, LADDER}),
    find=find,
)
