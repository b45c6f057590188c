"""Writing the index of the search anew, so that words that nobody stores any more leave it.

Each night, and soon after a piece was deleted: the worker does it once, however many pieces went.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session, object_session

from app.audit.actions import Author
from app.evidence.models import Evidence
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import after_rollback, before_commit
from app.jobs.actions import WORKER, queue
from app.jobs.kinds import Work, register_kind, register_periodic

KIND = "home.tidy_search"
DELETED = "belay.search.deleted"
FIRST_WITH_SECURE_DELETE = (3, 42, 0)
"""From this version on SQLite wipes single entries; migration 0013 asks it to."""


def tidy(work: Work | None = None) -> None:
    """Let SQLite write its index as one piece, which leaves out what was replaced; PostgreSQL does so by itself."""
    del work
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def _note_deleted(_mapper: object, _connection: object, piece: Evidence) -> None:
    session = object_session(piece)
    if session is not None:
        session.info[DELETED] = True


def _tidy_soon(session: Session) -> None:
    """Queue the writing anew where words are gone that the index still keeps."""
    is_deleted: bool = session.info.pop(DELETED, False)
    keeps = session.get_bind().dialect.name == "sqlite" and sqlite3.sqlite_version_info < FIRST_WITH_SECURE_DELETE
    if is_deleted and keeps:
        queue(KIND, {}, by=Author(None, label=WORKER), at=now(), dedupe_key=KIND)


def _forget(session: Session) -> None:
    session.info.pop(DELETED, None)


def register() -> None:
    """Tell the worker of the round each night, and let it hear of pieces that are deleted."""
    register_kind(KIND, tidy, label="Tidy the index of the search")
    register_periodic(KIND, timedelta(days=1))
    listener: Any = _note_deleted
    if not event.contains(Evidence, "after_delete", listener):
        event.listen(Evidence, "after_delete", listener)
    before_commit(_tidy_soon)
    after_rollback(_forget)
