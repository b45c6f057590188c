"""Add assessments, their answers and waivers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add assessments, their answers and waivers."""
    op.create_table(
        "waiver",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("manager_approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hr_id", sa.Uuid(), nullable=True),
        sa.Column("hr_approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_waiver_has_reason")),
        sa.ForeignKeyConstraint(["hr_id"], ["person.id"], name=op.f("fk_waiver_hr_id_person")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_waiver_manager_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_waiver_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index(
            "uq_waiver_live",
            ["subject_id", "expectation_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "assessment",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("self_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manager_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(manager_submitted_at IS NULL) = (manager_id IS NULL)", name=op.f("ck_assessment_manager_with_submission")
        ),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"], ["ladder_version.id"], name=op.f("fk_assessment_ladder_version_id_ladder_version")
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_assessment_manager_id_person")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_assessment_opened_by_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_assessment_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_manager_id", ["manager_id"], unique=False)
        batch_op.create_index("ix_assessment_subject_id", ["subject_id", "opened_at", "id"], unique=False)
        batch_op.create_index(
            "uq_assessment_running",
            ["subject_id", "target_level", "lineage"],
            unique=True,
            sqlite_where=sa.text("self_submitted_at IS NULL OR manager_submitted_at IS NULL"),
            postgresql_where=sa.text("self_submitted_at IS NULL OR manager_submitted_at IS NULL"),
        )

    op.create_table(
        "assessment_sheet",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("window_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_sheet_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_assessment_sheet_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_sheet")),
        sa.UniqueConstraint(
            "assessment_id", "side", "author_id", name=op.f("uq_assessment_sheet_assessment_id_side_author_id")
        ),
    )
    op.create_table(
        "assessment_answer",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_answer_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_assessment_answer_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_answer")),
        sa.UniqueConstraint(
            "assessment_id",
            "side",
            "author_id",
            "expectation_id",
            name=op.f("uq_assessment_answer_assessment_id_side_author_id_expectation_id"),
        ),
    )
    with op.batch_alter_table("assessment_answer", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_answer_author_id", ["author_id"], unique=False)


def downgrade() -> None:
    """Take away assessments, their answers and waivers."""
    with op.batch_alter_table("assessment_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_assessment_answer_author_id")

    op.drop_table("assessment_answer")
    op.drop_table("assessment_sheet")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_assessment_running",
            sqlite_where=sa.text("self_submitted_at IS NULL OR manager_submitted_at IS NULL"),
            postgresql_where=sa.text("self_submitted_at IS NULL OR manager_submitted_at IS NULL"),
        )
        batch_op.drop_index("ix_assessment_subject_id")
        batch_op.drop_index("ix_assessment_manager_id")

    op.drop_table("assessment")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waiver_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("waiver")
