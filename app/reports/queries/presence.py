"""When people worked here, as it was known on the day of a report.

The row of a person holds one last day, the present one. What was known of leaving before, and times away that are over,
the record of acts alone tells; it is asked only for those of whom it says something else than the row.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, String, and_, or_, select
from sqlalchemy import cast as sql_cast

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.as_of import AsOf
from app.domain.careers import BEFORE, FOREVER, columns, ordinal
from app.domain.movement import ALWAYS, Presence
from app.infra.bulk import CHUNK
from app.infra.clock import local
from app.infra.db import db
from app.people.models import Person
from app.people.queries import known_until
from app.reports.criteria import Viewer
from app.reports.scope import may_see

SPEAKING = (Tag.PERSON_ADDED, Tag.PERSON_CHANGED, Tag.PERSON_LEFT, Tag.PERSON_RETURNED)
LEFT_ON = '"left_on"'
Key = Any
"""A person's id as the driver gives it: converting a hundred thousand of them takes longer than reading them."""


def key_of(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - any column of ids
    """Return a column of ids to be read as keys of dictionaries alone: as text, which is compared fastest."""
    return sql_cast(column, String()).label("key")


def driver_rows(statement: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the columns of a few thousand rows at a time as the driver gives them: no value is converted.

    Days are text or days, by the database; `Ordinals` reads both.
    """
    result = cast("Any", db.session.connection().execute(statement))
    try:
        for rows in iter(partial(result.cursor.fetchmany, CHUNK), []):
            yield list(zip(*rows, strict=True))
    finally:
        result.close()


class Ordinals(dict[Any, int]):
    """Numbers of days as the driver gives them, converted when first met; `without` stands for no day."""

    def __init__(self, without: int) -> None:
        """Know what stands for no day."""
        super().__init__({None: without})

    def __missing__(self, day: Any) -> int:  # noqa: ANN401 - whatever the driver gives
        number = self[day] = ordinal(date.fromisoformat(day) if isinstance(day, str) else day, BEFORE)
        return number


@dataclass(frozen=True, slots=True)
class _Change:
    """What the record of acts says of one person: times away that are over, and the last day that counted then."""

    away: tuple[tuple[date, date], ...]
    left_on: date | None


@dataclass(frozen=True, slots=True)
class People:
    """Whom the viewer may count, and when they worked here.

    `times` are columns: first day and end of each, in the order of `keys`. `apart` says by number whose times are not
    those, because they were away in between or the record of acts knew another last day.
    """

    keys: Sequence[Key]
    times: Sequence[array[int]]
    apart: Mapping[int, tuple[Presence, ...]]


def read_presence(viewer: Viewer, permission: Any, as_of: AsOf) -> People:  # noqa: ANN401
    """Return when everybody whom the viewer may count worked here. Two questions.

    Outsiders are in no report. The first day of work and being an outsider are as recorded now: of these the record of
    acts keeps no values.
    """
    until = known_until(as_of)
    changes = _changes(until)
    rows = select(key_of(Person.id), Person.hired_on, Person.left_on).where(
        Person.employee_id.is_not(None), may_see(viewer, permission, Person.id)
    )
    if until is not None:
        rows = rows.where(Person.created_at < until)
    keys: list[Key] = []
    times = columns(2)
    begins, gone = Ordinals(BEFORE), Ordinals(FOREVER)
    for own, hired_on, left_on in driver_rows(rows):
        keys += own
        times[0].extend(map(begins.__getitem__, hired_on))
        times[1].extend(map(gone.__getitem__, left_on))
    apart = {}
    for place, key in enumerate(keys) if changes else ():
        if key in changes:
            hired, left = (None if day in {BEFORE, FOREVER} else date.fromordinal(day)
                           for day in (times[0][place], times[1][place]))  # fmt: skip
            apart[place] = _times(hired, left, changes[key], until)
    return People(keys, times, apart)


def _times(
    hired_on: date | None, left_on: date | None, change: _Change | None, until: datetime | None
) -> tuple[Presence, ...]:
    if change is None:
        return ALWAYS if hired_on is None and left_on is None else (Presence(hired_on, left_on),)
    times, begins_on = [], hired_on
    for gone_on, back_on in change.away:
        times.append(Presence(begins_on, gone_on))
        begins_on = back_on
    return (*times, Presence(begins_on, left_on if until is None else change.left_on))


def _changes(until: datetime | None) -> Mapping[Key, _Change]:
    """Return what is to be read from the record of acts: of returns, and of leaving that was recorded only later."""
    speaks = AuditEvent.tag.in_([tag.value for tag in SPEAKING])
    rows: Select[Any] = select(key_of(AuditEvent.subject_id), AuditEvent.tag, AuditEvent.at, AuditEvent.details)
    rows = rows.where(speaks, AuditEvent.subject_id.in_(_returned_or_changed(until)))
    found: dict[Key, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(AuditEvent.seq)):
        found[row.key].append(row)
    return {key: _read(acts, until) for key, acts in found.items()}


def _returned_or_changed(until: datetime | None) -> Select[Any]:
    later: ColumnElement[bool] = AuditEvent.tag == Tag.PERSON_RETURNED.value
    if until is not None:
        leaves = AuditEvent.tag.in_([tag.value for tag in SPEAKING])
        later = or_(later, and_(leaves, AuditEvent.at >= until, AuditEvent.details.contains(LEFT_ON)))
    return select(AuditEvent.subject_id).where(later)


def _read(acts: list[Any], until: datetime | None) -> _Change:
    """Replay the acts that were recorded by then; a last day that was taken back before it came was no time away."""
    away: list[tuple[date, date]] = []
    left_on: date | None = None
    for act in acts:
        if until is not None and act.at >= until:
            continue
        said = json.loads(act.details).get("left_on")
        left_on = date.fromisoformat(said) if said else left_on
        if act.tag == Tag.PERSON_RETURNED:
            back_on = local(act.at).date()
            if left_on is not None and left_on < back_on:
                away.append((left_on, back_on))
            left_on = None
    return _Change(tuple(away), left_on)
