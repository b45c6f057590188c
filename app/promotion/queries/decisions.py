"""Decisions: what is drafted, what the ratings recommend, the list that two people approve, and what waits for whom.

Nothing here asks who reads; every page stands behind its permission. Source of the rules: domain specification,
sections 3.3 to 3.5.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.access.actor import Role
from app.auth.models import RoleGrant
from app.domain import progression
from app.domain.committee import Recommended
from app.domain.decision import EXCEPTION, UNMET, DecisionDraft, Said
from app.domain.promotion import CaseEvent
from app.infra.clock import local
from app.infra.db import db
from app.people.models import Person
from app.people.queries import get_people, has_not_left, held_levels_of, managers_of
from app.promotion.models import CaseStep, CycleApproval, Decision, DecisionFinding, PromotionCase, PromotionCycle
from app.promotion.queries.calibration import given_in, rated_in
from app.promotion.queries.ratings import recommended_of
from app.promotion.queries.relations import select_recused


def find_decision(case_id: uuid.UUID) -> Decision | None:
    """Return the decision of a case, draft or taken; None while nobody has written on it."""
    return db.session.scalars(select(Decision).where(Decision.case_id == case_id)).one_or_none()


def findings_of(decision_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[DecisionFinding]]:
    """Return what decisions say of expectations, in the order of their ids."""
    rows = select(DecisionFinding).where(DecisionFinding.decision_id.in_(decision_ids))
    found: dict[uuid.UUID, list[DecisionFinding]] = {one: [] for one in decision_ids}
    for row in db.session.scalars(
        rows.order_by(DecisionFinding.expectation_id, DecisionFinding.kind, DecisionFinding.id)
    ):
        found[row.decision_id].append(row)
    return found


def draft_of(decision: Decision | None) -> DecisionDraft:
    """Return a stored decision as the rules see it; an empty one where there is none."""
    if decision is None:
        return DecisionDraft()
    said = {
        row.expectation_id: Said(row.words, row.would_change, row.kind == UNMET)
        for row in findings_of([decision.id])[decision.id]
    }
    return DecisionDraft(
        kind=decision.kind,
        reasons=decision.reasons,
        effective_on=decision.effective_on,
        review_on=decision.review_on,
        renominate_from=decision.renominate_from,
        defer_reason=decision.defer_reason,
        missing=decision.missing,
        defer_until=decision.defer_until,
        feedback_summary=decision.feedback_summary,
        said=said,
    )


def recommendation_of(case: PromotionCase) -> Recommended:
    """Return what the latest ratings of a case amount to; `cannot_tell` about nothing for an incomplete one."""
    given = given_in(frozenset({case.id}))[case.id]
    return recommended_of(rated_in([case])[case.id], given, is_incomplete=case.is_incomplete)


def held_since(case: PromotionCase, on: date) -> date | None:
    """Return since when the candidate has held their level on a day, as the list of who could be nominated says it."""
    return progression.held_since(held_levels_of(frozenset({case.subject_id}))[case.subject_id], on)


# The list that two people approve --------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """One line of the list: a case, its candidate, its decision, and what it says of expectations."""

    case: PromotionCase
    candidate: str
    decision: Decision
    findings: tuple[DecisionFinding, ...]

    @property
    def exceptions(self) -> tuple[DecisionFinding, ...]:
        """Return the expectations despite which somebody is promoted."""
        return tuple(row for row in self.findings if row.kind == EXCEPTION)

    @property
    def unmet(self) -> tuple[DecisionFinding, ...]:
        """Return the expectations that a “not yet” names."""
        return tuple(row for row in self.findings if row.kind == UNMET)


def decided_in(cycle_id: uuid.UUID) -> list[Decided]:
    """Return the decisions of a cycle that were taken, in the order of their cases."""
    rows = db.session.execute(
        select(PromotionCase, Person.name, Decision)
        .join(Decision, Decision.case_id == PromotionCase.id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(PromotionCase.cycle_id == cycle_id, Decision.decided_at.is_not(None))
        .order_by(PromotionCase.number, PromotionCase.id)
    ).all()
    findings = findings_of([decision.id for _, _, decision in rows])
    return [Decided(case, name, decision, tuple(findings[decision.id])) for case, name, decision in rows]


def digest_of(decided: Sequence[Decided]) -> str:
    """Return the SHA-256 of a list of decisions with all that they say. Any change of a word gives another one."""
    lines = [
        {
            "case": str(one.case.id),
            "code": one.case.code,
            "candidate": str(one.case.subject_id),
            "target": f"{one.case.lineage}/{one.case.target_level}",
            "kind": one.decision.kind,
            "reasons": one.decision.reasons,
            "effective_on": _iso(one.decision.effective_on),
            "review_on": _iso(one.decision.review_on),
            "renominate_from": _iso(one.decision.renominate_from),
            "defer_reason": one.decision.defer_reason,
            "missing": one.decision.missing,
            "defer_until": _iso(one.decision.defer_until),
            "feedback_summary": one.decision.feedback_summary,
            "findings": [[row.expectation_id, row.kind, row.words, row.would_change] for row in one.findings],
        }
        for one in decided
    ]
    text = json.dumps(lines, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def list_digest(cycle_id: uuid.UUID) -> str:
    """Return the SHA-256 of the decisions of a cycle as they stand."""
    return digest_of(decided_in(cycle_id))


def approvals_of(cycle_id: uuid.UUID, digest: str) -> list[tuple[CycleApproval, str]]:
    """Return who approved the list of that digest, with their names, the first one first."""
    rows = (
        select(CycleApproval, Person.name)
        .join(Person, Person.id == CycleApproval.person_id)
        .where(CycleApproval.cycle_id == cycle_id, CycleApproval.digest == digest)
        .order_by(CycleApproval.at, CycleApproval.id)
    )
    return [(row, name) for row, name in db.session.execute(rows)]


def is_approved_by_two(cycle_id: uuid.UUID) -> bool:
    """Say whether two different people approved the list of decisions exactly as it stands now."""
    approved = approvals_of(cycle_id, list_digest(cycle_id))
    return len({row.person_id for row, _ in approved}) > 1


def is_kept_from_any(person_id: uuid.UUID, decided: Sequence[Decided]) -> bool:
    """Say whether somebody takes no part in at least one case of a list."""
    return bool(kept_from(person_id, [one.case.id for one in decided]))


def kept_from(person_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return the cases among these in which somebody takes no part."""
    rows = (
        select(PromotionCase.id)
        .where(PromotionCase.id.in_(case_ids), PromotionCase.id.in_(select_recused(person_id)))
        .order_by(PromotionCase.id)
    )
    return frozenset(db.session.scalars(rows))


