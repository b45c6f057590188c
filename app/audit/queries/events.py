"""Reading the record a stretch at a time, newest first.

A stretch is named by the number of a row and not by a page: rows that arrive in the meantime move nothing.
"""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import POLICY, visible_to
from app.access.relations import Fact, relations
from app.audit.models import HELD_BACK, AuditEvent, AuditHead
from app.audit.tags import Tag
from app.infra.db import db, once_per_transaction

PER_STRETCH = 50


@dataclass(frozen=True)
class EventFilter:
    """What is looked for; None is no limit. `starts` is the first moment, `ends` the first one after the last.

    `by` and `about` select ids of people. `by_label` is part of the label of acts that nobody signed in for, such as
    `cli:ruth`; a row fits when either the person or the label does.
    """

    starts: datetime | None = None
    ends: datetime | None = None
    tags: Collection[Tag] | None = None
    by: Select[uuid.UUID] | None = None
    by_label: str | None = None
    about: Select[uuid.UUID] | None = None


@dataclass(frozen=True)
class Stretch:
    """Some rows, newest first. `older` and `newer` name the next stretch in a direction, None where there is none."""

    rows: Sequence[AuditEvent]
    older: int | None = None
    newer: int | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of rows as one reader sees them: rows of which they must learn nothing leave no gap.

    `hidden` are the places of those rows in the chain, in their order.
    """

    hidden: tuple[int, ...] = ()

    def of(self, seq: int) -> int:
        """Return the number under which the reader sees the row at a place of the chain.

        >>> [Numbers((2, 3)).of(seq) for seq in (1, 4, 5)]
        [1, 2, 3]
        """
        return seq - bisect_right(self.hidden, seq)

    def place_of(self, number: int) -> int:
        """Return the place in the chain of the row that the reader sees under a number.

        >>> [Numbers((2, 3)).place_of(number) for number in (1, 2, 3)]
        [1, 4, 5]
        """
        for place in self.hidden:
            if place > number:
                break
            number += 1
        return number


@once_per_transaction
def numbers_for(actor: Actor) -> Numbers:
    """Return how somebody sees the rows of the record numbered."""
    denials = POLICY[Permission.Audit.READ].never
    relation = relations.about_objects.get(Fact.KEPT_FROM)
    kept = set(db.session.scalars(relation.objects(actor.person_id))) if relation else set()
    # Few rows have a tag that is held back, and an index finds them; by object the whole record is read.
    held_back = and_(AuditEvent.tag.in_(HELD_BACK), or_(*(one.rows(actor, AuditEvent) for one in denials)))
    which = or_(held_back, AuditEvent.object_id.in_(kept)) if kept else held_back
    return Numbers(tuple(db.session.scalars(select(AuditEvent.seq).where(which).order_by(AuditEvent.seq))))


def count_events(actor: Actor) -> int:
    """Return how many rows the record has, without those of which this reader must learn nothing."""
    return numbers_for(actor).of(db.session.scalars(select(AuditHead.seq).where(AuditHead.id == 1)).one())


def list_events(actor: Actor, wanted: EventFilter, *, before: int | None = None, after: int | None = None) -> Stretch:
    """Return the rows that somebody may read and that fit, from a row on: those before it, or those after it.

    Rows are named by the numbers under which this reader sees them.
    """
    numbers = numbers_for(actor)
    places = [None if number is None else numbers.place_of(number) for number in (before, after)]
    found = _stretch([visible_to(actor, Permission.Audit.READ, AuditEvent), *_conditions(wanted)], *places)
    older, newer = (None if place is None else numbers.of(place) for place in (found.older, found.newer))
    return replace(found, older=older, newer=newer)


def list_events_about(
    person_id: uuid.UUID, tags: Collection[Tag], *, by_others: bool, before: int | None = None, after: int | None = None
) -> Stretch:
    """Return the rows about a person, of some tags; `by_others` leaves out what they did themselves."""
    conditions: list[ColumnElement[bool]] = [
        AuditEvent.subject_id == person_id,
        AuditEvent.tag.in_([tag.value for tag in tags]),
    ]
    if by_others:
        conditions.append(or_(AuditEvent.actor_id.is_(None), AuditEvent.actor_id != person_id))
    return _stretch(conditions, before, after)


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.starts is not None:
        found.append(AuditEvent.at >= wanted.starts)
    if wanted.ends is not None:
        found.append(AuditEvent.at < wanted.ends)
    if wanted.tags is not None:
        found.append(AuditEvent.tag.in_([tag.value for tag in wanted.tags]))
    by: list[ColumnElement[bool]] = [AuditEvent.actor_id.in_(wanted.by)] if wanted.by is not None else []
    if wanted.by_label:
        by.append(AuditEvent.actor_label.icontains(wanted.by_label, autoescape=True))
    if by:
        found.append(or_(*by))
    if wanted.about is not None:
        found.append(AuditEvent.subject_id.in_(wanted.about))
    return found


def _stretch(conditions: Sequence[ColumnElement[bool]], before: int | None, after: int | None) -> Stretch:
    """Return one stretch; one row more than is shown is read, to know whether the way goes on."""
    statement = select(AuditEvent).where(*conditions).limit(PER_STRETCH + 1)
    if after is not None:
        rows = db.session.scalars(statement.where(AuditEvent.seq > after).order_by(AuditEvent.seq)).all()
        shown = rows[PER_STRETCH - 1 :: -1] if len(rows) >= PER_STRETCH else rows[::-1]
        newer = shown[0].seq if len(rows) > PER_STRETCH else None
        return Stretch(shown, older=shown[-1].seq if shown else after + 1, newer=newer)
    if before is not None:
        statement = statement.where(AuditEvent.seq < before)
    rows = db.session.scalars(statement.order_by(AuditEvent.seq.desc())).all()
    shown = rows[:PER_STRETCH]
    older = shown[-1].seq if len(rows) > PER_STRETCH else None
    newest = shown[0].seq if shown else (before or 1) - 1
    return Stretch(shown, older=older, newer=newest if before is not None else None)
