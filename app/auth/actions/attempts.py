"""Keeping count of failed attempts to sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.auth.models import SignInAttempt
from app.auth.queries import LONGEST_DELAY
from app.infra.db import db
from app.infra.unit_of_work import record


def note_failed_sign_in(account_key: str, address: str, at: datetime, *, throttled: bool) -> None:
    """Record a failed attempt, whatever becomes of the request; the address that was typed is kept as a hash."""

    def work(session: Session) -> None:
        tag = Tag.SIGN_IN_THROTTLED if throttled else Tag.SIGN_IN_FAILED
        note_in(session, Note(tag, at, Author(None, address=address), details={"account": account_key[:12]}))
        if not throttled:
            session.add(SignInAttempt(account_key=account_key, address=address, at=at))
            session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - 2 * LONGEST_DELAY))

    record(work)


def clear_failures(account_key: str) -> None:
    """Forget the failures of an account after a good sign-in."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == account_key))
