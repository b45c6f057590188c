"""Who chairs: whose the moves of the chair are, who decides each case, and who could approve the list as the second.

The chair makes the moves of the whole cycle unless they have left or are a candidate in it; then the deputy does. A
case is chaired by the first of the two who is there and takes part in it. Source of the rules: domain specification,
3.2 to 3.5; nobody closes the round of their own case, and nobody signs a list on which they stand.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import exists, select

from app.access.actor import Role
from app.auth.models import RoleGrant
from app.domain.promotion import CaseState
from app.infra.db import db, once_per_transaction
from app.people.models import Person
from app.people.queries import has_not_left
from app.promotion.models import Decision, PromotionCase, PromotionCycle
from app.promotion.queries.relations import select_recused

_OVER = tuple(state for state in CaseState if state.is_over)


def _leading(cycle: PromotionCycle) -> tuple[uuid.UUID, ...]:
    """Return chair and deputy of a cycle, the chair first."""
    return tuple(one for one in (cycle.chair_id, cycle.deputy_id) if one is not None)


def mover_of(cycle: PromotionCycle, on: date) -> uuid.UUID | None:
    """Return who makes the moves of the chair on a day; None where neither chair nor deputy may.

    Whoever has left or has an open case of their own in the cycle makes none.
    """
    standing = _standing(cycle.id, _leading(cycle), on)
    return next((one for one in _leading(cycle) if one in standing and not standing[one]), None)


@once_per_transaction
def _standing(cycle_id: uuid.UUID, leading: tuple[uuid.UUID, ...], on: date) -> Mapping[uuid.UUID, bool]:
    """Return who of chair and deputy has not left, each with whether they have an open case in the cycle."""
    own = exists().where(
        PromotionCase.cycle_id == cycle_id,
        PromotionCase.subject_id == Person.id,
        PromotionCase.state.not_in(_OVER),
    )
    rows = select(Person.id, own).where(Person.id.in_(leading), has_not_left(on)).order_by(Person.id)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def chairs_of_cases(
    cycle: PromotionCycle, case_ids: Collection[uuid.UUID], on: date
) -> Mapping[uuid.UUID, uuid.UUID | None]:
    """Return who chairs each of some cases on a day: the chair, else the deputy, else nobody."""
    standing = _standing(cycle.id, _leading(cycle), on)
    able = [one for one in _leading(cycle) if one in standing]
    apart = (PromotionCase.id.in_(select_recused(one)) for one in able)
    rows = select(PromotionCase.id, *apart).where(PromotionCase.id.in_(case_ids)).order_by(PromotionCase.id)
    return {
        case_id: next((one for one, is_apart in zip(able, recused, strict=True) if not is_apart), None)
        for case_id, *recused in db.session.execute(rows)
    }


def recused_from(person_id: uuid.UUID, case_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return in which of some cases somebody takes no part; their own is one of them."""
    rows = select(PromotionCase.id).where(
        PromotionCase.id.in_(case_ids), PromotionCase.id.in_(select_recused(person_id))
    )
    return frozenset(db.session.scalars(rows.order_by(PromotionCase.id)))


def has_second_approver(cycle: PromotionCycle, on: date) -> bool:
    """Say whether anybody of HR could approve the list as the second person, as things stand on a day.

    It is nobody who chairs, has decided a case of the cycle, is a candidate, or takes no part in a case of the list:
    the rule is that of `domain.decision.objections_to_approving`.
    """
    grants = (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.HR,
            RoleGrant.superseded_at.is_(None),
            RoleGrant.person_id.not_in(_leading(cycle)),
            has_not_left(on),
        )
    )
    deciders = (
        select(Decision.decided_by_id)
        .join(PromotionCase, PromotionCase.id == Decision.case_id)
        .where(PromotionCase.cycle_id == cycle.id, Decision.decided_by_id.is_not(None))
    )
    hr = grants.where(RoleGrant.person_id.not_in(deciders)).order_by(RoleGrant.person_id, RoleGrant.id)
    asked = list(dict.fromkeys(db.session.scalars(hr)))
    if not asked:
        return False
    listed = (PromotionCase.cycle_id == cycle.id, PromotionCase.state.not_in(_OVER))
    kept = (select_recused(one).where(*listed).exists() for one in asked)
    return not all(db.session.execute(select(*kept)).one())
