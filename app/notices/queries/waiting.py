"""What waits for a person, read from every source in one statement, and how each person hears of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select, union_all

from app.infra.db import db
from app.notices.models import Digest, Hearing, NoticePreference
from app.notices.sources import Source, Waiting, WaitingRow, every_source, find_source


def list_waiting(person_id: uuid.UUID, on: date, *, kinds: Collection[str] | None = None) -> list[Waiting]:
    """Return what waits for a person: what is due first, by day, then the rest, the oldest first.

    `kinds` asks for some kinds only.
    """
    sources = [source for source in every_source() if kinds is None or source.kind in kinds]
    said = [(row, _say(row)) for row in _read([_arm(source, on, person_id) for source in sources])]
    said.sort(key=lambda one: (one[1].due_on is None, one[1].due_on or date.max, one[1].since, str(one[0].object_id)))
    return [waiting for _, waiting in said]


def find_waiting(person_id: uuid.UUID, kind: str, object_id: uuid.UUID, on: date) -> Waiting | None:
    """Return one thing that waits for a person; None when it waits no more, or never did."""
    source = find_source(kind)
    if source is None:
        return None
    arm = _arm(source, on, person_id)
    rows = _read([arm.where(arm.selected_columns.object_id.element == object_id)])
    return _say(rows[0]) if rows else None


def _arm(source: Source, on: date, person_id: uuid.UUID) -> Select[Any]:
    # The condition stands inside of each arm, where an index answers it.
    arm = source.select(on)
    return arm.where(arm.selected_columns.person_id.element == person_id)


def _read(arms: list[Select[Any]]) -> list[WaitingRow]:
    if not arms:
        return []
    return [WaitingRow(*row) for row in db.session.execute(union_all(*arms))]


def _say(row: WaitingRow) -> Waiting:
    source = find_source(row.kind)
    if source is None:
        raise LookupError(row.kind)
    return source.say(row)


def hearings_of(person_id: uuid.UUID) -> dict[str, Hearing]:
    """Return how a person hears of every kind: as they chose, else as the kind has it."""
    chosen = _chosen(person_id)
    return {source.kind: _heard(source, chosen.get(source.kind, source.hearing)) for source in every_source()}


def _heard(source: Source, hearing: Hearing) -> Hearing:
    """Return how a kind is heard of. What begins by itself cannot be told at once, so the daily mail tells it."""
    return Hearing.DAILY if source.begins_by_itself and hearing is Hearing.AT_ONCE else hearing


def hearing_of(person_id: uuid.UUID, kind: str) -> Hearing:
    """Return how a person hears of one kind; never of a kind that this version of Belay does not know."""
    return hearings_of(person_id).get(kind, Hearing.NEVER)


def _chosen(person_id: uuid.UUID) -> dict[str, Hearing]:
    rows = db.session.scalars(
        select(NoticePreference).where(NoticePreference.person_id == person_id).order_by(NoticePreference.kind)
    )
    return {row.kind: row.hearing for row in rows}


def list_people_to_write_to(on: date, *, limit: int) -> list[uuid.UUID]:
    """Return people for whom something waits that they hear of daily, and who got no daily letter for this day yet."""
    arms = []
    for source in every_source():
        arm = source.select(on)
        person = arm.selected_columns.person_id.element
        mine = and_(NoticePreference.person_id == person, NoticePreference.kind == source.kind)
        heard = [Hearing.DAILY, Hearing.AT_ONCE] if source.begins_by_itself else [Hearing.DAILY]
        daily: ColumnElement[bool] = exists().where(mine, NoticePreference.hearing.in_(heard))
        if source.hearing is Hearing.DAILY:
            daily = or_(daily, not_(exists().where(mine)))
        done = exists().where(Digest.person_id == person, Digest.sent_on >= on)
        arms.append(arm.with_only_columns(person.label("person_id")).where(daily, not_(done)))
    if not arms:
        return []
    people = union_all(*arms).subquery()
    found = select(people.c.person_id).distinct().order_by(people.c.person_id).limit(limit)
    return list(db.session.scalars(found))
