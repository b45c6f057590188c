"""Opening and ending sessions."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.models import Account, AuthSession, SessionStage
from app.auth.queries.sessions import hashed
from app.infra.db import db
from app.infra.unit_of_work import record

SEEN_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32


def open_session(
    person_id: uuid.UUID, *, address: str, browser: str, at: datetime, stage: SessionStage = SessionStage.FULL
) -> str:
    """Open a session and return the random id for the cookie; only its hash is stored.

    At another stage than FULL the password was right, and it opens nothing but the next step.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = AuthSession(
        id=uuid.uuid4(),
        token_hash=hashed(token),
        person_id=person_id,
        created_at=at,
        seen_at=at,
        proved_at=at,
        stage=stage,
        address=address[:64],
        browser=browser[:200],
    )
    db.session.add(row)
    by = Author(person_id, address=address)
    if stage is SessionStage.FULL:
        _note_sign_in(row, by=by, at=at)
    else:
        log(Tag.PASSWORD_ACCEPTED, by=by, at=at, subject_id=person_id, object_id=row.id)
    return token


def _note_sign_in(row: AuthSession, *, by: Author, at: datetime) -> None:
    db.session.execute(update(Account).where(Account.person_id == row.person_id).values(last_sign_in_at=at))
    log(Tag.SIGN_IN, by=by, at=at, subject_id=row.person_id, object_id=row.id)


def complete_session(row: AuthSession, *, by: Author, at: datetime) -> str:
    """Open a session fully after its last step; returns its new id. Its twelve hours begin here."""
    row.stage, row.created_at, row.seen_at, row.proved_at = SessionStage.FULL, at, at, at
    _note_sign_in(row, by=by, at=at)
    return renew_session(row)


def renew_session(row: AuthSession) -> str:
    """Give a session a new id, because what it may do or how it is opened has changed; the old id is worthless.

    Source: reliability checklist, item 2.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.token_hash = hashed(token)
    return token


def note_proof(row: AuthSession, *, by: Author, at: datetime) -> str:
    """Keep that somebody has proved again who they are; returns the session's new id."""
    log(Tag.IDENTITY_PROVED, by=by, at=at, subject_id=row.person_id, object_id=row.id)
    row.proved_at = at
    return renew_session(row)


def end_session(row: AuthSession, *, by: Author, at: datetime, tag: Tag = Tag.SIGN_OUT) -> None:
    """End a session; its cookie is worthless from the next request on."""
    if row.ended_at is None:
        row.ended_at = at
        log(tag, by=by, at=at, subject_id=row.person_id, object_id=row.id)


def end_other_sessions(person_id: uuid.UUID, *, keep: uuid.UUID | None, by: Author, at: datetime) -> None:
    """End all sessions of a person but one."""
    rows = db.session.scalars(
        select(AuthSession)
        .where(AuthSession.person_id == person_id, AuthSession.ended_at.is_(None), AuthSession.id != keep)
        .order_by(AuthSession.created_at, AuthSession.id),
    )
    for row in rows:
        end_session(row, by=by, at=at, tag=Tag.SESSION_ENDED)


def note_seen(session_id: uuid.UUID, seen_at: datetime, at: datetime) -> None:
    """Record that a session is in use, at most once a minute."""
    if at - seen_at >= SEEN_EVERY:
        seen = update(AuthSession).where(AuthSession.id == session_id, AuthSession.seen_at < at).values(seen_at=at)

        def work(session: Session) -> None:
            session.execute(seen)

        record(work)
