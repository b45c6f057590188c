"""Whom the rule finds for feedback on a case, who is never asked, and on what. Source: domain specification, 3.6."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from sqlalchemy import Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.collaborators import Collaborator, Tie
from app.domain.evidence import CorroborationAnswer
from app.domain.ladder import Expectation
from app.evidence.models import Claim, Corroboration, Evidence
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.people.models import ManagerLink, Person, Team, TeamMembership
from app.people.queries import holds_on, like_pattern, managers_of, sort_key, works_here
from app.promotion.models import CommitteeMember, FeedbackState, Nomination, PeerFeedback, PromotionCase
from app.promotion.queries.cases import edition_of, get_cycle, rated_ids, report_of

CHAIN_LEVELS = 2
SHOWN_COLLEAGUES = 30
_NEVER_ASKED = (
    "was asked already",
    "nominated the candidate",
    "is on the committee of this cycle",
    "reports to the candidate",
)
_CONFIRMING = (CorroborationAnswer.CONFIRMED, CorroborationAnswer.LIMITED)


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
    asked = select(PeerFeedback.author_id, literal(0)).where(
        PeerFeedback.case_id == case_id, PeerFeedback.state != FeedbackState.TAKEN_BACK
    )
    nominators = select(Nomination.author_id, literal(1)).where(
        Nomination.cycle_id == case.cycle_id, Nomination.subject_id == case.subject_id
    )
    members = select(CommitteeMember.person_id, literal(2)).where(
        CommitteeMember.cycle_id == case.cycle_id, CommitteeMember.ended_at.is_(None)
    )
    reports = select(ManagerLink.person_id, literal(3)).where(
        ManagerLink.manager_id == case.subject_id, holds_on(ManagerLink, on)
    )
    rows = db.session.execute(union_all(asked, nominators, members, reports)).all()
    heads = [(one, 2) for one in (cycle.chair_id, cycle.deputy_id) if one is not None]
    # What weighs more stands later, and is what is said of somebody for whom several hold.
    found = sorted([*((row[0], row[1]) for row in rows), *heads], key=itemgetter(1))
    return {
        **{person_id: _NEVER_ASKED[place] for person_id, place in found},
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


def teams_shown(actor: Actor, person_ids: Collection[uuid.UUID]) -> dict[str, str]:
    """Return the team of each of these people today by their id as text, of those alone whose team somebody may read.

    Of anybody else a reader learns the name and nothing more (access matrix, row 28).
    """
    if not person_ids:
        return {}
    rows = db.session.execute(
        select(Person.id, Team.name)
        .join(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, today())))
        .join(Team, Team.id == TeamMembership.team_id)
        .where(Person.id.in_(person_ids), visible_to(actor, Permission.Person.READ, Person))
        .order_by(Person.id)
    )
    return {str(person_id): team for person_id, team in rows}
