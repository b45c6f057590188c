"""Counting attempts: each is written down before it is looked at, and taken back when it was right.

So of any number of attempts at once exactly as many are looked at as are free, whichever process they reach.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.auth.models import SignInAttempt
from app.auth.queries.throttle import REMEMBERED, delay_before_attempt, lock_count
from app.infra.unit_of_work import record, record_first


@dataclass
class Attempt:
    """One attempt. `wait` is how long the next one must wait; zero: this one counts, and may be looked at."""

    id: uuid.UUID
    account_key: str
    address: str
    at: datetime
    wait: timedelta = timedelta(0)
    is_wrong: bool = False
    is_right: bool = False


def reserve_attempt(account_key: str, address: str, at: datetime, *, by: uuid.UUID | None = None) -> Attempt:
    """Write an attempt down before it is looked at, or say how long it must wait; a delayed one is audited.

    `by` is whose session it comes from, if there is one. The address that was typed is kept as a hash.
    """
    attempt = Attempt(uuid.uuid4(), account_key, address, at)

    def work(session: Session) -> None:
        lock_count(session, account_key, address)
        attempt.wait = delay_before_attempt(account_key, address, at, session=session)
        if attempt.wait > timedelta(0):
            author = Author(by, address=address)
            note_in(session, Note(Tag.SIGN_IN_THROTTLED, at, author, details={"account": account_key[:12]}))
            return
        session.add(SignInAttempt(id=attempt.id, account_key=account_key, address=address, at=at))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - REMEMBERED))

    record_first(work)
    return attempt


def refuse_attempt(attempt: Attempt, tag: Tag, *, whose: uuid.UUID | None = None) -> None:
    """Let an attempt count as wrong, and record it, whatever becomes of the request.

    `whose` session it came from, if there is one; without one the record holds the beginning of the account's hash.
    """
    attempt.is_wrong = True
    author = Author(whose, address=attempt.address)
    details = {} if whose else {"account": attempt.account_key[:12]}
    record(lambda session: note_in(session, Note(tag, attempt.at, author, subject_id=whose, details=details)))


def settle_attempt(attempt: Attempt) -> None:
    """Take an attempt back that was not wrong; after a right one the earlier failures of the account are forgotten."""
    if attempt.is_wrong:
        return
    mine = SignInAttempt.account_key == attempt.account_key if attempt.is_right else SignInAttempt.id == attempt.id

    def work(session: Session) -> None:
        session.execute(delete(SignInAttempt).where(mine))

    record(work)
