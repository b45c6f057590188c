"""Reading cycles: their days, what they pin, what happened to them, and their cases as a reader may see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.promotion import DEADLINES, CaseEvent, CaseState, CycleState, DecisionKind
from app.infra.clock import local, today
from app.infra.db import db, once_per_transaction
from app.ladders.queries import Edition, get_edition
from app.people.models import Person, Team, TeamMembership
from app.people.queries import holds_on
from app.promotion.models import (
    CaseStep,
    CycleLadder,
    CycleStep,
    Decision,
    Eligibility,
    FeedbackState,
    PanelSeat,
    PeerFeedback,
    PromotionCase,
    PromotionCycle,
)

SATURDAY = 5
USUAL = {
    "nominations_close": 14,
    "packets_due": 42,
    "feedback_due": 56,
    "review_due": 77,
    "calibration_on": 84,
    "communicate_by": 98,
    "appeal_until": 126,
}
"""Days from the drafting to each deadline of a draft (house): two weeks to nominate, four to write, and so on."""
_MOVING: Mapping[CycleState, int] = {
    CycleState.OPEN: 0,
    CycleState.PACKETS: 1,
    CycleState.FEEDBACK: 2,
    CycleState.REVIEW: 3,
    CycleState.CALIBRATION: 4,
    CycleState.DECIDED: 5,
    CycleState.COMMUNICATED: 5,
    CycleState.APPEALS: 6,
}


# Days ------------------------------------------------------------------------------------


def weekday_from(day: date) -> date:
    """Return the day, or the Monday after it when it falls on a weekend.

    >>> weekday_from(date(2026, 11, 21)), weekday_from(date(2026, 11, 20))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 20))
    """
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)


def usual_days(on: date) -> dict[str, date]:
    """Return the days that a draft of a day proposes: all on weekdays, each later than the one before."""
    return {name: weekday_from(on + timedelta(days=after)) for name, after in USUAL.items()}


def days_of(cycle: PromotionCycle) -> dict[str, date | None]:
    """Return the deadlines of a cycle by name, in their order."""
    return {name: getattr(cycle, name) for name in DEADLINES}


def days_that_move(state: CycleState) -> tuple[str, ...]:
    """Return the deadlines that can still be extended in a state: the one of its phase and all later ones."""
    return DEADLINES[_MOVING[state] :] if state in _MOVING else ()


def extended_days(cycle_id: uuid.UUID) -> Mapping[tuple[uuid.UUID, str], date]:
    """Return the latest day to which single cases were extended, by case and name of the deadline."""
    found: dict[tuple[uuid.UUID, str], date] = {}
    for step in (line.step for line in steps_of(cycle_id)):
        if step.kind == "extend" and step.case_id and step.deadline and step.day:
            key = (step.case_id, step.deadline)
            found[key] = max(step.day, found.get(key, step.day))
    return found


def day_for(cycle: PromotionCycle, name: str, case_id: uuid.UUID) -> date | None:
    """Return the last day for something of one case, as `deadline_of` does, for many cases with one question."""
    day: date | None = getattr(cycle, name)
    extended = extended_days(cycle.id).get((case_id, name))
    return day if day is None or extended is None else max(day, extended)


# What it pins and what happened ----------------------------------------------------------


@once_per_transaction
def pinned_of(cycle_id: uuid.UUID) -> tuple[Edition, ...]:
    """Return the ladder versions that a cycle pins, by title."""
    rows = db.session.scalars(
        select(CycleLadder.ladder_version_id).where(CycleLadder.cycle_id == cycle_id).order_by(CycleLadder.lineage)
    )
    return tuple(sorted((get_edition(one) for one in rows), key=lambda edition: edition.name))


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that happened to a cycle, with who did it; `by` is empty where Belay did."""

    step: CycleStep
    by: str
    case_number: int | None


_PLACE = {state.value: place for place, state in enumerate(CycleState)}


@once_per_transaction
def steps_of(cycle_id: uuid.UUID) -> tuple[StepLine, ...]:
    """Return everything that happened to a cycle, reminders too, newest first."""
    rows = db.session.execute(
        select(CycleStep, Person.name, PromotionCase.number)
        .outerjoin(Person, Person.id == CycleStep.by_id)
        .outerjoin(PromotionCase, PromotionCase.id == CycleStep.case_id)
        .where(CycleStep.cycle_id == cycle_id)
        .order_by(CycleStep.id)
    )
    lines = (StepLine(row[0], row[1] or "", row[2]) for row in rows)
    # Two moves of one act carry the same moment; a phase never goes back, so the order of phases is theirs.
    return tuple(sorted(lines, key=lambda line: (line.step.at, _PLACE.get(line.step.target or "", 0)), reverse=True))


