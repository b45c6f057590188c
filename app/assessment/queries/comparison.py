"""Both sides of an assessment, once they are revealed. Before that no row of either side is fetched."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can
from app.assessment.models import Assessment, AssessmentAnswer, Side
from app.assessment.queries.facts import counts_for_its_side, facts_of
from app.domain.bar import Ask, bar_for
from app.domain.errors import MissingError
from app.domain.ladder import Level
from app.domain.rating import CONVERSATION_STEPS, Answer
from app.domain.readiness import Readiness, report
from app.evidence.queries import Card, list_cards
from app.infra.clock import local, today
from app.infra.db import db
from app.ladders.queries import Edition, get_edition
from app.people.queries import find_manager, get_people

TWELVE_MONTHS = 365


@dataclass(frozen=True, slots=True)
class Voice:
    """What one side said about one expectation."""

    answer: Answer | None
    comment: str


Voices = Mapping[str, Mapping[Side, Voice]]
Names = Mapping[uuid.UUID, str]
SILENT = Voice(None, "")


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One expectation with both voices. `steps` is how far they lie apart, None unless both gave a rating."""

    ask: Ask
    own: Voice
    theirs: Voice

    @property
    def steps(self) -> int | None:
        """Return how many steps lie between the two ratings."""
        above = self._own_above
        return abs(above) if above is not None else None

    @property
    def _own_above(self) -> int | None:
        mine = self.own.answer.rating if self.own.answer else None
        other = self.theirs.answer.rating if self.theirs.answer else None
        return mine.steps_above(other) if mine and other else None

    @property
    def is_by_both(self) -> bool:
        """Say whether both sides have answered."""
        return self.own.answer is not None and self.theirs.answer is not None

    @property
    def differs(self) -> bool:
        """Say whether the two did not answer the same."""
        return self.own.answer is not self.theirs.answer

    @property
    def needs_conversation(self) -> bool:
        """Say whether the self-rating lies so far above the manager's that the two should talk."""
        above = self._own_above
        return above is not None and above >= CONVERSATION_STEPS


@dataclass(frozen=True, slots=True)
class Given:
    """One side: whose it is, and when it came in; or that it was closed as “not given”, by whom and when."""

    name: str
    at: datetime
    is_given: bool
    closed_by: str = ""


@dataclass(frozen=True)
class Comparison:
    """Both sides of a revealed assessment. `is_old`: the manager answered more than twelve months ago."""

    assessment: Assessment
    edition: Edition
    target: Level
    own: Given
    theirs: Given
    is_old: bool
    rows: tuple[ComparedRow, ...]
    voices: Voices
    names: Names

    @property
    def differing(self) -> list[ComparedRow]:
        """Return the rows that differ, widest first; an answer off the scale comes after those that can be measured."""
        rows = [row for row in self.rows if row.is_by_both and row.differs]
        return sorted(rows, key=lambda row: -(row.steps or 0))

    @property
    def agreeing(self) -> list[ComparedRow]:
        """Return the rows on which both gave the same answer, in ladder order."""
        return [row for row in self.rows if row.is_by_both and not row.differs]

    @property
    def one_sided(self) -> list[ComparedRow]:
        """Return the rows that only one side has answered, in ladder order."""
        return [row for row in self.rows if not row.is_by_both]


def comparison_of(assessment: Assessment, names: Names | None = None) -> Comparison:
    """Return both sides of an assessment. MissingError while it is sealed: nothing of either side is read then.

    `names` are those that were read already; the others are read here.
    """
    if not assessment.is_revealed:
        raise MissingError
    edition = get_edition(assessment.ladder_version_id)
    bar = bar_for(edition.ladder, assessment.target_level)
    voices = voices_of(assessment.id)
    own, theirs, known = _sides(assessment, names or {})
    rows = []
    for ask in bar.asks:
        said = voices.get(ask.expectation.id, {})
        if said:
            rows.append(ComparedRow(ask, said.get(Side.SELF, SILENT), said.get(Side.MANAGER, SILENT)))
    return Comparison(
        assessment=assessment,
        edition=edition,
        target=bar.target,
        own=own,
        theirs=theirs,
        is_old=theirs.is_given and (today() - local(theirs.at).date()).days > TWELVE_MONTHS,
        rows=tuple(rows),
        voices=voices,
        names=known,
    )


