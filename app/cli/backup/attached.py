"""Restoring attachments: what is missing is added before the database changes, what is too much is set aside after."""

from __future__ import annotations

import os
from pathlib import Path

from app.cli.backup.container import CHUNK
from app.cli.backup.folder import UNFINISHED, attachments_in, digest_of, sync_folder
from app.cli.backup.manifest import FilePart
from app.cli.backup.verify import Copy


def add_missing(copy: Copy, folder: Path, aside: Path) -> None:
    """Write the attachments of the copy. One of the same name and another content is set aside first.

    Names are random and a file never changes, so adding harms neither the old database nor the new one.
    """
    for part in copy.manifest.attachments:
        target = folder / part.name
        if target.is_file():
            if digest_of(target) == part.sha256:
                continue
            _set_aside(target, folder, aside)
        _write(copy, part, target)


def set_rest_aside(copy: Copy, folder: Path, aside: Path) -> int:
    """Move what the copy does not hold to a folder of its own; return how many files that were."""
    known = {part.name for part in copy.manifest.attachments}
    rest = [path for path in attachments_in(folder) if path.relative_to(folder).as_posix() not in known]
    for path in rest:
        _set_aside(path, folder, aside)
    return len(rest)


def _write(copy: Copy, part: FilePart, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = target.with_name(f"{target.name}{UNFINISHED}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file, copy.reader.open(part.member) as member:
        while chunk := member.read(CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(handle)
    unfinished.replace(target)
    sync_folder(target.parent)


def _set_aside(path: Path, folder: Path, aside: Path) -> None:
    target = aside / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.replace(target)
