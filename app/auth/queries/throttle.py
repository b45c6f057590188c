"""How long the next attempt to sign in must wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.auth.models import SignInAttempt
from app.infra.db import db

PER_ACCOUNT = 5

PER_ADDRESS = 50

WINDOW = timedelta(minutes=1)

LONGEST_DELAY = timedelta(minutes=15)


def delay_before_attempt(account_key: str, address: str, at: datetime) -> timedelta:
    """Return how long the next attempt must wait; zero when it may go ahead.

    Five failures a minute are free for an account, fifty for an address; after that the delay doubles from one minute
    to at most fifteen. Counted in the database: it survives a restart and is shared by all processes.
    """
    horizon = at - LONGEST_DELAY
    by_account = db.session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.account_key == account_key,
            SignInAttempt.at > horizon,
        ),
    ).one()
    by_address = db.session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.address == address,
            SignInAttempt.at > at - WINDOW,
        ),
    ).one()
    waits = [timedelta(0)]
    if by_account[0] >= PER_ACCOUNT:
        doubled = WINDOW * 2 ** min(by_account[0] - PER_ACCOUNT, 4)
        waits.append(by_account[1] + min(doubled, LONGEST_DELAY) - at)
    if by_address[0] >= PER_ADDRESS:
        waits.append(by_address[1] + WINDOW - at)
    return max(waits)
