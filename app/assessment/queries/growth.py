"""Growth plans: the open one of a person, those that are closed, and where the goals of one stand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.assessment.models import GrowthAction, GrowthGoal, GrowthPlan
from app.assessment.queries.facts import facts_of
from app.domain.bar import bar_for
from app.domain.errors import MissingError
from app.domain.growth import DUE_WITHIN
from app.domain.ladder import Level
from app.domain.progression import held_on
from app.domain.readiness import Readiness, report
from app.infra.db import db
from app.ladders.queries import Edition, find_adopted
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on

REVIEW, ACTION_DUE = "growth.review", "growth.action_due"
OWN, REPORTS = "own", "report"


def get_plan(plan_id: uuid.UUID) -> GrowthPlan:
    """Return a plan with its goals and actions; MissingError when there is none of that id."""
    found = db.session.scalars(_whole().where(GrowthPlan.id == plan_id)).unique().one_or_none()
    if found is None:
        raise MissingError
    return found


def find_open_plan(subject_id: uuid.UUID) -> GrowthPlan | None:
    """Return the open plan of a person with its goals and actions; there is at most one."""
    rows = _whole().where(GrowthPlan.subject_id == subject_id, GrowthPlan.closed_at.is_(None))
    return db.session.scalars(rows).unique().one_or_none()


def find_last_closed(subject_id: uuid.UUID) -> GrowthPlan | None:
    """Return the plan of a person that was closed last, with its goals and actions; None when none was."""
    last = (
        select(GrowthPlan.id)
        .where(GrowthPlan.subject_id == subject_id, GrowthPlan.closed_at.is_not(None))
        .order_by(GrowthPlan.closed_at.desc(), GrowthPlan.id)
        .limit(1)
        .scalar_subquery()
    )
    return db.session.scalars(_whole().where(GrowthPlan.id == last)).unique().one_or_none()


def list_plans(subject_id: uuid.UUID) -> Sequence[GrowthPlan]:
    """Return all plans of a person with their goals and actions, the open one first, then the newest."""
    rows = _whole().where(GrowthPlan.subject_id == subject_id)
    order = GrowthPlan.closed_at.is_not(None), GrowthPlan.created_at.desc(), GrowthPlan.id
    return db.session.scalars(rows.order_by(*order)).unique().all()


def lock_plan(plan: GrowthPlan) -> GrowthPlan:
    """Return a plan as it is stored now, with its goals and actions, and keep others from changing it until the end."""
    row = select(GrowthPlan.id).where(GrowthPlan.id == plan.id).with_for_update()
    if db.session.scalar(row) is None:
        raise MissingError
    db.session.expire(plan)
    return get_plan(plan.id)


def _whole() -> Select[GrowthPlan]:
    # In one statement: a plan is small, and its page asks for much else.
    return (
        select(GrowthPlan)
        .options(
            joinedload(GrowthPlan.goals).joinedload(GrowthGoal.actions), joinedload(GrowthPlan.subject, innerjoin=True)
        )
        .execution_options(populate_existing=True)
    )


# Where the goals stand -----------------------------------------------------------


@dataclass(frozen=True)
class GrowthStanding:
    """Where somebody stands on a lineage today: the version that counts, the level held, and the report for a target.

    `report` is None where the version has no such level, or none is adopted.
    """

    edition: Edition | None
    held: Level | None
    report: Readiness | None


def growth_standing(subject_id: uuid.UUID, on: date, *, lineage: str = "", target: str = "") -> GrowthStanding:
    """Return where somebody stands on the way to a level; without one, on the way to the level that follows theirs.

    Where the ladder branches, the first level that follows is taken; at its top there is no report.
    """
    facts = facts_of([subject_id], on)[subject_id]
    spell = held_on(facts.spells, on)
    wanted = lineage or (spell.lineage if spell else "")
    edition = find_adopted(wanted, on) if wanted else None
    if edition is None:
        return GrowthStanding(None, None, None)
    is_held = spell is not None and spell.lineage == wanted and edition.ladder.has_level(spell.level)
    held = edition.ladder.level(spell.level) if is_held and spell else None
    level = target or (held.next[0] if held and held.next else "")
    found = report(bar_for(edition.ladder, level), facts, on) if edition.ladder.has_level(level) else None
    return GrowthStanding(edition, held, found)


# What waits ----------------------------------------------------------------------


def select_reviews(on: date) -> Select[Any]:
    """Return the open plans whose review day has come: for the engineer, and for their line manager of that day."""
    subject = aliased(Person)
    link = ManagerLink
    return (
        select(
            *waiting_columns(
                REVIEW,
                person_id=Person.id,
                object_id=GrowthPlan.id,
                who=subject.name,
                words=GrowthPlan.target_level,
                code=case((Person.id == GrowthPlan.subject_id, OWN), else_=REPORTS),
                since=GrowthPlan.changed_at,
                due_on=GrowthPlan.review_on,
            )
        )
        .select_from(GrowthPlan)
        .join(subject, subject.id == GrowthPlan.subject_id)
        .outerjoin(link, and_(link.person_id == GrowthPlan.subject_id, holds_on(link, on)))
        .join(Person, or_(Person.id == GrowthPlan.subject_id, Person.id == link.manager_id))
        .where(GrowthPlan.closed_at.is_(None), GrowthPlan.review_on <= on, has_not_left(on), has_not_left(on, subject))
    )


def select_actions_due(on: date) -> Select[Any]:
    """Return the actions of open plans that are not done and due within seven days, for the engineer alone."""
    return (
        select(
            *waiting_columns(
                ACTION_DUE,
                person_id=GrowthPlan.subject_id,
                object_id=GrowthAction.id,
                words=GrowthAction.words,
                code=GrowthGoal.expectation_id,
                since=GrowthAction.added_at,
                due_on=GrowthAction.due_on,
            )
        )
        .select_from(GrowthAction)
        .join(GrowthGoal, GrowthGoal.id == GrowthAction.goal_id)
        .join(GrowthPlan, GrowthPlan.id == GrowthGoal.plan_id)
        .join(Person, Person.id == GrowthPlan.subject_id)
        .where(GrowthPlan.closed_at.is_(None), GrowthAction.done_at.is_(None), GrowthAction.due_on <= on + DUE_WITHIN)
        .where(has_not_left(on))
    )