def nominations_closed_on(cycle_id: uuid.UUID) -> date | None:
    """Return the day on which nominations of a cycle were closed, early or not; None while they are open."""
    moves = (line.step for line in steps_of(cycle_id) if line.step.kind == "move")
    return next((local(step.at).date() for step in moves if step.source == CycleState.OPEN.value), None)


def list_steps(cycle_id: uuid.UUID) -> list[StepLine]:
    """Return what happened to a cycle, newest first, without reminders."""
    return [line for line in steps_of(cycle_id) if line.step.kind != "remind"]


def last_reminders(cycle_id: uuid.UUID) -> Mapping[str, datetime]:
    """Return when a reminder of each missing thing last went out, by its key (`guards.Owed.key`)."""
    found: dict[str, datetime] = {}
    for line in steps_of(cycle_id):
        if line.step.kind == "remind":
            found.setdefault(line.step.reason, line.step.at)
    return found


def count_extensions(cycle_id: uuid.UUID) -> int:
    """Return how many days of a whole cycle have been extended: a calendar file counts its editions by it."""
    return sum(line.step.kind == "extend" and line.step.case_id is None for line in steps_of(cycle_id))


def count_not_nominated(cycle_id: uuid.UUID) -> int:
    """Return how many people could be nominated in a cycle and have no case in it, of whatever outcome."""
    nominated = select(PromotionCase.subject_id).where(PromotionCase.cycle_id == cycle_id)
    rows = select(func.count()).select_from(Eligibility)
    found = db.session.scalar(
        rows.where(Eligibility.cycle_id == cycle_id, Eligibility.rule == "", Eligibility.subject_id.not_in(nominated))
    )
    return found or 0


# Cases -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in the table of a cycle.

    `is_inside`: the reader may know how far feedback and reviewers are. Where it is False, as for a person of HR who is
    recused, the state goes through `wording.public_state` and the numbers stay empty. `outcome`: what was decided, once
    the case is closed and where the reader may read it; `has_lapsed`: a promotion that was told without taking effect.
    """

    case: PromotionCase
    name: str
    team: str
    nominated_by: str
    is_inside: bool
    asked: int
    given: int
    seats: int
    replaced: int
    outcome: DecisionKind | None = None
    has_lapsed: bool = False


def list_cases(actor: Actor, cycle_id: uuid.UUID) -> list[CaseRow]:
    """Return the cases of a cycle that a reader may see, by name; never in any other order."""
    nominator = aliased(Person)
    on = today()
    rows = db.session.execute(
        select(
            PromotionCase,
            Person.name,
            Team.name.label("team"),
            nominator.name.label("nominator"),
            visible_to(actor, Permission.Case.READ_COUNT, PromotionCase).label("is_inside"),
            _counted(PeerFeedback, PeerFeedback.state.in_([FeedbackState.ASKED, FeedbackState.GIVEN])).label("asked"),
            _counted(PeerFeedback, PeerFeedback.state == FeedbackState.GIVEN).label("given"),
            _counted(PanelSeat, PanelSeat.ended_at.is_(None)).label("seats"),
            _counted(PanelSeat, PanelSeat.ended_at.is_not(None)).label("replaced"),
            Decision.kind.label("outcome"),
            _counted(CaseStep, and_(CaseStep.event == CaseEvent.COMMUNICATE.value, CaseStep.reason != "")).label(
                "lapsed"
            ),
        )
        .join(Person, Person.id == PromotionCase.subject_id)
        .join(nominator, nominator.id == PromotionCase.nominated_by_id)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, on)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(
            Decision,
            and_(
                Decision.case_id == PromotionCase.id,
                PromotionCase.state == CaseState.CLOSED,
                visible_to(actor, Permission.Case.READ_DECISION, PromotionCase),
            ),
        )
        .where(PromotionCase.cycle_id == cycle_id, visible_to(actor, Permission.Case.READ, PromotionCase))
        .order_by(Person.sort_name, PromotionCase.number)
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> CaseRow:  # noqa: ANN401 - a row of `list_cases`
    asked, given, seats, replaced = (row.asked, row.given, row.seats, row.replaced) if row.is_inside else (0, 0, 0, 0)
    return CaseRow(
        case=row[0],
        name=row.name,
        team=row.team or "",
        nominated_by=row.nominator,
        is_inside=bool(row.is_inside),
        asked=asked,
        given=given,
        seats=seats,
        replaced=replaced,
        outcome=row.outcome,
        has_lapsed=row.lapsed > 0,
    )


def _counted(table: Any, condition: Any) -> Any:  # noqa: ANN401 - a mapped class and its condition
    return (
        select(func.count())
        .select_from(table)
        .where(table.case_id == PromotionCase.id, condition)
        .correlate(PromotionCase)
        .scalar_subquery()
    )
