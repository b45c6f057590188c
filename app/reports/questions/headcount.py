"""How many people are at each level, over time.

What is protected: of each day, counts of fewer than k people and those from which they could be computed; by team, on
the report's day, with the sums of teams and levels. What is not: two days whose counts differ by fewer than k. The
difference tells that somebody came or went, which those who may open this report see by name. Groups by attribute,
where that would matter, stand in the report on promotions alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.access.permissions import Permission
from app.domain import suppression
from app.domain.as_of import quarter_ends
from app.domain.movement import Level
from app.domain.suppression import Grid, Why, suppress, suppress_grid
from app.infra.templating import long_date
from app.reports.catalogue import Definition
from app.reports.charts import Series, SmallMultiples
from app.reports.criteria import AS_OF, KNOWN, LADDER, Criteria
from app.reports.findings import Cell, Column, Findings, FixedRows, Hidden, Kind, Note, Row, Table
from app.reports.queries.headcount import NO_LEVEL, Counts, count_levels
from app.reports.queries.spells import Ladders, Rung, read_ladders
from app.reports.questions.asked import (
    count_of,
    known_words,
    ladder_choices,
    lineage_of,
    notes_on_scope,
    said_hidden,
    too_few,
    whom,
    years_before,
)

QUESTION = "How many people are at each level?"
YEARS = 3
ALL = "all"
BY_TEAM = "By team on the day"
NO_LEVELS = "Without levels: levels by team would tell of single people."
NO_TEAM = "In no team"
LARGEST_GRID = 1000
"""How many places a table of teams by levels may have; hiding takes longer than a page may in larger ones."""
NO_TEAMS = "Teams are not shown apart: with so few people, their figures would tell of single ones."
TEAM = Column("team", "Team", is_wide=True)
EVERYBODY = Column("all", "Everybody", Kind.COUNT)
HOW_TO_READ = Note(
    "How to read it",
    "The day itself and the ends of quarters of the last three years, all as they are known on the day of the report. "
    "Levels count while somebody works here. Who works here without a level of any ladder is told apart; in times "
    "before a first import, those are people whose level then is not recorded.",
)


@dataclass(frozen=True, slots=True)
class LevelLine:
    """The counts of one day as they may be shown: None is hidden, and `why` says why. `total` is everybody here."""

    counts: Mapping[Level, int | None]
    why: Mapping[Level, Why]
    total: int | None

    def cell(self, level: Level, k: int) -> Cell:
        """Return the cell of a level."""
        return Hidden(self.why[level], k) if level in self.why else self.counts.get(level, 0)


def level_line(counts: Mapping[Level, int], k: int) -> LevelLine:
    """Return the counts of one day as they may be shown: the same for the same counts, in each report."""
    levels = sorted(counts)
    grid = suppress_grid({(ALL, level): count for level, count in counts.items()}, [ALL], levels, k)
    shown = {level: grid.counts[ALL, level] for level in levels}
    return LevelLine(shown, {level: grid.why[ALL, level] for level in levels if (ALL, level) in grid.why},
                     grid.counts[ALL, None])  # fmt: skip


def find(criteria: Criteria) -> Findings:
    """Return the headcount by level; of fewer than k people a sentence. InvalidError at a ladder that there is none."""
    day = criteria.day
    ladders = read_ladders(day)
    chosen = lineage_of(criteria, ladders)
    days = [day, *quarter_ends(years_before(day, YEARS), day - timedelta(days=1))]
    counted = count_levels(criteria.viewer, criteria.as_of, days)
    scope = f"{whom(criteria)}, on {long_date(day)}{known_words(criteria.as_of, criteria.today)}"
    people = sum(counted.by_day[day].values())
    if people < criteria.k:
        return too_few(criteria, QUESTION, scope, ladders, people=people, as_of=criteria.as_of)
    rungs = _rungs(ladders, counted, chosen)
    lines = {one: level_line(counted.by_day[one], criteria.k) for one in days}
    over_time = _over_time(rungs, lines, criteria.k, is_whole=chosen is None)
    by_team = _by_team(counted, rungs, lines[day], criteria.k, is_whole=chosen is None)
    answer, rest = _answer(day, rungs, lines[day])
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        tables=(over_time, by_team),
        scope=scope,
        charts=(_chart(rungs, lines),),
        choices=ladder_choices(ladders, chosen, with_all=True),
        hidden=(
            *said_hidden([cell for row in over_time.rows.stream() for cell in row], "Over time"),
            *said_hidden([cell for row in by_team.rows.stream() for cell in row], "By team"),
        ),
        notes=(HOW_TO_READ, *notes_on_scope(criteria)),
        ladders=ladders.editions,
    )


def _rungs(ladders: Ladders, counted: Counts, chosen: str | None) -> list[Rung]:
    """Return the levels to show: those of the ladders, and others that people held."""
    held = {level for line in counted.by_day.values() for level in line if level != NO_LEVEL}
    lineages = [*ladders.lineages, *sorted({lineage for lineage, _ in held} - set(ladders.lineages))]
    return [
        rung
        for lineage in (lineages if chosen is None else [chosen])
        for rung in ladders.of(lineage, [level for own, level in held if own == lineage])
    ]


def _columns(rungs: Sequence[Rung], first: Column, *, is_whole: bool) -> tuple[Column, ...]:
    levels = [Column(f"{rung.lineage}_{rung.level}", rung.title, Kind.COUNT) for rung in rungs]
    whole = (Column("no_level", "No level", Kind.COUNT), EVERYBODY) if is_whole else ()
    return (first, *levels, *whole)


def _over_time(rungs: Sequence[Rung], lines: Mapping[date, LevelLine], k: int, *, is_whole: bool) -> Table:
    rows: list[Row] = []
    for day, line in lines.items():
        row = [day, *(line.cell((rung.lineage, rung.level), k) for rung in rungs)]
        whole = [line.cell(NO_LEVEL, k), Hidden(Why.PROTECTS, k) if line.total is None else line.total]
        rows.append([*row, *whole] if is_whole else row)
    columns = _columns(rungs, Column("day", "Day", Kind.DAY), is_whole=is_whole)
    return Table("over_time", "People at each level over time", columns, FixedRows(rows))


def _by_team(counted: Counts, rungs: Sequence[Rung], whole: LevelLine, k: int, *, is_whole: bool) -> Table:
    """Return the counts by team on the day, with the levels where that is possible.

    Its sums by level stand in the table above, so that both must hide the same ones. Where a level stands in a single
    team, hiding it there may need its sum hidden too: then teams are shown without levels. So they are where there are
    very many, of whom nearly every level has fewer than k.
    """
    teams = sorted({team for team, _ in counted.by_team}, key=lambda name: (not name, name))
    levels = sorted({level for _, level in counted.by_team})
    if len(teams) * len(levels) <= LARGEST_GRID:
        places: dict[tuple[Hashable, Hashable], int] = {place: count for place, count in counted.by_team.items()}  # noqa: C416 - a wider type
        grid = suppress_grid(places, teams, levels, k)
        is_same = all(grid.counts[None, level] == whole.counts.get(level, 0) for level in levels)
        if is_same and grid.counts[None, None] == whole.total:
            wanted: list[Level | None] = [(rung.lineage, rung.level) for rung in rungs]
            wanted += [NO_LEVEL, None] if is_whole else []
            rows = [_team_row(team, grid, wanted, k) for team in teams]
            return Table("by_team", BY_TEAM, _columns(rungs, TEAM, is_whole=is_whole), FixedRows(rows))
    rows = _team_sizes(counted, teams, whole, k)
    remark = NO_LEVELS if rows else ""
    return Table("by_team", BY_TEAM, (TEAM, EVERYBODY), FixedRows(rows), remark=remark, empty=NO_TEAMS)


def _team_row(team: str, grid: Grid, wanted: Sequence[Level | None], k: int) -> Row:
    cells: list[Cell] = [
        Hidden(grid.why[team, one], k) if (team, one) in grid.why else grid.counts.get((team, one), 0) for one in wanted
    ]
    return [team or NO_TEAM, *cells]


def _team_sizes(counted: Counts, teams: Sequence[str], whole: LevelLine, k: int) -> list[Row]:
    """Return how many are in each team; nothing where that would need another total than the one that is shown."""
    sizes: Counter[str] = Counter()
    for (team, _), count in counted.by_team.items():
        sizes[team] += count
    line = suppress([suppression.Cell(team, sizes[team]) for team in teams], k, is_sensitive=False)
    if (line.total is None) != (whole.total is None):
        return []
    return [[team or NO_TEAM, Hidden(line.hidden[team], k) if team in line.hidden else sizes[team]] for team in teams]


def _chart(rungs: Sequence[Rung], lines: Mapping[date, LevelLine]) -> SmallMultiples:
    days = sorted(lines)
    panels = [
        Series(
            rung.title,
            tuple((day, lines[day].counts.get((rung.lineage, rung.level), 0)) for day in days),
            rung.rank or 0,
        )
        for rung in rungs
    ]
    description = f"One small chart for each level, from {long_date(days[0])} to {long_date(days[-1])}, with one scale."
    return SmallMultiples("People at each level over time", description, tuple(panels))


def _answer(day: date, rungs: Sequence[Rung], line: LevelLine) -> tuple[str, str]:
    shown = {rung: count for rung in rungs if (count := line.counts.get((rung.lineage, rung.level), 0))}
    largest = max(shown, key=lambda rung: shown[rung], default=None)
    most = f"{largest.title} has the most: {count_of(shown[largest], 'person', 'people')}." if largest else ""
    if line.total is None:
        answer = f"On {long_date(day)} the levels are too small for a total to be shown."
    else:
        answer = f"{count_of(line.total, 'person works', 'people work')} here on {long_date(day)}."
    unlevelled = line.counts.get(NO_LEVEL, 0)
    none = f"{count_of(unlevelled, 'person holds', 'people hold')} no level of any ladder." if unlevelled else ""
    return answer, f"{most} {none}".strip()


DEFINITION = Definition(
    name="headcount",
    title="Headcount",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({AS_OF, KNOWN, LADDER}),
    find=find,
)
