"""How long the next attempt to sign in must wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.models import SignInAttempt
from app.infra.db import db

PER_ACCOUNT = 5

PER_ADDRESS = 50

WINDOW = timedelta(minutes=1)

LONGEST_DELAY = timedelta(minutes=15)

REMEMBERED = timedelta(hours=1)
"""How long a failure counts: long enough that the delay gets to its longest before the first are forgotten."""


def lock_count(session: Session, account_key: str, address: str) -> None:
    """Let nobody else count attempts of this account or from this address before the transaction ends.

    On SQLite a transaction that writes is alone from its beginning. On PostgreSQL both keys are locked, always in the
    same order, so that two attempts never wait for one another.
    """
    if session.get_bind().dialect.name == "postgresql":
        for number in sorted({_lock_number(f"account:{account_key}"), _lock_number(f"address:{address}")}):
            session.execute(select(func.pg_advisory_xact_lock(number)))


def _lock_number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big", signed=True)


def delay_before_attempt(account_key: str, address: str, at: datetime, *, session: Session | None = None) -> timedelta:
    """Return how long the next attempt must wait; zero when it may go ahead.

    Five failures a minute are free for an account, fifty for an address; after that the delay doubles from one minute
    to at most fifteen. Counted in the database: it survives a restart and is shared by all processes. Attempts that a
    clock, since set back, has dated far ahead do not count: they would lock an account until then.
    """
    database = session or db.session()
    ahead = at + LONGEST_DELAY
    by_account = database.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.account_key == account_key,
            SignInAttempt.at > at - REMEMBERED,
            SignInAttempt.at < ahead,
        ),
    ).one()
    by_address = database.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.address == address,
            SignInAttempt.at > at - WINDOW,
            SignInAttempt.at < ahead,
        ),
    ).one()
    waits = [timedelta(0)]
    if by_account[0] >= PER_ACCOUNT:
        doubled = WINDOW * 2 ** min(by_account[0] - PER_ACCOUNT, 4)
        waits.append(by_account[1] + min(doubled, LONGEST_DELAY) - at)
    if by_address[0] >= PER_ADDRESS:
        waits.append(by_address[1] + WINDOW - at)
    return min(max(waits), LONGEST_DELAY)
