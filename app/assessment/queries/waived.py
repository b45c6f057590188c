"""What the engineer is told of waivers that have come to hold for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, case, select

from app.assessment.models import Waiver
from app.notices.sources import waiting_columns
from app.people.models import Person

WAIVED = "waiver.holds"
TOLD_FOR = timedelta(days=14)
"""House rule: a waiver that has come to hold stands in the engineer's inbox for a fortnight."""


def select_waived(on: date) -> Select[Any]:
    """Return the waivers that both have approved within a fortnight and nobody has ended, for the engineer alone."""
    since = case(
        (Waiver.manager_approved_at > Waiver.hr_approved_at, Waiver.manager_approved_at), else_=Waiver.hr_approved_at
    )
    first = datetime.combine(on - TOLD_FOR, time.min, UTC)
    return (
        select(*waiting_columns(WAIVED, person_id=Person.id, object_id=Waiver.id, since=since))
        .select_from(Waiver)
        .join(Person, Person.id == Waiver.subject_id)
        .where(Waiver.holds, since >= first, Person.left_on.is_(None))
    )
