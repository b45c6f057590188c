"""Feedback of colleagues: who was asked about a case, and what they answered."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.domain.errors import MissingError
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import local, today
from app.infra.db import db
from app.people.models import Person
from app.people.queries import get_people
from app.promotion.models import (
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
)
from app.promotion.queries.cases import deadline_of, edition_of, get_cycle

_SPEAKS_AGAINST_FIRST = {
    FeedbackLeaning.LIMITS: 0,
    FeedbackLeaning.SHOWS: 1,
    FeedbackLeaning.NOT_SEEN: 2,
}


def get_feedback(feedback_id: uuid.UUID) -> PeerFeedback:
    """Return a request for feedback; MissingError when there is none."""
    found = db.session.get(PeerFeedback, feedback_id)
    if found is None:
        raise MissingError
    return found


def feedback_to(case: PromotionCase, person_id: uuid.UUID | None) -> PeerFeedback:
    """Return what somebody was asked about a case; MissingError when they were not."""
    asked = select(PeerFeedback).where(PeerFeedback.case_id == case.id, PeerFeedback.author_id == person_id)
    found = db.session.scalars(asked).one_or_none()
    if found is None:
        raise MissingError
    return found


@dataclass(frozen=True, slots=True)
class FeedbackCount:
    """How many colleagues were asked about a case, and what became of it. Requests taken back count nowhere."""

    asked: int
    given: int
    declined: int

    @property
    def owed(self) -> int:
        """Return how many answers are outstanding."""
        return self.asked - self.given - self.declined


def count_feedback(case_id: uuid.UUID) -> FeedbackCount:
    """Return the counts of a case. Before the decision is told, the candidate and the manager do not see them."""
    return count_states(db.session.scalars(select(PeerFeedback.state).where(PeerFeedback.case_id == case_id)))


def count_states(every: Iterable[FeedbackState]) -> FeedbackCount:
    """Return the counts of requests from their states."""
    states = Counter(every)
    given, declined = states[FeedbackState.GIVEN], states[FeedbackState.DECLINED]
    return FeedbackCount(states[FeedbackState.ASKED] + given + declined, given, declined)


@dataclass(frozen=True, slots=True)
class Said:
    """What a colleague says, or is asked to say, about one expectation."""

    id: str
    text: str
    competency: str
    leaning: FeedbackLeaning | None
    words: str


@dataclass(frozen=True, slots=True)
class Request:
    """One colleague and what they were asked about a case, as HR and the committee read it."""

    id: uuid.UUID
    author_id: uuid.UUID
    name: str
    state: FeedbackState
    rule: str
    asked_at: datetime
    reminded_at: datetime | None
    answered_at: datetime | None
    declined_reason: str
    said: tuple[Said, ...]


def list_requests(case: PromotionCase) -> list[Request]:
    """Return everybody who was asked about a case, by name, with what those said who have given it.

    Drafts stay with their authors.
    """
    rows = db.session.execute(
        select(PeerFeedback, Person.name)
        .join(Person, Person.id == PeerFeedback.author_id)
        .where(PeerFeedback.case_id == case.id)
        .order_by(Person.sort_name, Person.id)
    ).all()
    answers = _answers(row.id for row, _ in rows if row.state is FeedbackState.GIVEN)
    return [_request(case, row, name, answers) for row, name in rows]


def _request(
    case: PromotionCase, row: PeerFeedback, name: str, answers: dict[tuple[uuid.UUID, str], FeedbackAnswer]
) -> Request:
    return Request(
        id=row.id,
        author_id=row.author_id,
        name=name,
        state=row.state,
        rule=row.rule,
        asked_at=row.asked_at,
        reminded_at=row.reminded_at,
        answered_at=row.answered_at,
        declined_reason=row.declined_reason or "",
        said=_said(case, row, answers),
    )


def _answers(ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, str], FeedbackAnswer]:
    given = select(FeedbackAnswer).where(FeedbackAnswer.feedback_id.in_(list(ids))).order_by(FeedbackAnswer.id)
    return {(one.feedback_id, one.expectation_id): one for one in db.session.scalars(given)}


def _said(
    case: PromotionCase, row: PeerFeedback, answers: dict[tuple[uuid.UUID, str], FeedbackAnswer]
) -> tuple[Said, ...]:
    ladder = edition_of(case).ladder
    known = {one.id: one for one in ladder.requirement(case.target_level)}
    names = {one.id: one.name for one in ladder.competencies}
    said = []
    for one in row.expectations.split():
        answer = answers.get((row.id, one))
        said.append(
            Said(
                id=one,
                text=known[one].text if one in known else one,
                competency=names[known[one].competency] if one in known else "",
                leaning=answer.leaning if answer else None,
                words=answer.words if answer else "",
            )
        )
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Voice:
    """What one colleague said about one expectation."""

    name: str
    leaning: FeedbackLeaning
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """All that colleagues said about one expectation, what speaks against it first."""

    id: str
    text: str
    competency: str
    voices: tuple[Voice, ...]


def heard_by_expectation(requests: Iterable[Request]) -> list[Heard]:
    """Return what was said, expectation by expectation, for whoever may read it; those with limits come first."""
    found: dict[str, tuple[Said, list[Voice]]] = {}
    for request in requests:
        for one in request.said:
            if one.leaning is not None and request.state is FeedbackState.GIVEN:
                voices = found.setdefault(one.id, (one, []))[1]
                voices.append(Voice(request.name, one.leaning, one.words))
    heard = [
        Heard(one.id, one.text, one.competency, tuple(sorted(voices, key=_against_first)))
        for one, voices in found.values()
    ]
    return sorted(heard, key=lambda one: _against_first(one.voices[0]))


def _against_first(voice: Voice) -> int:
    return _SPEAKS_AGAINST_FIRST[voice.leaning]


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A request as its colleague reads it: who, which step, until when. Nothing else of the case."""

    id: uuid.UUID
    name: str
    from_level: str
    target_level: str
    ladder: str
    cycle_name: str
    state: FeedbackState
    asked_at: datetime
    answered_at: datetime | None
    declined_reason: str
    due_on: date | None
    is_open: bool
    """Feedback is being collected and the last day is not over."""
    said: tuple[Said, ...]
    rule: str
    """Why they were asked, as `wording.FEEDBACK_RULE` names it."""


