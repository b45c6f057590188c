"""What every change of an assessment does: lock its row, look whether a side is out, and write the record."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.assessment.models import Assessment, Side
from app.assessment.queries import SIDE_DUE, list_owing
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.notices.actions import tell

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


def is_settled(assessment: Assessment, side: Side) -> bool:
    """Say whether a side is in, or closed as “not given”."""
    return assessment.is_self_settled if side is Side.SELF else assessment.is_manager_settled


def check_is_running(assessment: Assessment) -> None:
    """Refuse with NotAllowedNowError what only an assessment takes that still asks for a side."""
    if assessment.called_off_at is not None:
        raise NotAllowedNowError("This assessment was called off. What you wrote stays yours to read.")
    if assessment.self_closed_at is not None or assessment.manager_closed_at is not None:
        raise NotAllowedNowError("The missing side was closed as “not given”, and what was in is open.")
    if assessment.is_revealed:
        raise NotAllowedNowError("Both sides are in and open to both; ratings stay as they were given.")


def check_is_out(assessment: Assessment, side: Side, author: uuid.UUID) -> None:
    """Refuse with NotAllowedNowError what only an open side takes.

    A side that a former line manager handed in is open to the one of today, whose own replaces it when it is handed in.
    """
    check_is_running(assessment)
    if submitted_at(assessment, side) is None:
        return
    if side is Side.SELF or assessment.manager_id == author:
        raise NotAllowedNowError("This side is in and sealed. Until the other one is in you may reopen it.")


def tell_others(assessment: Assessment, *, by: Author, at: datetime) -> None:
    """Let those who owe a side hear that it waits for them; whoever acts knows it already."""
    for person_id in list_owing(assessment, local(at).date()):
        if person_id != by.person_id:
            tell(SIDE_DUE, person_id, assessment.id, by=by, at=at)


def note(tag: Tag, assessment: Assessment, *, by: Author, at: datetime, **details: object) -> None:
    """Write the record of an act on an assessment: ids and counts, never what anybody said."""
    log(tag, by=by, at=at, subject_id=assessment.subject_id, object_id=assessment.id, **details)
