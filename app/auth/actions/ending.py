"""Letting one-time links die, and cutting many people into as many as one statement takes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import update

from app.auth.models import LinkPurpose, OneTimeLink
from app.infra.db import db

AT_ONCE = 1000


def end_links(person_ids: Collection[uuid.UUID], *, at: datetime, purpose: LinkPurpose | None = None) -> None:
    """Let the links of people that still live die, those of one purpose or all."""
    for part in parts_of(person_ids):
        ended = update(OneTimeLink).where(
            OneTimeLink.person_id.in_(part), OneTimeLink.used_at.is_(None), OneTimeLink.ended_at.is_(None)
        )
        if purpose is not None:
            ended = ended.where(OneTimeLink.purpose == purpose)
        db.session.execute(ended.values(ended_at=at))


def parts_of(ids: Collection[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """Cut many ids into as many as one statement takes."""
    rest = list(ids)
    for start in range(0, len(rest), AT_ONCE):
        yield rest[start : start + AT_ONCE]
