"""Reporting lines stay free of loops, on every day and whoever else changes them at the same moment.

Source: access matrix, transition T17.
"""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import func, or_, select

from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.templating import long_date
from app.people.models import ManagerLink, Person

REPORTING_LINES = 0x62656C61790001
IDENTITIES = 0x62656C61790002
PEOPLE = 0x62656C61790003
"""Numbers of PostgreSQL's advisory locks; any number does that nothing else uses."""


def lock_company() -> None:
    """Let nobody else change anything of anybody until this transaction ends: an import compares everybody at once.

    Every lock below joins in this one first and shares it with the others, so that nobody who waits for an import holds
    what the import waits for.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(PEOPLE)))


def lock_reporting_lines() -> None:
    """Let nobody else change a reporting line, or the tree of teams, until this transaction ends.

    Two changes that are each free of loops may close one together. SQLite's writers wait for each other anyway.
    """
    _lock(REPORTING_LINES)


def lock_identities() -> None:
    """Let nobody else take an e-mail address, an employee id or a team's name until this transaction ends."""
    _lock(IDENTITIES)


def _lock(number: int) -> None:
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(PEOPLE)))
        session.execute(select(func.pg_advisory_xact_lock(number)))


def lock_person(person_id: uuid.UUID) -> None:
    """Let nobody else change what is recorded of a person until this transaction ends.

    Rows that only name the person may still be added: whoever holds another lock and writes one must not wait here.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(PEOPLE)))
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def check_no_loop(person: Person, manager: Person, *, from_on: date, until_on: date | None) -> None:
    """Raise InvalidError at `manager` when the manager reports to the person on any day of the new link.

    `until_on` is the first day on which the link holds no more. Call `lock_reporting_lines` before.
    """
    if manager.id == person.id:
        raise InvalidError("Nobody reports to themselves; name another manager.", field="manager")
    day = _first_day_below(manager.id, person.id, from_on, until_on)
    if day is not None:
        raise InvalidError(
            f"{manager.name} reports to {person.name}, directly or through others, on {long_date(day)}; "
            "this would be a loop.",
            field="manager",
        )


def _first_day_below(lower: uuid.UUID, upper: uuid.UUID, from_on: date, until_on: date | None) -> date | None:
    """Return a day of a period on which somebody stands below another, None when there is none.

    A step upwards keeps the days on which both links hold. The lines are free of loops on each single day, so nobody
    comes twice on one way, and the walk ends.
    """
    below = {(lower, from_on, until_on)}
    while below:
        above: set[tuple[uuid.UUID, date, date | None]] = set()
        links = _links_of({one for one, _, _ in below}, from_on)
        for person_id, first, last in below:
            for link in links.get(person_id, ()):
                start = max(first, link.starts_on)
                end = min((day for day in (last, link.ends_on) if day is not None), default=None)
                if end is not None and end <= start:
                    continue
                if link.manager_id == upper:
                    return start
                above.add((link.manager_id, start, end))
        below = above
    return None


def _links_of(people: set[uuid.UUID], from_on: date) -> dict[uuid.UUID, list[ManagerLink]]:
    """Return the live links upwards of some people that hold on a day or later."""
    found: dict[uuid.UUID, list[ManagerLink]] = {}
    rows = select(ManagerLink).where(
        ManagerLink.person_id.in_(people),
        ManagerLink.superseded_at.is_(None),
        or_(ManagerLink.ends_on.is_(None), ManagerLink.ends_on > from_on),
    )
    fresh = rows.order_by(ManagerLink.starts_on, ManagerLink.id).execution_options(populate_existing=True)
    for row in db.session.scalars(fresh):
        found.setdefault(row.person_id, []).append(row)
    return found
