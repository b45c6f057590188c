"""Add published ladder versions and their adoption."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "ladder_version"
REFUSAL = "A published ladder version never changes"


def upgrade() -> None:
    """Add published ladder versions and their adoption."""
    op.create_table(
        "ladder_version",
        sa.Column("ladder", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_ladder_version_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_version")),
        sa.UniqueConstraint("ladder", "version", name=op.f("uq_ladder_version_ladder_version")),
    )
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ladder_version_lineage"), ["lineage"], unique=False)

    op.create_table(
        "ladder_adoption",
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"],
            ["ladder_version.id"],
            name=op.f("fk_ladder_adoption_ladder_version_id_ladder_version"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_ladder_adoption_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_adoption")),
    )
    with op.batch_alter_table("ladder_adoption", schema=None) as batch_op:
        batch_op.create_index(
            "uq_ladder_adoption_live_start",
            ["lineage", "starts_on"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION belay_keep_{TABLE}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        )
        for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {TABLE}_refuse_{event.lower()} BEFORE {event} ON {TABLE} "
                f"FOR EACH {each} EXECUTE FUNCTION belay_keep_{TABLE}()",
            )
    else:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_refuse_{event.lower()} BEFORE {event} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            )


def downgrade() -> None:
    """Take away published ladder versions and their adoption."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION belay_keep_{TABLE} CASCADE")
    else:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {TABLE}_refuse_{event}")
    with op.batch_alter_table("ladder_adoption", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ladder_adoption_live_start",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("ladder_adoption")
    with op.batch_alter_table("ladder_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_version_lineage"))

    op.drop_table("ladder_version")
