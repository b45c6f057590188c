"""Adding people and teams, and recording that somebody leaves."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.people.models import (
    Person,
    Team,
)
from app.people.queries import find_person_by_email, sort_key


def add_person(
    *,
    name: str,
    email: str,
    employee_id: str | None,
    hired_on: date | None,
    by: Author,
    at: datetime,
) -> Person:
    """Add a person. InvalidError when the e-mail address is taken."""
    if find_person_by_email(email) is not None:
        raise InvalidError(f"Somebody with the address {email} is there already.", field="email")
    person = Person(
        id=uuid.uuid4(),
        name=name,
        sort_name=sort_key(name),
        email=email.strip().lower(),
        employee_id=employee_id,
        hired_on=hired_on,
        created_at=at,
    )
    db.session.add(person)
    db.session.flush()
    log(Tag.PERSON_ADDED, by=by, at=at, subject_id=person.id, object_id=person.id)
    return person


def record_leaving(person: Person, *, on: date, by: Author, at: datetime) -> None:
    """Record the first day on which somebody no longer works here."""
    person.left_on = on
    log(Tag.PERSON_LEFT, by=by, at=at, subject_id=person.id, object_id=person.id, left_on=on.isoformat())


def add_team(*, name: str, parent: Team | None, by: Author, at: datetime) -> Team:
    """Add a team below another one."""
    team = Team(id=uuid.uuid4(), name=name, parent_id=parent.id if parent else None, created_at=at)
    db.session.add(team)
    db.session.flush()
    log(Tag.TEAM_ADDED, by=by, at=at, object_id=team.id)
    return team
