"""Report: what teams need of their support tiers, how people stood on past days, and what was taken out."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("report_export", "standing_record", "team_tier", "tier_holder")


def upgrade() -> None:
    """Make the tables that reports need."""
    _make_exports()
    _make_records()
    _make_tiers()
    without = sa.text("had_no_opportunity")
    op.create_index(
        "ix_standing_without_opportunity",
        "standing",
        ["expectation_id"],
        sqlite_where=without,
        postgresql_where=without,
    )


def downgrade() -> None:
    """Take them away, the youngest first."""
    op.drop_index("ix_standing_without_opportunity", table_name="standing")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_exports() -> None:
    op.create_table(
        "report_export",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("has_mark", sa.Boolean(), nullable=False),
        sa.Column("is_for_outside", sa.Boolean(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("covers", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rows IS NULL OR rows >= 0", name=op.f("ck_report_export_rows_count")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_export_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_export")),
    )
    op.create_index("ix_report_export_good_until", "report_export", ["good_until"], unique=False)
    op.create_index("ix_report_export_person_id_asked_at", "report_export", ["person_id", "asked_at"], unique=False)


def _make_records() -> None:
    op.create_table(
        "standing_record",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=True),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=True),
        sa.Column("held_level", sa.String(length=32), nullable=True),
        sa.Column("held_since", sa.Date(), nullable=True),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Text(), nullable=False),
        sa.Column("last_evidence_on", sa.Date(), nullable=True),
        sa.Column("last_rated_on", sa.Date(), nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_standing_record_position_counts")),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"],
            ["ladder_version.id"],
            name=op.f("fk_standing_record_ladder_version_id_ladder_version"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_standing_record_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "known_on", "target_level", name=op.f("pk_standing_record")),
        sqlite_with_rowid=False,
    )


def _make_tiers() -> None:
    op.create_table(
        "team_tier",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("amber_from", sa.Integer(), nullable=False),
        sa.Column("green_from", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "amber_from >= 1 AND green_from >= amber_from", name=op.f("ck_team_tier_thresholds_in_order")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_team_tier_ends_after_start")),
        sa.CheckConstraint(
            "superseded_at IS NULL OR superseded_at >= recorded_at", name=op.f("ck_team_tier_superseded_after_recorded")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_team_tier_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_tier_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_tier")),
    )
    op.create_index(
        "uq_team_tier_live_start",
        "team_tier",
        ["team_id", "lineage", "tier", "starts_on"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "tier_holder",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_tier_holder_ends_after_start")),
        sa.CheckConstraint(
            "superseded_at IS NULL OR superseded_at >= recorded_at",
            name=op.f("ck_tier_holder_superseded_after_recorded"),
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_tier_holder_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_tier_holder_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_holder")),
    )
    op.create_index(
        "ix_tier_holder_team_id",
        "tier_holder",
        ["team_id"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
