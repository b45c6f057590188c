"""Naming who coordinates mentoring, and ending it. HR names; being named opens dates and counts, and no word of a pair.

Source of the rules: access matrix, row 40; transitions T5 and T12.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.mentoring.models import MentoringCoordinator
from app.people.models import Person

NOT_ONESELF = "You cannot name yourself. Somebody else in HR can, or name a colleague."


def name_coordinator(person: Person, *, by: Author, at: datetime) -> MentoringCoordinator:
    """Let somebody coordinate mentoring from now on. InvalidError at `person`: one already, an outsider, or gone.

    InvalidError there also for the author: who coordinates is somebody else's to say.
    """
    if person.id == by.person_id:
        raise InvalidError(NOT_ONESELF, field="person")
    db.session.refresh(person, with_for_update={"key_share": True})
    if person.employee_id is None:
        raise InvalidError(f"{person.name} does not work here.", field="person")
    if person.left_on is not None and person.left_on <= local(at).date():
        raise InvalidError(f"{person.name} has left.", field="person")
    live = select(MentoringCoordinator.id).where(
        MentoringCoordinator.person_id == person.id, MentoringCoordinator.ended_at.is_(None)
    )
    if db.session.scalar(live) is not None:
        raise InvalidError(f"{person.name} coordinates mentoring already.", field="person")
    row = MentoringCoordinator(person_id=person.id, named_at=at, named_by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    log(Tag.COORDINATOR_NAMED, by=by, at=at, subject_id=person.id, object_id=row.id)
    return row


def end_coordinator(row: MentoringCoordinator, *, by: Author, at: datetime) -> None:
    """End that somebody coordinates mentoring, at once. NotAllowedNowError when it has ended already."""
    db.session.refresh(row, with_for_update=True)
    if row.ended_at is not None:
        raise NotAllowedNowError("They do not coordinate mentoring any more.")
    _end(row, by=by, at=at)


def end_of_leavers(people: Collection[UUID], by: Author, at: datetime) -> None:
    """End it for those whose leaving is recorded. Whoever comes back is named anew."""
    rows = (
        select(MentoringCoordinator)
        .where(MentoringCoordinator.person_id.in_(sorted(people)), MentoringCoordinator.ended_at.is_(None))
        .order_by(MentoringCoordinator.person_id, MentoringCoordinator.id)
    )
    for row in db.session.scalars(rows.with_for_update()):
        _end(row, by=by, at=at)


def _end(row: MentoringCoordinator, *, by: Author, at: datetime) -> None:
    row.ended_at, row.ended_by_id = at, by.person_id
    db.session.flush()
    log(Tag.COORDINATOR_ENDED, by=by, at=at, subject_id=row.person_id, object_id=row.id)
