"""Waivers: that an expectation does not apply to somebody."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app.assessment.models import Waiver
from app.infra.db import db


def find_waiver(subject_id: uuid.UUID, expectation_id: str) -> Waiver | None:
    """Return the live waiver of a person for an expectation, approved or not; None when there is none."""
    row = select(Waiver).where(
        Waiver.subject_id == subject_id, Waiver.expectation_id == expectation_id, Waiver.superseded_at.is_(None)
    )
    return db.session.scalars(row).one_or_none()
