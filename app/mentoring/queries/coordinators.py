"""Who coordinates mentoring, by name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.errors import MissingError
from app.infra.db import db
from app.mentoring.models import MentoringCoordinator
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Somebody who coordinates mentoring, or did: who, since when, named by whom, and until when."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    named_at: datetime
    named_by: str
    ended_at: datetime | None


def list_coordinators() -> list[Coordinator]:
    """Return everybody who coordinates mentoring or ever did, by name, and of one person the latest time first."""
    author = Person.__table__.alias("author")
    rows = db.session.execute(
        select(MentoringCoordinator, Person.name, author.c.name.label("named_by"))
        .join(Person, Person.id == MentoringCoordinator.person_id)
        .outerjoin(author, author.c.id == MentoringCoordinator.named_by_id)
        .order_by(Person.sort_name, Person.id, MentoringCoordinator.named_at.desc(), MentoringCoordinator.id)
    )
    return [
        Coordinator(row.id, row.person_id, name, row.named_at, named_by or "", row.ended_at)
        for row, name, named_by in rows
    ]


def get_serving(coordinator_id: uuid.UUID) -> MentoringCoordinator:
    """Return somebody's time as coordinator that has not ended; MissingError when there is none."""
    row = db.session.get(MentoringCoordinator, coordinator_id)
    if row is None or row.ended_at is not None:
        raise MissingError
    return row
