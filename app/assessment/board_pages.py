"""The team board as its template shows it. For views only: no database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app.assessment.pages import WORST_FIRST, Rung, shown_status
from app.assessment.queries import Board, BoardRow, TeamOpportunity, Way, by_ladder
from app.domain.board import CLOSE_BLOCKERS, STUCK_DAYS, UNSEEN_DAYS, Question
from app.domain.evidence import Lack, Missing
from app.domain.ladder import Competency, Level
from app.domain.rating import Truth
from app.domain.readiness import Readiness, Standing, Status, Verdict
from app.infra.templating import ago, counted, number_word, plural
from app.ladders.queries import Edition

SHORT_NAME = 6
LABELS = {
    Question.CLOSE: "Close: one or two missing",
    Question.STUCK: "Stuck: nothing moved in six months",
    Question.UNSEEN: f"Not looked at for {UNSEEN_DAYS} days",
}
RULES = {
    Question.CLOSE: f"Not ready for the next level, and at most {number_word(CLOSE_BLOCKERS)} expectations block it.",
    Question.STUCK: f"Everything that blocked the next level {STUCK_DAYS} days ago blocks it still, by what is known"
    " today. Days of recorded leave are left out, and who has held the level for less is not stuck.",
    Question.UNSEEN: f"For {UNSEEN_DAYS} days no line manager has handed in a rating, set a piece aside, answered about"
    " one or approved a waiver, and no assessment with a rating was opened to both.",
}
NOBODY = {
    Question.CLOSE: "Nobody is one or two expectations away from the next level.",
    Question.STUCK: "Nobody is stuck: for everybody something has moved within six months.",
    Question.UNSEEN: f"Everybody has been looked at within {UNSEEN_DAYS} days.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One competency at the head of a board; `short` stands in a narrow cell."""

    name: str
    short: str


@dataclass(frozen=True, slots=True)
class CellView:
    """How somebody stands on one competency: the status furthest from met, a note, and where it is explained."""

    status: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One line of a board: a person on the way to one level."""

    name: str
    href: str
    note: str
    held: Rung
    target: Rung | None
    since: str
    cells: tuple[CellView, ...]
    verdict: str
    words: str
    looked: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class BoardTable:
    """The people of one ladder."""

    title: str
    competencies: tuple[Column, ...]
    people: tuple[BoardLine, ...]
    rungs: int


@dataclass(frozen=True, slots=True)
class OffLadder:
    """Somebody who is on no ladder in use: there is no line of a table to draw."""

    name: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the board."""

    text: str
    count: int
    current: bool
    href: str


@dataclass(frozen=True, slots=True)
class Below:
    """The board of somebody who leads."""

    name: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class OpportunityLine:
    """One expectation for which somebody in the team had no opportunity."""

    text: str
    href: str
    where: str
    said: str
    shown: str


@dataclass(frozen=True)
class BoardView:
    """The board as a page shows it. `nobody` says that a filter leaves none; `rules` are the filters in words."""

    summary: str
    size: int
    choices: tuple[Choice, ...]
    rules: tuple[tuple[str, str], ...]
    tables: tuple[BoardTable, ...]
    others: tuple[OffLadder, ...]
    nobody: str
    below: tuple[Below, ...]
    for_nobody: tuple[OpportunityLine, ...]
    for_somebody: tuple[OpportunityLine, ...]


def question_in(text: str | None) -> Question | None:
    """Return the filter that an address names; None for everybody, and for what is no filter."""
    return Question(text) if text in set(Question) else None


def board_view(
    board: Board,
    found: Sequence[TeamOpportunity],
    question: Question | None,
    *,
    lead_id: uuid.UUID,
    is_own: bool,
) -> BoardView:
    """Return a board as its page shows it, narrowed to a question."""
    rows = board.narrowed(question)
    lines = [_opportunity(one) for one in found]
    return BoardView(
        summary=_summary(board),
        size=len(board.rows),
        choices=tuple(_choices(board, question, None if is_own else lead_id)),
        rules=tuple((LABELS[one].partition(":")[0], RULES[one]) for one in Question),
        tables=tuple(_table(edition, people, board.on) for edition, people in by_ladder(rows)),
        others=tuple(_other(row) for row in rows if not row.ways),
        nobody=NOBODY[question] if question and board.rows and not rows else "",
        below=tuple(_below(row) for row in board.rows if row.person.reports),
        for_nobody=tuple(line for line, one in zip(lines, found, strict=True) if one.found.is_for_nobody),
        for_somebody=tuple(line for line, one in zip(lines, found, strict=True) if not one.found.is_for_nobody),
    )


def _summary(board: Board) -> str:
    """Return a team in a sentence of counts: “One is ready, two are close, two are stuck.”."""
    ready = sum(any(way.report.verdict is Verdict.READY and not way.is_top for way in row.ways) for row in board.rows)
    parts = [
        (ready, ("is ready", "are ready")),
        (board.count(Question.CLOSE), ("is close", "are close")),
        (board.count(Question.STUCK), ("has not moved for six months", "have not moved for six months")),
        (board.count(Question.UNSEEN), tuple(f"{was} not looked at for {UNSEEN_DAYS} days" for was in ("was", "were"))),
    ]
    words = ", ".join(f"{number_word(number)} {plural(number, *phrase)}" for number, phrase in parts if number)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _choices(board: Board, question: Question | None, lead_id: uuid.UUID | None) -> Iterable[Choice]:
    """Return the filters. Without a lead they lead to the reader's own board, which has an address of its own."""
    own = url_for("assessment.show_board", person_id=lead_id) if lead_id else url_for("assessment.show_own_board")
    yield Choice("Everybody", len(board.rows), question is None, own)
    for one in Question:
        yield Choice(LABELS[one], board.count(one), question is one, f"{own}?show={one.value}")