def names_of(ids: Collection[uuid.UUID], known: Names) -> dict[uuid.UUID, str]:
    """Return the names of people; only those that are not known yet are read."""
    missing = [one for one in ids if one not in known]
    return {**known, **({key: person.name for key, person in get_people(missing).items()} if missing else {})}


def _sides(assessment: Assessment, known: Names) -> tuple[Given, Given, Names]:
    """Return both sides. Where the manager's was closed, the line manager of that day is named for it."""
    manager_id = assessment.manager_id
    if manager_id is None:
        current = find_manager(assessment.subject_id, assessment.submitted_on or today())
        manager_id = current.id if current else None
    names = names_of([one for one in (assessment.subject_id, manager_id, assessment.closed_by_id) if one], known)
    closed_by = names[assessment.closed_by_id] if assessment.closed_by_id else ""
    subject = names[assessment.subject_id]
    manager = names[manager_id] if manager_id else "The line manager"
    return (
        _given(subject, assessment.self_submitted_at, assessment.self_closed_at, closed_by),
        _given(manager, assessment.manager_submitted_at, assessment.manager_closed_at, closed_by),
        names,
    )


def _given(name: str, submitted_at: datetime | None, closed_at: datetime | None, closed_by: str) -> Given:
    if submitted_at is not None:
        return Given(name, submitted_at, is_given=True)
    if closed_at is None:
        raise MissingError
    return Given(name, closed_at, is_given=False, closed_by=closed_by)


def voices_of(assessment_id: uuid.UUID) -> Voices:
    """Return what both sides said, by expectation, of a revealed assessment; nothing while it is sealed.

    Of a side that was closed as “not given” nothing is read: what lies there is a draft, and its author's alone.
    """
    rows = db.session.execute(
        select(
            AssessmentAnswer.expectation_id,
            AssessmentAnswer.side,
            AssessmentAnswer.answer,
            AssessmentAnswer.comment,
            Assessment.self_submitted_at,
            Assessment.manager_submitted_at,
        )
        .join(Assessment, Assessment.id == AssessmentAnswer.assessment_id)
        .where(Assessment.id == assessment_id, Assessment.is_revealed, counts_for_its_side())
        .order_by(AssessmentAnswer.expectation_id, AssessmentAnswer.id),
    )
    voices: dict[str, dict[Side, Voice]] = {}
    for expectation_id, side, answer, comment, self_at, manager_at in rows:
        given_at = self_at if side is Side.SELF else manager_at
        if given_at is not None and (answer is not None or comment):
            voices.setdefault(expectation_id, {})[side] = Voice(answer, comment)
    return voices


# What lies behind the answers ---------------------------------------------------------


@dataclass(frozen=True)
class Behind:
    """What a reader may see beside the answers: evidence by expectation, and where the engineer stands today.

    `now` and `without` are the report on the pinned target today, with and without the ratings of this assessment;
    None for whoever may not read the standing.
    """

    cards: Mapping[str, Sequence[Card]]
    now: Readiness | None
    without: Readiness | None


def behind(found: Comparison, actor: Actor) -> Behind:
    """Return the evidence and the standing that lie behind a comparison, as far as the actor may read them."""
    assessment = found.assessment
    cards = list_cards(actor, assessment.subject_id)
    if not can(actor, Permission.Standing.READ, assessment):
        return Behind(cards, None, None)
    day = today()
    bar = bar_for(found.edition.ladder, assessment.target_level)
    facts = facts_of([assessment.subject_id], day)[assessment.subject_id]
    others = {
        expectation_id: [
            one
            for one in given
            if (one.given_at, one.author_id) != (assessment.manager_submitted_at, assessment.manager_id)
        ]
        for expectation_id, given in facts.manager_answers.items()
    }
    now = report(bar, facts, day)
    counted = {one.expectation.id: {piece.id for piece in one.sufficiency.counted} for one in now.standings}
    return Behind(
        cards={key: [card for card in pieces if card.id in counted.get(key, ())] for key, pieces in cards.items()},
        now=now,
        without=report(bar, replace(facts, manager_answers=others), day),
    )
