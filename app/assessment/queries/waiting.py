"""For whom an assessment waits: sides that are owed, and missing sides that may be closed. No answer is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from app.access.actor import Role
from app.assessment.models import Assessment
from app.auth.models import RoleGrant
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on

SIDE_DUE, TO_CLOSE = "assessment.side_due", "assessment.to_close"
SELF, MANAGER = "self", "manager"
IN, ALONE = "-in", "-alone"


def select_sides_due(on: date) -> Select[Any]:
    """Return every side that is owed, for whoever owes it: the engineer, or the line manager of the day.

    `who` is whoever opened it where the engineer owes, the engineer where the manager does; `words` is the level;
    `code` is the side, with `IN` when the other one is in.
    """
    parts = union_all(_owed_by_engineers(on), _owed_by_managers(on)).subquery("sides")
    return _all_of(SIDE_DUE, parts)


def _all_of(kind: str, parts: Any) -> Select[Any]:  # noqa: ANN401 - a subquery with the columns of a source
    columns = parts.c
    found: Select[Any] = select(
        *waiting_columns(
            kind,
            person_id=columns.person_id,
            object_id=columns.object_id,
            who=columns.who,
            words=columns.words,
            code=columns.code,
            since=columns.since,
            due_on=columns.due_on,
        )
    )
    return found


def _owed_by_engineers(on: date) -> Any:  # noqa: ANN401 - an arm of a union, read by the names of its columns
    opener, subject = aliased(Person), aliased(Person)
    return (
        select(
            Assessment.subject_id.label("person_id"),
            Assessment.id.label("object_id"),
            case((opener.id == Assessment.subject_id, ""), else_=opener.name).label("who"),
            Assessment.target_level.label("words"),
            _code(SELF, Assessment.is_manager_settled).label("code"),
            Assessment.opened_at.label("since"),
            Assessment.due_on.label("due_on"),
        )
        .join(opener, opener.id == Assessment.opened_by_id)
        .join(subject, subject.id == Assessment.subject_id)
        .where(Assessment.is_running, not_(Assessment.is_self_settled), has_not_left(on, subject))
    )


def _owed_by_managers(on: date) -> Any:  # noqa: ANN401 - the same
    subject, manager = aliased(Person), aliased(Person)
    return (
        select(
            ManagerLink.manager_id.label("person_id"),
            Assessment.id.label("object_id"),
            subject.name.label("who"),
            Assessment.target_level.label("words"),
            _code(MANAGER, Assessment.is_self_settled).label("code"),
            Assessment.opened_at.label("since"),
            Assessment.due_on.label("due_on"),
        )
        .join(ManagerLink, and_(ManagerLink.person_id == Assessment.subject_id, holds_on(ManagerLink, on)))
        .join(subject, subject.id == Assessment.subject_id)
        .join(manager, manager.id == ManagerLink.manager_id)
        .where(
            Assessment.is_running,
            not_(Assessment.is_manager_settled),
            has_not_left(on, manager),
            has_not_left(on, subject),
        )
    )


def _code(side: str, other_is_in: Any) -> ColumnElement[str]:  # noqa: ANN401 - a condition of the database
    return case((other_is_in, literal(side + IN)), else_=literal(side))


def select_to_close(on: date) -> Select[Any]:
    """Return every missing side that may be closed as “not given”, for whoever may: the line manager, or HR.

    `who` is the engineer, `words` the level, `code` the side that is missing, with `ALONE` where nobody is there any
    more who owes it. Where nobody who works here leads the engineer, the engineer's side waits for HR. Who was made
    line manager after the last reminder still has to be reminded; the page says so.
    """
    by_manager = (
        _missing(on, SELF)
        .join(ManagerLink, and_(ManagerLink.person_id == Assessment.subject_id, holds_on(ManagerLink, on)))
        .join(_leader, and_(_leader.id == ManagerLink.manager_id, has_not_left(on, _leader)))
        .add_columns(ManagerLink.manager_id.label("person_id"))
    )
    own_by_hr = _by_hr(_missing(on, SELF).where(not_(_is_led(on))), on)
    theirs_by_hr = _by_hr(_missing(on, MANAGER), on)
    return _all_of(TO_CLOSE, union_all(by_manager, own_by_hr, theirs_by_hr).subquery("closing"))


_leader = aliased(Person, name="leader")


def _missing(on: date, side: str) -> Select[Any]:
    """Return the assessments of which one side may be closed: the day is past, and its author reminded or gone."""
    is_own = side == SELF
    other_at = Assessment.manager_submitted_at if is_own else Assessment.self_submitted_at
    owes = has_not_left(on) if is_own else and_(has_not_left(on), _is_led(on))
    return (
        select(
            Assessment.id.label("object_id"),
            Person.name.label("who"),
            Assessment.target_level.label("words"),
            case((owes, literal(side)), else_=literal(side + ALONE)).label("code"),
            func.coalesce(Assessment.reminded_at, Assessment.opened_at).label("since"),
            Assessment.due_on.label("due_on"),
        )
        .join(Person, Person.id == Assessment.subject_id)
        .where(
            Assessment.is_running,
            Assessment.due_on < on,
            other_at.is_not(None),
            or_(Assessment.reminded_at.is_not(None), not_(owes)),
        )
    )


def _is_led(on: date) -> ColumnElement[bool]:
    """Return the condition that a line manager who works here leads the engineer of an assessment on a day."""
    link, leader = aliased(ManagerLink), aliased(Person)
    return exists(
        select(link.id)
        .join(leader, leader.id == link.manager_id)
        .where(link.person_id == Assessment.subject_id, holds_on(link, on), has_not_left(on, leader))
        .correlate(Assessment)
    )


def _by_hr(missing: Select[Any], on: date) -> Select[Any]:
    """Return what may be closed, for everybody of HR but the engineer and their line manager."""
    hr, link = aliased(Person), aliased(ManagerLink)
    leads = exists().where(
        link.person_id == Assessment.subject_id, link.manager_id == RoleGrant.person_id, holds_on(link, on)
    )
    return (
        missing.join(RoleGrant, and_(RoleGrant.role == Role.HR, RoleGrant.superseded_at.is_(None)))
        .join(hr, and_(hr.id == RoleGrant.person_id, has_not_left(on, hr)))
        .where(RoleGrant.person_id != Assessment.subject_id, not_(leads))
        .add_columns(RoleGrant.person_id.label("person_id"))
    )
