"""People, teams and what holds of them. Everything is committed."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

from app.access.actor import Role
from app.audit.actions import Author
from app.auth import actions as auth
from app.auth.passwords import Passwords
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import Person, SpellReason, Team

AT = datetime(2023, 1, 2, 9, 0, tzinfo=UTC)
SYSTEM = Author(None, label="cli:test")
PASSWORD = "quiet river seven lanterns"
_numbers = itertools.count(1)


def make_person(
    name: str = "",
    *,
    manager: Person | None = None,
    team: Team | None = None,
    ladder: str = "software-engineer",
    level: str | None = None,
    since: date = date(2023, 1, 2),
    roles: tuple[Role, ...] = (),
    password: str | None = None,
    hired_on: date = date(2023, 1, 2),
    left_on: date | None = None,
    is_new: bool = False,
) -> Person:
    """Return a person with an account, and what else is named; somebody new has not seen the page that greets."""
    number = next(_numbers)
    name = name or f"Person {number}"
    with transaction() as session:
        person = people.add_person(
            name=name,
            email=f"{'.'.join(name.lower().split())}.{number}@larkspur.example",
            employee_id=f"T-{number:05}",
            hired_on=hired_on,
            by=SYSTEM,
            at=AT,
        )
        account = auth.create_account(person, password=password, passwords=Passwords(1), by=SYSTEM, at=AT)
        account.first_seen_at = None if is_new else AT
        if manager is not None:
            people.set_manager(person, manager, from_on=since, by=SYSTEM, at=AT)
        if team is not None:
            people.set_team(person, team, from_on=since, by=SYSTEM, at=AT)
        if level is not None:
            grant(person, level, ladder=ladder, on=since, reason=SpellReason.HIRE)
        for role in roles:
            auth.grant_role(person, role, by=SYSTEM, at=AT)
        if left_on is not None:
            people.record_leaving(person, on=left_on, by=SYSTEM, at=AT)
        session.flush()
    return person


def grant(
    person: Person,
    level: str,
    *,
    ladder: str = "software-engineer",
    on: date,
    reason: SpellReason = SpellReason.PROMOTION,
) -> None:
    """Let a person hold a level from a day on; call it inside `transaction()`."""
    people.grant_level(person, ladder=ladder, level=level, from_on=on, reason=reason, by=SYSTEM, at=AT)


def make_team(name: str = "") -> Team:
    """Return a team."""
    with transaction():
        return people.add_team(name=name or f"Team {next(_numbers)}", parent=None, by=SYSTEM, at=AT)
