"""Writing the index anew each night, so that words that nobody stored any more leave it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.infra.db import db
from app.jobs.kinds import Work, register_kind, register_periodic

KIND = "home.tidy_search"


def tidy(work: Work | None = None) -> None:
    """Let SQLite write its index as one piece, which leaves out what was replaced; PostgreSQL does so by itself."""
    del work
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def register() -> None:
    """Tell the worker of the nightly round."""
    register_kind(KIND, tidy, label="Tidy the index of the search")
    register_periodic(KIND, timedelta(days=1))
