"""What one side writes, and its own words after it was handed in. Rows of the other side are never fetched here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select

from app.access.actor import Actor
from app.assessment.models import Assessment, AssessmentAnswer, AssessmentSheet, Side
from app.assessment.queries.facts import facts_of
from app.domain.bar import Ask, Bar, bar_for
from app.domain.errors import MissingError
from app.domain.ladder import Competency, Level
from app.domain.rating import Answer
from app.domain.readiness import Readiness, Standing, Status, report
from app.evidence.queries import Card, list_cards
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import Edition, get_edition

DECIDED = frozenset({Status.BANKED, Status.WAIVED})


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One expectation on a sheet: where it stands, what this side has answered so far, and the evidence for it.

    `is_open`: it is asked. The others are folded: banked or waived, and may be answered anyway.
    """

    standing: Standing
    is_open: bool
    answer: Answer | None
    comment: str
    cards: Sequence[Card]

    @property
    def id(self) -> str:
        """Return the id of the expectation."""
        return self.standing.expectation.id

    @property
    def is_needed(self) -> bool:
        """Say whether the side can only be handed in with an answer here."""
        return self.is_open and self.standing.is_required


@dataclass(frozen=True)
class Sheet:
    """One author's side of an assessment. `revision` and `sequence` are those of the last draft that was kept."""

    assessment: Assessment
    edition: Edition
    side: Side
    author_id: uuid.UUID
    target: Level
    held: Level | None
    rows: tuple[SheetRow, ...]
    revision: int
    sequence: int
    saved_at: datetime | None
    submitted_at: datetime | None

    @property
    def needed(self) -> list[SheetRow]:
        """Return the rows that need an answer."""
        return [row for row in self.rows if row.is_needed]

    @property
    def unanswered(self) -> list[SheetRow]:
        """Return the rows that need an answer and have none."""
        return [row for row in self.needed if row.answer is None]

    def groups(self) -> list[tuple[Competency, list[SheetRow], list[SheetRow]]]:
        """Return the rows by competency: those that are asked, and those that are folded."""
        grouped = []
        for competency in self.edition.ladder.competencies:
            rows = [row for row in self.rows if row.standing.competency.id == competency.id]
            if rows:
                grouped.append((competency, [r for r in rows if r.is_open], [r for r in rows if not r.is_open]))
        return grouped


def find_sheet(assessment_id: uuid.UUID, side: Side, author_id: uuid.UUID) -> AssessmentSheet | None:
    """Return what is known of one author's sheet as a whole, None before the first draft."""
    row = select(AssessmentSheet).where(
        AssessmentSheet.assessment_id == assessment_id,
        AssessmentSheet.side == side,
        AssessmentSheet.author_id == author_id,
    )
    return db.session.scalars(row).one_or_none()


def list_answers(assessment_id: uuid.UUID, side: Side, author_id: uuid.UUID) -> dict[str, AssessmentAnswer]:
    """Return one author's own answers to one side, by expectation."""
    rows = db.session.scalars(
        select(AssessmentAnswer)
        .where(
            AssessmentAnswer.assessment_id == assessment_id,
            AssessmentAnswer.side == side,
            AssessmentAnswer.author_id == author_id,
        )
        .order_by(AssessmentAnswer.expectation_id),
    )
    return {row.expectation_id: row for row in rows}


@once_per_transaction
def read_sheet(
    assessment_id: uuid.UUID, side: Side, author_id: uuid.UUID
) -> tuple[AssessmentSheet | None, dict[str, AssessmentAnswer]]:
    """Return what `find_sheet` and `list_answers` say, in one question; for pages, who change nothing of it."""
    rows: Sequence[Any] = db.session.execute(
        select(AssessmentSheet, AssessmentAnswer)
        .select_from(Assessment)
        .outerjoin(
            AssessmentSheet,
            and_(
                AssessmentSheet.assessment_id == Assessment.id,
                AssessmentSheet.side == side,
                AssessmentSheet.author_id == author_id,
            ),
        )
        .outerjoin(
            AssessmentAnswer,
            and_(
                AssessmentAnswer.assessment_id == Assessment.id,
                AssessmentAnswer.side == side,
                AssessmentAnswer.author_id == author_id,
            ),
        )
        .where(Assessment.id == assessment_id)
        .order_by(AssessmentAnswer.expectation_id, AssessmentAnswer.id),
    ).all()
    answers = {answer.expectation_id: answer for _, answer in rows if answer is not None}
    return next((sheet for sheet, _ in rows), None), answers


def report_behind(assessment: Assessment, edition: Edition, on: date) -> Readiness:
    """Return where the engineer stands on the pinned target of the pinned version."""
    bar = bar_for(edition.ladder, assessment.target_level)
    return report(bar, facts_of([assessment.subject_id], on)[assessment.subject_id], on)


