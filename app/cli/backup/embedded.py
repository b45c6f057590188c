"""Restoring into SQLite: the new database is built beside the old one and takes its name in one step."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from app.cli.backup.faults import InUseError, NotEmptyError
from app.cli.backup.folder import CHUNK, sync_folder
from app.infra.db import writing

# The bytes that SQLite's own locks lie on, all of them: whoever holds them is alone. See "File Locking" of SQLite.
LOCK_START = 0x40000000
LOCK_LENGTH = 512
HEADER = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class OldDatabase:
    """The file that is to be replaced, held against everybody else."""

    path: Path
    handle: int

    @property
    def size(self) -> int:
        """Return its size; 0 when there was no database."""
        return os.fstat(self.handle).st_size

    def keep_as(self, kept: Path) -> None:
        """Copy it, with what a broken database has left beside it, to another name.

        It is read through the handle that holds the lock: closing any other one would let the lock go. A copy that
        does not become whole, such as on a full disk, is taken away again.
        """
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            try:
                self._copy_to(target, kept)
            except BaseException:
                with suppress(OSError):
                    remove(kept)
                raise

    def _copy_to(self, target: BinaryIO, kept: Path) -> None:
        os.lseek(self.handle, 0, os.SEEK_SET)
        while chunk := os.read(self.handle, CHUNK):
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        for ending in BESIDE:
            left = self.path.with_name(self.path.name + ending)
            if ending != "-shm" and left.is_file() and left.stat().st_size:
                shutil.copyfile(left, kept.with_name(kept.name + ending), follow_symlinks=False)
        sync_folder(kept.parent)

    def replace_by(self, new: Path) -> None:
        """Let the new database take the name; whoever still waits for the old file finds it empty and goes no further.

        A log of the old database beside the new one would be taken for its own, so it goes first.
        """
        remove(self.path, BESIDE)
        new.replace(self.path)
        sync_folder(self.path.parent)
        os.ftruncate(self.handle, 0)


def remove(path: Path, endings: tuple[str, ...] = ("", *BESIDE)) -> None:
    """Remove a database file and what lies beside it, or some of that; what is not there need not be removed."""
    for ending in endings:
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def holding(path: Path, *, replace: bool) -> Iterator[OldDatabase]:
    """Hold the database file, which is made where there is none, so that nobody opens it meanwhile.

    InUseError when a server, a worker or another program has it open; NotEmptyError when it holds tables and nobody
    said that it is to be replaced. A file that is no sound database any more may be replaced too.
    """
    made = not path.exists()
    has_content = _fold(path) if not made else False
    if has_content and not replace:
        raise NotEmptyError(
            f"There is a database at {path}. Nothing was changed. To replace it, add --replace; it is kept beside."
        )
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCK_LENGTH, LOCK_START)
        except (BlockingIOError, PermissionError):
            raise _in_use(path) from None
        yield OldDatabase(path, handle)
    except BaseException:
        if made and os.fstat(handle).st_nlink and os.fstat(handle).st_size == 0:
            path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _in_use(path: Path) -> InUseError:
    return InUseError(
        f"{path} is in use. Nothing was changed. "
        "Stop the server, the worker and whatever else has it open, then try again."
    )


def _fold(path: Path) -> bool:
    """Bring the log into the file, which only works when nobody else has it open; say whether there is content."""
    with path.open("rb") as file:
        start = file.read(len(HEADER))
    if start != HEADER:
        # Opening a broken file as a database would take away the log beside it, which may be needed to mend it.
        return bool(start)
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
    except sqlite3.DatabaseError as error:
        # The low byte is the kind; a broken database has another one and is replaced as it is.
        if (error.sqlite_errorcode or 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise _in_use(path) from error
        return True


@contextmanager
def building(path: Path, fill: Callable[[Connection], None]) -> Iterator[Path]:
    """Fill a new database beside the one that it will replace, and bring it to the disk.

    It is gone when that fails, or when the block fails before the new database has taken the name.
    """
    new = path.with_name(f"{path.name}.restoring")
    remove(new)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = create_engine(f"sqlite:///{new}", poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    try:
        with writing(), engine.begin() as connection:
            fill(connection)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        yield new
    except BaseException:
        with suppress(OSError):
            remove(new)
        raise


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set up a connection to a file that counts only once it is complete: no log, no waiting, references at the end."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-64000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
