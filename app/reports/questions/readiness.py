"""The report on readiness: who is ready, close, stuck or unrated, and what nobody has an opportunity to show.

What is protected: counts by team, competency and expectation. What is not: the list of people, which names whom the
viewer may read one by one, as the team board does. It has no filters, so that two of its figures cannot be compared.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.access.actor import Role
from app.access.permissions import Permission
from app.domain.board import CLOSE_BLOCKERS, STUCK_DAYS, UNSEEN_DAYS
from app.domain.suppression import Grid, suppress_grid
from app.infra.templating import long_date, number_word
from app.reports.catalogue import Definition
from app.reports.charts import MatrixCell, MatrixChart
from app.reports.criteria import AS_OF, KNOWN, Criteria
from app.reports.findings import Cell, Column, Findings, FixedRows, Hidden, Kind, Linked, Note, Row, Table
from app.reports.queries import readiness as queries
from app.reports.queries.readiness import Read, Standing
from app.reports.questions.asked import count_of, known_words, notes_on_scope, said_hidden, whom

QUESTION = "Who is ready, close, stuck or unrated?"
LABELS = {
    queries.Kind.READY: "Ready",
    queries.Kind.CLOSE: "Close",
    queries.Kind.UNRATED: "Unrated",
    queries.Kind.STUCK: "Stuck",
    queries.Kind.OTHER: "Other",
}
NO_TEAM = "In no team"
NOTHING_KNOWN = "Where people stand was not recorded by this day."
MOST_IN_CHART = 24
MOST_TEAMS = 60
SMALL = "small"
AT_ONCE = 2000
HOW_TO_READ = Note(
    "How people are counted",
    "Everybody once, by the first that applies. Ready: all that a next level asks holds. Close: at most "
    f"{number_word(CLOSE_BLOCKERS)} expectations are in the way. Unrated: no line manager has looked for "
    f"{UNSEEN_DAYS} days. Stuck: whatever was in the way {STUCK_DAYS} days ago is in the way still; days of leave do "
    "not count. Other: on the way, at the top of a ladder, or without a level.",
)


def find(criteria: Criteria) -> Findings:
    """Return how ready people are by team and competency; of fewer than k people a sentence."""
    read = queries.read_readiness(criteria)
    scope = f"{whom(criteria)}, on {long_date(criteria.day)}{known_words(criteria.as_of, criteria.today)}"
    if len(read.people) < criteria.k:
        return _too_few(criteria, read, scope)
    if read.unknown == len(read.people) and not queries.is_today(criteria):
        # Zeros would say that nobody was ready, of a day of which nothing is known.
        return Findings(QUESTION, NOTHING_KNOWN, (), _rest(criteria, read), scope, notes=notes_on_scope(criteria))
    lines = _lines(read)
    grid = _grid(read, lines, criteria.k)
    teams, competencies = _by_team(lines, grid, criteria.k), _by_competency(read, criteria.k)
    tables = [teams, competencies]
    if not criteria.is_for_outside:
        tables.append(_named(criteria, read))
    nobody = _no_opportunity(criteria, read)
    if nobody is not None:
        tables.append(nobody)
    return Findings(
        question=QUESTION,
        answer=_answer(grid),
        rest=_rest(criteria, read),
        tables=tuple(tables),
        scope=scope,
        charts=_charts(lines, grid),
        hidden=(
            *said_hidden(_cells(teams), "By team"),
            *said_hidden(_cells(competencies), "By competency"),
            *(said_hidden(_cells(nobody), "Without opportunity") if nobody else ()),
            *_own(criteria),
        ),
        notes=(HOW_TO_READ, *notes_on_scope(criteria)),
        ladders=tuple(sorted({_edition(read, one.version_id) for one in read.people if one.version_id})),
        is_named=not criteria.is_for_outside,
    )


def _edition(read: Read, version_id: uuid.UUID | None) -> str:
    edition = read.editions.get(version_id) if version_id else None
    return edition.name if edition else ""


def _cells(table: Table) -> list[Cell]:
    return [cell for row in table.rows.stream() for cell in row]


def _own(criteria: Criteria) -> tuple[str, ...]:
    actor = criteria.viewer.actor
    if actor is not None and actor.has_role(Role.HR):
        return ("The list of people leaves out your own line: HR never handles their own row.",)
    return ()


def _too_few(criteria: Criteria, read: Read, scope: str) -> Findings:
    if not read.people:
        return Findings(QUESTION, "There is nobody to count yet.", (), "", scope, notes=notes_on_scope(criteria))
    people = () if criteria.is_for_outside else (_named(criteria, read),)
    return Findings(
        QUESTION,
        f"There are fewer than {criteria.k} people to count, so no figures are shown.",
        people,
        "Each of them stands in the list and on their own page." if people else "",
        scope,
        hidden=(f"All figures, because they would count fewer than {criteria.k} people.", *_own(criteria)),
        notes=(HOW_TO_READ, *notes_on_scope(criteria)),
        is_named=bool(people),
    )


# Figures --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of the table by team: their keys in order, what each is called, and the line of each team."""

    keys: tuple[Hashable, ...]
    names: Mapping[Hashable, str]
    line_of: Mapping[uuid.UUID | None, Hashable]


