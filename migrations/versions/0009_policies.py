"""Add the company's policies, every value with who, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the company's policies."""
    op.create_table(
        "policy_value",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("set_by_label", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_policy_value_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_value")),
    )
    with op.batch_alter_table("policy_value", schema=None) as batch_op:
        batch_op.create_index("uq_policy_value_key_number", ["key", "number"], unique=True)


def downgrade() -> None:
    """Take away the company's policies."""
    with op.batch_alter_table("policy_value", schema=None) as batch_op:
        batch_op.drop_index("uq_policy_value_key_number")
    op.drop_table("policy_value")
