"""What waits for a person, and what needs care in the company. Reads of the features below, joined."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, and_, cast, func, literal, null, or_, select, true, type_coerce, union_all

from app.assessment.models import Assessment
from app.assessment.queries import PersonStanding, standings_of_people
from app.auth.models import RoleGrant
from app.domain.promotion import CaseState
from app.infra.clock import local, today
from app.infra.db import db
from app.mentoring.models import Mentorship
from app.mentoring.queries.own import OwnPair, pairs_in, select_pairs
from app.people.models import LevelSpell, ManagerLink, Person
from app.people.queries import ReportEntry, has_manager, has_not_left, holds_on, list_reports, works_here
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries.mine import RunningCase

SHOWN_UNPLACED = 12
SHOWN_RUNNING = 50


@dataclass(frozen=True)
class Report:
    """One direct report: who, and where they stand."""

    entry: ReportEntry
    standing: PersonStanding


def list_team(manager_id: uuid.UUID) -> list[Report]:
    """Return the direct reports of a manager by name, each with where they stand; never in any other order."""
    entries = list_reports(manager_id)
    standings = standings_of_people([entry.id for entry in entries])
    return [Report(entry, standings[entry.id]) for entry in entries]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Somebody who works here and lacks what a verdict needs."""

    id: uuid.UUID
    name: str
    hired_on: date | None
    lacks_level: bool
    lacks_manager: bool


@dataclass(frozen=True, slots=True)
class RunningRound:
    """A running assessment as HR sees it: which sides are in, and nothing of what they say."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    target: str
    opened_on: date
    due_on: date | None
    self_is_in: bool
    manager_is_in: bool


@dataclass(frozen=True)
class Company:
    """What HR sees first: how many work here, how many hold a level, what is missing where."""

    people: int
    on_a_ladder: int
    running: Sequence[RunningRound]
    unplaced: Sequence[Unplaced]
    unplaced_in_all: int
    has_nobody_yet: bool
    """Nobody is recorded, for today or later, but those who look after Belay: HR, administrators, editors."""


def _running(row: Assessment, name: str) -> RunningRound:
    return RunningRound(
        row.id,
        row.subject_id,
        name,
        row.target_level,
        local(row.opened_at).date(),
        row.due_on,
        row.is_self_settled,
        row.is_manager_settled,
    )


def company_state() -> Company:
    """Return what HR sees first, in a fixed number of queries."""
    day = today()
    has_level = select(LevelSpell.id).where(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)).exists()
    is_led = has_manager(day)
    leads = select(ManagerLink.id).where(ManagerLink.manager_id == Person.id, holds_on(ManagerLink, day)).exists()
    live = RoleGrant.superseded_at.is_(None)
    looks_after_belay = select(RoleGrant.id).where(RoleGrant.person_id == Person.id, live).exists()
    named = select(ManagerLink.id).where(ManagerLink.person_id == Person.id, holds_on(ManagerLink, day)).exists()
    # The head of the company reports to nobody; somebody who leads others need not be on a ladder. Whoever leads and
    # has a manager who left is no head of the company.
    lacks_level, lacks_manager = and_(~has_level, ~leads), and_(~is_led, or_(~leads, named))
    lacking = and_(works_here(day), or_(lacks_level, lacks_manager))
    counts = (
        select(
            func.count().filter(works_here(day)).label("people"),
            func.count().filter(works_here(day), has_level).label("on_a_ladder"),
            func.count().filter(lacking).label("lacking"),
            func.count().filter(has_not_left(day), ~looks_after_belay).label("others"),
        )
        .select_from(Person)
        .subquery("counts")
    )
    first = (
        select(
            Person.id,
            Person.name,
            Person.sort_name,
            Person.hired_on,
            lacks_level.label("lacks_level"),
            lacks_manager.label("lacks_manager"),
        )
        .where(lacking)
        .order_by(Person.sort_name, Person.id)
        .limit(SHOWN_UNPLACED)
        .subquery("unplaced")
    )
    # One question: the counts stand in each row, and in one row of their own when nobody lacks anything.
    rows = db.session.execute(
        select(counts, first).select_from(counts.outerjoin(first, true())).order_by(first.c.sort_name, first.c.id)
    ).all()
    running = db.session.execute(
        select(Assessment, Person.name)
        .join(Person, Person.id == Assessment.subject_id)
        .where(Assessment.is_running)
        .order_by(Assessment.opened_at, Assessment.id)
        .limit(SHOWN_RUNNING),
    )
    return Company(
        people=rows[0].people,
        on_a_ladder=rows[0].on_a_ladder,
        running=[_running(row, name) for row, name in running],
        unplaced=[
            Unplaced(row.id, row.name, row.hired_on, bool(row.lacks_level), bool(row.lacks_manager))
            for row in rows
            if row.id is not None
        ],
        unplaced_in_all=rows[0].lacking,
        has_nobody_yet=rows[0].others == 0,
    )


@dataclass(frozen=True)
class Running:
    """What runs for somebody: cases of theirs, the oldest first, and mentorships that they are in, by name."""

    cases: Sequence[RunningCase]
    pairs: Sequence[OwnPair]


def list_running(person_id: uuid.UUID) -> Running:
    """Return what runs for somebody. One question for both: this is the page that everybody opens most."""
    pairs = select_pairs(person_id).where(Mentorship.is_underway)
    # A case borrows columns of a mentorship; its state is told apart by where it stands.
    of_case: dict[str, Any] = {
        "id": PromotionCase.id,
        "other": PromotionCycle.name,
        "is_mentee": literal(value=False),
        "proposed_at": PromotionCase.nominated_at,
        "lineage": type_coerce(PromotionCase.state, String),
        "position": PromotionCase.number,
    }
    shown = [of_case.get(str(one.key), cast(null(), one.type)).label(one.key) for one in pairs.selected_columns]
    cases = (
        select(*shown, literal("case").label("part"))
        .select_from(PromotionCase)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .where(
            PromotionCase.subject_id == person_id,
            PromotionCase.state.not_in([state for state in CaseState if state.is_over]),
        )
    )
    both = union_all(pairs.add_columns(literal("pair").label("part")), cases)
    rows = db.session.execute(both.order_by("part", "sort_name", "proposed_at", "id", "position")).all()
    return Running(
        cases=[
            RunningCase.of(row.id, row.position, row.other, CaseState(row.lineage))
            for row in rows
            if row.part == "case"
        ],
        pairs=pairs_in(row for row in rows if row.part == "pair"),
    )
