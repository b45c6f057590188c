"""Looking for somebody by a name or an address, where a list of everybody would be too long to choose from."""

from __future__ import annotations

import uuid
from contextlib import suppress

from sqlalchemy import or_, select

from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person
from app.people.queries.persons import has_not_left, like_pattern, sort_key


def search_candidates(words: str, most: int) -> list[Person]:
    """Return, by name, who works here or begins later and fits the words, at most so many.

    The words are an id, a whole e-mail address, or a part of the name or the address. Where one single person has
    exactly that name, nobody else fits.
    """
    sought = sort_key(words)
    pattern = like_pattern(sought)
    fits = or_(Person.sort_name.like(pattern, escape="\\"), Person.email.like(pattern, escape="\\"))
    if "@" in words:
        fits = Person.email == words.strip().lower()
    with suppress(ValueError):
        fits = Person.id == uuid.UUID(words)
    # Who has exactly the name comes first, so that a long row of others cannot hide them.
    order = (Person.sort_name != sought, Person.sort_name, Person.id)
    rows = select(Person).where(has_not_left(today()), fits).order_by(*order).limit(max(2, most))
    found = list(db.session.scalars(rows))
    exact = [person for person in found if person.sort_name == sought]
    return exact if len(exact) == 1 else found[:most]
