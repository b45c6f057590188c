"""Counting who was eligible, nominated and promoted, by cycle or by group: few rows, whatever the company's size."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.domain.as_of import AsOf, Known
from app.domain.funnel import Passage
from app.domain.promotion import CaseState, CycleState, DecisionKind
from app.infra.clock import local
from app.infra.db import db
from app.people.models import GroupMembership
from app.people.queries import held_as_of, known_until
from app.promotion.models import (
    CaseStep,
    CycleStep,
    Decision,
    DecisionFinding,
    Eligibility,
    ExceptionAsked,
    PromotionCase,
    PromotionCycle,
)

NO_GROUP = ""
EVERYBODY_TOLD = (CycleState.APPEALS.value, CycleState.CLOSED.value)
EXCEPTION = "exception"
"""The kind of a finding of a decision that promotes despite an expectation."""


class Held(StrEnum):
    """Groupings by what the eligibility list says of somebody; they are no secret."""

    LEVEL = "level"
    LADDER = "ladder"


@dataclass(frozen=True, slots=True)
class CountedCycle:
    """A cycle that counts, and from which day on: its decisions were communicated, or everybody in it was told."""

    id: uuid.UUID
    name: str
    counted_from: date


def list_counted_cycles(day: date) -> list[CountedCycle]:
    """Return the cycles that were communicated in the calendar year of a day, up to that day, in their order."""
    rows = db.session.execute(
        select(PromotionCycle.id, PromotionCycle.name, PromotionCycle.communicated_on)
        .where(PromotionCycle.communicated_on.between(day.replace(month=1, day=1), day))
        .order_by(PromotionCycle.communicated_on, func.lower(PromotionCycle.name), PromotionCycle.id)
    )
    return [CountedCycle(id_, name, on) for id_, name, on in rows if on]


def list_told_cycles(day: date) -> list[CountedCycle]:
    """Return the cycles in which everybody had been told in the calendar year of a day, up to that day, in their order.

    The day is the one on which Belay recorded it, which nobody types: it moves a cycle on once every case is told.
    """
    before, until = (known_until(AsOf(one, Known.THEN)) for one in (date(day.year - 1, 12, 31), day))
    told_at = func.min(CycleStep.at)
    rows = db.session.execute(
        select(PromotionCycle.id, PromotionCycle.name, told_at)
        .join(CycleStep, CycleStep.cycle_id == PromotionCycle.id)
        .where(CycleStep.target.in_(EVERYBODY_TOLD))
        .group_by(PromotionCycle.id, PromotionCycle.name)
        .having(and_(told_at >= before, told_at < until))
        .order_by(told_at, func.lower(PromotionCycle.name), PromotionCycle.id)
    )
    return [CountedCycle(id_, name, local(at).date()) for id_, name, at in rows]


def list_dimensions() -> list[str]:
    """Return the dimensions of groups that anybody was ever put into, by name."""
    found = db.session.scalars(select(GroupMembership.dimension).distinct())
    return sorted(found, key=lambda name: (name.lower(), name))


def count_by_cycle(cycles: Sequence[CountedCycle], as_of: AsOf, lineage: str | None = None) -> list[Passage]:
    """Return the counts of each cycle, in the order of the cycles; `key` is the cycle's id."""
    found = {one.key: one for one in _count(cycles, as_of, [Eligibility.cycle_id], lineage=lineage)}
    return [found.get(str(one.id)) or Passage(str(one.id), 0, 0, 0, 0, 0) for one in cycles]


def count_everybody(cycles: Sequence[CountedCycle], as_of: AsOf, lineage: str | None = None) -> Passage:
    """Return the counts of all cycles together, in which a nominee of two cycles is one person."""
    found = _count(cycles, as_of, [], lineage=lineage)
    return found[0] if found else Passage("", 0, 0, 0, 0, 0)


def count_by_group(
    cycles: Sequence[CountedCycle], as_of: AsOf, dimension: str, lineage: str | None = None
) -> list[Passage]:
    """Return the counts of each group of a dimension, as known and held on the day, by key.

    `key` is the name of the group, `NO_GROUP` for those of whom none was known; for levels it is lineage and level with
    a space between them.
    """
    if dimension == Held.LEVEL:
        found = _count(cycles, as_of, [Eligibility.lineage, Eligibility.level], lineage=lineage)
    elif dimension == Held.LADDER:
        found = _count(cycles, as_of, [Eligibility.lineage], lineage=lineage)
    else:
        found = _count(cycles, as_of, [GroupMembership.value], dimension=dimension, lineage=lineage)
    return sorted(found, key=lambda one: (one.key == NO_GROUP, one.key.lower(), one.key))


