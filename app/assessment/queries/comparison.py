"""Both sides of an assessment, once they are revealed. Before that no row of either side is fetched."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.assessment.models import Assessment, AssessmentAnswer, Side
from app.assessment.queries.facts import counts_for_its_side
from app.domain.bar import Ask, bar_for
from app.domain.errors import MissingError
from app.domain.ladder import Level
from app.domain.rating import CONVERSATION_STEPS, Answer
from app.infra.clock import local, today
from app.infra.db import db
from app.ladders.queries import Edition, get_edition
from app.people.queries import get_people

TWELVE_MONTHS = 365


@dataclass(frozen=True, slots=True)
class Voice:
    """What one side said about one expectation."""

    answer: Answer | None
    comment: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One expectation with both voices. `steps` is how far they lie apart, None unless both gave a rating."""

    ask: Ask
    own: Voice
    theirs: Voice

    @property
    def steps(self) -> int | None:
        """Return how many steps lie between the two ratings."""
        mine = self.own.answer.rating if self.own.answer else None
        other = self.theirs.answer.rating if self.theirs.answer else None
        return abs(mine.steps_above(other)) if mine and other else None

    @property
    def differs(self) -> bool:
        """Say whether the two did not answer the same."""
        return self.own.answer is not self.theirs.answer

    @property
    def needs_conversation(self) -> bool:
        """Say whether the two lie so far apart that they should talk."""
        return self.steps is not None and self.steps >= CONVERSATION_STEPS


@dataclass(frozen=True)
class Comparison:
    """Both sides of a revealed assessment. `is_old`: the manager answered more than twelve months ago."""

    assessment: Assessment
    edition: Edition
    target: Level
    subject: str
    manager: str
    given_on: date
    is_old: bool
    rows: tuple[ComparedRow, ...]

    @property
    def differing(self) -> list[ComparedRow]:
        """Return the rows that differ, widest first; an answer off the scale comes after those that can be measured."""
        rows = [row for row in self.rows if row.differs]
        return sorted(rows, key=lambda row: -(row.steps or 0))

    @property
    def agreeing(self) -> list[ComparedRow]:
        """Return the rows on which both gave the same answer, in ladder order."""
        return [row for row in self.rows if not row.differs]


def comparison_of(assessment: Assessment) -> Comparison:
    """Return both sides of an assessment. MissingError while it is sealed: nothing of either side is read then."""
    if not assessment.is_revealed or assessment.manager_id is None or assessment.manager_submitted_at is None:
        raise MissingError
    edition = get_edition(assessment.ladder_version_id)
    bar = bar_for(edition.ladder, assessment.target_level)
    voices = _voices(assessment.id)
    names = get_people([assessment.subject_id, assessment.manager_id])
    given_on = local(assessment.manager_submitted_at).date()
    silent = Voice(None, "")
    rows = []
    for ask in bar.asks:
        said = voices.get(ask.expectation.id, {})
        if said:
            rows.append(ComparedRow(ask, said.get(Side.SELF, silent), said.get(Side.MANAGER, silent)))
    return Comparison(
        assessment=assessment,
        edition=edition,
        target=bar.target,
        subject=names[assessment.subject_id].name,
        manager=names[assessment.manager_id].name,
        given_on=given_on,
        is_old=(today() - given_on).days > TWELVE_MONTHS,
        rows=tuple(rows),
    )


def _voices(assessment_id: uuid.UUID) -> Mapping[str, dict[Side, Voice]]:
    rows = db.session.execute(
        select(
            AssessmentAnswer.expectation_id, AssessmentAnswer.side, AssessmentAnswer.answer, AssessmentAnswer.comment
        )
        .join(Assessment, Assessment.id == AssessmentAnswer.assessment_id)
        .where(Assessment.id == assessment_id, Assessment.is_revealed, counts_for_its_side())
        .order_by(AssessmentAnswer.expectation_id, AssessmentAnswer.id),
    )
    voices: dict[str, dict[Side, Voice]] = {}
    for expectation_id, side, answer, comment in rows:
        if answer is not None or comment:
            voices.setdefault(expectation_id, {})[side] = Voice(answer, comment)
    return voices
