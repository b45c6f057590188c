"""What many tests begin with: built once for each test process, and copied for every other test that asks for it.

A factory that builds a whole company takes longer than most tests that begin with one. Wrapped in `begins_with`, it
builds once; from then on the database is put to what it was after the building. Only a database in which nothing has
happened yet is replaced: a test that has written before gets its company built beside what is there.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import wraps
from types import SimpleNamespace
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import Engine, event, select

from app.infra.clock import now
from app.infra.db import db

P = ParamSpec("P")
T = TypeVar("T")


class Copying(Protocol):
    """What can keep the database of the running test, and put it back later."""

    def keep(self, number: int) -> None:
        """Keep the database as it is now."""

    def put_back(self, number: int) -> None:
        """Replace the database by what was kept."""


@dataclass(frozen=True)
class Row:
    """A row that a factory returned: its table and its key."""

    table: type[Any]
    key: uuid.UUID


class Pictures:
    """The pictures of this test process, and whether the running test may still begin with one."""

    def __init__(self) -> None:
        """Begin without any."""
        self.databases: Copying | None = None
        self.is_fresh = False
        self.kept: dict[Hashable, tuple[int, Any]] = {}

    def begin(self, databases: Copying) -> None:
        """Say that the running test has a database in which nothing has happened."""
        if databases is not self.databases:
            # Kept beside other databases, which may be gone by now.
            self.kept.clear()
        self.databases, self.is_fresh = databases, True


pictures = Pictures()


@event.listens_for(Engine, "commit")
def _something_happened(*_: object) -> None:
    pictures.is_fresh = False


def begins_with(build: Callable[P, T]) -> Callable[P, T]:
    """Let a factory build once, and copy what it built for each test that calls it first with the same arguments."""

    @wraps(build)
    def copied(*args: P.args, **kwargs: P.kwargs) -> T:
        databases = pictures.databases
        if databases is None or not pictures.is_fresh:
            return build(*args, **kwargs)
        # Whatever is stored as of a day is another one on another day.
        key = build, args, tuple(sorted(kwargs.items())), now()
        if key not in pictures.kept:
            found = packed(build(*args, **kwargs))
            let_go()
            number = len(pictures.kept)
            databases.keep(number)
            pictures.kept[key] = number, found
        else:
            number, found = pictures.kept[key]
            let_go()
            databases.put_back(number)
        pictures.is_fresh = False
        return unpacked(found)

    return copied


def let_go() -> None:
    """Close every connection to the database; the session of the test stays the same one, with nothing in it."""
    db.session.close()
    for engine in db.engines.values():
        engine.dispose()


def mapped(change: Callable[[Any], Any], thing: Any) -> Any:
    """Return the same with something changed in every place: a field, an attribute, or a place in a list or table."""
    changed = change(thing)
    if changed is not thing:
        return changed
    if isinstance(thing, list | tuple):
        return type(thing)(mapped(change, one) for one in thing)
    if isinstance(thing, SimpleNamespace):
        return SimpleNamespace(**{name: mapped(change, one) for name, one in vars(thing).items()})
    if isinstance(thing, dict):
        return {name: mapped(change, one) for name, one in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type) and not thing.__dataclass_params__.frozen:
        return replace(thing, **{one.name: mapped(change, getattr(thing, one.name)) for one in fields(thing)})
    return thing


def packed(thing: Any) -> Any:
    """Return what a factory returned, with the keys of rows in the place of rows."""
    return mapped(lambda one: Row(type(one), one.id) if isinstance(one, db.Model) else one, thing)


def unpacked(thing: Any) -> Any:
    """Return the rows in the place of their keys, read anew and as after a commit."""
    wanted: dict[type[Any], set[uuid.UUID]] = defaultdict(set)

    def note(one: Any) -> Any:
        if isinstance(one, Row):
            wanted[one.table].add(one.key)
        return one

    mapped(note, thing)
    # Every table that a factory returns rows of has a single key, its id.
    rows = {
        Row(table, row.id): row
        for table, keys in wanted.items()
        for row in db.session.scalars(select(table).where(table.id.in_(keys)))
    }
    db.session.rollback()
    return mapped(lambda one: rows[one] if isinstance(one, Row) else one, thing)
