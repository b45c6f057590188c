"""Where people stood on a past day as it was known then: the last record of each person up to that day."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.assessment.models import StandingRecord
from app.domain.readiness import BlockerGroup, Verdict
from app.infra.db import db

AT_ONCE = 1000
SAID = (
    "lineage", "ladder_version_id", "held_level", "held_since", "last_evidence_on", "last_rated_on",
    "target_level", "position", "verdict", "met", "of", "blocking",
)  # fmt: skip
"""What a record says of somebody, besides whom it is about and from which day on."""


@dataclass(frozen=True, slots=True)
class RecordedTarget:
    """Where somebody stood on one target. `blocking` has each expectation with its group, in the order told."""

    target: str
    verdict: Verdict | None
    met: int
    of: int
    blocking: tuple[tuple[BlockerGroup, str], ...]


@dataclass(frozen=True, slots=True)
class RecordedStanding:
    """Where one person stood, known from the day `known_on` on. Without a level, or a ladder, there is no target."""

    person_id: uuid.UUID
    known_on: date
    lineage: str | None
    ladder_version_id: uuid.UUID | None
    held: str | None
    held_since: date | None
    last_evidence_on: date | None
    last_rated_on: date | None
    targets: tuple[RecordedTarget, ...]


def read_blocking(text: str) -> tuple[tuple[BlockerGroup, str], ...]:
    """Return what a record says of blockers.

    >>> read_blocking("not_met:swe.coach-juniors unassessed:swe.quality-bar")[1]
    (<BlockerGroup.UNASSESSED: 'unassessed'>, 'swe.quality-bar')
    """
    pairs = (one.partition(":") for one in text.split())
    return tuple((BlockerGroup(group), expectation) for group, _, expectation in pairs)


def is_last_record(day: date) -> ColumnElement[bool]:
    """Return the condition that a record is of its person's last day up to a day; for reports that join the table."""
    later = aliased(StandingRecord)
    last = select(func.max(later.known_on)).where(later.person_id == StandingRecord.person_id, later.known_on <= day)
    return StandingRecord.known_on == last.correlate(StandingRecord).scalar_subquery()


def recorded_standings(person_ids: Collection[uuid.UUID], day: date) -> dict[uuid.UUID, RecordedStanding]:
    """Return where people stood on a day as it was known then; of whom nothing was recorded by then is left out."""
    ids = sorted(set(person_ids))
    found = {}
    for first in range(0, len(ids), AT_ONCE):
        for one, (known_on, rows) in last_records(db.session(), ids[first : first + AT_ONCE], day).items():
            found[one] = _recorded(one, known_on, rows)
    return found


def last_records(
    session: Session, ids: Collection[uuid.UUID], day: date
) -> dict[uuid.UUID, tuple[date, tuple[tuple[Any, ...], ...]]]:
    """Return the day and the rows of the last record up to a day, by person, each row as `SAID` orders it."""
    columns = [getattr(StandingRecord, name) for name in SAID]
    rows = session.execute(
        select(StandingRecord.person_id, StandingRecord.known_on, *columns)
        .where(StandingRecord.person_id.in_(ids), is_last_record(day))
        .order_by(StandingRecord.person_id, StandingRecord.position)
    )
    found = {}
    for (person_id, known_on), group in groupby(rows, key=itemgetter(0, 1)):
        found[person_id] = known_on, tuple(tuple(row[2:]) for row in group)
    return found


def _recorded(person_id: uuid.UUID, known_on: date, rows: Sequence[tuple[Any, ...]]) -> RecordedStanding:
    targets = tuple(
        RecordedTarget(target, verdict, met, of, read_blocking(blocking))
        for *_, target, _position, verdict, met, of, blocking in rows
        if target
    )
    lineage, version_id, held, since, evidence_on, rated_on = rows[0][:6]
    return RecordedStanding(person_id, known_on, lineage, version_id, held, since, evidence_on, rated_on, targets)
