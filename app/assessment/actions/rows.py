"""What every change of an assessment does: lock its row, look whether a side is out, and write the record."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.assessment.models import Assessment, Side
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra.db import db

OTHER = {Side.SELF: Side.MANAGER, Side.MANAGER: Side.SELF}


def lock(assessment: Assessment) -> None:
    """Read the assessment as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(assessment, with_for_update=True)


def author_id(by: Author) -> uuid.UUID:
    """Return who acts; MissingError for the command line, which is nobody's side."""
    if by.person_id is None:
        raise MissingError
    return by.person_id


def submitted_at(assessment: Assessment, side: Side) -> datetime | None:
    """Return when a side was handed in, None while it is out."""
    return assessment.self_submitted_at if side is Side.SELF else assessment.manager_submitted_at


def check_is_out(assessment: Assessment, side: Side) -> None:
    """Refuse with NotAllowedNowError what only an open side takes."""
    if submitted_at(assessment, side) is not None:
        raise NotAllowedNowError("This side is in and sealed. Until the other one is in you may reopen it.")


def note(tag: Tag, assessment: Assessment, *, by: Author, at: datetime, **details: object) -> None:
    """Write the record of an act on an assessment: ids and counts, never what anybody said."""
    log(tag, by=by, at=at, subject_id=assessment.subject_id, object_id=assessment.id, **details)