def request_for(feedback: PeerFeedback) -> AskedOf:
    """Return a request with the answers so far, for the colleague who was asked."""
    case = db.session.get_one(PromotionCase, feedback.case_id)
    cycle, edition = get_cycle(case.cycle_id), edition_of(case)
    due_on = deadline_of(cycle.id, "feedback_due", case.id)
    return AskedOf(
        id=feedback.id,
        name=get_people([case.subject_id])[case.subject_id].name,
        from_level=case.from_level,
        target_level=case.target_level,
        ladder=edition.ladder.title,
        cycle_name=cycle.name,
        state=feedback.state,
        asked_at=feedback.asked_at,
        answered_at=feedback.answered_at,
        declined_reason=feedback.declined_reason or "",
        due_on=due_on,
        is_open=is_collected(case, cycle) and not is_over(due_on, today()),
        said=_said(case, feedback, _answers([feedback.id])),
        rule=feedback.rule,
    )


def is_collected(case: PromotionCase, cycle: PromotionCycle) -> bool:
    """Say whether feedback on a case is being collected."""
    return case.state is CaseState.IN_FEEDBACK and cycle.state is CycleState.FEEDBACK


def is_over(due_on: date | None, on: date) -> bool:
    """Say whether a last day lies in the past."""
    return due_on is not None and on > due_on


def day_of(at: datetime) -> date:
    """Return the company's calendar day of a moment."""
    return local(at).date()


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """One line of a colleague's list of requests."""

    id: uuid.UUID
    name: str
    target_level: str
    cycle_name: str
    state: FeedbackState
    asked_at: datetime
    answered_at: datetime | None
    is_open: bool


def list_asked_of(person_id: uuid.UUID) -> list[AskedEntry]:
    """Return what somebody was asked: what waits first, then the newest. Requests taken back are gone."""
    rows = db.session.execute(
        select(PeerFeedback, PromotionCase, PromotionCycle, Person.name)
        .join(PromotionCase, PromotionCase.id == PeerFeedback.case_id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(PeerFeedback.author_id == person_id, PeerFeedback.state != FeedbackState.TAKEN_BACK)
        .order_by(PeerFeedback.asked_at.desc(), PeerFeedback.id)
    ).all()
    entries = [
        AskedEntry(
            id=row.id,
            name=name,
            target_level=case.target_level,
            cycle_name=cycle.name,
            state=row.state,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            is_open=row.state is FeedbackState.ASKED and is_collected(case, cycle),
        )
        for row, case, cycle, name in rows
    ]
    return sorted(entries, key=lambda entry: not entry.is_open)
