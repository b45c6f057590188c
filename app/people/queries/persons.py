"""Reading persons: one, some, or everybody who works here."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.domain.errors import MissingError
from app.infra.db import already_read, db
from app.people.models import Person

LONGEST_KEY = 200


def holds_on(table: Any, day: date) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped class or its alias
    """Return the condition that a row is live and holds on a day."""
    return and_(
        table.superseded_at.is_(None),
        table.starts_on <= day,
        or_(table.ends_on.is_(None), table.ends_on > day),
    )


def get_person(person_id: uuid.UUID) -> Person:
    """Return a person; MissingError when there is none of that id."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise MissingError
    return person


def find_person_by_email(email: str) -> Person | None:
    """Return the person with an e-mail address, whatever its capitals."""
    return db.session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()


def get_people(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Return people by id; asks the database, at most once, only for those that this transaction has not read yet."""
    found = {person_id: read for person_id in ids if (read := already_read(Person, person_id)) is not None}
    if missing := set(ids) - found.keys():
        rows = select(Person).where(Person.id.in_(missing)).order_by(Person.sort_name, Person.id)
        found |= {person.id: person for person in db.session.scalars(rows)}
    return found


def count_people() -> int:
    """Return how many people are known, leavers included."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def sort_key(name: str) -> str:
    """Return a name as it is sorted and searched: without capitals and accents, cut to what is stored of it.

    Some signs become several, so that a name of the greatest length may have a longer key.

    >>> sort_key("Ébba  Nyström")
    'ebba nystrom'
    """
    if name.isascii():
        return " ".join(name.casefold().split())[:LONGEST_KEY]
    plain = unicodedata.normalize("NFKD", name)
    key = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return " ".join(key.split())[:LONGEST_KEY]


def like_pattern(words: str) -> str:
    """Return words as a pattern for a search inside a text; the signs of the pattern language lose their power."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def has_not_left(day: date, person: Any = Person) -> ColumnElement[bool]:  # noqa: ANN401 - the table or its alias
    """Return the condition that a person works here on a day or begins later: outsiders and leavers do not."""
    return and_(person.employee_id.is_not(None), or_(person.left_on.is_(None), person.left_on > day))


def works_here(day: date, person: Any = Person) -> ColumnElement[bool]:  # noqa: ANN401 - the table or its alias
    """Return the condition that a person is employed on a day: outsiders, leavers and who begins later are not.

    It says who stands in lists and figures, not who may sign in: somebody who was invited before their first day may
    do so at once, as an account is a matter of its own.
    """
    return and_(has_not_left(day, person), or_(person.hired_on.is_(None), person.hired_on <= day))


def begins_later(day: date) -> ColumnElement[bool]:
    """Return the condition that a person is hired and their first day of work lies after a day."""
    return and_(has_not_left(day), Person.hired_on > day)
