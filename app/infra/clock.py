"""The only place that asks the machine for the time. Actions and rules get it as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo


class Clock:
    """Tells the time, in UTC and as the company's calendar day; stands still in tests and in the example company."""

    def __init__(self) -> None:
        """Follow the machine, in UTC, until told otherwise."""
        self._still_at: datetime | None = None
        self._zone: tzinfo = UTC

    def now(self) -> datetime:
        """Return the moment, aware and in UTC."""
        return self._still_at or datetime.now(UTC)

    def today(self) -> date:
        """Return the calendar day in the company's time zone."""
        return self.now().astimezone(self._zone).date()

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the company's time zone."""
        return moment.astimezone(self._zone)

    def moment(self, day: date, at: time) -> datetime:
        """Return the moment, in UTC, of a time of day in the company's time zone.

        An hour that the clocks skip counts as the one after it; of one that they repeat, the first is meant.
        """
        return datetime.combine(day, at, self._zone).astimezone(UTC)

    @property
    def zone(self) -> str:
        """Return the IANA name of the company's time zone, by which moments become days."""
        return str(self._zone)

    def use_zone(self, name: str) -> None:
        """Set the company's time zone by its IANA name."""
        self._zone = UTC if name == "UTC" else ZoneInfo(name)

    def stand_still(self, moment: datetime | None) -> None:
        """Stop at a moment, or go on when it is None."""
        self._still_at = moment

    @contextmanager
    def standing_at(self, moment: datetime) -> Iterator[None]:
        """Stop at a moment for as long as the block runs."""
        before, self._still_at = self._still_at, moment
        try:
            yield
        finally:
            self._still_at = before


clock = Clock()
now = clock.now
today = clock.today
local = clock.local
moment = clock.moment
