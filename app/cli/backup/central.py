"""Restoring into PostgreSQL: everything in one transaction, so that until its commit nothing has happened."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.cli.backup.faults import BackupError, InUseError, NotEmptyError
from app.cli.backup.rows import tables
from app.infra.db import writing
from app.infra.schema import DERIVED

VERSION_TABLE = "alembic_version"
LOCK_SECONDS = 10
LOCK_KEY = 0x42656C6179
BUSY = "55P03"


def replace_all(url: str, fill: Callable[[Connection], None], *, replace: bool) -> None:
    """Drop Belay's tables, fill new ones, commit. InUseError while anybody else is connected to the database."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"connect_timeout": 10})
    try:
        with writing(), engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            _refuse_company(connection)
            _drop(connection, replace=replace)
            fill(connection)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == BUSY:
            raise InUseError("The tables are in use. Nothing was changed. Stop the server and the worker.") from error
        # The first line only: what follows may name values of a row.
        said = str(error.orig).strip().partition("\n")[0]
        raise BackupError(f"The database refused: {said}. Nothing was changed.") from error


def _refuse_company(connection: Connection) -> None:
    """Refuse while somebody else is connected: a server or a worker holds connections as long as it lives."""
    alone = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    others = connection.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    )
    if others or not alone:
        raise InUseError(
            f"The database is in use by {others} other connection{'' if others == 1 else 's'}. Nothing was changed. "
            "Stop the server, the worker and whatever else is connected, then try again."
        )


def _drop(connection: Connection, *, replace: bool) -> None:
    """Drop every table and function of ours, and nothing else that lives in the database."""
    ours = {table.name for table in tables()} | {VERSION_TABLE, *DERIVED}
    found = sorted(ours & set(inspect(connection).get_table_names()))
    if found and not replace:
        raise NotEmptyError(
            "The database holds tables of Belay. Nothing was changed. To replace them, add --replace; make a backup "
            "first if they may be needed again."
        )
    quote = connection.dialect.identifier_preparer.quote
    if found:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(quote(name) for name in found)} CASCADE")
    functions = connection.scalars(
        text(
            r"SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'belay\_keep\_%' "
            "AND pronamespace = current_schema()::regnamespace"
        )
    ).all()
    for function in functions:
        connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")
