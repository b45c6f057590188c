"""The schema of the database: bring it up to date, and refuse one that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

ROOT = Path(__file__).resolve().parent.parent.parent
UPGRADE_COMMAND = "belay db upgrade"
DERIVED = ("search_text", "search_index")
"""Tables that triggers fill from the others: no model has them, and no copy holds them.

What SQLite keeps an index in has names of its own that begin with the name of the index.
"""


def is_mapped(name: str | None, kind: str, _parents: object = None) -> bool:
    """Say whether something of the database belongs to the models that it is compared with."""
    return not (kind == "table" and name is not None and name.startswith(DERIVED))


class SchemaError(Exception):
    """The database has another schema than this version of Belay. The message names the command that helps."""


def _config(connection: Connection) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose transaction is the whole migration.

    SQLite changes a table by making it anew: rows that point to it must not be looked at, let alone deleted, while the
    old one is away. So its foreign keys are off, which only works outside of a transaction, and all are looked at
    before the commit.
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        connection.detach()
        _pragma(connection, "foreign_keys=OFF")
        with connection.begin():
            yield connection
            if astray := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise SchemaError(f"{len(astray)} rows point to nothing, first of {astray[0][0]}; nothing was changed.")


def _pragma(connection: Connection, words: str) -> None:
    # Straight to the driver: SQLAlchemy would begin a transaction first.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {words}")
    cursor.close()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to date, in one transaction: a process killed in between leaves the old schema."""
    with _migrating(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision, in one transaction."""
    with _migrating(engine) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision of the database; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the revision that this version of Belay works with."""
    script = ScriptDirectory(str(ROOT / "migrations"))
    head = script.get_current_head()
    if head is None:
        raise SchemaError("The migrations are missing; install Belay again.")
    return head


def check(engine: Engine) -> None:
    """Refuse a schema that is not ours. SchemaError says whether it is older or newer, and what to do."""
    found, wanted = current_revision(engine), head_revision()
    if found == wanted:
        return
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    if found is None or found in known:
        state = "is empty" if found is None else f"has the older schema {found}"
        raise SchemaError(f"The database {state}; Belay needs {wanted}. Make a backup, then run: {UPGRADE_COMMAND}")
    raise SchemaError(
        f"The database has the schema {found}, which is newer than this Belay ({wanted}). "
        "Install the version of Belay that made it, or restore a backup.",
    )