def is_open(standing: Standing, target: Level, answered: Iterable[str] = ()) -> bool:
    """Say whether a sheet asks for an expectation.

    What is waived or banked is folded, but for the level that the assessment is about, and for what was answered
    before it came to be banked. What has slipped is asked at whatever level it stands.
    """
    if standing.expectation.id in set(answered):
        return True
    if standing.status is Status.BANKED:
        return standing.level.id == target.id
    return standing.status not in DECIDED


def sheet_of(assessment: Assessment, side: Side, actor: Actor) -> Sheet:
    """Return the actor's own sheet of one side, with the evidence that the actor may read."""
    edition = get_edition(assessment.ladder_version_id)
    found = report_behind(assessment, edition, today())
    state, answers = read_sheet(assessment.id, side, actor.person_id)
    cards = list_cards(actor, assessment.subject_id)
    given = {key for key, row in answers.items() if row.answer is not None}
    rows = []
    for standing in found.standings:
        answer = answers.get(standing.expectation.id)
        rows.append(
            SheetRow(
                standing=standing,
                is_open=is_open(standing, found.target, given),
                answer=answer.answer if answer else None,
                comment=answer.comment if answer else "",
                cards=cards.get(standing.expectation.id, []),
            )
        )
    is_self = side is Side.SELF
    return Sheet(
        assessment=assessment,
        edition=edition,
        side=side,
        author_id=actor.person_id,
        target=found.target,
        held=_held(found),
        rows=tuple(rows),
        revision=state.revision if state else 0,
        sequence=state.sequence if state else 0,
        saved_at=state.saved_at if state else None,
        submitted_at=assessment.self_submitted_at if is_self else assessment.manager_submitted_at,
    )


def _held(found: Readiness) -> Level | None:
    banked = [standing.level for standing in found.standings if standing.status is Status.BANKED]
    return max(banked, key=lambda level: level.rank, default=None)


def needed_ids(assessment: Assessment, answered: Iterable[str]) -> tuple[str, ...]:
    """Return the expectations that a side must answer before it is handed in, in ladder order."""
    edition = get_edition(assessment.ladder_version_id)
    found = report_behind(assessment, edition, today())
    given = set(answered)
    return tuple(one.expectation.id for one in found.standings if one.is_required and is_open(one, found.target, given))


@dataclass(frozen=True, slots=True)
class SealedRow:
    """One answer of a side that is in."""

    ask: Ask
    answer: Answer | None
    comment: str


@dataclass(frozen=True)
class SealedSheet:
    """One's own side after it was handed in: nothing of the other side, and nothing of what came later."""

    assessment: Assessment
    edition: Edition
    side: Side
    target: Level
    submitted_at: datetime
    rows: tuple[SealedRow, ...]


def sealed_sheet_of(assessment: Assessment, side: Side, actor: Actor) -> SealedSheet:
    """Return the actor's own side as it was handed in; MissingError while it is open."""
    submitted_at = assessment.self_submitted_at if side is Side.SELF else assessment.manager_submitted_at
    if submitted_at is None:
        raise MissingError
    edition = get_edition(assessment.ladder_version_id)
    bar = bar_for(edition.ladder, assessment.target_level)
    return SealedSheet(
        assessment, edition, side, bar.target, submitted_at, _own_rows(assessment, side, actor.person_id, bar)
    )


@dataclass(frozen=True)
class OwnDraft:
    """What somebody had written for an assessment that ended without it."""

    edition: Edition
    side: Side
    target: Level
    rows: tuple[SealedRow, ...]


def own_draft_of(assessment: Assessment, actor: Actor) -> OwnDraft:
    """Return what the actor had written for an assessment that ended without it; MissingError without anything."""
    if not has_own_draft(assessment, actor):
        raise MissingError
    side = _side_without(assessment, actor)
    edition = get_edition(assessment.ladder_version_id)
    bar = bar_for(edition.ladder, assessment.target_level)
    return OwnDraft(edition, side, bar.target, _own_rows(assessment, side, actor.person_id, bar))


def has_own_draft(assessment: Assessment, actor: Actor) -> bool:
    """Say whether the actor had written something for an assessment that ended without it."""
    side = _side_without(assessment, actor)
    is_in = assessment.self_submitted_at if side is Side.SELF else assessment.manager_id == actor.person_id
    return not assessment.is_running and not is_in and find_sheet(assessment.id, side, actor.person_id) is not None


def _side_without(assessment: Assessment, actor: Actor) -> Side:
    return Side.SELF if actor.person_id == assessment.subject_id else Side.MANAGER


def _own_rows(assessment: Assessment, side: Side, author_id: uuid.UUID, bar: Bar) -> tuple[SealedRow, ...]:
    answers = list_answers(assessment.id, side, author_id)
    return tuple(
        SealedRow(ask, answers[ask.expectation.id].answer, answers[ask.expectation.id].comment)
        for ask in bar.asks
        if ask.expectation.id in answers
    )
