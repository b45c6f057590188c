"""The database: base class, names of constraints, column types, and how SQLite begins a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, MetaData, String, Text, Uuid, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    registry,
)
from sqlalchemy.orm.util import identity_key
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 10_000
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on the way in, UTC on the way out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; SQLite stores UTC without its offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime was given; moments carry a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment back in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


CodeEnum = TypeVar("CodeEnum", bound=StrEnum)


class Code(TypeDecorator[CodeEnum]):
    """A member of a StrEnum, stored as its value in a column of limited length."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[CodeEnum], length: int) -> None:
        """Take the enum and the length of the column."""
        super().__init__(length)
        self.members = members
        self._by_value = {member.value: member for member in members}

    def process_bind_param(self, value: CodeEnum | str | None, dialect: Dialect) -> str | None:
        """Store the value; anything that is no member is refused."""
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> CodeEnum | None:
        """Give the member back."""
        del dialect
        if value is None:
            return None
        # Looked up, because calling an enum takes longer than reading the row.
        return self._by_value.get(value) or self.members(value)


class Base(DeclarativeBase):
    """The base of all tables."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime, uuid.UUID: Uuid, str: Text},
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Keyed:
    """Mixin: a random UUID as the key. Ids are hard to guess, but no right ever rests on that."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def short(length: int) -> String:
    """Return a column type for a code or a key of at most `length` characters."""
    return String(length)


_may_write: ContextVar[bool] = ContextVar("belay_may_write", default=True)


def may_write() -> bool:
    """Say whether the running piece of work may change the database."""
    return _may_write.get()


def set_may_write(*, value: bool) -> None:
    """Say at the start of a piece of work whether it may change the database."""
    _may_write.set(value)


@contextmanager
def writing() -> Iterator[None]:
    """Allow changes inside the block, whatever the surrounding request may do."""
    token = _may_write.set(True)
    try:
        yield
    finally:
        _may_write.reset(token)


Row = TypeVar("Row")


def already_read(table: type[Row], key: uuid.UUID) -> Row | None:
    """Return a row that this transaction has read, without asking the database; None when it has not."""
    row = db.session().identity_map.get(identity_key(table, key))
    return None if row is None or inspect(row).expired else row


P = ParamSpec("P")
T = TypeVar("T")
ANSWERS = "answers_of_this_transaction"


def once_per_transaction(query: Callable[P, T]) -> Callable[P, T]:
    """Let a query ask the database once per transaction and arguments; several parts of a page need the same facts.

    The answers are forgotten with the transaction, and as soon as anything is written. Callers do not change them.
    """

    @wraps(query)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        answers: dict[object, T] = db.session().info.setdefault(ANSWERS, {})
        key = (query, args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = query(*args, **kwargs)
        return answers[key]

    return remembered


def forget_answers() -> None:
    """Forget what `once_per_transaction` has answered, as after waiting for somebody else's change."""
    db.session().info.pop(ANSWERS, None)


@event.listens_for(Session, "after_transaction_end")
def _forget_with_the_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(ANSWERS, None)


@event.listens_for(Session, "after_flush")
def _forget_after_a_write(session: Session, *_: Any) -> None:
    session.info.pop(ANSWERS, None)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set what SQLite needs so that an acknowledged write survives a power cut and readers never wait."""
    if not connection.__class__.__module__.startswith("sqlite3"):
        return
    # The driver must not begin transactions by itself: `_begin_sqlite` chooses how they begin.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at the start of a write: upgrading later fails at once when somebody else wrote."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write() else "BEGIN")


@event.listens_for(Session, "before_flush")
def _refuse_flush_on_read(session: Session, *_: Any) -> None:
    """Stop a page that only reads from changing anything."""
    if not may_write() and (session.new or session.dirty or session.deleted):
        raise RuntimeError("A request that only reads tried to change the database.")


@event.listens_for(Session, "do_orm_execute")
def _refuse_statement_on_read(state: ORMExecuteState) -> None:
    """Stop a bulk statement on a page that only reads."""
    if state.is_insert or state.is_update or state.is_delete:
        if not may_write():
            raise RuntimeError("A request that only reads tried to change the database.")
        state.session.info.pop(ANSWERS, None)
