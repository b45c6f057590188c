"""Where the files lie that the worker makes of reports: under random names in the data folder, and only for a while.

A file is written beside and takes its place when it is complete; nobody but Belay's own user may read it. What no row
names is swept away.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app

from app.domain.errors import MissingError
from config import Settings

FOLDER = "exports"
UNFINISHED = ".unfinished"
PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
LEFT_ALONE = timedelta(hours=6)
"""So long a file without a row may be one that is being made."""
_STORED = re.compile(r"[0-9a-f]{32}\.[a-z]{3,4}")


def folder() -> Path:
    """Return the folder of exports of this installation, which is made where it is missing."""
    settings: Settings = current_app.config["SETTINGS"]
    place = settings.data_dir / FOLDER
    place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return place


def new_name(ending: str) -> str:
    """Return a random name for a file."""
    return f"{secrets.token_hex(16)}.{ending}"


def path_of(stored_as: str) -> Path:
    """Return the path of a stored file. MissingError for what is no name of ours, and could lead elsewhere."""
    if not _STORED.fullmatch(stored_as):
        raise MissingError
    return folder() / stored_as


@contextmanager
def making(stored_as: str) -> Iterator[Path]:
    """Give an empty file to write into; it takes the name when the block ends well, and is removed when it does not."""
    target = path_of(stored_as)
    with completed(target):
        yield target.with_name(target.name + UNFINISHED)


@contextmanager
def completed(target: Path) -> Iterator[Path]:
    """Give an empty private file beside a target, which it replaces when the block ends well, brought to the disk."""
    unfinished = target.with_name(target.name + UNFINISHED)
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=PRIVATE)
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def remove(stored_as: str) -> None:
    """Take a file away, if it is there."""
    if stored_as:
        path_of(stored_as).unlink(missing_ok=True)


def strangers(known: set[str], at: datetime) -> list[Path]:
    """Return what lies in the folder, is named by no row, and is too old to be in the making."""
    before = (at.astimezone(UTC) - LEFT_ALONE).timestamp()
    return [path for path in sorted(folder().iterdir()) if path.name not in known and path.stat().st_mtime < before]
