"""Reading the list of who could be nominated: as much of it as the reader may see, narrowed, counted and paged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.domain.errors import MissingError
from app.domain.promotion import DecisionKind
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.people.models import Person, Team, TeamMembership
from app.people.queries import holds_on, like_pattern, sort_key
from app.promotion.models import Decision, Eligibility, PromotionCase, PromotionCycle


class Shown(StrEnum):
    """Which lines a list is narrowed to."""

    ALL = ""
    NOT_NOMINATED = "not-nominated"
    NOMINATED = "nominated"
    NOT_ELIGIBLE = "not-eligible"


@dataclass(frozen=True, slots=True)
class EligibleRow:
    """One line with the name and team. `is_nominated` says that a case was opened in this cycle.

    `case` is the newest one, where the reader may see it; None for whoever is recused from it.
    """

    line: Eligibility
    name: str
    team: str
    is_nominated: bool
    case: PromotionCase | None


@dataclass(frozen=True, slots=True)
class EligibleCounts:
    """How many lines the reader sees, by filter."""

    everybody: int
    not_nominated: int
    nominated: int
    not_eligible: int

    def of(self, shown: Shown) -> int:
        """Return the figure of a filter."""
        return {
            Shown.ALL: self.everybody,
            Shown.NOT_NOMINATED: self.not_nominated,
            Shown.NOMINATED: self.nominated,
            Shown.NOT_ELIGIBLE: self.not_eligible,
        }[shown]


def get_line(line_id: uuid.UUID) -> Eligibility:
    """Return a line of a list; MissingError when there is none."""
    found = db.session.get(Eligibility, line_id)
    if found is None:
        raise MissingError
    return found


def renomination_days() -> dict[uuid.UUID, dict[tuple[str, str], date]]:
    """Return the earliest days of a new nomination that told decisions have set: by person, then lineage and target."""
    rows = db.session.execute(
        select(
            PromotionCase.subject_id,
            PromotionCase.lineage,
            PromotionCase.target_level,
            func.max(Decision.renominate_from),
        )
        .join(Decision, Decision.case_id == PromotionCase.id)
        .where(PromotionCase.is_told, Decision.kind == DecisionKind.NOT_YET, Decision.renominate_from.is_not(None))
        .group_by(PromotionCase.subject_id, PromotionCase.lineage, PromotionCase.target_level)
        .order_by(PromotionCase.subject_id, PromotionCase.lineage, PromotionCase.target_level)
    )
    found: dict[uuid.UUID, dict[tuple[str, str], date]] = {}
    for subject_id, lineage, target, day in rows:
        if day is not None:
            found.setdefault(subject_id, {})[lineage, target] = day
    return found


def list_lines(
    cycle: PromotionCycle, actor: Actor, *, shown: Shown = Shown.ALL, search: str = "", page: int = 1
) -> Page[EligibleRow]:
    """Return one page of the lines that somebody may see, by name."""
    here = [*_conditions(cycle, actor, search), *_narrowed(shown)]
    total = db.session.scalar(_joined(func.count()).where(*here)) or 0
    newest, day = aliased(PromotionCase), today()
    last = (
        select(func.max(newest.number))
        .where(newest.cycle_id == Eligibility.cycle_id, newest.subject_id == Eligibility.subject_id)
        .correlate(Eligibility)
        .scalar_subquery()
    )
    rows = db.session.execute(
        _joined(Eligibility, Person.name, Team.name, _is_nominated(), PromotionCase)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(
            PromotionCase,
            and_(
                PromotionCase.cycle_id == Eligibility.cycle_id,
                PromotionCase.subject_id == Eligibility.subject_id,
                PromotionCase.number == last,
                visible_to(actor, Permission.Case.READ, PromotionCase),
            ),
        )
        .where(*here)
        .order_by(Person.sort_name, Person.id, Eligibility.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Page([EligibleRow(row[0], row[1], row[2] or "", bool(row[3]), row[4]) for row in rows], page, total)


def count_lines(cycle: PromotionCycle, actor: Actor, search: str = "") -> EligibleCounts:
    """Return how many lines somebody sees, by filter."""

    def number(shown: Shown) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((and_(true(), *_narrowed(shown)), 1), else_=0)), 0)

    row = db.session.execute(
        _joined(func.count(), number(Shown.NOT_NOMINATED), number(Shown.NOMINATED), number(Shown.NOT_ELIGIBLE)).where(
            *_conditions(cycle, actor, search)
        )
    ).one()
    return EligibleCounts(*(int(figure) for figure in row))


def _joined(*columns: Any) -> Any:  # noqa: ANN401 - a select of any columns
    return select(*columns).select_from(Eligibility).join(Person, Person.id == Eligibility.subject_id)


def _is_nominated() -> ColumnElement[bool]:
    any_case = aliased(PromotionCase)
    return (
        select(any_case.id)
        .where(any_case.cycle_id == Eligibility.cycle_id, any_case.subject_id == Eligibility.subject_id)
        .correlate(Eligibility)
        .exists()
    )


def _narrowed(shown: Shown) -> list[ColumnElement[bool]]:
    return {
        Shown.ALL: [],
        Shown.NOT_NOMINATED: [Eligibility.rule == "", ~_is_nominated()],
        Shown.NOMINATED: [_is_nominated()],
        Shown.NOT_ELIGIBLE: [Eligibility.rule != ""],
    }[shown]


def _conditions(cycle: PromotionCycle, actor: Actor, search: str) -> list[ColumnElement[bool]]:
    sees_all = can(actor, Permission.Cycle.READ_ELIGIBILITY, cycle)
    rows = [
        Eligibility.cycle_id == cycle.id,
        true() if sees_all else visible_to(actor, Permission.Eligible.READ, Eligibility),
    ]
    if words := sort_key(search):
        rows.append(Person.sort_name.like(like_pattern(words), escape="\\"))
    return rows
