"""Colleagues by a part of their name: the directory tells everybody no more (access matrix, row 28)."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person
from app.people.queries import has_not_left, like_pattern, sort_key

MOST_FOUND = 30


def find_colleagues(
    words: str, own_id: uuid.UUID, chosen: uuid.UUID | None = None
) -> tuple[dict[uuid.UUID, str], bool]:
    """Return the first thirty colleagues with a part of a name, by name, and whether there are more.

    Nobody without words, but whoever was chosen already.
    """
    sought = sort_key(words)
    names = (
        select(Person.id, Person.name)
        .where(has_not_left(today()), Person.id != own_id)
        .order_by(Person.sort_name, Person.id)
    )
    found: dict[uuid.UUID, str] = {}
    has_more = False
    if sought:
        fits = Person.sort_name.like(like_pattern(sought), escape="\\")
        rows = db.session.execute(names.where(fits).limit(MOST_FOUND + 1)).all()
        found, has_more = {row.id: row.name for row in rows[:MOST_FOUND]}, len(rows) > MOST_FOUND
    if chosen is not None and chosen not in found:
        found |= {row.id: row.name for row in db.session.execute(names.where(Person.id == chosen))}
    return found, has_more
