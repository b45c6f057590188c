"""When people worked here, as it was known on the day of a report.

The row of a person holds one last day, the present one. What was known of leaving before, and times away that are over,
the record of acts alone tells; it is asked only for those of whom it says something else than the row.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, or_, select, type_coerce

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.as_of import AsOf
from app.domain.movement import ALWAYS, Presence
from app.infra.bulk import REMEMBERED, remembered
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
    """Return a column of ids to be read as keys of dictionaries alone."""
    return type_coerce(column, String()).label("key")


@dataclass(frozen=True, slots=True)
class _Change:
    """What the record of acts says of one person: times away that are over, and the last day that counted then."""

    away: tuple[tuple[date, date], ...]
    left_on: date | None


def read_presence(viewer: Viewer, permission: Any, as_of: AsOf) -> dict[Key, tuple[Presence, ...]]:  # noqa: ANN401
    """Return when everybody whom the viewer may count worked here, by key. Two questions.

    Outsiders are in no report. The first day of work and being an outsider are as recorded now: of these the record of
    acts keeps no values.
    """
    until = known_until(as_of)
    changes = _changes(until)
    rows = select(key_of(Person.id), remembered(Person.hired_on), remembered(Person.left_on)).where(
        Person.employee_id.is_not(None), may_see(viewer, permission, Person.id)
    )
    if until is not None:
        rows = rows.where(Person.created_at < until)
    return {
        key: _times(hired_on, left_on, changes.get(key), until) for key, hired_on, left_on in db.session.execute(rows)
    }


def _times(
    hired_on: date | None, left_on: date | None, change: _Change | None, until: datetime | None
) -> tuple[Presence, ...]:
    if change is None:
        return _one_time(hired_on, left_on)
    times, begins_on = [], hired_on
    for gone_on, back_on in change.away:
        times.append(Presence(begins_on, gone_on))
        begins_on = back_on
    return (*times, Presence(begins_on, left_on if until is None else change.left_on))


@lru_cache(REMEMBERED)
def _one_time(hired_on: date | None, left_on: date | None) -> tuple[Presence, ...]:
    """Return one time of presence; many people share their days, and so this."""
    return ALWAYS if hired_on is None and left_on is None else (Presence(hired_on, left_on),)


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
