"""Moments within working hours, in order, and never later than the company's yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

_FRIDAY = 4
_OPENS, _CLOSES = 7, 16  # UTC; the offices lie one or two hours east of it.


class Worktime:
    """Makes moments from days. `today` is never reached: what has happened lies before it."""

    def __init__(self, today: date) -> None:
        self._latest = datetime.combine(today - timedelta(days=1), time(17, 30), UTC)

    @property
    def latest_day(self) -> date:
        """Return the last day on which something may have happened."""
        return self._latest.date()

    def on(self, day: date, rng: Random) -> datetime:
        """Return a moment in working hours on exactly this day, or the latest possible one."""
        clock = time(rng.randint(_OPENS, _CLOSES), rng.randrange(60), rng.randrange(60))
        return min(datetime.combine(day, clock, UTC), self._latest)

    def after(self, earlier: datetime, rng: Random, *, days: tuple[int, int]) -> datetime:
        """Return a working moment after another one, so many days later; on the same day it follows by minutes."""
        day = earlier.date() + timedelta(days=rng.randint(*days))
        if day != earlier.date():
            while day.weekday() > _FRIDAY:
                day += timedelta(days=1)
            moment = self.on(day, rng)
            if moment > earlier:
                return moment
        return earlier + timedelta(minutes=rng.randint(3, 40), seconds=rng.randrange(60))


def on_weekday(day: date) -> date:
    """Return the day, or the Friday before if it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))
