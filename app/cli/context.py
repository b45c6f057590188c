"""What every command needs: the application, the author for the audit, and a way to stop with a clear message."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from app import create_app
from app.audit.actions import Author
from app.infra import schema
from app.infra.db import db
from config import DATABASE_FILE, Settings, SettingsError, sqlite_url

FAULTS = 1
CANNOT_START = 2
PRIVATE_UMASK = 0o077
FOR_OTHERS = 0o077


def stop(message: str, status: int = CANNOT_START) -> NoReturn:
    """Say why and stop."""
    click.echo(message, err=True)
    sys.exit(status)


def command_line() -> Author:
    """Return the author of what is done on the command line: `cli:<system user>`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return Author(None, label=f"cli:{user}")


def be_private() -> None:
    """Let nobody but this user read what a command writes. Source: reliability checklist, item 39."""
    os.umask(PRIVATE_UMASK)


def keep_private(path: Path) -> Path:
    """Make a file that nobody but its owner reads, where it is missing; SQLite gives the files beside it its mode."""
    path.touch(mode=0o600)
    return path


def mend_modes(settings: Settings) -> None:
    """Take the rights of others off the files of an embedded database; say so where its folder is open to them.

    The folder is left as it is: it may hold more than Belay.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    file = Path(url.database)
    for path in (file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm"))):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & FOR_OTHERS:
            try:
                path.chmod(0o600)
            except PermissionError:
                click.echo(f"Others may read {path}; run as its owner: chmod 600 {path}", err=True)
    if file.parent.is_dir() and stat.S_IMODE(file.parent.stat().st_mode) & FOR_OTHERS:
        click.echo(f"Others may look into {file.parent}; run: chmod 700 {file.parent}", err=True)


def say_weaknesses(settings: Settings) -> None:
    """Say what works and had better be otherwise."""
    for sentence in settings.weaknesses():
        click.echo(sentence, err=True)


def read_settings(*, make_folder: bool = True) -> Settings:
    """Read the settings, or stop and name every variable at fault; make the data folder of an embedded database."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        stop(str(error))
    if make_folder and settings.database_url.startswith("sqlite:///"):
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.database_url == sqlite_url(settings.data_dir):
            keep_private(settings.data_dir / DATABASE_FILE)
    mend_modes(settings)
    return settings


def build_app(settings: Settings | None = None) -> Flask:
    """Return the application of the settings, with a database that answers."""
    try:
        app = create_app(settings or read_settings())
    except SettingsError as error:
        stop(str(error))
    with app.app_context():
        try:
            db.engine.connect().close()
        except OperationalError as error:
            stop(f"The database does not answer: {str(error.orig).strip()}\nCheck BELAY_DATABASE_URL.")
    return app


def open_app(settings: Settings | None = None) -> Flask:
    """Return the application with a database of the right schema, or stop and name the command that helps."""
    app = build_app(settings)
    with app.app_context():
        try:
            schema.check(db.engine)
        except schema.SchemaError as error:
            stop(str(error))
    return app
