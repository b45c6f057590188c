"""`belay db …` and `belay audit …`."""

import click

from app.audit.queries import verify_chain
from app.cli.context import FAULTS, build_app, open_app, stop
from app.infra import schema
from app.infra.db import db


@click.group("db")
def db_group() -> None:
    """Look after the database."""


@db_group.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to date; an empty database also gets the ladders that ship with Belay."""
    with build_app().app_context():
        before = schema.current_revision(db.engine)
        schema.upgrade(db.engine)
        after = schema.current_revision(db.engine)
        click.echo(f"The schema is {after}." if before == after else f"The schema went from {before} to {after}.")


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
