"""What held of people on the day of a report, as it was known then or as corrected since."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from app.domain.as_of import AsOf, Known
from app.infra.clock import clock


def known_until(as_of: AsOf) -> datetime | None:
    """Return the moment up to which something must have been recorded to count: the end of the report's day.

    None: everything that is recorded now counts.
    """
    if as_of.known is Known.NOW:
        return None
    return clock.moment(as_of.day + timedelta(days=1), time())


def is_known(table: Any, as_of: AsOf) -> ColumnElement[bool]:  # noqa: ANN401 - any effective-dated table
    """Return the condition that a row counts for a report: recorded by then and not corrected by then, or live now."""
    until = known_until(as_of)
    if until is None:
        return table.superseded_at.is_(None)  # type: ignore[no-any-return]
    return and_(table.recorded_at < until, or_(table.superseded_at.is_(None), table.superseded_at >= until))


def held_as_of(table: Any, as_of: AsOf) -> ColumnElement[bool]:  # noqa: ANN401 - any effective-dated table
    """Return the condition that a row counts for a report and holds on its day."""
    on_the_day = and_(table.starts_on <= as_of.day, or_(table.ends_on.is_(None), table.ends_on > as_of.day))
    return and_(is_known(table, as_of), on_the_day)
