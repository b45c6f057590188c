"""The days of a cycle as a calendar file (RFC 5545): what everybody may know of it, and no name of anybody.

Every day keeps its identity for good, so that a calendar that reads the file again moves the entry instead of adding
one; the number of the edition rises with every extension.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.domain.promotion import CycleState
from app.infra.calendar_file import CalendarEntry, calendar_file, one_line
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
    days: dict[str, date | None] = {name: getattr(cycle, name) for name in DAYS}
    entries = [_entry(cycle, name, day, address, edition) for name, day in days.items() if day is not None]
    return calendar_file(entries, product=PRODUCT, name=cycle.name, at=at)


def _entry(cycle: PromotionCycle, name: str, day: date, address: str, edition: int) -> CalendarEntry:
    is_cancelled = cycle.state is CycleState.CANCELLED
    return CalendarEntry(
        uid=f"{name}.{cycle.id}@belay",
        summary=f"{one_line(cycle.name)}: {DEADLINE[name][:1].lower()}{DEADLINE[name][1:]}",
        begins=day,
        ends=day + timedelta(days=1),
        address=address,
        # Cancelling is one more edition, or a calendar keeps the entry as it was.
        edition=edition + is_cancelled,
        is_cancelled=is_cancelled,
    )
