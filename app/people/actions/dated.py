"""Setting what holds of somebody from a day on. Nothing effective-dated is updated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.templating import long_date
from app.infra.unit_of_work import touch
from app.people.actions.loops import check_no_loop, lock_person, lock_reporting_lines
from app.people.models import (
    EffectiveDated,
    GroupMembership,
    Leave,
    LevelSpell,
    ManagerLink,
    Person,
    SpellReason,
    Team,
    TeamMembership,
)
from app.people.queries import holds_on

Dated = TypeVar("Dated", bound=EffectiveDated)

ROW_COLUMNS = frozenset({"id", "starts_on", "ends_on", "recorded_at", "recorded_by_id", "superseded_at"})


def copy_of(row: Dated, *, at: datetime, by: Author, **changed: Any) -> Dated:
    """Supersede a row and return its copy with some columns changed."""
    columns = [column.key for column in row.__table__.columns if column.key not in ROW_COLUMNS]  # type: ignore[attr-defined]
    values = {key: getattr(row, key) for key in columns} | {"starts_on": row.starts_on, "ends_on": row.ends_on}
    row.superseded_at = at
    # The old row must leave the index of live rows before its copy enters it.
    db.session.flush()
    return type(row)(**(values | changed | {"recorded_at": at, "recorded_by_id": by.person_id}))


def _live_rows(new: Dated, within: Mapping[str, Any]) -> list[Dated]:
    """Return what is recorded of the same person and kind, oldest first."""
    table = type(new)
    same = [getattr(table, key) == value for key, value in within.items()]
    rows = select(table).where(table.person_id == new.person_id, table.superseded_at.is_(None), *same)
    return list(db.session.scalars(rows.order_by(table.starts_on, table.id)))


def _next_start(new: Dated, *, within: Mapping[str, Any]) -> date | None:
    """Return the day on which what is recorded next begins, None when nothing is."""
    later = [row.starts_on for row in _live_rows(new, within) if row.starts_on > new.starts_on]
    return min(later, default=None)


def _set_from(new: Dated, *, within: Mapping[str, Any], at: datetime, by: Author) -> Dated:
    """Let a row hold from its first day until the next known change.

    The row that held on that day ends there; one that began on the very same day is superseded by the new one.
    """
    lock_person(new.person_id)
    live = _live_rows(new, within)
    new.ends_on = _next_start(new, within=within) or new.ends_on
    for row in live:
        if row.starts_on == new.starts_on:
            row.superseded_at = at
            db.session.flush()
        elif row.covers(new.starts_on):
            db.session.add(copy_of(row, at=at, by=by, ends_on=new.starts_on))
    db.session.add(new)
    db.session.flush()
    return new


def set_team(person: Person, team: Team, *, from_on: date, by: Author, at: datetime) -> TeamMembership:
    """Put somebody into a team from a day on."""
    row = TeamMembership(
        person_id=person.id, team_id=team.id, starts_on=from_on, recorded_at=at, recorded_by_id=by.person_id
    )
    log(Tag.TEAM_SET, by=by, at=at, subject_id=person.id, object_id=team.id, from_on=from_on.isoformat())
    return _set_from(row, within={}, at=at, by=by)


def set_manager(person: Person, manager: Person, *, from_on: date, by: Author, at: datetime) -> ManagerLink:
    """Let somebody report to a manager from a day on. InvalidError when that would close a loop on any day."""
    lock_reporting_lines()
    row = ManagerLink(
        person_id=person.id, manager_id=manager.id, starts_on=from_on, recorded_at=at, recorded_by_id=by.person_id
    )
    check_no_loop(person, manager, from_on=from_on, until_on=_next_start(row, within={}))
    log(Tag.MANAGER_SET, by=by, at=at, subject_id=person.id, object_id=manager.id, from_on=from_on.isoformat())
    return _set_from(row, within={}, at=at, by=by)


def check_level_day(person: Person, day: date) -> None:
    """Raise InvalidError for a day at a level that lies before somebody was hired."""
    if person.hired_on is not None and day < person.hired_on:
        raise InvalidError(
            f"{person.name} was hired on {long_date(person.hired_on)}; a level begins on that day or later.",
            field="from_on",
        )


def grant_level(
    person: Person,
    *,
    ladder: str,
    level: str,
    from_on: date,
    reason: SpellReason,
    by: Author,
    at: datetime,
) -> LevelSpell:
    """Let somebody hold a level from a day on. `ladder` is the lineage. InvalidError: before they were hired."""
    check_level_day(person, from_on)
    row = LevelSpell(
        person_id=person.id,
        ladder=ladder,
        level=level,
        reason=reason,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    log(
        Tag.LEVEL_GRANTED,
        by=by,
        at=at,
        subject_id=person.id,
        ladder=ladder,
        level=level,
        from_on=from_on.isoformat(),
        reason=reason.value,
    )
    touch(person.id)
    return _set_from(row, within={}, at=at, by=by)


def record_leave(person: Person, *, from_on: date, until_on: date | None, by: Author, at: datetime) -> Leave:
    """Record leave; `until_on` is the first day back, None when it is not known yet. No reason is kept.

    InvalidError when it ends before it begins, or when leave is recorded for one of its days already.
    """
    row = Leave(person_id=person.id, starts_on=from_on, ends_on=until_on, recorded_at=at, recorded_by_id=by.person_id)
    lock_person(person.id)
    check_leave(row, _live_rows(row, {}))
    db.session.add(row)
    db.session.flush()
    touch(person.id)
    log(Tag.LEAVE_RECORDED, by=by, at=at, subject_id=person.id, object_id=row.id)
    return row


def check_leave(new: Leave, others: Iterable[Leave]) -> None:
    """Raise InvalidError for leave that ends before it begins, or that overlaps other leave of the same person."""
    if new.ends_on is not None and new.ends_on <= new.starts_on:
        raise InvalidError("The first day back lies after the first day of leave.", field="until_on")
    for row in others:
        if (row.ends_on is None or new.starts_on < row.ends_on) and (
            new.ends_on is None or row.starts_on < new.ends_on
        ):
            until = f"until {long_date(row.ends_on)}" if row.ends_on else "with no end"
            raise InvalidError(
                f"Leave from {long_date(row.starts_on)} {until} is recorded already; correct that one, or choose other "
                "days.",
                field="from_on",
            )


def end_team(person: Person, *, on: date, by: Author, at: datetime) -> TeamMembership | None:
    """Let somebody be in no team from a day on; return the entry that ends, None where there is none."""
    return _end(TeamMembership, person, on=on, by=by, at=at)


def end_manager(person: Person, *, on: date, by: Author, at: datetime) -> ManagerLink | None:
    """Let somebody report to nobody from a day on; return the entry that ends, None where there is none."""
    return _end(ManagerLink, person, on=on, by=by, at=at)


def _end(table: type[Dated], person: Person, *, on: date, by: Author, at: datetime) -> Dated | None:
    """End what holds on a day; what is recorded for later stays."""
    lock_person(person.id)
    held = select(table).where(table.person_id == person.id, holds_on(table, on))
    row = db.session.scalars(held).one_or_none()
    if row is None:
        return None
    if row.starts_on == on:
        row.superseded_at = at
    else:
        row = copy_of(row, at=at, by=by, ends_on=on)
        db.session.add(row)
    db.session.flush()
    log(Tag.DATED_ENDED, by=by, at=at, subject_id=person.id, object_id=row.id, on=on.isoformat())
    return row


def set_group(
    person: Person,
    *,
    dimension: str,
    value: str,
    from_on: date,
    by: Author,
    at: datetime,
) -> GroupMembership:
    """Put somebody into a group of one dimension from a day on."""
    row = GroupMembership(
        person_id=person.id,
        dimension=dimension,
        value=value,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    log(Tag.GROUP_SET, by=by, at=at, subject_id=person.id, dimension=dimension, from_on=from_on.isoformat())
    return _set_from(row, within={"dimension": dimension}, at=at, by=by)
