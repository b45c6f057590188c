"""`belay ladder …`: check a file, publish it as a version that never changes, show it, adopt it from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from shutil import get_terminal_size

import click
from sqlalchemy import make_url

from app.cli.context import FAULTS, build_app, command_line, open_app, read_settings, stop
from app.cli.ladder_files import Given, Reader, read_files
from app.cli.ladder_table import table
from app.domain.errors import DomainError, MissingError
from app.infra import schema
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders import queries
from app.ladders.actions import adopt_version, publish_version
from app.ladders.loader import LadderFileError
from app.ladders.wording import rests_on_documents
from config import Settings

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
SOURCES = click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the source documents: every quotation must stand there word for word.",
)


def _day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"“{value}” is no day; write one such as 2027-01-31.") from None


@click.group("ladder")
def ladder_group() -> None:
    """Check, publish, show and adopt career ladders."""


@ladder_group.command("check")
@FILES
@SOURCES
def check(files: tuple[Path, ...], sources: Path | None) -> None:
    """Print every fault of ladder FILES as file:line:column: message; publishes nothing.

    An overlay's base is looked up among the FILES, in the folders around them, and among what is published. A database
    is not needed.
    """
    settings = read_settings(make_folder=False)
    with build_app(settings).app_context() if _is_there(settings) else nullcontext():
        is_published = _is_there(settings) and schema.current_revision(db.engine) == schema.head_revision()
        given = _read(files, Reader(sources, use_database=is_published, look_around=True))
    for one in given:
        ladder = one.loaded.ladder
        click.echo(
            f"{one.path}: no faults. {ladder.slug} {ladder.version}: {len(ladder.expectations)} expectations, "
            f"{len(ladder.competencies)} competencies, {len(ladder.levels)} levels.",
        )
    if sources is None and any(rests_on_documents(one.loaded.ladder) for one in given):
        click.echo("Quotations were not looked up; name the folder of the source documents with --sources.")


def _is_there(settings: Settings) -> bool:
    """Say whether there is a database to ask: any server, or an SQLite file that exists."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _read(files: Sequence[Path], reader: Reader) -> list[Given]:
    """Return all files, or print every fault of all of them and stop."""
    try:
        return read_files(files, reader)
    except LadderFileError as error:
        for fault in error.faults:
            click.echo(str(fault))
        count = len(error.faults)
        stop(f"{count} fault{'' if count == 1 else 's'}.", FAULTS)


@ladder_group.command("publish")
@FILES
@SOURCES
@click.option("--adopt", is_flag=True, help="Also let each version count for the organisation.")
@click.option("--from", "from_on", callback=_day, metavar="DATE", help="First day of --adopt; today when left out.")
def publish(files: tuple[Path, ...], sources: Path | None, *, adopt: bool, from_on: date | None) -> None:
    """Publish ladder FILES as versions that never change: all of them, or none.

    Publishing alone changes nothing for anybody; a version counts from the day on which it is adopted.
    """
    if from_on and not adopt:
        raise click.UsageError("--from says from which day a version is adopted; give it together with --adopt.")
    with open_app().app_context():
        given = _read(files, Reader(sources, use_database=True, look_around=False))
        try:
            with transaction():
                lines = [line for one in given for line in _publish(one, from_on or today(), now(), adopt=adopt)]
        except DomainError as refusal:
            stop(f"Nothing was published. {refusal.message}", FAULTS)
    for line in lines:
        click.echo(line)


def _publish(one: Given, from_on: date, at: datetime, *, adopt: bool) -> list[str]:
    published = publish_version(one.loaded, file=one.content, by=command_line(), at=at)
    ladder = published.edition.ladder
    name = f"{ladder.slug} {ladder.version}"
    lines = [f"{name} is published." if published.is_new else f"{name} is there already, with the same content."]
    if adopt:
        is_new = adopt_version(published.edition, from_on=from_on, by=command_line(), at=at)
        lines.append(_adopted(name, from_on, is_new=is_new))
    return lines


def _adopted(name: str, from_on: date, *, is_new: bool) -> str:
    return f"{name} counts from {from_on}." if is_new else f"{name} was adopted from {from_on} already."


@ladder_group.command("show")
@click.argument("name")
@click.option("--width", type=click.IntRange(40), help="Columns to fill; the terminal's when left out.")
def show(name: str, width: int | None) -> None:
    """Print a ladder as a table. NAME is a slug, or slug@version; a slug alone is what counts today."""
    with open_app().app_context():
        slug, _, version = name.partition("@")
        try:
            edition = queries.get_named(slug, version or None)
        except MissingError:
            stop(_no_such(name), FAULTS)
        for line in table(edition, width or get_terminal_size().columns):
            click.echo(line)


def _no_such(name: str) -> str:
    names = queries.list_names()
    known = "There are:\n" + "\n".join(f"  {one}" for one in names) if names else "No ladder is published yet."
    return f"There is no ladder “{name}”. {known}"


@ladder_group.command("adopt")
@click.argument("name")
@click.argument("version")
@click.option(
    "--from", "from_on", required=True, callback=_day, metavar="DATE", help="First day on which it counts, 2027-01-31."
)
def adopt(name: str, version: str, *, from_on: date) -> None:
    """Let VERSION of the ladder NAME count for the organisation from a day on.

    An overlay takes the place of its base. A later adoption for the same day supersedes this one.
    """
    with open_app().app_context():
        edition = queries.find_edition(name, version)
        if edition is None:
            stop(_no_such(f"{name}@{version}"), FAULTS)
        try:
            with transaction():
                is_new = adopt_version(edition, from_on=from_on, by=command_line(), at=now())
        except DomainError as refusal:
            stop(f"Nothing was adopted. {refusal.message}", FAULTS)
    click.echo(_adopted(f"{name} {version}", from_on, is_new=is_new))
