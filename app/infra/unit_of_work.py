"""The two commits of the application.

`commit()` is the unit of work's: once, before a good answer leaves. `record()` collects what must be kept whatever
becomes of the request (failed sign-ins, refusals, last seen); it is written in a short transaction of its own.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, has_request_context, make_response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.infra import idempotency
from app.infra.db import db, set_may_write, writing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Hook = Callable[[Session], None]
Record = Callable[[Session], None]
Touched = Callable[[frozenset[uuid.UUID], frozenset[str]], None]
GOOD = 400
TOUCHED = "belay.touched"
TOUCHED_LINEAGES = "belay.touched_lineages"

logger = logging.getLogger(__name__)
_before_commit: list[Hook] = []
_after_rollback: list[Hook] = []
_on_touched: list[Touched] = []


def before_commit(hook: Hook) -> None:
    """Let a feature add work to every commit, such as the chain of the audit. Hooks run in the order of joining."""
    if hook not in _before_commit:
        _before_commit.append(hook)


def after_rollback(hook: Hook) -> None:
    """Let a feature drop what it had noted for a unit of work that came to nothing."""
    if hook not in _after_rollback:
        _after_rollback.append(hook)


def rollback() -> None:
    """Drop the unit of work."""
    session: Session = db.session()
    session.rollback()
    session.info.pop(TOUCHED, None)
    session.info.pop(TOUCHED_LINEAGES, None)
    for hook in _after_rollback:
        hook(session)


def commit() -> None:
    """Commit the unit of work. The audit's head row is locked here, last, so that it is held only briefly."""
    session: Session = db.session()
    session.flush()
    # Before the hooks: the audit's chain is locked last.
    _tell_touched(session)
    for hook in _before_commit:
        hook(session)
    session.commit()


def touch(person_id: uuid.UUID) -> None:
    """Say that something changed on which a person's standing rests; who computes it hears of it before the commit.

    Features below call it for what they own; `on_touched` lets the one above listen.
    """
    session: Session = db.session()
    session.info.setdefault(TOUCHED, set()).add(person_id)


def touch_lineage(lineage: str) -> None:
    """Say as `touch` does that something changed for everybody on a ladder's lineage."""
    session: Session = db.session()
    session.info.setdefault(TOUCHED_LINEAGES, set()).add(lineage)


def on_touched(listener: Touched) -> None:
    """Let a feature hear before each commit for whom `touch` was called, and for which lineages."""
    if listener not in _on_touched:
        _on_touched.append(listener)


def _tell_touched(session: Session) -> None:
    people: set[uuid.UUID] = session.info.pop(TOUCHED, set())
    lineages: set[str] = session.info.pop(TOUCHED_LINEAGES, set())
    if people or lineages:
        session.flush()
        for listener in _on_touched:
            listener(frozenset(people), frozenset(lineages))
        session.flush()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a block as one unit of work outside a request: the command line, jobs, tests.

    What was only read before is let go, so that the block begins as a write does.
    """
    with writing():
        rollback()
        try:
            yield db.session()
            commit()
        except BaseException:
            rollback()
            raise


def writes(view: Callable[..., Any]) -> Callable[..., Response]:
    """Mark a view that changes things: its work is committed once, and only when its answer is a good one.

    A repeated submit of the same form (same person, endpoint and idempotency key) gets the first answer again.
    """

    @wraps(view)
    def inside_one_commit(*args: Any, **kwargs: Any) -> Response:
        with writing():
            # What the guard has read is let go and read anew under the write's own transaction, so that SQLite's lock
            # is asked for here, where a busy database becomes an answer, and is held no longer than the change takes.
            rollback()
            claim = idempotency.claim(db.session())
            if claim.answer is not None:
                rollback()
                return claim.answer
            response = make_response(view(*args, **kwargs))
            if response.status_code < GOOD:
                claim.keep(response)
                commit()
            else:
                rollback()
            return response

    inside_one_commit.is_writing = True  # type: ignore[attr-defined]
    return inside_one_commit


def record(work: Record) -> None:
    """Keep a security or access record whatever becomes of the request it was born in.

    Inside a request it waits until the unit of work has ended, so that it never waits for its own request's lock.
    """
    if not has_request_context():
        _write_records([work])
        return
    waiting: list[Record] = g.setdefault("records", [])
    waiting.append(work)


def _write_records(waiting: Iterable[Record]) -> None:
    with writing(), Session(db.engine) as session:
        for work in waiting:
            work(session)
        for hook in _before_commit:
            hook(session)
        session.commit()


def record_now(*waiting: Record) -> None:
    """Write records at once; the unit of work must have ended. A failure is logged and never spoils the answer."""
    try:
        _write_records(waiting)
    except SQLAlchemyError:
        logger.exception("records could not be written")


def record_first(work: Record) -> None:
    """Write a record at once, before the unit of work begins. A failure is raised: without the record, no view runs."""
    rollback()
    _write_records([work])


def flush_records() -> None:
    """Write the records that wait for the end of the unit of work."""
    waiting: list[Record] = g.pop("records", [])
    if waiting:
        record_now(*waiting)


def _reading_at_first(wsgi: WSGIApplication) -> WSGIApplication:
    """Let every request begin as one that only reads; `writes` alone opens the way to a change."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        set_may_write(value=False)
        return wsgi(environ, start_response)

    return call


def _finish(response: Response) -> Response:
    # What a view left uncommitted is dropped here, before any record waits for the database.
    rollback()
    flush_records()
    return response


def register(app: Flask) -> None:
    """Join the unit of work to the application."""
    app.wsgi_app = _reading_at_first(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.after_request(_finish)
