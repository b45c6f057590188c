"""Rows in a form that belongs to no database: what each column holds, and how it is written as JSON."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Integer, LargeBinary, MetaData, String, Table, Uuid, select
from sqlalchemy.types import TypeEngine

from app.cli.backup.faults import DamagedError
from app.infra.db import Code, UtcDateTime, db

BATCH = 1000
BATCH_BYTES = 8 * 1024 * 1024
"""How much of a table is in memory at once: so many rows, or fewer where they are as large as this together."""
LONGEST_ROW = 64 * 1024 * 1024
"""Bytes; a row beyond it is no row of ours, and reading it would only fill the memory."""


def _moment(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value


def _exactly(kind: type) -> Callable[[Any], Any]:
    """Return a check that a value is of a type: JSON's true is no number, and its number is no text."""

    def check(value: object) -> object:
        if type(value) is not kind:
            raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
        return value

    return check


@dataclass(frozen=True)
class Kind:
    """How the values of a column are written and read. Values are never None; that is the same in every column."""

    write: Callable[[Any], object]
    read: Callable[[Any], object]


KINDS = {
    "uuid": Kind(lambda value: value.hex, uuid.UUID),
    "moment": Kind(lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"), _moment),
    "day": Kind(lambda value: value.isoformat(), date.fromisoformat),
    "bytes": Kind(
        lambda value: base64.b64encode(value).decode("ascii"), lambda text: base64.b64decode(text, validate=True)
    ),
    "bool": Kind(bool, _exactly(bool)),
    "int": Kind(int, _exactly(int)),
    "text": Kind(str, _exactly(str)),
}
# The order counts: the first that fits names the kind.
_KIND_OF_TYPE: Sequence[tuple[type[TypeEngine[Any]], str]] = (
    (Uuid, "uuid"),
    (UtcDateTime, "moment"),
    (Date, "day"),
    (LargeBinary, "bytes"),
    (Boolean, "bool"),
    (Integer, "int"),
    (Code, "text"),
    (String, "text"),
)


def kind_of(column: Column[Any]) -> str:
    """Return the name of what a column holds; TypeError for a type that copies do not know yet."""
    for known, kind in _KIND_OF_TYPE:
        if isinstance(column.type, known):
            return kind
    raise TypeError(f"{column} has a type that a backup cannot hold: {column.type!r}")


def tables() -> list[Table]:
    """Return every table of Belay, by name."""
    return sorted(db.metadata.tables.values(), key=lambda table: table.name)


def plain(table: Table) -> Table:
    """Return a table that takes and gives codes as text: a copy also carries a code that has no meaning any more."""
    columns = [
        Column(column.name, String() if isinstance(column.type, Code) else column.type) for column in table.columns
    ]
    return Table(table.name, MetaData(), *columns)


def _may_be_large(table: Table) -> bool:
    """Say whether rows may be so large that they are read one by one: a file that was uploaded lies in such a row."""
    return any(isinstance(column.type, LargeBinary) for column in table.columns)


def read_rows(connection: Connection, table: Table) -> Iterator[bytes]:
    """Give the rows of a table as lines of JSON, in the order of its key; at most a batch is in memory."""
    writers = [KINDS[kind_of(column)].write for column in table.columns]
    source = plain(table)
    statement = select(source).order_by(*[source.c[column.name] for column in table.primary_key.columns])
    with connection.execution_options(yield_per=1 if _may_be_large(table) else BATCH).execute(statement) as rows:
        for row in rows:
            values = [None if value is None else write(value) for value, write in zip(row, writers, strict=True)]
            yield json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def parse_row(line: bytes, names: Sequence[str], kinds: Sequence[str]) -> dict[str, object]:
    """Return a row of a copy by column. DamagedError says what is wrong with it, without its contents."""
    try:
        values = json.loads(line)
        pairs = list(zip(names, kinds, _exactly(list)(values), strict=True))
        return {name: None if value is None else KINDS[kind].read(value) for name, kind, value in pairs}
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise DamagedError(f"a row cannot be read ({type(error).__name__})") from error