def chairs_of(cycle: PromotionCycle) -> frozenset[uuid.UUID]:
    """Return who chairs a cycle: the chair and, for cases in which the chair takes no part, the deputy."""
    return frozenset(one for one in (cycle.chair_id, cycle.deputy_id) if one)


def hr_ids(at: datetime, *, besides: Collection[uuid.UUID] = ()) -> list[uuid.UUID]:
    """Return the people of HR who work here at a moment, without some."""
    rows = (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.HR, RoleGrant.superseded_at.is_(None), has_not_left(local(at).date()))
        .order_by(RoleGrant.person_id, RoleGrant.id)
    )
    return [one for one in db.session.scalars(rows) if one not in besides]


# Telling ---------------------------------------------------------------------------


def tellers_for(case: PromotionCase, recorder_id: uuid.UUID | None) -> Mapping[uuid.UUID, Person]:
    """Return who may have told a candidate, the line manager first: the line above, and HR who records it."""
    ids = [*managers_of(case.subject_id)[:2], *([recorder_id] if recorder_id else [])]
    people = get_people(ids)
    return {one: people[one] for one in dict.fromkeys(ids) if one in people and one != case.subject_id}


def lapse_of(case_id: uuid.UUID) -> str:
    """Return why a promotion that was told took no effect, in the words of HR; empty where it did."""
    rows = select(CaseStep.reason).where(CaseStep.case_id == case_id, CaseStep.event == CaseEvent.COMMUNICATE.value)
    return db.session.scalars(rows.order_by(CaseStep.at, CaseStep.id)).one_or_none() or ""


def read_told(case: PromotionCase) -> Decided | None:
    """Return the decision of a case that was taken; None before."""
    decision = find_decision(case.id)
    if decision is None or decision.decided_at is None:
        return None
    name = db.session.scalars(select(Person.name).where(Person.id == case.subject_id)).one()
    return Decided(case, name, decision, tuple(findings_of([decision.id])[decision.id]))
