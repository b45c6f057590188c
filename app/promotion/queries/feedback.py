"""Feedback of colleagues: whom the rule finds, who was asked about a case, and what they answered."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from app.domain.collaborators import Collaborator, Tie
from app.domain.errors import MissingError
from app.domain.evidence import CorroborationAnswer
from app.domain.ladder import Expectation
from app.domain.promotion import CaseState, CycleState
from app.evidence.models import Claim, Corroboration, Evidence
from app.infra.clock import local, today
from app.infra.db import db, once_per_transaction
from app.people.models import ManagerLink, Person, TeamMembership
from app.people.queries import get_people, holds_on, like_pattern, managers_of, sort_key, works_here
from app.promotion.models import (
    CommitteeMember,
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    Nomination,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
)
from app.promotion.queries.cases import deadline_of, edition_of, get_cycle, rated_ids, report_of

CHAIN_LEVELS = 2
SHOWN_COLLEAGUES = 30
_CONFIRMING = (CorroborationAnswer.CONFIRMED, CorroborationAnswer.LIMITED)
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


def pool_of(case: PromotionCase, on: date) -> list[Collaborator]:
    """Return everybody who works here and worked with the candidate, each with their strongest tie.

    What somebody touches are the expectations of shared pieces that they confirmed; where they confirmed a part, the
    expectations that they left standing.
    """
    asked: dict[uuid.UUID, set[str]] = {}
    for colleague_id, outcome, standing, expectation_id in db.session.execute(_select_voices(case, on)):
        touched = asked.setdefault(colleague_id, set())
        is_whole = outcome is CorroborationAnswer.CONFIRMED
        if expectation_id and outcome in _CONFIRMING and (is_whole or expectation_id in standing.split()):
            touched.add(expectation_id)
    pool = {
        person_id: Collaborator(person_id, Tie.CORROBORATED if touched else Tie.ASKED, frozenset(touched))
        for person_id, touched in asked.items()
    }
    for person_id in db.session.scalars(_select_team(case.subject_id, on)):
        pool.setdefault(person_id, Collaborator(person_id, Tie.TEAM))
    return list(pool.values())


def _select_voices(case: PromotionCase, on: date) -> Select[uuid.UUID, CorroborationAnswer | None, str, str | None]:
    return (
        select(Corroboration.colleague_id, Corroboration.outcome, Corroboration.standing, Claim.expectation_id)
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .join(Person, Person.id == Corroboration.colleague_id)
        .outerjoin(Claim, Claim.evidence_id == Evidence.id)
        .where(Evidence.subject_id == case.subject_id, Evidence.is_shared, works_here(on))
    )


def _select_team(person_id: uuid.UUID, on: date) -> Select[uuid.UUID]:
    own = select(TeamMembership.team_id).where(TeamMembership.person_id == person_id, holds_on(TeamMembership, on))
    other = aliased(TeamMembership)
    return (
        select(other.person_id)
        .join(Person, Person.id == other.person_id)
        .where(other.team_id.in_(own), holds_on(other, on), works_here(on))
    )


@once_per_transaction
def excluded_from(case_id: uuid.UUID, on: date) -> dict[uuid.UUID, str]:
    """Return who is never asked about a case, each with the reason, to follow their name.

    The candidate; the two next managers, whose word stands elsewhere; direct reports; the committee, which judges; and
    whoever nominated, who has spoken already. Whoever is asked already is told last.
    """
    case = db.session.get_one(PromotionCase, case_id)
    cycle = get_cycle(case.cycle_id)
    asked = db.session.scalars(
        select(PeerFeedback.author_id).where(
            PeerFeedback.case_id == case_id, PeerFeedback.state != FeedbackState.TAKEN_BACK
        )
    )
    reports = db.session.scalars(
        select(ManagerLink.person_id).where(ManagerLink.manager_id == case.subject_id, holds_on(ManagerLink, on))
    )
    nominators = db.session.scalars(
        select(Nomination.author_id).where(
            Nomination.cycle_id == case.cycle_id, Nomination.subject_id == case.subject_id
        )
    )
    members = db.session.scalars(
        select(CommitteeMember.person_id).where(
            CommitteeMember.cycle_id == case.cycle_id, CommitteeMember.ended_at.is_(None)
        )
    )
    heads = [one for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    return {
        **dict.fromkeys(asked, "was asked already"),
        **dict.fromkeys(nominators, "nominated the candidate"),
        **dict.fromkeys([*members, *heads], "is on the committee of this cycle"),
        **dict.fromkeys(reports, "reports to the candidate"),
        **dict.fromkeys(managers_of(case.subject_id)[:CHAIN_LEVELS], "manages the candidate"),
        case.subject_id: "is the candidate",
    }


def asked_about(case: PromotionCase) -> list[Expectation]:
    """Return the expectations on which feedback is asked, in ladder order: those that are rated, with their texts.

    Where nothing is left to rate, all that the target requires.
    """
    rated = rated_ids(case.id)
    ids = rated or tuple(one.expectation.id for one in report_of(case.id).standings if one.is_required)
    known = {one.id: one for one in edition_of(case).ladder.requirement(case.target_level)}
    return [known[one] for one in ids if one in known]


def pieces_of(case: PromotionCase) -> Counter[str]:
    """Return how many shared pieces of the candidate show each expectation, and how many colleagues are asked on it."""
    shown = db.session.scalars(
        select(Claim.expectation_id)
        .join(Evidence, Evidence.id == Claim.evidence_id)
        .where(Evidence.subject_id == case.subject_id, Evidence.is_shared)
    )
    counted = Counter(shown)
    for row in _live_requests(case.id):
        counted.update(row.expectations.split())
    return counted


def _live_requests(case_id: uuid.UUID) -> list[PeerFeedback]:
    live = PeerFeedback.state.in_([FeedbackState.ASKED, FeedbackState.GIVEN])
    return list(db.session.scalars(select(PeerFeedback).where(PeerFeedback.case_id == case_id, live)))


def live_ties(case_id: uuid.UUID) -> list[str]:
    """Return the rule by which each colleague was drawn who is asked or has answered."""
    return [row.rule for row in _live_requests(case_id)]


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
    states = Counter(db.session.scalars(select(PeerFeedback.state).where(PeerFeedback.case_id == case_id)))
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

    @property
    def speaks_against(self) -> bool:
        """Say whether some of it names limits."""
        return any(one.leaning is FeedbackLeaning.LIMITS for one in self.said)


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
    given = select(FeedbackAnswer).where(FeedbackAnswer.feedback_id.in_(list(ids)))
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


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom a search found: `why_not` says why they cannot be asked, empty where they can."""

    id: uuid.UUID
    name: str
    why_not: str


def find_colleagues(case: PromotionCase, search: str, chosen: uuid.UUID | None = None) -> list[Found]:
    """Return the first thirty people of that name who work here, by name; nobody without a name.

    `chosen` is there whatever was looked for.
    """
    words = sort_key(search)
    if not words and chosen is None:
        return []
    named = Person.sort_name.like(like_pattern(words), escape="\\") if words else Person.id == chosen
    fitting = or_(named, Person.id == chosen) if chosen else named
    rows = db.session.execute(
        select(Person.id, Person.name)
        .where(and_(fitting, works_here(today())))
        .order_by(Person.sort_name, Person.id)
        .limit(SHOWN_COLLEAGUES)
    ).all()
    reasons = excluded_from(case.id, today())
    return [Found(row.id, row.name, reasons.get(row.id, "")) for row in rows]
