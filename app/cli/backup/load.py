"""Filling an empty database from a copy, inside one transaction, and proving what was filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.audit.actions import Author, Note, chain_events, note_in
from app.audit.models import AuditHead
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.auth.models import AuthSession, OneTimeLink
from app.cli.backup.faults import DamagedError
from app.cli.backup.rows import BATCH, BATCH_BYTES, plain, tables
from app.cli.backup.verify import Copy
from app.infra import schema
from app.infra.idempotency import IdempotencyKey
from app.jobs.models import Job, JobState, WorkerBeat
from app.notices.models import Mail, MailState


@dataclass(frozen=True)
class Afterwards:
    """What of the copy was ended, because the world has gone on since: how many rows of each."""

    sessions: int
    links: int
    jobs: int
    mails: int


def fill(connection: Connection, copy: Copy, *, by: Author, at: datetime) -> Afterwards:
    """Make the schema, load every row, prove the result, and write the row of the audit. Call it in a transaction.

    DamagedError when the rows do not make a database: then the caller drops what was built.
    """
    _migrate(connection)
    constraints = _drop_references(connection)
    for table in tables():
        connection.execute(delete(table))
    for table in tables():
        _load(connection, copy, table.name)
    _compare(connection, copy)
    _add_references(connection, constraints)
    _check_references(connection)
    done = _end_what_is_over(connection, at)
    # The transaction is the caller's; this session only writes the row and walks the chain inside it.
    session = Session(connection)
    made = copy.manifest.created_at.isoformat()
    note_in(session, Note(Tag.RESTORED, at, by, details={"made_at": made, "rows": copy.manifest.rows}))
    chain_events(session)
    _check_chain(session, copy)
    return done


def _migrate(connection: Connection) -> None:
    config = Config(toml_file=str(schema.ROOT / "pyproject.toml"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _drop_references(connection: Connection) -> Sequence[tuple[str, str, str]]:
    """Take the foreign keys away until all rows are there: tables refer to each other, and to themselves.

    SQLite's are switched off for the connection by the caller, and checked at the end.
    """
    if connection.dialect.name != "postgresql":
        return ()
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
    ).all()
    for table, name, _ in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [(table, name, definition) for table, name, definition in found]


def _add_references(connection: Connection, constraints: Sequence[tuple[str, str, str]]) -> None:
    """Put the foreign keys back; PostgreSQL looks at every row then."""
    for table, name, definition in constraints:
        try:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        except DBAPIError as error:
            raise DamagedError(f"rows of {table} refer to rows that are missing ({name})") from error


def _load(connection: Connection, copy: Copy, name: str) -> None:
    table = plain(next(table for table in tables() if table.name == name))
    statement = insert(table)
    try:
        for batch in batches(copy.measured_rows(name)):
            connection.execute(statement, batch)
    except OperationalError:
        # The database is at fault, such as a full disk, and not the copy.
        raise
    except (DBAPIError, ValueError, OverflowError) as error:
        said = type(getattr(error, "orig", error)).__name__
        raise DamagedError(f"rows of {name} do not fit into the database ({said})") from error


def batches(rows: Iterator[tuple[dict[str, object], int]]) -> Iterator[list[dict[str, object]]]:
    """Give rows, together as many as may be in memory at once."""
    batch: list[dict[str, object]] = []
    held = 0
    for row, size in rows:
        if batch and (len(batch) == BATCH or held + size > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(row)
        held += size
    if batch:
        yield batch


def _compare(connection: Connection, copy: Copy) -> None:
    """Compare what was loaded with the manifest: every count, and the end of the audit."""
    for part in copy.manifest.tables:
        table = next(table for table in tables() if table.name == part.name)
        count = connection.scalar(select(func.count()).select_from(table))
        if count != part.rows:
            raise DamagedError(f"{part.name} has {count} rows instead of {part.rows}")
    head = connection.execute(select(AuditHead.seq, AuditHead.hash)).all()
    if [tuple(row) for row in head] != [(copy.manifest.audit.rows, copy.manifest.audit.hash)]:
        raise DamagedError("the audit ends otherwise than the manifest says")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DamagedError(f"rows of {broken[0]} refer to rows of {broken[2]} that are missing")
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    if said != "ok":
        raise DamagedError(f"the new database is not sound ({said})")


def _check_chain(session: Session, copy: Copy) -> None:
    """Walk the audit. Where it was broken already when the copy was made, it must break at the same row."""
    fault = verify_chain(session).fault
    if (fault.seq if fault else None) != copy.manifest.audit.broken_at:
        place = f"row {fault.seq}" if fault else "no row"
        raise DamagedError(f"the audit breaks at {place}, which is not what the manifest says")


def _end_what_is_over(connection: Connection, at: datetime) -> Afterwards:
    """End what must not come back to life: sessions, links, answers to forms, and the claims of workers.

    Of a mail that was being sent only the loan ends: as after a lost worker, the outbox tries it once more and notes
    that it is in doubt, so that it never goes out a third time.
    """
    sessions = update(AuthSession).where(AuthSession.ended_at.is_(None)).values(ended_at=at)
    live = (OneTimeLink.used_at.is_(None), OneTimeLink.ended_at.is_(None))
    links = update(OneTimeLink).where(*live).values(ended_at=at)
    jobs = (
        update(Job)
        .where(Job.state == JobState.RUNNING)
        .values(state=JobState.QUEUED, lent_until=None, started_at=None, worker="")
    )
    mails = update(Mail).where(Mail.state == MailState.SENDING).values(lent_until=at)
    done = [connection.execute(statement).rowcount for statement in (sessions, links, jobs, mails)]
    connection.execute(delete(IdempotencyKey))
    connection.execute(delete(WorkerBeat))
    return Afterwards(*done)
