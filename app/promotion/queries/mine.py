"""What somebody finds under “Promotions”: the cycles, their own cases, and the nominations that they wrote."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.promotion import CaseState
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.notices.queries import list_waiting
from app.notices.sources import Waiting, every_source
from app.people.models import Person
from app.people.queries import select_reports
from app.promotion.models import Nomination, PromotionCase, PromotionCycle
from app.promotion.wording import public_state

OVER = ("closed", "cancelled")
KINDS = "promotion."
"""What the names of everything that waits in a promotion begin with."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list of somebody who may see it. Its state goes through `wording` before it is shown."""

    case: PromotionCase
    name: str
    cycle: str


@dataclass(frozen=True, slots=True)
class RunningCase:
    """A case of one's own that is not over, with its cycle; `state` in the words that its candidate may read."""

    id: uuid.UUID
    code: str
    cycle: str
    state: str

    @classmethod
    def of(cls, case_id: uuid.UUID, number: int, cycle: str, state: CaseState) -> RunningCase:
        """Return a case by its number in the cycle and its state as it is stored."""
        return cls(case_id, PromotionCase(number=number).code, cycle, public_state(state))


@dataclass(frozen=True, slots=True)
class OwnNomination:
    """What somebody proposed: whom, in which cycle and when. Never what became of it."""

    cycle: str
    person: str
    at: datetime


def list_running(actor: Actor) -> list[PromotionCycle]:
    """Return the cycles that are not over and that somebody may see, the oldest first."""
    rows = select(PromotionCycle).where(
        visible_to(actor, Permission.Cycle.READ, PromotionCycle), PromotionCycle.state.not_in(OVER)
    )
    return list(db.session.scalars(rows.order_by(PromotionCycle.created_at, PromotionCycle.id)))


def list_past(actor: Actor, page: int) -> Page[PromotionCycle]:
    """Return one page of the cycles that are over, the newest first."""
    here = (visible_to(actor, Permission.Cycle.READ, PromotionCycle), PromotionCycle.state.in_(OVER))
    rows = list(
        db.session.scalars(
            select(PromotionCycle).where(*here).order_by(PromotionCycle.created_at.desc(), PromotionCycle.id)
        )
    )
    first = (page - 1) * PER_PAGE
    return Page(rows[first : first + PER_PAGE], page, len(rows))


def last_told(cycle_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, datetime]:
    """Return when the last candidate of each cycle was told; a cycle that told nobody is left out."""
    rows = db.session.execute(
        select(PromotionCase.cycle_id, func.max(PromotionCase.told_at))
        .where(PromotionCase.cycle_id.in_(cycle_ids))
        .group_by(PromotionCase.cycle_id)
    )
    return {cycle_id: told_at for cycle_id, told_at in rows if told_at is not None}


def list_own_cases(person_id: uuid.UUID) -> list[PromotionCase]:
    """Return the cases in which somebody is the candidate, the newest first."""
    rows = select(PromotionCase).where(PromotionCase.subject_id == person_id)
    return list(db.session.scalars(rows.order_by(PromotionCase.nominated_at.desc(), PromotionCase.id)))


def list_cases_of_reports(actor: Actor) -> list[CaseLine]:
    """Return the cases of one's direct reports in cycles that are not over, by name."""
    rows = db.session.execute(
        select(PromotionCase, Person.name, PromotionCycle.name)
        .join(Person, Person.id == PromotionCase.subject_id)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            PromotionCase.subject_id.in_(select_reports(actor.person_id)),
            visible_to(actor, Permission.Case.READ, PromotionCase),
            PromotionCycle.state.not_in(OVER),
        )
        .order_by(Person.sort_name, PromotionCycle.created_at, PromotionCase.number, PromotionCase.id)
    )
    return [CaseLine(*row) for row in rows]


def list_own_nominations(person_id: uuid.UUID) -> list[OwnNomination]:
    """Return whom somebody has proposed in cycles that are not over, the newest first."""
    rows = db.session.execute(
        select(PromotionCycle.name, Person.name, Nomination.at)
        .join(PromotionCycle, PromotionCycle.id == Nomination.cycle_id)
        .join(Person, Person.id == Nomination.subject_id)
        .where(
            Nomination.author_id == person_id,
            Nomination.subject_id != person_id,
            PromotionCycle.state.not_in(OVER),
        )
        .order_by(Nomination.at.desc(), Nomination.id)
    )
    return [OwnNomination(*row) for row in rows]


def has_reviews(actor: Actor) -> bool:
    """Say whether somebody reviews a case, rated by them already or not."""
    rows = select(PromotionCase.id).where(visible_to(actor, Permission.Case.RATE, PromotionCase)).limit(1)
    return db.session.scalar(rows) is not None


def list_waiting_here(person_id: uuid.UUID, on: date | None = None) -> list[Waiting]:
    """Return what waits for somebody in promotion cycles, as their inbox says it."""
    kinds = [source.kind for source in every_source() if source.kind.startswith(KINDS)]
    return list_waiting(person_id, on or today(), kinds=kinds) if kinds else []
