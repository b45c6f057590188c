"""Files that are complete or not there: written beside, brought to the disk, then renamed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.cli.backup.faults import BackupError, InUseError

CHUNK = 1024 * 1024
UNFINISHED = ".unfinished"
"""How the name of a file ends while it is written; it takes its own name once it is whole and on the disk."""


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; file systems that know no such thing do it by themselves."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


@contextmanager
def holding_folder(folder: Path) -> Iterator[None]:
    """Hold a folder against a second restore for as long as the block runs."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InUseError(f"Another restore works in {folder}.") from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def writing_beside(target: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the target's place when the block ends well, and is gone otherwise.

    Only its owner may read it, from the first byte on. What a killed backup left behind is written over.
    """
    unfinished = target.with_name(f".{target.name}{UNFINISHED}")
    handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(f"Another backup is being written to {target}.") from None
        if not unfinished.exists() or unfinished.stat().st_ino != os.fstat(handle).st_ino:
            # Between opening and locking, another backup has finished: this file is its result.
            raise InUseError(f"Another backup was written to {target} just now.")
        try:
            os.fchmod(handle, 0o600)
            file.truncate(0)
            yield file
            unfinished.replace(target)
            sync_folder(target.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def attachments_in(folder: Path) -> Iterator[Path]:
    """Give every attachment in a folder, in the order of names; nothing where there is no folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise BackupError(f"{path} is a link to another place; a backup holds files only.")
        if path.is_file():
            yield path


def parts_of(path: Path) -> Iterable[bytes]:
    """Give the bytes of a file piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
