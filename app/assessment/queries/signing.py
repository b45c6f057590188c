"""Signatures under the result of an assessment."""

from __future__ import annotations

import uuid

from sqlalchemy import Select, select

from app.assessment.models import AssessmentSignature
from app.infra.db import db


def has_signed(person_id: uuid.UUID, assessment_id: uuid.UUID) -> bool:
    """Say whether somebody has signed an assessment, or recorded why not."""
    row = select_signed_by(person_id).where(AssessmentSignature.assessment_id == assessment_id)
    return db.session.scalar(row.limit(1)) is not None


def select_signed_by(person_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the select of the assessments that somebody has signed, or recorded why not."""
    return select(AssessmentSignature.assessment_id).where(AssessmentSignature.person_id == person_id)