def _lines(read: Read) -> _Lines:
    """Return a line for each team by name; of very many teams, one line for all that have few people.

    In a team of a few, nearly every figure would have to be hidden.
    """
    sizes = Counter(one.team_id for one in read.people)
    teams = [team_id for team_id in read.teams if team_id in sizes]
    ordered = sorted((sizes[team_id] for team_id in teams), reverse=True)
    least = ordered[MOST_TEAMS] + 1 if len(teams) > MOST_TEAMS else 0
    line_of: dict[uuid.UUID | None, Hashable] = {one: one if sizes[one] >= least else SMALL for one in teams}
    names: dict[Hashable, str] = {one: read.teams[one] for one in teams if line_of[one] == one}
    if least:
        names[SMALL] = f"Teams of fewer than {least} people"
    if None in sizes:
        line_of[None] = NO_TEAM
        names[NO_TEAM] = NO_TEAM
    return _Lines(tuple(names), names, line_of)


def _grid(read: Read, lines: _Lines, k: int) -> Grid:
    counts: Counter[tuple[Hashable, Hashable]] = Counter((lines.line_of[one.team_id], one.kind) for one in read.people)
    return suppress_grid(counts, lines.keys, list(queries.Kind), k)


def _by_team(lines: _Lines, grid: Grid, k: int) -> Table:
    def row(name: Cell, team: object) -> Row:
        return (name, *(_cell(grid, team, kind, k) for kind in queries.Kind), _cell(grid, team, None, k))

    rows = [
        row(Linked(lines.names[key], "team", key) if isinstance(key, uuid.UUID) else lines.names[key], key)
        for key in lines.keys
    ]
    columns = (
        Column("team", "Team", is_wide=True),
        *(Column(kind.value, LABELS[kind], Kind.COUNT) for kind in queries.Kind),
        Column("people", "People", Kind.COUNT),
    )
    return Table("teams", "By team", columns, FixedRows([*rows, row("All", None)]))


def _cell(grid: Grid, row: object, column: object, k: int) -> Cell:
    place = row, column
    return Hidden(grid.why[place], k) if place in grid.why else grid.counts[place]


def _by_competency(read: Read, k: int) -> Table:
    asked, blocked = _blocked(read)
    rows = []
    for edition in sorted(read.editions.values(), key=lambda one: (one.name, str(one.id))):
        for competency in edition.ladder.competencies:
            key = edition.id, competency.id
            if asked[key]:
                rows.append((edition.name, competency.name, _count(blocked[key], k, asked[key]), _count(asked[key], k)))
    columns = (
        Column("ladder", "Ladder"),
        Column("competency", "Competency", is_wide=True),
        Column("blocked", "Held up here", Kind.COUNT, note="People for whom it has an expectation in the way"),
        Column("asked", "Of", Kind.COUNT, note="People on the way to a level of this ladder"),
    )
    remark = "Somebody may be held up in several competencies, so that these figures have no sum."
    empty = "Nobody is on the way to a next level."
    return Table("competencies", "By competency", columns, FixedRows(rows), remark=remark, empty=empty)


