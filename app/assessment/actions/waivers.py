"""Approving that an expectation does not apply to somebody."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from app.assessment.models import Waiver
from app.assessment.queries import find_waiver
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.people.models import Person


class Approver(StrEnum):
    """In which role somebody approves a waiver."""

    MANAGER = "manager"
    HR = "hr"


def approve_waiver(
    subject: Person, expectation_id: str, *, role: Approver, reason: str = "", by: Author, at: datetime
) -> Waiver:
    """Approve that an expectation does not apply to somebody. It holds once the line manager and HR both have.

    The first to approve gives the reason; the second approves that one. InvalidError without a reason, for oneself,
    and when one person approves in both roles.
    """
    if by.person_id == subject.id:
        raise InvalidError("Nobody approves a waiver for themselves.")
    waiver = find_waiver(subject.id, expectation_id)
    if waiver is None:
        if not reason:
            raise InvalidError("Say why the expectation does not apply.", field="reason")
        waiver = Waiver(
            id=uuid.uuid4(), subject_id=subject.id, expectation_id=expectation_id, reason=reason, asked_at=at
        )
        db.session.add(waiver)
    if by.person_id == (waiver.hr_id if role is Approver.MANAGER else waiver.manager_id):
        raise InvalidError("The line manager and HR approve a waiver; one person cannot be both.")
    if role is Approver.MANAGER:
        waiver.manager_id, waiver.manager_approved_at = by.person_id, at
    else:
        waiver.hr_id, waiver.hr_approved_at = by.person_id, at
    db.session.flush()
    log(
        Tag.WAIVER_APPROVED,
        by=by,
        at=at,
        subject_id=subject.id,
        object_id=waiver.id,
        expectation=expectation_id,
        role=role.value,
    )
    return waiver
