"""How Alembic reaches the database: over the connection that `belay db …` or a test hands in."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.assessment import models as assessment
from app.audit import models as audit
from app.auth import models as auth
from app.evidence import models as evidence
from app.infra import idempotency
from app.infra.db import db
from app.infra.schema import is_mapped
from app.jobs import models as jobs
from app.ladders import models as ladders
from app.notices import models as notices
from app.people import models as people
from app.policies import models as policies

# Importing a feature's models puts its tables into the metadata that the database is compared with.
EVERY_TABLE = (assessment, audit, auth, evidence, idempotency, jobs, ladders, notices, people, policies)


def render_item(kind: str, thing: Any, autogen: object) -> str | bool:
    """Write column types of ours as plain SQLAlchemy ones: a migration never imports the application."""
    if kind == "type" and type(thing).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(thing).__name__ == "Code":
        return f"sa.String(length={thing.impl.length})"
    return False


def run(connection: Connection) -> None:
    """Run the wanted migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=is_mapped,
        render_item=render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
