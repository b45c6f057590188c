"""Reading reporting lines: who manages whom, today and on a day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlalchemy.orm import aliased

from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.people.models import ManagerLink, Person
from app.people.queries.persons import holds_on, works_here

MAX_CHAIN = 50
_LINK_THEN = aliased(ManagerLink)
"""Made once: a new alias of a table costs more than the question, and this one is asked for on every row of a list."""


@once_per_transaction
def find_manager(person_id: uuid.UUID, day: date | None = None) -> Person | None:
    """Return the line manager of a person on a day."""
    link = select(ManagerLink.manager_id).where(
        ManagerLink.person_id == person_id,
        holds_on(ManagerLink, day or today()),
    )
    return db.session.scalars(select(Person).where(Person.id.in_(link))).one_or_none()


def has_manager(day: date) -> ColumnElement[bool]:
    """Return the condition that somebody leads a person on a day. A manager who works here no more leads nobody."""
    leading = select(Person.id).where(works_here(day)).correlate(None)
    link = aliased(ManagerLink)
    held = select(link.id).where(link.person_id == Person.id, holds_on(link, day), link.manager_id.in_(leading))
    return held.correlate(Person).exists()


@dataclass(frozen=True, slots=True)
class _Lines:
    """Who has managed a person, at any time, the chain of managers today, nearest first, and what all are called."""

    ever: tuple[tuple[uuid.UUID, date, date | None], ...]
    chain: tuple[uuid.UUID, ...]
    names: Mapping[uuid.UUID, str]

    def managers_on(self, day: date) -> list[uuid.UUID]:
        """Return the line manager on a day, if there is one; the day of the end belongs to the next."""
        return [one for one, starts_on, ends_on in self.ever if _holds(starts_on, ends_on, day)]


def _lines_of(person_id: uuid.UUID) -> _Lines:
    """Return who manages a person and who did, in one question: whoever asks for one mostly asks for the other."""
    return _lines_as_of(person_id, today())


@once_per_transaction
def _lines_as_of(person_id: uuid.UUID, day: date) -> _Lines:
    chain = (
        select(ManagerLink.manager_id, ManagerLink.starts_on, ManagerLink.ends_on, literal(1).label("distance"))
        .where(ManagerLink.person_id == person_id, ManagerLink.superseded_at.is_(None))
        .cte("chain", recursive=True)
    )
    above = aliased(ManagerLink)
    chain = chain.union_all(
        select(above.manager_id, above.starts_on, above.ends_on, chain.c.distance + 1)
        .join(chain, above.person_id == chain.c.manager_id)
        .where(
            holds_on(above, day),
            chain.c.starts_on <= day,
            or_(chain.c.ends_on.is_(None), chain.c.ends_on > day),
            chain.c.distance < MAX_CHAIN,
        ),
    )
    rows = db.session.execute(
        select(chain, Person.name)
        .join(Person, Person.id == chain.c.manager_id)
        .order_by(chain.c.distance, chain.c.starts_on)
    ).all()
    ever = tuple((row.manager_id, row.starts_on, row.ends_on) for row in rows if row.distance == 1)
    nearest = [row.manager_id for row in rows if row.distance == 1 and _holds(row.starts_on, row.ends_on, day)]
    names = {row.manager_id: row.name for row in rows}
    return _Lines(ever, (*nearest, *(row.manager_id for row in rows if row.distance > 1)), names)


def _holds(starts_on: date, ends_on: date | None, day: date) -> bool:
    return starts_on <= day and (ends_on is None or ends_on > day)


def managers_of(person_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the chain of managers of a person today, nearest first."""
    return _lines_of(person_id).chain


def find_manager_id(person_id: uuid.UUID, day: date) -> uuid.UUID | None:
    """Return who is the line manager of a person on a day. A page that has asked for the chain has the answer."""
    return next(iter(_lines_of(person_id).managers_on(day)), None)


def names_of_managers(person_id: uuid.UUID) -> Mapping[uuid.UUID, str]:
    """Return what those are called who manage or managed a person, and who stands above; whoever asks for the chain."""
    return _lines_of(person_id).names


def is_line_manager(actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether the actor is the person's line manager today."""
    return actor_id in managers_of(person_id)[:1]


def is_above_manager(actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether the actor stands above the person's line manager today."""
    return actor_id in managers_of(person_id)[1:]


def select_reports(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the people whose line manager the actor is today."""
    return select(ManagerLink.person_id).where(ManagerLink.manager_id == actor_id, holds_on(ManagerLink, today()))


def select_below_reports(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the people who report to somebody below the actor today."""
    day = today()
    below = select_reports(actor_id).add_columns(literal(1).label("distance"))
    tree = below.cte(recursive=True)
    link = aliased(ManagerLink)
    tree = tree.union_all(
        select(link.person_id, tree.c.distance + 1)
        .join(tree, link.manager_id == tree.c.person_id)
        .where(holds_on(link, day), tree.c.distance < MAX_CHAIN),
    )
    return select(tree.c.person_id).where(tree.c.distance > 1)


def was_line_manager(actor_id: uuid.UUID, person_id: uuid.UUID, on: date) -> bool:
    """Say whether the actor was the person's line manager on a day."""
    return actor_id in _lines_of(person_id).managers_on(on)


def was_line_manager_rows(
    actor_id: uuid.UUID,
    person: ColumnElement[Any],
    day: ColumnElement[Any],
) -> ColumnElement[bool]:
    """Return the condition that the actor managed the person of a row on the day of the row."""
    link = _LINK_THEN
    return (
        select(link.id)
        .where(
            link.manager_id == actor_id,
            link.person_id == person,
            link.superseded_at.is_(None),
            link.starts_on <= day,
            or_(link.ends_on.is_(None), link.ends_on > day),
        )
        .exists()
    )
