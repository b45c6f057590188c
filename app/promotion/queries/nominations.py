"""Finding nominations and the cases that they opened, and what waits for a candidate's answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select, true

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.domain.promotion import CaseState, CycleState
from app.infra.clock import today
from app.infra.db import db
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries import like_pattern, sort_key, works_here
from app.promotion.models import (
    CaseStep,
    CycleLadder,
    CycleStep,
    Eligibility,
    Nomination,
    PromotionCase,
    PromotionCycle,
)

NOMINATION = "promotion.nomination"
MOST_PEOPLE = 30
"""How many people a page offers to choose from."""
OVER = tuple(state for state in CaseState if state.is_over)


@dataclass(frozen=True, slots=True)
class NominationLine:
    """A nomination and who wrote it."""

    nomination: Nomination
    author: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that happened to a case; nobody's name where Belay did it by itself or the command line."""

    step: CaseStep
    name: str


def find_line(cycle_id: uuid.UUID, subject_id: uuid.UUID) -> Eligibility | None:
    """Return what the eligibility list of a cycle says of somebody; None when they are not on it."""
    row = select(Eligibility).where(Eligibility.cycle_id == cycle_id, Eligibility.subject_id == subject_id)
    return db.session.scalars(row).one_or_none()


def find_open_case(cycle_id: uuid.UUID, subject_id: uuid.UUID) -> PromotionCase | None:
    """Return the open case of an engineer in a cycle; None when there is none."""
    row = select(PromotionCase).where(
        PromotionCase.cycle_id == cycle_id, PromotionCase.subject_id == subject_id, PromotionCase.state.not_in(OVER)
    )
    return db.session.scalars(row).one_or_none()


@dataclass(frozen=True, slots=True)
class OpenElsewhere:
    """An open case of somebody in another cycle; nothing of how far it is."""

    case_id: uuid.UUID
    subject_id: uuid.UUID
    code: str
    cycle: str


def open_elsewhere(
    cycle: PromotionCycle, actor: Actor | None, subject_id: uuid.UUID | None = None
) -> list[OpenElsewhere]:
    """Return the open cases in other cycles, on the ladders of this one, that somebody may see, the oldest first.

    All of them for Belay itself, which is nobody; those of one engineer where `subject_id` is given.
    """
    pinned = select(CycleLadder.lineage).where(CycleLadder.cycle_id == cycle.id)
    rows = (
        select(PromotionCase, PromotionCycle.name)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            PromotionCase.cycle_id != cycle.id,
            PromotionCase.lineage.in_(pinned),
            PromotionCase.state.not_in(OVER),
            PromotionCase.subject_id == subject_id if subject_id else true(),
            visible_to(actor, Permission.Case.READ, PromotionCase) if actor else true(),
        )
        .order_by(PromotionCase.nominated_at, PromotionCase.id)
    )
    return [OpenElsewhere(case.id, case.subject_id, case.code, name) for case, name in db.session.execute(rows)]


def find_nomination(cycle_id: uuid.UUID, subject_id: uuid.UUID, author_id: uuid.UUID) -> Nomination | None:
    """Return what an author has written for somebody in a cycle; None when nothing."""
    row = select(Nomination).where(
        Nomination.cycle_id == cycle_id, Nomination.subject_id == subject_id, Nomination.author_id == author_id
    )
    return db.session.scalars(row).one_or_none()


def list_nominations(case: PromotionCase, actor: Actor) -> list[NominationLine]:
    """Return the nominations of a case that somebody may read, the first one first."""
    rows = db.session.execute(
        select(Nomination, Person.name)
        .join(Person, Person.id == Nomination.author_id)
        .where(Nomination.case_id == case.id)
        .order_by(Nomination.at, Nomination.id)
    )
    # A case has few of them, and what the policy asks is known from the case already.
    return [NominationLine(*row) for row in rows if can(actor, Permission.NominationOf.READ, row[0])]


def get_surroundings(case: PromotionCase) -> tuple[PromotionCycle, Person]:
    """Return the cycle and the candidate of a case, in one question."""
    row = db.session.execute(
        select(PromotionCycle, Person)
        .join(PromotionCase, PromotionCase.cycle_id == PromotionCycle.id)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(PromotionCase.id == case.id)
    ).one()
    return row[0], row[1]


_PLACE = {state.value: place for place, state in enumerate(CaseState)}


def list_steps(case_id: uuid.UUID) -> Sequence[StepLine]:
    """Return everything that happened to a case, the first thing first. Not every reader of a case reads all of it."""
    rows = db.session.execute(
        select(CaseStep, Person.name)
        .outerjoin(Person, Person.id == CaseStep.by_id)
        .where(CaseStep.case_id == case_id)
        .order_by(CaseStep.at, CaseStep.id)
    )
    # Several steps of one act carry the same moment; a state never goes back, so its order is theirs.
    lines = [StepLine(step, name or "") for step, name in rows]
    return sorted(lines, key=lambda line: (line.step.at, _PLACE[line.step.target]))


def deadlines_of(cycle: PromotionCycle, case_id: uuid.UUID, names: Collection[str]) -> dict[str, date | None]:
    """Return the days of a cycle as they are for one case, with its own extensions; one question for all of them."""
    days: dict[str, date | None] = {name: getattr(cycle, name) for name in names}
    extended = select(CycleStep.deadline, CycleStep.day).where(
        CycleStep.cycle_id == cycle.id, CycleStep.case_id == case_id, CycleStep.kind == "extend"
    )
    for name, day in db.session.execute(extended.order_by(CycleStep.at, CycleStep.id)):
        before = days.get(name) if name is not None else None
        if name in days and day is not None and before is not None:
            days[name] = max(before, day)
    return days


def find_people(search: str, chosen: uuid.UUID | None = None) -> tuple[dict[uuid.UUID, str], bool]:
    """Return the first thirty who work here and have a part of a name, by name, and whether there are more.

    Without a search everybody where they are no more than thirty, else nobody. `chosen` is there whatever was looked
    for. Names alone: the directory tells everybody no more (access matrix, row 28).
    """
    words = sort_key(search)
    names = select(Person.id, Person.name).where(works_here(today())).order_by(Person.sort_name, Person.id)
    fitting = names.where(Person.sort_name.like(like_pattern(words), escape="\\")) if words else names
    rows = db.session.execute(fitting.limit(MOST_PEOPLE + 1)).all()
    has_more = len(rows) > MOST_PEOPLE
    found = {} if has_more and not words else {row.id: row.name for row in rows[:MOST_PEOPLE]}
    if chosen is not None and chosen not in found:
        found |= {row.id: row.name for row in db.session.execute(names.where(Person.id == chosen))}
    return found, has_more


def select_to_answer(on: date) -> Select[Any]:
    """Return the nominations that wait for their candidate's answer, while it can still be given."""
    del on
    author, candidate = Person.__table__.alias("author"), Person.__table__.alias("candidate")
    return (
        select(
            *waiting_columns(
                NOMINATION,
                person_id=PromotionCase.subject_id,
                object_id=PromotionCase.id,
                since=PromotionCase.nominated_at,
                who=author.c.name,
                words=PromotionCycle.name,
                code=PromotionCase.target_level,
                due_on=PromotionCycle.nominations_close,
            )
        )
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .join(author, author.c.id == PromotionCase.nominated_by_id)
        .join(candidate, candidate.c.id == PromotionCase.subject_id)
        .where(
            PromotionCase.state == CaseState.NOMINATED,
            PromotionCycle.state.in_((CycleState.OPEN, CycleState.PACKETS)),
            candidate.c.left_on.is_(None),
        )
    )
