"""What a team gives nobody to show: expectations for which somebody said that there was no opportunity."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.assessment.queries.board import Board, BoardRow
from app.domain.board import Opportunity, had_none, opportunities
from app.domain.ladder import Competency, Expectation
from app.domain.readiness import Status
from app.ladders.queries import Edition


@dataclass(frozen=True, slots=True)
class TeamOpportunity:
    """One expectation of a ladder with how the team stands on it."""

    edition: Edition
    expectation: Expectation
    competency: Competency
    found: Opportunity


def opportunities_of(board: Board) -> list[TeamOpportunity]:
    """Return, ladder by ladder, the expectations for which somebody on a board had no opportunity.

    It rests on revealed answers alone, for the facts of a board hold no others, and on the people of the board, each of
    whom the reader may read: nothing is suppressed, and nothing sealed is counted.
    """
    found = []
    for edition, rows in by_ladder(board.rows):
        statuses = {row.person.id: _statuses(row) for row in rows}
        without = {row.person.id: _without(row, statuses[row.person.id], board) for row in rows}
        competencies = {one.id: one for one in edition.ladder.competencies}
        for one in opportunities(statuses, without):
            expectation = edition.ladder.expectation(one.expectation_id)
            found.append(TeamOpportunity(edition, expectation, competencies[expectation.competency], one))
    return found


def by_ladder(rows: Sequence[BoardRow]) -> list[tuple[Edition, list[BoardRow]]]:
    """Return the people of each ladder version, ladders by title and people in their order; some are on none."""
    found: dict[uuid.UUID, tuple[Edition, list[BoardRow]]] = {}
    for row in rows:
        if row.edition is not None and row.ways:
            found.setdefault(row.edition.id, (row.edition, []))[1].append(row)
    return sorted(found.values(), key=lambda pair: (pair[0].ladder.title, str(pair[0].id)))


def _statuses(row: BoardRow) -> dict[str, Status]:
    """Return how somebody stands on whatever their ways demand."""
    return {one.expectation.id: one.status for way in row.ways for one in way.report.standings}


def _without(row: BoardRow, asked: Iterable[str], board: Board) -> set[str]:
    own, managers = row.facts.self_answers, row.facts.manager_answers
    return {one for one in asked if had_none(own.get(one, ()), managers.get(one, ()), board.on)}
