"""`belay backup FILE` and `belay restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.backup.dump import make_backup
from app.cli.backup.faults import BackupError
from app.cli.backup.restore import Restored, restore
from app.cli.context import FAULTS, command_line, open_app, read_settings, stop
from app.infra.clock import now

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command("backup")
@FILE
@click.option(
    "--force", is_flag=True, help="Replace FILE when it exists; it stays as it is until the new copy is whole."
)
def backup(file: Path, *, force: bool) -> None:
    """Copy everything that Belay keeps into FILE, while people go on working.

    FILE holds personal data in the clear and can be read by its owner only. The settings are not in it: keep
    BELAY_SECRET_KEY elsewhere.
    """
    settings = read_settings()
    app = open_app(settings)
    with app.app_context():
        try:
            manifest = make_backup(
                file.absolute(), settings, by=command_line(), at=now(), replace=force, progress=lambda *_: None
            )
        except BackupError as error:
            stop(str(error), FAULTS)
    attached = len(manifest.attachments)
    click.echo(
        f"{file}: {manifest.rows} rows of {len(manifest.tables)} tables, {attached} "
        f"attachment{'' if attached == 1 else 's'}, {file.stat().st_size} bytes, schema {manifest.schema}."
    )
    if manifest.audit.broken_at is not None:
        click.echo(
            f"The audit was broken before at row {manifest.audit.broken_at}; the copy holds it as it is.", err=True
        )


@click.command("restore")
@FILE
@click.option("--replace", is_flag=True, help="Replace the database that is there.")
def restore_command(file: Path, *, replace: bool) -> None:
    """Put the copy FILE in the place of the database, when no server and no worker runs.

    The copy is checked from end to end before anything is touched. Everybody has to sign in again afterwards.
    """
    # The models are joined to the metadata by the application; its database is not opened.
    settings = read_settings(make_folder=False)
    try:
        done = restore(file.absolute(), settings, replace=replace, by=command_line(), at=now())
    except BackupError as error:
        stop(str(error), FAULTS)
    for sentence in said_of(done):
        click.echo(sentence)
    if done.has_other_key:
        click.echo(
            "The copy was made with another BELAY_SECRET_KEY. Put that key into BELAY_SECRET_KEY_FALLBACKS, or second "
            "factors cannot be opened.",
            err=True,
        )


def said_of(done: Restored) -> list[str]:
    """Return what a restore has done, in sentences."""
    made = done.manifest
    ended = done.ended
    what = f"{made.rows} rows of {len(made.tables)} tables and {len(made.attachments)} attachments"
    sentences = [
        f"Restored {what}, copied on {made.created_at:%Y-%m-%d at %H:%M} UTC.",
        f"Ended: {ended.sessions} sessions, {ended.links} links. Given back: {ended.jobs} jobs, {ended.mails} mails.",
    ]
    if done.kept is not None:
        sentences.append(f"The database that was there is kept as {done.kept}; remove it when it is not needed.")
    if done.set_aside:
        sentences.append(f"{done.set_aside} attachments that are not in the copy were moved to {done.aside}.")
    return sentences
