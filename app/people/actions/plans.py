"""What a correction or an undoing would do, worked out before anything is changed, so that a page can say it first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.templating import long_date
from app.people.actions.dated import ROW_COLUMNS, check_leave
from app.people.models import Leave
from app.people.queries.records import Record, RecordKind, Row, list_line

CHANGED_SINCE = "Something else has been recorded since. Open the history and undo or correct what stands there now."


@dataclass(frozen=True)
class Plan:
    """Which entries stay, which are taken back and which are new; no two of what holds afterwards overlap."""

    kept: tuple[Row, ...]
    gone: tuple[Row, ...]
    new: tuple[Row, ...]

    @property
    def afterwards(self) -> list[Row]:
        """Return what will hold, newest first."""
        return sorted((*self.kept, *self.new), key=lambda row: row.starts_on, reverse=True)


def says(row: Row) -> dict[str, Any]:
    """Return what an entry says, without its days: the level, the team, the manager."""
    columns = [column.key for column in type(row).__table__.columns]
    return {key: getattr(row, key) for key in columns if key not in ROW_COLUMNS}


def _again(row: Row, **changed: Any) -> Row:
    """Return a new entry that says the same but for some columns; who recorded it, and when, is filled in later."""
    return type(row)(**(says(row) | {"starts_on": row.starts_on, "ends_on": row.ends_on} | changed))


def _live(record: Record) -> list[Row]:
    return [row for row in list_line(record) if row.superseded_at is None]


def plan_correction(record: Record, *, starts_on: date, ends_on: date | None, **values: Any) -> Plan:
    """Plan that an entry begins on another day or says something else. The one before it ends where it begins.

    `ends_on` counts for leave; anything else lasts until the next entry begins, as before. InvalidError when the day
    lies outside the time between the neighbours, or leave would overlap other leave.
    """
    row = record.row
    others = [other for other in _live(record) if other.id != row.id]
    if isinstance(row, Leave):
        new = _again(row, starts_on=starts_on, ends_on=ends_on)
        check_leave(new, [other for other in others if isinstance(other, Leave)])  # type: ignore[arg-type]
        return Plan(tuple(others), (row,), (new,))
    if row.ends_on is not None and starts_on >= row.ends_on:
        raise InvalidError(
            f"This ends on {long_date(row.ends_on)}; choose a day before that, or undo it.", field="from_on"
        )
    previous = max((one for one in others if one.starts_on < row.starts_on), key=_start, default=None)
    gone: list[Row] = [row]
    new_rows = [_again(row, starts_on=starts_on, **values)]
    if previous is not None:
        if starts_on <= previous.starts_on:
            raise InvalidError(
                f"What was there before began on {long_date(previous.starts_on)}; choose a later day, or undo that "
                "entry first.",
                field="from_on",
            )
        reaches_in = previous.ends_on is not None and previous.ends_on > starts_on
        if previous.ends_on != starts_on and (previous.ends_on == row.starts_on or reaches_in):
            gone.append(previous)
            new_rows.append(_again(previous, ends_on=starts_on))
    return _plan(others, gone, new_rows)


def plan_undoing(record: Record) -> Plan:
    """Plan to take an entry back.

    What it replaced when it was recorded holds again, where nothing else has touched that since; otherwise the entry
    before it goes on until the next one begins. So it is too for an entry that had been there before and came back:
    what stood in its place in between was taken back already. Leave is simply removed.
    """
    row = record.row
    others = [other for other in _live(record) if other.id != row.id]
    if record.kind is RecordKind.LEAVE:
        return Plan(tuple(others), (row,), ())
    came_back = any(_is_same(row, old) for old in list_line(record) if old.recorded_at < row.recorded_at)
    if not came_back and _replaced_at(record, row.recorded_at):
        reverted = _reverting(record, row.recorded_at)
        if reverted is not None:
            return reverted
    gone: list[Row] = [row]
    new_rows: list[Row] = []
    previous = next((one for one in others if one.ends_on == row.starts_on), None)
    if previous is not None:
        gone.append(previous)
        new_rows.append(_again(previous, ends_on=row.ends_on))
    return _plan(others, gone, new_rows)


def plan_reverting(record: Record, moment: datetime) -> Plan:
    """Plan to take back the change of a moment that recorded an entry, or that took it back.

    NotAllowedNowError when there was none, or something has been recorded since.
    """
    was_touched = moment in {record.row.recorded_at, record.row.superseded_at}
    reverted = _reverting(record, moment) if was_touched else None
    if reverted is None:
        raise NotAllowedNowError(CHANGED_SINCE)
    return reverted


def _reverting(record: Record, moment: datetime) -> Plan | None:
    """Plan to go back to what held before a moment at which something was recorded; None where that is not clear."""
    line = list_line(record)
    born = [row for row in line if row.recorded_at == moment]
    replaced = _replaced_at(record, moment)
    if any(row.superseded_at is not None for row in born):
        return None
    # Several entries may have been recorded in one go, such as by the example company; then each stands for itself.
    if sum(not any(_is_same(row, old) for old in replaced) for row in born) > 1:
        return None
    kept = [row for row in line if row.superseded_at is None and row.recorded_at != moment]
    plan = Plan(tuple(kept), tuple(born), tuple(_again(row) for row in replaced))
    return None if _overlap(plan.afterwards) else plan


def _replaced_at(record: Record, moment: datetime) -> list[Row]:
    """Return what was taken back at a moment and had been recorded before it."""
    return [row for row in list_line(record) if row.superseded_at == moment and row.recorded_at < moment]


def _is_same(row: Row, old: Row) -> bool:
    """Say whether an entry is another one of which at most the end has moved."""
    return row.starts_on == old.starts_on and says(row) == says(old)


def _start(row: Row) -> date:
    return row.starts_on


def _plan(others: Iterable[Row], gone: Sequence[Row], new: Sequence[Row]) -> Plan:
    ids = {row.id for row in gone}
    return Plan(tuple(row for row in others if row.id not in ids), tuple(gone), tuple(new))


def _overlap(newest_first: Sequence[Row]) -> bool:
    """Say whether two entries hold on one day."""
    pairs = zip(newest_first[1:], newest_first, strict=False)
    return any(older.ends_on is None or older.ends_on > newer.starts_on for older, newer in pairs)
