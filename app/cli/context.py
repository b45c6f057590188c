"""What every command needs: the application, the author for the audit, and a way to stop with a clear message."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from app import create_app
from app.audit.actions import Author
from app.infra import schema
from app.infra.db import db
from config import DATABASE_FILE, Settings, SettingsError, sqlite_url

FAULTS = 1
CANNOT_START = 2


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


def keep_private(path: Path) -> Path:
    """Make a file that nobody but its owner reads, where it is missing; SQLite gives the files beside it its mode."""
    path.touch(mode=0o600)
    return path


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
    return settings


def build_app(settings: Settings | None = None) -> Flask:
    """Return the application of the settings, with a database that answers."""
    app = create_app(settings or read_settings())
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
