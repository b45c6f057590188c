"""Store where people stand: a head for each person, a row for each target, one for each expectation of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STALE = sa.text("is_stale")


def upgrade() -> None:
    """Store where people stand. The tables begin empty: whoever has no row yet is computed when they are read."""
    op.create_table(
        "standing_head",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=True),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=True),
        sa.Column("held_level", sa.String(length=32), nullable=True),
        sa.Column("held_since", sa.Date(), nullable=True),
        sa.Column("last_evidence_on", sa.Date(), nullable=True),
        sa.Column("last_rated_on", sa.Date(), nullable=True),
        sa.Column("last_revealed_on", sa.Date(), nullable=True),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("holds_until", sa.Date(), nullable=True),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"], ["ladder_version.id"], name=op.f("fk_standing_head_ladder_version_id_ladder_version")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_standing_head_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_standing_head")),
    )
    op.create_index("ix_standing_head_lineage", "standing_head", ["lineage"])
    op.create_index("ix_standing_head_holds_until", "standing_head", ["holds_until", "person_id"])
    op.create_index(
        "ix_standing_head_stale", "standing_head", ["person_id"], sqlite_where=STALE, postgresql_where=STALE
    )
    op.create_table(
        "readiness",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("evidenced_level", sa.String(length=32), nullable=True),
        sa.Column("slipped", sa.Integer(), nullable=False),
        sa.Column("not_met", sa.Integer(), nullable=False),
        sa.Column("partly_met", sa.Integer(), nullable=False),
        sa.Column("unproven", sa.Integer(), nullable=False),
        sa.Column("unassessed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["standing_head.person_id"],
            name=op.f("fk_readiness_person_id_standing_head"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "target_level", name=op.f("pk_readiness")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standing",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_blocking", sa.Boolean(), nullable=False),
        sa.Column("is_slipped", sa.Boolean(), nullable=False),
        sa.Column("had_no_opportunity", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.String(length=16), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("self_rating", sa.String(length=16), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("counted_last_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "target_level", "expectation_id", name=op.f("pk_standing")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Forget what was stored: it follows from the rest."""
    op.drop_table("standing")
    op.drop_table("readiness")
    op.drop_index("ix_standing_head_stale", table_name="standing_head")
    op.drop_index("ix_standing_head_holds_until", table_name="standing_head")
    op.drop_index("ix_standing_head_lineage", table_name="standing_head")
    op.drop_table("standing_head")
