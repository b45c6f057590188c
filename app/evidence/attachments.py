"""Where the contents of attachments lie: under random names in the data folder, outside of what is served.

A file is written beside, brought to the disk and renamed before the row that names it is committed; it is taken away
after the row is. Whatever breaks in between leaves at most a file that no row names, and `sweep` takes it a day later.
A row without its file is the fault of a disk, never of an order of ours.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from config import Settings

FOLDER = "attachments"
UNFINISHED = ".unfinished"
"""How a name ends while the file is written; a backup leaves such a file out."""
LEFT_ALONE = timedelta(days=1)
CHUNK = 64 * 1024
WRITTEN, REMOVED = "belay.written_attachments", "belay.removed_attachments"
_STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
logger = logging.getLogger(__name__)


class StorageError(Exception):
    """The disk did not take or give a file. `is_gone`: there is none under that name, or another one."""

    def __init__(self, message: str, *, is_gone: bool = False) -> None:
        """Keep the sentence for the log, and whether asking again may help."""
        super().__init__(message)
        self.is_gone = is_gone


def folder() -> Path:
    """Return the folder of attachments of this installation."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir / FOLDER


def new_name() -> str:
    """Return a random name for a content: two signs for its folder, thirty for the file."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token[2:]}"


def path_of(stored_as: str) -> Path:
    """Return the path of a stored content. StorageError for what is no name of ours, and could lead elsewhere."""
    if not _STORED.fullmatch(stored_as):
        raise StorageError("This is no name of an attachment.", is_gone=True)
    return folder() / stored_as


def keep(session: Session, content: bytes, stored_as: str) -> None:
    """Bring a content to the disk under a new name. StorageError when the disk does not take it; nothing is left then.

    When the unit of work comes to nothing before its commit begins, the file is taken away again.
    """
    target = path_of(stored_as)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        _make_folder(target.parent)
        try:
            _write(unfinished, content)
            unfinished.rename(target)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        session.info.setdefault(WRITTEN, []).append(target)
        _sync(target.parent)
    except OSError as error:
        logger.warning("an attachment could not be stored: %s", errno.errorcode.get(error.errno or 0, "OSError"))
        raise StorageError("The disk did not take the file.") from error


def _make_folder(place: Path) -> None:
    root = place.parent
    for one, above in ((root, root.parent), (place, root)):
        if not one.is_dir():
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(above)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def _sync(place: Path) -> None:
    """Bring the names in a folder to the disk; file systems that know no such thing do it by themselves."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def open_content(stored_as: str, size: int) -> BinaryIO:
    """Return a stored content, open for reading. StorageError when it is not there, or not as long as it was."""
    try:
        handle = os.open(path_of(stored_as), os.O_RDONLY | os.O_NOFOLLOW)
        if os.fstat(handle).st_size != size:
            os.close(handle)
            raise StorageError("The file is not as long as it was.", is_gone=True)
        return os.fdopen(handle, "rb")
    except FileNotFoundError as error:
        raise StorageError("The file is not there.", is_gone=True) from error
    except OSError as error:
        raise StorageError("The disk did not give the file.") from error


def parts_of(content: BinaryIO) -> Iterator[bytes]:
    """Give a content piece by piece, and close it at the end."""
    with content:
        while piece := content.read(CHUNK):
            yield piece


def remove_later(session: Session, stored_as: Iterable[str]) -> None:
    """Take contents away once their rows are gone: after the commit of this unit of work."""
    session.info.setdefault(REMOVED, []).extend(path_of(one) for one in stored_as)


@event.listens_for(Session, "before_commit")
def _begin_commit(session: Session) -> None:
    # From here on a failure does not tell whether the rows were stored, so the files stay for `sweep` to judge.
    session.info.pop(WRITTEN, None)


@event.listens_for(Session, "after_commit")
def _take_away(session: Session) -> None:
    _unlink(session.info.pop(REMOVED, ()))


@event.listens_for(Session, "after_rollback")
def _take_back(session: Session) -> None:
    session.info.pop(REMOVED, None)
    _unlink(session.info.pop(WRITTEN, ()))


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            logger.warning("an attachment that is not needed could not be removed; it is swept later")


def sweep(is_named: Callable[[list[str]], set[str]], at: datetime) -> int:
    """Remove what is older than a day and named by no row, and what was left unfinished; return how many files.

    `is_named` returns those of some names that rows name. A file that is no attachment of ours is not touched.
    """
    before = (at - LEFT_ALONE).timestamp()
    old = {one.relative_to(folder()).as_posix(): one for one in _files() if _changed_at(one) < before}
    names = [name.removesuffix(UNFINISHED) for name in old]
    known = is_named([name for name in names if _STORED.fullmatch(name)])
    orphans = [path for name, path in old.items() if _is_orphan(name, known)]
    _unlink(orphans)
    return len(orphans)


def _is_orphan(name: str, known: set[str]) -> bool:
    if not _STORED.fullmatch(name.removesuffix(UNFINISHED)):
        return False
    return name.endswith(UNFINISHED) or name not in known


def _files() -> Iterator[Path]:
    """Give the files two levels down; nothing where there is no folder."""
    for path in sorted(folder().glob("*/*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        # Somebody has just taken it away.
        return float("inf")
