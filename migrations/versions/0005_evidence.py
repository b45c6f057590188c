"""Add evidence with its links, claims, settings aside and corroborations."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add evidence with its links, claims, settings aside and corroborations."""
    op.create_table(
        "evidence",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurred_from", sa.Date(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (shared_at IS NULL)", name=op.f("ck_evidence_shared_at_with_state")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_evidence_withdrawn_at_with_state")
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_evidence_has_title")),
        sa.CheckConstraint(
            "occurred_from IS NULL OR occurred_from <= occurred_on", name=op.f("ck_evidence_range_in_order")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_evidence_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("subject_id", "number", name=op.f("uq_evidence_subject_id_number")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_subject_id_occurred_on", ["subject_id", "occurred_on", "id"], unique=False)

    op.create_table(
        "evidence_claim",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_claim_evidence_id_evidence"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_claim")),
        sa.UniqueConstraint("evidence_id", "expectation_id", name=op.f("uq_evidence_claim_evidence_id_expectation_id")),
    )
    with op.batch_alter_table("evidence_claim", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_claim_expectation_id", ["expectation_id"], unique=False)

    op.create_table(
        "evidence_corroboration",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("was_line_manager", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (answered_at IS NULL)", name=op.f("ck_evidence_corroboration_answered_at_with_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["person.id"], name=op.f("fk_evidence_corroboration_colleague_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["evidence.id"],
            name=op.f("fk_evidence_corroboration_evidence_id_evidence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_corroboration")),
        sa.UniqueConstraint(
            "evidence_id", "colleague_id", name=op.f("uq_evidence_corroboration_evidence_id_colleague_id")
        ),
    )
    with op.batch_alter_table("evidence_corroboration", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_corroboration_colleague_id", ["colleague_id"], unique=False)

    op.create_table(
        "evidence_link",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_link_evidence_id_evidence"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link")),
    )
    with op.batch_alter_table("evidence_link", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_link_evidence_id", ["evidence_id"], unique=False)

    op.create_table(
        "evidence_setting_aside",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_evidence_setting_aside_has_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_evidence_setting_aside_by_id_person")),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["evidence_claim.id"],
            name=op.f("fk_evidence_setting_aside_claim_id_evidence_claim"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_setting_aside")),
    )
    with op.batch_alter_table("evidence_setting_aside", schema=None) as batch_op:
        batch_op.create_index(
            "uq_evidence_setting_aside_live",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )


def downgrade() -> None:
    """Take away evidence with its links, claims, settings aside and corroborations."""
    with op.batch_alter_table("evidence_setting_aside", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_evidence_setting_aside_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("evidence_setting_aside")
    with op.batch_alter_table("evidence_link", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_link_evidence_id")

    op.drop_table("evidence_link")
    with op.batch_alter_table("evidence_corroboration", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_corroboration_colleague_id")

    op.drop_table("evidence_corroboration")
    with op.batch_alter_table("evidence_claim", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_claim_expectation_id")

    op.drop_table("evidence_claim")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_subject_id_occurred_on")

    op.drop_table("evidence")