def _count(
    cycles: Sequence[CountedCycle],
    as_of: AsOf,
    by: Sequence[Any],
    *,
    dimension: str | None = None,
    lineage: str | None = None,
) -> list[Passage]:
    """Return counts of lines of eligibility lists. Whoever has several cases in a cycle counts once there.

    The number of people is the smallest that it can be: as if all were the same in each cycle.
    """
    ids = [one.id for one in cycles]
    cases = _cases(ids, as_of).subquery()
    counted: Select[Any] = (
        select(
            *by,
            func.count(),
            func.count(cases.c.subject_id),
            func.coalesce(func.sum(cases.c.is_promoted), 0),
            func.count(cases.c.subject_id.distinct()),
        )
        .select_from(Eligibility)
        .outerjoin(cases, and_(cases.c.cycle_id == Eligibility.cycle_id, cases.c.subject_id == Eligibility.subject_id))
        .where(Eligibility.cycle_id.in_(ids), or_(Eligibility.rule == "", Eligibility.waived_reason.is_not(None)))
    )
    if dimension is not None:
        counted = counted.outerjoin(
            GroupMembership,
            and_(
                GroupMembership.person_id == Eligibility.subject_id,
                GroupMembership.dimension == dimension,
                held_as_of(GroupMembership, as_of),
            ),
        )
    if lineage is not None:
        counted = counted.where(Eligibility.lineage == lineage)
    found = []
    for row in db.session.execute(counted.group_by(*by)):
        key = " ".join(str(value or NO_GROUP) for value in row[: len(by)])
        eligible, nominated, promoted, nominees = map(int, row[len(by) :])
        # A person stands once on the list of a cycle; to count the different ones takes longer than all the rest.
        people = -(-eligible // len(cycles))
        found.append(Passage(key, eligible, nominated, promoted, people, nominees))
    return found


def _cases(ids: Sequence[uuid.UUID], as_of: AsOf) -> Select[uuid.UUID, uuid.UUID, Any]:
    promoted = and_(_is_told(as_of), Decision.kind == DecisionKind.PROMOTE)
    return (
        select(
            PromotionCase.cycle_id,
            PromotionCase.subject_id,
            func.max(case((promoted, 1), else_=0)).label("is_promoted"),
        )
        .outerjoin(Decision, Decision.case_id == PromotionCase.id)
        .where(PromotionCase.cycle_id.in_(ids))
        .group_by(PromotionCase.cycle_id, PromotionCase.subject_id)
    )


def _is_told(as_of: AsOf) -> ColumnElement[bool]:
    """Return the condition that telling the candidate was recorded by the end of the day.

    When that was told is typed by HR, and may be dated back: then a day would say something else than it once did, and
    the difference would tell of one person.
    """
    return and_(PromotionCase.told_at.is_not(None), _came_to(CaseState.COMMUNICATED, as_of))


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What went with the decisions of some cycles: of those told, of those promoted, and of the appeals decided."""

    told: int
    asked: int
    """Candidates who asked for an exception."""
    promoted: int
    granted: int
    """Promotions despite a named expectation."""
    appealed: int
    appeals_decided: int
    overturned: int
    """Appeals after which the candidate is promoted."""
    all_appeals: int
    """How many appeals any cycle had by the day, of these or of others."""


def count_afterwards(cycles: Sequence[CountedCycle], as_of: AsOf) -> Afterwards:
    """Return how many decisions came with exceptions and appeals.

    `Decision.kind` is what holds now. An appeal that overwrites it overwrites what the candidate was told: so it says
    how a decided appeal ended, and never what was told before it. Whoever records appeals must keep the first decision
    for the stage of promotions, which counts by `Decision.kind` while there are none.
    """
    promoted = Decision.kind == DecisionKind.PROMOTE
    asked = select(ExceptionAsked.id).where(ExceptionAsked.case_id == PromotionCase.id).exists()
    granted = (
        select(DecisionFinding.id)
        .where(DecisionFinding.decision_id == Decision.id, DecisionFinding.kind == EXCEPTION)
        .exists()
    )
    appealed, decided = _came_to(CaseState.APPEALED, as_of), _came_to(CaseState.APPEAL_DECIDED, as_of)
    row = db.session.execute(
        select(
            func.count(),
            *(
                func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
                for condition in (
                    asked,
                    promoted,
                    and_(promoted, granted),
                    appealed,
                    decided,
                    and_(decided, promoted),
                )
            ),
            _all_appeals(as_of),
        )
        .select_from(PromotionCase)
        .join(Decision, Decision.case_id == PromotionCase.id)
        .where(PromotionCase.cycle_id.in_([one.id for one in cycles]), _is_told(as_of))
    ).one()
    return Afterwards(*map(int, row))


def _all_appeals(as_of: AsOf) -> ColumnElement[int]:
    """Return how many appeals any cycle had by the end of the day."""
    until = known_until(as_of)
    appeals = select(func.count()).select_from(CaseStep).where(CaseStep.target == CaseState.APPEALED.value)
    return (appeals if until is None else appeals.where(CaseStep.at < until)).scalar_subquery()


def _came_to(state: CaseState, as_of: AsOf) -> ColumnElement[bool]:
    steps = select(CaseStep.id).where(CaseStep.case_id == PromotionCase.id, CaseStep.target == state.value)
    until = known_until(as_of)
    return (steps if until is None else steps.where(CaseStep.at < until)).exists()