def _blocked(read: Read) -> tuple[Counter[tuple[uuid.UUID, str]], Counter[tuple[uuid.UUID, str]]]:
    """Return by version and competency how many people are on the way there, and how many are held up."""
    asked: Counter[tuple[uuid.UUID, str]] = Counter()
    blocked: Counter[tuple[uuid.UUID, str]] = Counter()
    on_the_way: Counter[uuid.UUID] = Counter()
    texts: Counter[tuple[uuid.UUID, str]] = Counter()
    by_id = {
        version_id: {wanted.id: wanted.competency for wanted in edition.ladder.expectations}
        for version_id, edition in read.editions.items()
    }
    for one in read.people:
        if not one.targets or one.version_id not in by_id:
            continue
        on_the_way[one.version_id] += 1
        texts[one.version_id, queries.texts_of(one)] += 1
    for (version_id, text), number in texts.items():
        for name in {by_id[version_id].get(wanted) for wanted in queries.ids_in(text)}:
            if name is not None:
                blocked[version_id, name] += number
    for version_id, number in on_the_way.items():
        for competency in read.editions[version_id].ladder.competencies:
            asked[version_id, competency.id] = number
    return asked, blocked


def _count(number: int, k: int, of: int | None = None) -> Cell:
    """Return a count that stands for itself: hidden where it, the rest of the whole, or the whole is of a few."""
    rest = (of or 0) - number if of is not None else 0
    is_of_few = 0 < number < k or 0 < rest < k or (of is not None and of < k)
    return Hidden(k=k) if is_of_few else number


def _no_opportunity(criteria: Criteria, read: Read) -> Table | None:
    """Return the expectations that nobody shows and for which there was no opportunity; none of a past day."""
    if not queries.is_today(criteria):
        return None
    rows = []
    for one in queries.without_opportunity(read, criteria):
        ladder = one.edition.ladder
        wanted = ladder.expectation(one.expectation_id)
        competency = next(found.name for found in ladder.competencies if found.id == wanted.competency)
        number = _count(one.without, criteria.k, one.asked)
        rows.append((wanted.text, competency, one.edition.name, number, _count(one.asked, criteria.k)))
    columns = (
        Column("expectation", "Expectation", is_wide=True),
        Column("competency", "Competency"),
        Column("ladder", "Ladder"),
        Column("without", "Had no opportunity", Kind.COUNT, note="By the latest answer of their manager"),
        Column("asked", "Of whom it is asked", Kind.COUNT),
    )
    return Table(
        "no_opportunity",
        "What nobody has an opportunity to show",
        columns,
        FixedRows(rows),
        remark="Nobody of whom it is asked shows it, and managers saw no opportunity. It is about the work.",
        empty="Everything that is asked is shown by somebody, or managers saw an opportunity for it.",
    )


# Sentences and chart --------------------------------------------------------------


def _answer(grid: Grid) -> str:
    total = grid.counts[None, None]
    who = f"Of {count_of(total, 'person', 'people')}" if total is not None else "Of those who are counted"
    known = [
        f"{number} {'is' if number == 1 else 'are'} {LABELS[kind].lower()}"
        for kind in queries.Kind
        if kind is not queries.Kind.OTHER and (number := grid.counts[None, kind]) is not None
    ]
    if not known:
        return "With so few people in each, the figures would tell of single people, so they are hidden."
    return f"{who}, {', '.join(known[:-1])}{' and ' if len(known) > 1 else ''}{known[-1]}."


