"""Restoring a copy: everything is proved before anything is touched, and the change itself is one step."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import OperationalError

from app.audit.actions import Author
from app.cli.backup import central, embedded
from app.cli.backup.attached import add_missing, set_rest_aside
from app.cli.backup.dump import ATTACHMENTS, key_check
from app.cli.backup.faults import BackupError
from app.cli.backup.folder import holding_folder
from app.cli.backup.load import Afterwards, fill
from app.cli.backup.manifest import Manifest
from app.cli.backup.verify import Copy, checked_copy
from config import Settings


@dataclass(frozen=True)
class Restored:
    """What a restore has done. `kept` is where the old SQLite database lies; `set_aside` counts old attachments."""

    manifest: Manifest
    ended: Afterwards
    kept: Path | None
    aside: Path
    set_aside: int
    has_other_key: bool


def restore(path: Path, settings: Settings, *, replace: bool, by: Author, at: datetime) -> Restored:
    """Replace the database and the attachments by those of a copy.

    BackupError says why not; then the database is what it was. The same holds when the process is killed at any moment
    before the last step, and after that step everything is restored but for old attachments that are set aside.
    """
    with checked_copy(path) as copy:
        _make_folder(settings.data_dir)
        with holding_folder(settings.data_dir):
            try:
                return _restore(copy, settings, replace=replace, by=by, at=at)
            except (OSError, OperationalError) as error:
                said = error.orig if isinstance(error, OperationalError) else error.strerror or error
                raise BackupError(f"The copy could not be restored: {said}. The database is what it was.") from error


def _restore(copy: Copy, settings: Settings, *, replace: bool, by: Author, at: datetime) -> Restored:
    url = make_url(settings.database_url)
    folder = settings.data_dir / ATTACHMENTS
    suffix = f"before-restore-{at:%Y%m%dT%H%M%SZ}"
    aside = settings.data_dir / f"{ATTACHMENTS}.{suffix}"
    ended: list[Afterwards] = []
    kept: Path | None = None

    def fill_all(connection: Connection) -> None:
        ended.append(fill(connection, copy, by=by, at=at))
        add_missing(copy, folder, aside)

    if url.get_backend_name() == "sqlite":
        file = _sqlite_file(url.database)
        with embedded.holding(file, replace=replace) as old, embedded.building(file, fill_all) as new:
            if old.size:
                kept = file.with_name(f"{file.name}.{suffix}")
                old.keep_as(kept)
            old.replace_by(new)
    else:
        central.replace_all(settings.database_url, fill_all, replace=replace)
    return Restored(
        manifest=copy.manifest,
        ended=ended[-1],
        kept=kept,
        aside=aside,
        set_aside=set_rest_aside(copy, folder, aside),
        has_other_key=bool(copy.manifest.key_check) and copy.manifest.key_check != key_check(settings),
    )


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise BackupError(f"{folder} is no folder; check BELAY_DATA.")


def _sqlite_file(name: str | None) -> Path:
    if not name or name == ":memory:":
        raise BackupError("BELAY_DATABASE_URL names a database in memory; a copy is restored into a file.")
    file = Path(name).absolute()
    if not file.parent.is_dir():
        raise BackupError(f"The folder {file.parent} does not exist.")
    return file