def _below(row: BoardRow) -> Below:
    return Below(
        row.person.name,
        f"leads {counted(row.person.reports, 'person', 'people')}",
        url_for("assessment.show_board", person_id=row.person.id),
    )


# One table ------------------------------------------------------------------------


def _table(edition: Edition, rows: Sequence[BoardRow], on: date) -> BoardTable:
    columns = edition.ladder.competencies
    rungs = max(level.rank for level in edition.ladder.levels)
    return BoardTable(
        title=edition.ladder.title,
        competencies=tuple(Column(one.name, _short(one.name)) for one in columns),
        people=tuple(_line(row, way, columns, rungs, on) for row in rows for way in row.ways),
        rungs=rungs,
    )


def _short(name: str) -> str:
    """Return the beginning of a name for a narrow cell.

    >>> _short("Delivery"), _short("Design & architecture"), _short("Log analysis")
    ('Deliv.', 'Design', 'Log')
    """
    first = name.split(maxsplit=1)[0]
    return first if len(first) <= SHORT_NAME else f"{first[:5]}."


def _line(row: BoardRow, way: Way, columns: Sequence[Competency], rungs: int, on: date) -> BoardLine:
    found = way.report
    href = url_for("assessment.show_standing", person_id=row.person.id)
    held = row.held or found.target
    return BoardLine(
        name=row.person.name,
        href=href,
        note="On leave" if row.person.is_on_leave else "",
        held=_rung(held, rungs),
        target=None if way.is_top else _rung(found.target, rungs),
        since=f"{row.held_since:%b %Y}" if row.held_since else "",
        cells=tuple(_cell(found, one, "" if way.is_top else href) for one in columns),
        verdict="" if way.is_top else found.verdict.value,
        words="Top of this ladder" if way.is_top else _words(way),
        looked=_looked(row, on),
        is_late=row.is_unseen,
    )


def _rung(level: Level, rungs: int) -> Rung:
    return Rung(level.id, level.rank, rungs)


def _words(way: Way) -> str:
    """Return what stands beside a verdict: “3 missing of 20”, and that nothing has moved; never a percentage."""
    found = way.report
    number = len(found.blockers)
    if found.verdict is Verdict.READY:
        return f"all {found.of} met"
    what = "not rated" if found.verdict is Verdict.CANNOT_TELL else "missing"
    # The count stays on one line, whatever the width of the column.
    words = f"{number} {what} of {found.of}".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{words}, unchanged for six months" if way.is_stuck else words


def _looked(row: BoardRow, on: date) -> str:
    if row.person.last_looked_on is None:
        return "not yet"
    days = (on - row.person.last_looked_on).days
    return counted(days, "day ago", "days ago") if days >= UNSEEN_DAYS else ago(row.person.last_looked_on)


def _other(row: BoardRow) -> OffLadder:
    return OffLadder(
        row.person.name,
        url_for("people.show_person", person_id=row.person.id),
        "On leave" if row.person.is_on_leave else "",
    )


def _cell(found: Readiness, competency: Competency, href: str) -> CellView:
    """Return how somebody stands on a competency over all levels up to the target."""
    shown: list[str] = []
    open_ones: list[Standing] = []
    for cell in found.cells:
        if cell.competency.id != competency.id or cell.truth is None:
            continue
        inside = [
            one
            for one in found.standings
            if one.is_required and one.competency.id == competency.id and one.level.id == cell.level.id
        ]
        # What a k-of-n cell can spare does not stand for the cell.
        holding = [one for one in inside if one.truth is Truth.TRUE]
        standing_for = holding if cell.truth is Truth.TRUE and holding else inside
        shown += [shown_status(one) for one in standing_for]
        open_ones += [one for one in standing_for if one.truth is not Truth.TRUE]
    if not shown:
        return CellView("none")
    status = min(shown, key=WORST_FIRST.index)
    anchored = f"{href}#{found.target.id}-{competency.id}" if href else ""
    return CellView(status, _note(open_ones), anchored)


def _note(open_ones: Sequence[Standing]) -> str:
    if len(open_ones) > 1:
        return f"{len(open_ones)} open"
    if len(open_ones) == 1 and open_ones[0].status is Status.UNPROVEN and open_ones[0].missing:
        return _lack(open_ones[0].missing[0])
    return ""


def _lack(missing: Missing) -> str:
    if missing.lack is Lack.SPAN:
        return f"{missing.have} of {missing.need} d"
    if missing.lack is Lack.CORROBORATION:
        return "no voice" if not missing.have else f"{missing.have} of {missing.need} voices"
    if missing.lack is Lack.KINDS:
        return f"{missing.have} of {missing.need} kinds"
    return f"{missing.have} of {missing.need}"


# What nobody can show -------------------------------------------------------------


def _opportunity(one: TeamOpportunity) -> OpportunityLine:
    ladder, found = one.edition.ladder, one.found
    shown = counted(len(found.shown), "person shows it", "people show it") if found.shown else "nobody shows it"
    return OpportunityLine(
        text=one.expectation.text,
        href=url_for(
            "ladders.show_expectation",
            slug=ladder.slug,
            version=ladder.version,
            expectation_id=found.expectation_id,
            _anchor=found.expectation_id,
        ),
        where=f"{one.competency.name}, {ladder.title}",
        said=f"{len(found.without)} of {counted(len(found.asked), 'person', 'people')} had no opportunity",
        shown=shown,
    )
