"""Who owes a side of an assessment, and what is missing until it may be closed as “not given”. No answer is read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select

from app.assessment.models import Assessment, Side
from app.infra.clock import local
from app.infra.db import db, once_per_transaction
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on

AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody who owes a side. `since`: from when a line manager leads, `recorded_at`: since when it is known."""

    person_id: uuid.UUID
    name: str
    since: date | None = None
    recorded_at: datetime | None = None

    def was_reminded(self, at: datetime | None) -> bool:
        """Say whether a reminder of a moment reached them: it went to whoever was line manager then."""
        if at is None:
            return False
        came_later = self.since is not None and local(at).date() < self.since
        return not came_later and (self.recorded_at is None or self.recorded_at <= at)


@dataclass(frozen=True, slots=True)
class Closing:
    """Whether a missing side may be closed as “not given”. Domain specification 4.1: after the due day and a reminder.

    `debtor` is who owes it, None where nobody does any more: then there is nobody to remind.
    """

    side: Side
    is_other_in: bool
    due_on: date | None
    is_overdue: bool
    is_reminded: bool
    debtor: Debtor | None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return what is missing until then, in whole sentences; nothing when it may be closed."""
        sentences = []
        if not self.is_other_in:
            sentences.append("The other side has to be in: at least one of the two has to speak.")
        if not self.is_overdue:
            sentences.append("The due day has to pass." if self.due_on else "It has no due day yet; set one.")
        if self.debtor is not None and not self.is_reminded:
            sentences.append(f"{self.debtor.name} has to be reminded of this due day.")
        return tuple(sentences)


def list_owing(assessment: Assessment, on: date) -> list[uuid.UUID]:
    """Return who owes a side of an assessment on a day: the engineer, then the line manager. None once it is over."""
    return [debtor.person_id for side in Side if (debtor := find_debtor(assessment, side, on)) is not None]


def find_debtor(assessment: Assessment, side: Side, on: date) -> Debtor | None:
    """Return who owes a side on a day; None when it is settled, or nobody who works here owes it."""
    is_settled = assessment.is_self_settled if side is Side.SELF else assessment.is_manager_settled
    if is_settled or assessment.called_off_at is not None:
        return None
    if side is Side.SELF:
        return _find_pair(assessment.subject_id, on)[0]
    return _find_pair(assessment.subject_id, on)[1]


@once_per_transaction
def _find_pair(subject_id: uuid.UUID, on: date) -> tuple[Debtor | None, Debtor | None]:
    """Return the engineer and the line manager of a day as those who may owe a side; None for who left.

    Nobody owes anything about an engineer who left.
    """
    row = (
        select(Person.id, Person.name, ManagerLink.person_id, ManagerLink.starts_on, ManagerLink.recorded_at)
        .outerjoin(
            ManagerLink,
            and_(
                ManagerLink.manager_id == Person.id,
                ManagerLink.person_id == subject_id,
                holds_on(ManagerLink, on),
            ),
        )
        .where(or_(Person.id == subject_id, ManagerLink.person_id.is_not(None)), has_not_left(on))
        .order_by(Person.id)
    )
    own = manager = None
    for person_id, name, led, since, recorded_at in db.session.execute(row):
        if person_id == subject_id:
            own = Debtor(person_id, name)
        if led is not None:
            manager = Debtor(person_id, name, since, recorded_at)
    return own, manager if own is not None else None


def closing_of(assessment: Assessment, side: Side, on: date) -> Closing:
    """Return whether a side may be closed on a day, and what is missing until then."""
    debtor = find_debtor(assessment, side, on)
    other_at = assessment.manager_submitted_at if side is Side.SELF else assessment.self_submitted_at
    return Closing(
        side=side,
        is_other_in=other_at is not None,
        due_on=assessment.due_on,
        is_overdue=assessment.due_on is not None and assessment.due_on < on,
        is_reminded=debtor is not None and debtor.was_reminded(assessment.reminded_at),
        debtor=debtor,
    )


def list_to_remind(on: date, *, after: uuid.UUID | None, limit: int) -> list[Assessment]:
    """Return running assessments whose due day is near or past, in the order of their ids after one."""
    rows = (
        select(Assessment)
        .where(Assessment.is_running, Assessment.due_on <= on + AHEAD)
        .order_by(Assessment.id)
        .limit(limit)
    )
    if after is not None:
        rows = rows.where(Assessment.id > after)
    return list(db.session.scalars(rows))


def is_to_remind(assessment: Assessment, on: date) -> bool:
    """Say whether those who owe a side are to be reminded on a day by Belay itself.

    From three days before the due day on, and from the day after it on: once in each of these times, also by a worker
    that was away; and whoever became line manager after the last reminder. Nobody is reminded on the day on which it
    was opened, nor twice on one day.
    """
    if assessment.due_on is None or not assessment.is_running or local(assessment.opened_at).date() >= on:
        return False
    if on < assessment.due_on - AHEAD:
        return False
    begins = assessment.due_on - AHEAD if on <= assessment.due_on else assessment.due_on + timedelta(days=1)
    last = assessment.reminded_at
    if last is None or local(last).date() < begins:
        return True
    manager = find_debtor(assessment, Side.MANAGER, on)
    return local(last).date() < on and manager is not None and not manager.was_reminded(last)
