"""How far each account of the example company has come: most are in use, a few wait for their person."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from app.auth.passwords import NO_PASSWORD_FITS
from app.cli.seed.plan import PlannedPerson

NEWCOMER_FOR = timedelta(days=60)
INVITED_BEFORE = timedelta(days=400)
LAST_HOURS = 220
ONE_WAITS_IN = 8


def account_times(person: PlannedPerson, key: uuid.UUID, at: datetime, *, leads: bool) -> dict[str, Any]:
    """Return the columns of an account that say how far it has come; the same for the same company.

    Newcomers have not signed in yet, nor have a few others who lead nobody and stand on no sign-in page: what they have
    written came from elsewhere. Nobody signs in to the demo with a password, so none fits.
    """
    number, hired = key.int, datetime.combine(person.hired_on, at.timetz())
    if leads or person.demo_role or person.roles or person.left_on or not _may_wait(number, at - hired):
        invited = max(hired, at - INVITED_BEFORE)
        seen = min(invited + timedelta(hours=1 + number % 70), at)
        last = max(seen, at - timedelta(hours=number % LAST_HOURS, minutes=number % 60))
        return _row(invited, seen, last, NO_PASSWORD_FITS)
    since = (None, timedelta(hours=3 + number % 9), timedelta(days=2 + number % 9))[number // 17 % 3]
    return _row(at - since if since else None, None, None, None)


def _may_wait(number: int, here_for: timedelta) -> bool:
    return here_for < NEWCOMER_FOR or number % ONE_WAITS_IN == 0


def _row(
    invited_at: datetime | None, first_seen_at: datetime | None, last_sign_in_at: datetime | None, password: str | None
) -> dict[str, Any]:
    return {
        "invited_at": invited_at,
        "first_seen_at": first_seen_at,
        "last_sign_in_at": last_sign_in_at,
        "password_hash": password,
    }
