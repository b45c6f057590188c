"""Keeping the memory of the stored standing: a record of each person for each day on which it says something else.

Written in the transaction that stores the standing itself, a few thousand rows at a time.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.assessment.models import StandingRecord
from app.assessment.queries.standing import PersonStanding, TargetStanding
from app.assessment.queries.standing_records import SAID, last_records
from app.infra.bulk import BulkInsert

COLUMNS = ("person_id", "known_on", *SAID)


def keep_records(session: Session, standings: Collection[PersonStanding], on: date) -> int:
    """Record where people stand on a day, for those of whom the last record says something else or who have none.

    There is one set of rows a person and day: a second change on the same day replaces the rows of that day. Earlier
    days keep theirs. It returns for how many people something was recorded.
    """
    before = last_records(session, [one.person_id for one in standings], on)
    told = {one.person_id: tuple(_rows(one)) for one in standings}
    changed = [one for one, rows in told.items() if one not in before or before[one][1] != rows]
    if not changed:
        return 0
    if again := [one for one in changed if one in before and before[one][0] == on]:
        session.execute(
            delete(StandingRecord).where(StandingRecord.person_id.in_(again), StandingRecord.known_on == on)
        )
    records = BulkInsert(session, StandingRecord, COLUMNS)
    for one in changed:
        own = one.hex
        for lineage, version_id, *rest in told[one]:
            records.add(own, on, lineage, version_id.hex if version_id else None, *rest)
    records.flush()
    return len(changed)


def _rows(one: PersonStanding) -> Iterator[tuple[Any, ...]]:
    version_id: uuid.UUID | None = one.edition.id if one.edition else None
    head = one.lineage, version_id, one.held, one.held_since, one.last_evidence_on, one.last_rated_on
    if not one.targets:
        yield *head, "", 0, None, 0, 0, ""
    for position, target in enumerate(one.targets):
        yield *head, target.target, position, target.verdict, target.met, target.of, _blocking(target)


def _blocking(target: TargetStanding) -> str:
    groups = {one.expectation_id: one.group.value for one in target.expectations if one.is_blocking}
    return " ".join(f"{groups[one]}:{one}" for one in target.blocking_ids)
