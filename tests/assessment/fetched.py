"""Writes down what the database hands over: every statement with its parameters, and every row that is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine.cursor import (
    BufferedRowCursorFetchStrategy,
    CursorFetchStrategy,
    FullyBufferedCursorFetchStrategy,
)

from app.infra.db import db

STRATEGIES = (CursorFetchStrategy, BufferedRowCursorFetchStrategy, FullyBufferedCursorFetchStrategy)
"""The ways in which SQLAlchemy takes rows from a cursor."""


@dataclass
class Fetched:
    """What was asked of the database and what it handed over."""

    asked: list[str] = field(default_factory=list)
    rows: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """Each row with the statement that fetched it."""

    def holding(self, word: str) -> list[str]:
        """Return the statements that fetched a row with a word in any of its cells."""
        return [statement for statement, row in self.rows if any(word in str(cell) for cell in row)]

    def answers_of(self, rating: str) -> list[str]:
        """Return the statements on answers that fetched a row in which a rating stands alone in a cell."""
        return [statement for statement, row in self.rows if "assessment_answer" in statement and rating in row]


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetched]:
    """Write down what any part of the application gets from the database inside the block."""
    found = Fetched()

    def note(*given: Any) -> None:
        found.asked.append(f"{given[2]} {given[3]}")

    event.listen(db.engine, "before_cursor_execute", note)
    with monkeypatch.context() as patched:
        for strategy in STRATEGIES:
            for name in {"fetchone", "fetchmany", "fetchall"} & set(vars(strategy)):
                patched.setattr(strategy, name, _noting(found, vars(strategy)[name], is_one=name == "fetchone"))
        yield found
    event.remove(db.engine, "before_cursor_execute", note)


def _noting(found: Fetched, fetch: Any, *, is_one: bool) -> Any:
    def fetch_and_note(strategy: Any, result: Any, *more: Any, **named: Any) -> Any:
        taken = fetch(strategy, result, *more, **named)
        rows: Sequence[Any] = ([] if taken is None else [taken]) if is_one else taken
        statement = result.context.statement if result.context is not None else ""
        found.rows += [(statement, tuple(row)) for row in rows]
        return taken

    return fetch_and_note
