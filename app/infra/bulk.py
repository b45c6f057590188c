"""Rows by the hundred thousand: each value is converted once as its column does, on the way in and on the way out.

SQLAlchemy converts every value of every row, constants included, which takes longer than the statement itself. Here a
day or a code is converted when it is first met, and what is the same in all rows once; inserts are the driver's
`executemany`. Everything else goes through models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect, Table, Uuid, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine, UserDefinedType

from app.infra.db import ANSWERS, Model, may_write

CHUNK = 2000
REMEMBERED = 8192
T = TypeVar("T")


class _RememberedType(UserDefinedType[Any]):
    """A type whose values are converted when they are first met, on their way out; the last few thousand are kept."""

    cache_ok = True

    def __init__(self, inner: TypeEngine[Any]) -> None:
        """Take the type of the column."""
        self.inner = inner

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return the conversion of the column, with a memory."""
        convert = self.inner.dialect_impl(dialect).result_processor(dialect, coltype)
        return lru_cache(REMEMBERED)(convert) if convert else None


def remembered(column: InstrumentedAttribute[T]) -> ColumnElement[T]:
    """Return a column to be read in many rows that share few values: ids of people, days, moments."""
    return type_coerce(column, _RememberedType(column.type)).label(column.key)


class _Remembered(dict[Any, Any]):
    """Converts a value when it is first asked for."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        """Take the conversion."""
        super().__init__()
        self.convert = convert

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
        self[value] = converted = self.convert(value)
        return converted


class BulkInsert:
    """Gathers rows of one table and inserts them a few thousand at a time, in the transaction of a session.

    A row is the values of `columns` in their order; `constants` are the same in every row. Ids are given as hex text,
    which both databases take. Columns that are not named stay empty: defaults of the model are not filled in. Where
    `replacing` names the key, a row that is there already gets the new values.
    """

    def __init__(
        self,
        session: Session,
        model: type[Model],
        columns: Sequence[str],
        constants: Mapping[str, Any] | None = None,
        *,
        replacing: str = "",
    ) -> None:
        """Prepare the statement."""
        if not may_write():
            raise RuntimeError("A request that only reads tried to change the database.")
        self._session = session
        self._waiting: list[Sequence[Any]] = []
        table = cast("Table", model.__table__)
        dialect = session.get_bind().dialect
        preparer = dialect.identifier_preparer
        fixed = constants or {}
        names = ", ".join(preparer.format_column(table.c[name]) for name in (*columns, *fixed))
        marks = ", ".join(["?" if dialect.paramstyle == "qmark" else "%s"] * (len(columns) + len(fixed)))
        self._statement = f"INSERT INTO {preparer.format_table(table)} ({names}) VALUES ({marks})"  # noqa: S608 - names of columns
        if replacing:
            named = (preparer.format_column(table.c[name]) for name in (*columns, *fixed) if name != replacing)
            values = ", ".join(f"{name} = excluded.{name}" for name in named)
            self._statement += f" ON CONFLICT ({preparer.format_column(table.c[replacing])}) DO UPDATE SET {values}"
        converters = {name: self._converter(table, name) for name in (*columns, *fixed)}
        self._converters = [converters[name] for name in columns]
        self._constants = [
            repeat(convert(value) if (convert := converters[name]) else value) for name, value in fixed.items()
        ]

    def _converter(self, table: Table, name: str) -> Callable[[Any], Any] | None:
        column_type = table.c[name].type
        dialect = self._session.get_bind().dialect
        if isinstance(column_type, Uuid):
            return None
        convert = column_type.dialect_impl(dialect).bind_processor(dialect)
        return _Remembered(convert).__getitem__ if convert else None

    def add(self, *row: Any) -> None:
        """Let a row wait; when there are enough of them, they are inserted."""
        self._waiting.append(row)
        if len(self._waiting) >= CHUNK:
            self.flush()

    def add_all(self, rows: Iterable[Sequence[Any]]) -> None:
        """Let rows wait, as `add` does one."""
        for row in rows:
            self.add(*row)

    def flush(self) -> None:
        """Insert what waits."""
        if not self._waiting:
            return
        columns = [
            values if convert is None else map(convert, values)
            for convert, values in zip(self._converters, zip(*self._waiting, strict=True), strict=True)
        ]
        # The constants have no end; the rows end with the columns.
        rows = list(zip(*columns, *self._constants, strict=False))
        self._waiting.clear()
        self._session.info.pop(ANSWERS, None)
        self._session.connection().exec_driver_sql(self._statement, rows)
