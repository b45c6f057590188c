"""Mentorships by their id, and the places that they take."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from app.domain.errors import MissingError
from app.infra.db import db
from app.mentoring.models import Mentorship


def get_mentorship(mentorship_id: uuid.UUID) -> Mentorship:
    """Return one mentorship; MissingError when there is none."""
    found = db.session.get(Mentorship, mentorship_id)
    if found is None:
        raise MissingError
    return found


def places_taken(mentor_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """Return how many mentees each mentor has now, paused mentorships included; nobody for who has none."""
    rows = db.session.execute(
        select(Mentorship.mentor_id, func.count())
        .where(Mentorship.mentor_id.in_(mentor_ids), Mentorship.is_underway)
        .group_by(Mentorship.mentor_id)
    )
    return {row[0]: row[1] for row in rows}
