"""Taking a copy: one moment of the database, while everybody goes on writing."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.audit.actions import Author, log
from app.audit.models import AuditHead
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.cli.backup.container import MANIFEST, MARK, Writer, writing_archive
from app.cli.backup.faults import BackupError
from app.cli.backup.folder import UNFINISHED, attachments_in, parts_of, writing_beside
from app.cli.backup.manifest import ATTACHMENT, FORMAT, AuditState, FilePart, Manifest, TablePart
from app.cli.backup.rows import kind_of, read_rows, tables
from app.infra import schema
from app.infra.db import db, may_write, set_may_write
from app.infra.unit_of_work import transaction
from config import Settings

ATTACHMENTS = "attachments"
Progress = Callable[[str, int], None]


def own_version() -> str:
    """Return the version of this Belay."""
    try:
        return version("belay")
    except PackageNotFoundError:
        return "unknown"


def key_check(settings: Settings) -> str:
    """Return what tells one secret key from another without telling anything about either; empty without a key."""
    if not settings.secret_key:
        return ""
    return hmac.new(settings.secret_key.encode(), b"belay backup", sha256).hexdigest()[:16]


def make_backup(
    target: Path, settings: Settings, *, by: Author, at: datetime, replace: bool = False, progress: Progress
) -> Manifest:
    """Write a complete copy to a file and return its manifest; call it inside the context of the application.

    The row of the audit is written first, so that it is inside the copy, and nothing leaves the database unrecorded.
    When the copy then fails, a second row says so. BackupError when it cannot be made; then nothing is left behind.
    """
    if target.is_dir():
        raise BackupError(f"{target} is a folder; name a file in it.")
    if target.exists() and not replace:
        raise BackupError(f"{target} exists; name another file, or replace it with --force.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist.")
    if target.resolve() in _taken(settings) or (settings.data_dir / ATTACHMENTS).resolve() in target.resolve().parents:
        raise BackupError(f"{target} belongs to Belay itself; name a file elsewhere.")
    try:
        with writing_beside(target) as file:
            with transaction():
                log(Tag.BACKUP_MADE, by=by, at=at, file=target.name)
            db.session.remove()
            try:
                with writing_archive(file) as writer:
                    return _write(writer, settings, at, progress)
            except BaseException:
                _note_failure(target, by, at)
                raise
    except OSError as error:
        raise BackupError(
            f"{target} could not be written: {error.strerror or error}. Nothing was left behind."
        ) from error
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).strip()
        raise BackupError(f"The database could not be read: {said}. Nothing was left behind.") from error


def _taken(settings: Settings) -> list[Path]:
    """Return the files of an embedded database, which no copy may replace."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    file = Path(url.database).resolve()
    return [file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm", "-journal"))]


def _note_failure(target: Path, by: Author, at: datetime) -> None:
    # The failure itself is what the person must hear of, also when the database takes no row any more.
    with suppress(SQLAlchemyError), transaction():
        log(Tag.BACKUP_FAILED, by=by, at=at, file=target.name)


def _write(writer: Writer, settings: Settings, at: datetime, progress: Progress) -> Manifest:
    writer.add(MARK, [f"{FORMAT}\n".encode()])
    with one_moment(db.engine) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision != schema.head_revision():
            raise BackupError(f"The schema of the database changed to {revision} meanwhile; run the command again.")
        head = connection.execute(select(AuditHead.seq, AuditHead.hash)).one()
        parts = []
        for table in tables():
            columns = tuple((column.name, kind_of(column)) for column in table.columns)
            member = writer.add(f"tables/{table.name}.jsonl", read_rows(connection, table))
            parts.append(TablePart(table.name, columns, member.lines, member.sha256))
            progress(table.name, member.lines)
        report = verify_chain(Session(connection))
    manifest = Manifest(
        format=FORMAT,
        belay=own_version(),
        schema=revision,
        database=db.engine.dialect.name,
        created_at=at,
        key_check=key_check(settings),
        audit=AuditState(head.seq, head.hash, report.fault.seq if report.fault else None),
        tables=tuple(parts),
        attachments=tuple(_attachments(writer, settings.data_dir / ATTACHMENTS)),
    )
    writer.add(MANIFEST, [manifest.dump()])
    return manifest


def _attachments(writer: Writer, folder: Path) -> Iterator[FilePart]:
    """Write the attachments, after the rows: whatever a row names is there unless it was taken away since.

    One that is still being written belongs to a row that is not in the copy, and is left out.
    """
    for path in attachments_in(folder):
        name = path.relative_to(folder).as_posix()
        if name.endswith(UNFINISHED) or not path.exists():
            continue
        if not ATTACHMENT.fullmatch(name):
            raise BackupError(f"{path} is no attachment of Belay; move it elsewhere.")
        member = writer.add(f"{ATTACHMENTS}/{name}", parts_of(path))
        yield FilePart(name, member.size, member.sha256)


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one moment of the database for as long as the block runs, and blocks nobody."""
    before = may_write()
    set_may_write(value=False)
    try:
        with engine.connect() as plain:
            connection = plain
            if engine.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection
    finally:
        set_may_write(value=before)
