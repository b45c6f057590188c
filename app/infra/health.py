"""Whether Belay can do its work: the database answers in time, and its schema is ours.

Asked in a thread of its own, because a database behind a dead network answers nothing for minutes. One question runs
at a time: while it hangs, the answer is no, and no further thread joins it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.infra import schema
from app.infra.db import db, set_may_write

LONGEST_SECONDS = 2.0
EXTENSION = "belay.health"


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. `schema_is_right` is None when the database did not answer; `milliseconds` says how long it took.

    `revision` is the schema that was found; for administrators, not for strangers.
    """

    database_answers: bool
    schema_is_right: bool | None = None
    revision: str | None = None
    milliseconds: int = 0

    @property
    def is_ready(self) -> bool:
        """Say whether requests can be answered."""
        return self.database_answers and self.schema_is_right is True


class Probe:
    """Asks the database, at most one question at a time."""

    def __init__(self, head: str) -> None:
        """Take the revision that the schema must have."""
        self._head = head
        self._lock = threading.Lock()

    def ask(self, engine: Engine, *, seconds: float = LONGEST_SECONDS) -> Health:
        """Return what the database answers within so many seconds."""
        began = time.monotonic()
        if not self._lock.acquire(timeout=seconds):
            return Health(database_answers=False)
        answered = threading.Event()
        found: list[Health] = []

        def question() -> None:
            try:
                # A new thread may write unless told otherwise, and would ask SQLite for its lock.
                set_may_write(value=False)
                revision = schema.current_revision(engine)
                spent = int((time.monotonic() - began) * 1000)
                found.append(Health(True, revision == self._head, revision, spent))  # noqa: FBT003 - answers
            except (SQLAlchemyError, OSError):
                found.append(Health(database_answers=False))
            finally:
                self._lock.release()
                answered.set()

        threading.Thread(target=question, name="health", daemon=True).start()
        answered.wait(max(0.0, seconds - (time.monotonic() - began)))
        return found[0] if found else Health(database_answers=False)


def check() -> Health:
    """Return how the application's database is; at most two seconds pass."""
    probe: Probe = current_app.extensions[EXTENSION]
    return probe.ask(db.engine)


def register(app: Flask) -> None:
    """Join the check to the application."""
    app.extensions[EXTENSION] = Probe(schema.head_revision())
