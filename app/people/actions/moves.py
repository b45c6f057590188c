"""Where somebody stands: on their first day, and when they move to another team, another manager, or both."""

from __future__ import annotations

from datetime import date, datetime

from app.audit.actions import Author
from app.domain.errors import InvalidError
from app.infra.templating import long_date
from app.people.actions.dated import end_manager, end_team, grant_level, set_manager, set_team
from app.people.actions.persons import Details, add_person
from app.people.models import ManagerLink, Person, SpellReason, Team, TeamMembership
from app.people.queries import find_manager, find_team

Moved = tuple[TeamMembership | None, ManagerLink | None]


def hire(
    details: Details,
    *,
    email: str,
    team: Team | None,
    manager: Person | None,
    level: tuple[str, str] | None,
    by: Author,
    at: datetime,
) -> Person:
    """Add somebody with the team, the manager and the level (ladder and id) they begin with on their first day.

    InvalidError as `add_person`; also when the manager does not work here on that day.
    """
    if details.hired_on is None:
        raise InvalidError("Choose the first day of work.", field="hired_on")
    day = details.hired_on
    check_works_on(manager, day)
    person = add_person(name=details.name, email=email, employee_id=details.employee_id, hired_on=day, by=by, at=at)
    if team is not None:
        set_team(person, team, from_on=day, by=by, at=at)
    if manager is not None:
        set_manager(person, manager, from_on=day, by=by, at=at)
    if level is not None:
        ladder, rung = level
        grant_level(person, ladder=ladder, level=rung, from_on=day, reason=SpellReason.HIRE, by=by, at=at)
    return person


def move_person(
    person: Person, *, team: Team | None, manager: Person | None, from_on: date, by: Author, at: datetime
) -> Moved:
    """Record what of team and manager is another than what holds on that day; None for what stays as it is.

    What is returned is the new entry, or the one that ends. InvalidError when nothing would change, when the manager
    does not work here on that day, or as `set_manager`.
    """
    old_team, old_manager = find_team(person.id, from_on), find_manager(person.id, from_on)
    if old_team is team and old_manager is manager:
        raise InvalidError(f"Nothing changes on {long_date(from_on)}: choose another team or another line manager.")
    moved_team: TeamMembership | None = None
    moved_manager: ManagerLink | None = None
    if old_manager is not manager:
        check_works_on(manager, from_on)
        moved_manager = (
            set_manager(person, manager, from_on=from_on, by=by, at=at)
            if manager
            else end_manager(person, on=from_on, by=by, at=at)
        )
    if old_team is not team:
        moved_team = (
            set_team(person, team, from_on=from_on, by=by, at=at)
            if team
            else end_team(person, on=from_on, by=by, at=at)
        )
    return moved_team, moved_manager


def check_works_on(manager: Person | None, day: date) -> None:
    """Raise InvalidError at `manager` for somebody who has left by a day, or has not begun."""
    if manager is None:
        return
    if manager.left_on is not None and manager.left_on <= day:
        raise InvalidError(f"{manager.name} no longer works here on {long_date(day)}.", field="manager")
    if manager.hired_on is not None and manager.hired_on > day:
        raise InvalidError(f"{manager.name} begins on {long_date(manager.hired_on)}, after that day.", field="manager")
