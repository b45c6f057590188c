"""Correcting and undoing what was recorded. The old entry is superseded and stays: “as known on” still answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.infra.unit_of_work import touch
from app.people.actions.dated import check_level_day
from app.people.actions.loops import check_no_loop, lock_person, lock_reporting_lines
from app.people.actions.plans import CHANGED_SINCE, Plan, plan_correction, plan_reverting, plan_undoing
from app.people.models import LevelSpell, ManagerLink
from app.people.queries import get_person
from app.people.queries.records import Record, RecordKind, Row, is_superseded

ONE_DAY = timedelta(days=1)
CORRECTED = MappingProxyType(
    {
        RecordKind.LEVEL: Tag.LEVEL_CORRECTED,
        RecordKind.LEAVE: Tag.LEAVE_CORRECTED,
        RecordKind.TEAM: Tag.TEAM_SET,
        RecordKind.MANAGER: Tag.MANAGER_SET,
    },
)


def correct_record(
    record: Record,
    *,
    from_on: date,
    until_on: date | None = None,
    values: Mapping[str, Any] = MappingProxyType({}),
    by: Author,
    at: datetime,
) -> Row:
    """Let an entry begin on another day, end on another one (leave), or say something else; return the new entry.

    InvalidError as `plan_correction`; also when a level would begin before the day of hire, or a line of reporting
    would close a loop. NotAllowedNowError when somebody has changed the entry in the meantime.
    """
    _lock(record)
    plan = plan_correction(record, starts_on=from_on, ends_on=until_on, **values)
    _carry_out(record, plan, by=by, at=at)
    log(
        CORRECTED[record.kind],
        by=by,
        at=at,
        subject_id=record.subject_id,
        object_id=plan.new[0].id,
        corrects=str(record.id),
    )
    return plan.new[0]


def undo_record(record: Record, *, by: Author, at: datetime) -> None:
    """Take an entry back; `plan_undoing` says what holds afterwards.

    NotAllowedNowError as `correct_record`, and with `objection_to` the plan.
    """
    _lock(record)
    _undo(record, plan_undoing(record), by=by, at=at)


def revert_change(record: Record, moment: datetime, *, by: Author, at: datetime) -> None:
    """Take back the change of a moment that recorded an entry, or took it back; all is as it was before that.

    NotAllowedNowError when something has been recorded since, and with `objection_to` the plan.
    """
    lock_reporting_lines()
    lock_person(record.subject_id)
    _undo(record, plan_reverting(record, moment), by=by, at=at)


def objection_to(record: Record, plan: Plan, day: date) -> str:
    """Return why a plan to take something back may not be carried out on a day, and what to do instead; "" when it may.

    Nobody is put back under a line manager who has left: that would make them the manager of today.
    """
    for row in plan.new:
        if not isinstance(row, ManagerLink):
            continue
        manager = get_person(row.manager_id)
        left_on = manager.left_on
        if left_on is None or left_on > day or (row.ends_on is not None and row.ends_on <= day):
            continue
        return (
            f"{record.person.name} would report to {manager.name} again, who has worked here until "
            f"{long_date(left_on - ONE_DAY)} only. Correct the entry instead and choose the right line manager, or "
            "record another one from a day on."
        )
    return ""


def check_may_be_changed(record: Record) -> None:
    """Raise NotAllowedNowError for an entry that counts no more."""
    if is_superseded(record):
        raise NotAllowedNowError(CHANGED_SINCE)


def _lock(record: Record) -> None:
    lock_reporting_lines()
    lock_person(record.subject_id)
    check_may_be_changed(record)


def _undo(record: Record, plan: Plan, *, by: Author, at: datetime) -> None:
    if objection := objection_to(record, plan, local(at).date()):
        raise NotAllowedNowError(objection)
    _carry_out(record, plan, by=by, at=at)
    log(Tag.DATED_UNDONE, by=by, at=at, subject_id=record.subject_id, object_id=record.id, kind=record.kind.value)


def _carry_out(record: Record, plan: Plan, *, by: Author, at: datetime) -> None:
    for row in plan.new:
        if isinstance(row, LevelSpell) and not any(row.starts_on == old.starts_on for old in plan.gone):
            check_level_day(record.person, row.starts_on)
        if isinstance(row, ManagerLink):
            manager = get_person(row.manager_id)
            check_no_loop(record.person, manager, from_on=row.starts_on, until_on=row.ends_on)
    for row in plan.gone:
        row.superseded_at = at
    # What is superseded must leave the index of live rows before anything new enters it.
    db.session.flush()
    for row in plan.new:
        row.recorded_at, row.recorded_by_id = at, by.person_id
        db.session.add(row)
    db.session.flush()
    if record.kind in {RecordKind.LEVEL, RecordKind.LEAVE}:
        touch(record.subject_id)
