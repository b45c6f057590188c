"""The days of a cycle as a calendar file (RFC 5545): what everybody may know of it, and no name of anybody.

Every day keeps its identity for good, so that a calendar that reads the file again moves the entry instead of adding
one; the number of the edition rises with every extension.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from app.domain.promotion import CycleState
from app.promotion.models import PromotionCycle
from app.promotion.wording import DEADLINE

PRODUCT = "-//Belay//Promotion cycles//EN"
DAYS = (
    "nominations_close",
    "packets_due",
    "evidence_until",
    "feedback_due",
    "review_due",
    "calibration_on",
    "communicate_by",
    "appeal_until",
)


def calendar_of(cycle: PromotionCycle, *, address: str, edition: int, at: datetime) -> bytes:
    """Return the file. `address` is that of the cycle's page, `edition` how many days were extended so far.

    All-day entries on the company's calendar days, which no time zone moves. A cancelled cycle marks each cancelled.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _one_line(cycle.name))
    is_cancelled = cycle.state is CycleState.CANCELLED
    for name in DAYS:
        day: date | None = getattr(cycle, name)
        if day is not None:
            # Cancelling is one more edition, or a calendar keeps the entry as it was.
            calendar.add_component(_entry(cycle, name, day, address, edition + is_cancelled, at))
    return bytes(calendar.to_ical())


def _one_line(name: str) -> str:
    """Return a name that stays inside its line, whatever was stored: a line break would begin another property."""
    return " ".join(name.split())


def _entry(cycle: PromotionCycle, name: str, day: date, address: str, edition: int, at: datetime) -> Event:
    entry = Event()
    entry.add("uid", f"{name}.{cycle.id}@belay")
    entry.add("dtstamp", at)
    entry.add("sequence", edition)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", f"{_one_line(cycle.name)}: {DEADLINE[name][:1].lower()}{DEADLINE[name][1:]}")
    entry.add("url", address)
    entry.add("transp", "TRANSPARENT")
    entry.add("status", "CANCELLED" if cycle.state is CycleState.CANCELLED else "CONFIRMED")
    return entry
