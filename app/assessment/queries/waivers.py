"""Waivers: that an expectation does not apply to somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Role
from app.assessment.models import Waiver
from app.auth.models import RoleGrant
from app.domain.errors import MissingError
from app.infra.db import db
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import get_people, has_not_left, holds_on, works_here

TO_APPROVE = "waiver.to_approve"
AS_MANAGER, AS_HR = "manager", "hr"


def get_waiver(waiver_id: uuid.UUID) -> Waiver:
    """Return a waiver by its id; MissingError when there is none."""
    found = db.session.get(Waiver, waiver_id)
    if found is None:
        raise MissingError
    return found


def find_waiver(subject_id: uuid.UUID, expectation_id: str) -> Waiver | None:
    """Return the live waiver of a person for an expectation, approved or not; None when there is none."""
    row = select(Waiver).where(
        Waiver.subject_id == subject_id, Waiver.expectation_id == expectation_id, Waiver.superseded_at.is_(None)
    )
    return db.session.scalars(row).one_or_none()


def lock_waiver(waiver: Waiver) -> Waiver:
    """Return a waiver as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(waiver, with_for_update=True)
    return waiver


# As a page tells them ------------------------------------------------------------


class WaiverState(StrEnum):
    """What has become of a waiver."""

    WAITS_FOR_MANAGER = "waits_for_manager"
    WAITS_FOR_HR = "waits_for_hr"
    HOLDS = "holds"
    REFUSED = "refused"
    ENDED = "ended"
    TAKEN_BACK = "taken_back"

    @property
    def is_live(self) -> bool:
        """Say whether it waits or holds."""
        return self in {WaiverState.WAITS_FOR_MANAGER, WaiverState.WAITS_FOR_HR, WaiverState.HOLDS}


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver with everybody's name. `words` are those of a refusal; names are empty where nobody has acted yet."""

    id: uuid.UUID
    expectation_id: str
    reason: str
    state: WaiverState
    asked_at: datetime
    manager: str
    manager_at: datetime | None
    hr: str
    hr_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    words: str


def list_waivers(subject_id: uuid.UUID) -> list[WaiverLine]:
    """Return all waivers of a person, live ones first, then the newest."""
    rows = db.session.scalars(
        select(Waiver)
        .where(Waiver.subject_id == subject_id)
        .order_by(Waiver.superseded_at.is_not(None), Waiver.asked_at.desc(), Waiver.id)
    ).all()
    names = get_people([one for row in rows for one in (row.manager_id, row.hr_id, row.ended_by_id) if one])

    def name(person_id: uuid.UUID | None) -> str:
        return names[person_id].name if person_id in names else ""

    return [
        WaiverLine(
            id=row.id,
            expectation_id=row.expectation_id,
            reason=row.reason,
            state=_state(row),
            asked_at=row.asked_at,
            manager=name(row.manager_id),
            manager_at=row.manager_approved_at,
            hr=name(row.hr_id),
            hr_at=row.hr_approved_at,
            ended_by=name(row.ended_by_id),
            ended_at=row.superseded_at,
            words=row.ended_words,
        )
        for row in rows
    ]


def _state(row: Waiver) -> WaiverState:
    if row.superseded_at is None:
        if row.manager_approved_at is None:
            return WaiverState.WAITS_FOR_MANAGER
        return WaiverState.WAITS_FOR_HR if row.hr_approved_at is None else WaiverState.HOLDS
    if row.manager_approved_at is not None and row.hr_approved_at is not None:
        return WaiverState.ENDED
    return WaiverState.REFUSED if row.ended_words else WaiverState.TAKEN_BACK


# What waits ----------------------------------------------------------------------


def select_to_approve(on: date) -> Select[Any]:
    """Return the waivers that wait: for the line manager of that day, or for each person of HR who may answer.

    Nobody answers for themselves, nor whoever has asked in the other role.
    """
    subject, link = aliased(Person), ManagerLink
    hr = select(RoleGrant.person_id).where(RoleGrant.role == Role.HR, RoleGrant.superseded_at.is_(None))
    return (
        select(
            *waiting_columns(
                TO_APPROVE,
                person_id=Person.id,
                object_id=Waiver.id,
                who=subject.name,
                words=Waiver.expectation_id,
                code=case((Waiver.manager_approved_at.is_(None), AS_MANAGER), else_=AS_HR),
                since=Waiver.asked_at,
            )
        )
        .select_from(Waiver)
        .join(subject, subject.id == Waiver.subject_id)
        .outerjoin(link, and_(link.person_id == Waiver.subject_id, holds_on(link, on)))
        .join(
            Person,
            or_(
                and_(Waiver.waits_for_manager, Person.id == link.manager_id, Person.id != Waiver.hr_id),
                and_(Waiver.waits_for_hr, Person.id.in_(hr), Person.id != Waiver.manager_id),
            ),
        )
        .where(Person.id != Waiver.subject_id, works_here(on), has_not_left(on, subject))
    )


def find_asked_to_approve(waiver_id: uuid.UUID, on: date) -> Sequence[uuid.UUID]:
    """Return for whom a waiver waits, in a fixed order."""
    rows = select_to_approve(on).where(Waiver.id == waiver_id)
    return sorted(row.person_id for row in db.session.execute(rows))
