"""`belay db …` and `belay audit …`."""

from dataclasses import dataclass

import click

from app.audit.queries import verify_chain
from app.cli.context import FAULTS, build_app, command_line, open_app, stop
from app.cli.shipped import publish_shipped
from app.infra import schema
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.ladders.queries import Edition, count_versions


@click.group("db")
def db_group() -> None:
    """Look after the database."""


@dataclass(frozen=True)
class Upgrade:
    """What bringing a database up to date has done."""

    before: str | None
    after: str | None
    published: tuple[Edition, ...]


def bring_up_to_date() -> Upgrade:
    """Bring the schema up to date, inside an application context; without any ladder, publish those that ship."""
    before = schema.current_revision(db.engine)
    schema.upgrade(db.engine)
    after = schema.current_revision(db.engine)
    published: list[Edition] = []
    if count_versions() == 0:
        with transaction():
            published = publish_shipped(from_on=today(), by=command_line(), at=now())
    # What was read outside a transaction holds SQLite's write lock until it is let go.
    db.session.remove()
    return Upgrade(before, after, tuple(published))


@db_group.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to date; an empty database also gets the ladders that ship with Belay."""
    with build_app().app_context():
        done = bring_up_to_date()
        same = done.before == done.after
        if done.before is None:
            click.echo(f"The schema {done.after} is made.")
        else:
            click.echo(
                f"The schema is {done.after}." if same else f"The schema went from {done.before} to {done.after}."
            )
        for edition in done.published:
            click.echo(f"{edition.ladder.slug} {edition.ladder.version} is published and counts from today.")


@click.group("audit")
def audit_group() -> None:
    """Look after the record of who did what."""


@audit_group.command("verify")
def verify() -> None:
    """Check the chain from its first row; names the first row that was changed, removed or put in between."""
    with open_app().app_context():
        report = verify_chain(db.session())
        if report.fault is not None:
            stop(f"The audit is broken at row {report.fault.seq}: {report.fault.reason}.", FAULTS)
        click.echo(f"The audit holds: {report.rows} rows, each follows from the one before it.")