def _rest(criteria: Criteria, read: Read) -> str:
    said = []
    if read.waiting and (read.waiting >= criteria.k):
        said.append(f"{count_of(read.waiting, 'standing')} are being computed again, and counted as they were.")
    elif read.waiting:
        said.append("A few standings are being computed again, and counted as they were.")
    if read.unknown and queries.is_today(criteria):
        said.append("Some standings wait to be computed for the first time; until then they are counted as other.")
    elif read.unknown == len(read.people):
        said.append("Choose “as corrected since” to have the day computed from what is known now.")
    if not read.knows_stuck:
        said.append(
            f"Nothing was recorded by {long_date(read.stuck_from)} of where people stood, so that nobody can be told "
            "to be stuck."
        )
    return " ".join(said)


def _charts(lines: _Lines, grid: Grid) -> tuple[MatrixChart, ...]:
    if len(lines.keys) > MOST_IN_CHART:
        return ()
    kinds = list(queries.Kind)

    def cell(row: object, kind: queries.Kind) -> MatrixCell:
        number, total = grid.counts[row, kind], grid.counts[row, None]
        if number is None:
            return MatrixCell("hidden", None)
        return MatrixCell(str(number), number / total if total else 0.0)

    return (
        MatrixChart(
            title="How ready people are, by team",
            description="Each row is a team; the darker a place, the larger its part of the team.",
            row_label="Team",
            column_label="How ready",
            rows=tuple(lines.names[key] for key in lines.keys),
            columns=tuple(LABELS[kind] for kind in kinds),
            cells=tuple(tuple(cell(key, kind) for kind in kinds) for key in lines.keys),
        ),
    )


# People ---------------------------------------------------------------------------


def _named(criteria: Criteria, read: Read) -> Table:
    actor = criteria.viewer.actor
    own = actor.person_id if actor is not None and actor.has_role(Role.HR) else None
    people = [one for one in read.people if one.kind is not queries.Kind.OTHER]
    if own is not None:
        # A key is the id itself, or its text, with or without dashes.
        people = [one for one in people if one.key not in {own, own.hex, str(own)}]
    columns = (
        Column("name", "Name"),
        Column("team", "Team"),
        Column("level", "Level"),
        Column("next", "Next"),
        Column("says", "What to ask about", is_wide=True),
        Column("blocking", "In the way", Kind.COUNT, note="Expectations, for the nearest next level"),
    )
    empty = "Nobody is ready, close, stuck or unrated."
    return Table("people", "People to talk to, by name", columns, _People(people, read.teams), empty=empty)


class _People:
    """The list of people, whose names are read as they are needed."""

    def __init__(self, people: Sequence[Standing], teams: Mapping[uuid.UUID, str]) -> None:
        """Keep who is in it."""
        self._people = people
        self._teams = teams

    def count(self) -> int:
        """Return how many there are."""
        return len(self._people)

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of them; names lead to people."""
        return list(self._rows(self._people[offset : offset + limit], lambda name, one: Linked(name, "person", one)))

    def stream(self) -> Iterator[Row]:
        """Yield all of them."""
        for first in range(0, len(self._people), AT_ONCE):
            yield from self._rows(self._people[first : first + AT_ONCE], lambda name, _: name)

    def _rows(self, people: Sequence[Standing], named: Callable[[str, uuid.UUID], str]) -> Iterator[Row]:
        names = queries.names_of([one.person_id for one in people])
        for one in people:
            nearest = min(one.targets, key=lambda target: target.number)
            yield (
                named(names[one.person_id], one.person_id),
                self._teams[one.team_id] if one.team_id else None,
                one.held,
                ", ".join(target.level for target in one.targets),
                "; ".join(_says(one)),
                nearest.number,
            )


def _says(one: Standing) -> Iterator[str]:
    """Yield all that applies to somebody, as the team board does, where the figures count only the first."""
    for target in one.targets:
        if target.is_ready:
            yield f"Ready for {target.level}"
        elif target.is_close:
            yield f"Close to {target.level}"
    if all(target.is_stuck for target in one.targets):
        yield f"Stuck for {STUCK_DAYS} days"
    if one.is_unseen:
        yield f"Not looked at for {UNSEEN_DAYS} days"


DEFINITION = Definition(
    name="readiness",
    title="Readiness",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({AS_OF, KNOWN}),
    find=find,
    is_named=True,
)
