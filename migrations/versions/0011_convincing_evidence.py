"""Add what makes evidence convince and assessments be signed: files, revisions, notes, plans, notices."""

import json
import uuid
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RAN_BEFORE = "self_submitted_at IS NULL OR manager_submitted_at IS NULL"
RUNNING = (
    "called_off_at IS NULL AND ((self_submitted_at IS NULL AND self_closed_at IS NULL)"
    " OR (manager_submitted_at IS NULL AND manager_closed_at IS NULL))"
)

AHEAD_OF_UTC = timedelta(hours=14)
"""How far the clocks that are furthest ahead are before UTC."""


def upgrade() -> None:
    """Add what makes evidence convince and assessments be signed: files, revisions, notes, plans, notices."""
    op.create_table(
        "growth_plan",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_growth_plan_created_by_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_growth_plan_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_plan")),
    )
    with op.batch_alter_table("growth_plan", schema=None) as batch_op:
        batch_op.create_index("ix_growth_plan_subject_id", ["subject_id", "created_at"], unique=False)
        batch_op.create_index(
            "uq_growth_plan_open",
            ["subject_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "notice_digest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_digest_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_digest")),
    )
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("hearing", sa.String(length=8), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "evidence_attachment",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_attachment_is_not_empty")),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["evidence.id"],
            name=op.f("fk_evidence_attachment_evidence_id_evidence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_evidence_attachment_stored_as")),
    )
    with op.batch_alter_table("evidence_attachment", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_attachment_evidence_id", ["evidence_id"], unique=False)

    op.create_table(
        "evidence_revision",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_revision_evidence_id_evidence"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_revision")),
        sa.UniqueConstraint("evidence_id", "number", name=op.f("uq_evidence_revision_evidence_id_number")),
    )
    op.create_table(
        "growth_goal",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["growth_plan.id"], name=op.f("fk_growth_goal_plan_id_growth_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_goal")),
        sa.UniqueConstraint("plan_id", "expectation_id", name=op.f("uq_growth_goal_plan_id_expectation_id")),
    )
    op.create_table(
        "assessment_note",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_note_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_assessment_note_changed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_note")),
        sa.UniqueConstraint(
            "assessment_id", "expectation_id", name=op.f("uq_assessment_note_assessment_id_expectation_id")
        ),
    )
    op.create_table(
        "assessment_signature",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("result_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(result_hash) = 64", name=op.f("ck_assessment_signature_hash_is_whole")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_signature_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_signature_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_signature")),
        sa.UniqueConstraint("assessment_id", "side", name=op.f("uq_assessment_signature_assessment_id_side")),
    )
    op.create_table(
        "corroboration_limit",
        sa.Column("corroboration_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_corroboration_limit_has_words")),
        sa.ForeignKeyConstraint(
            ["corroboration_id"],
            ["evidence_corroboration.id"],
            name=op.f("fk_corroboration_limit_corroboration_id_evidence_corroboration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corroboration_limit")),
        sa.UniqueConstraint(
            "corroboration_id", "expectation_id", name=op.f("uq_corroboration_limit_corroboration_id_expectation_id")
        ),
    )
    op.create_table(
        "growth_action",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_growth_action_has_words")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_growth_action_added_by_id_person")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_growth_action_done_by_id_person")),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["growth_goal.id"], name=op.f("fk_growth_action_goal_id_growth_goal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_action")),
    )
    with op.batch_alter_table("growth_action", schema=None) as batch_op:
        batch_op.create_index("ix_growth_action_goal_id", ["goal_id", "position"], unique=False)

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("self_closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("manager_closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("called_off_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_assessment_called_off_by_id_person"), "person", ["called_off_by_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_assessment_closed_by_id_person"), "person", ["closed_by_id"], ["id"])

    with op.batch_alter_table("evidence_corroboration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asking", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_waiver_ended_by_id_person"), "person", ["ended_by_id"], ["id"])
        batch_op.add_column(sa.Column("ended_words", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("evidence_corroboration", schema=None) as batch_op:
        batch_op.alter_column("asking", existing_type=sa.String(length=500), server_default=None)
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.alter_column("ended_words", existing_type=sa.Text(), server_default=None)
    _index_running(RUNNING)
    _keep_what_is_shared()


def _index_running(condition: str) -> None:
    """Say anew which assessments run, so that there is one of a kind."""
    op.drop_index("uq_assessment_running", table_name="assessment")
    op.create_index(
        "uq_assessment_running",
        "assessment",
        ["subject_id", "target_level", "lineage"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _keep_what_is_shared() -> None:
    """Write down what each shared piece says now as its first revision; what it said before is not known.

    It says so since its last change, not since it was shared: whoever could read it only in between has not read these
    words.
    """
    connection = op.get_bind()
    links, claims = defaultdict(list), defaultdict(list)
    for row in connection.execute(sa.text("SELECT evidence_id, url FROM evidence_link ORDER BY evidence_id, position")):
        links[row.evidence_id].append(row.url)
    rows = sa.text("SELECT evidence_id, expectation_id, line FROM evidence_claim ORDER BY evidence_id, position")
    for row in connection.execute(rows):
        claims[row.evidence_id].append({"expectation": row.expectation_id, "line": row.line})
    revisions = sa.table(
        "evidence_revision",
        sa.column("id", sa.Uuid()),
        sa.column("evidence_id", sa.Uuid()),
        sa.column("number", sa.Integer()),
        sa.column("said_at", sa.DateTime(timezone=True)),
        sa.column("said_on", sa.Date()),
        sa.column("content", sa.Text()),
    )
    pieces = sa.table(
        "evidence",
        sa.column("id", sa.Uuid()),
        sa.column("title", sa.Text()),
        sa.column("narrative", sa.Text()),
        sa.column("kind", sa.String()),
        sa.column("occurred_from", sa.Date()),
        sa.column("occurred_on", sa.Date()),
        sa.column("shared_at", sa.DateTime(timezone=True)),
        sa.column("changed_at", sa.DateTime(timezone=True)),
        sa.column("submitted_on", sa.Date()),
    )
    shared = connection.execute(sa.select(pieces).where(pieces.c.shared_at.is_not(None))).all()
    if not shared:
        return
    # Without the models, each database names a key in its own way.
    keyed = {uuid.UUID(str(key)): key for key in {*links, *claims}}
    connection.execute(
        revisions.insert(),
        [
            {
                "id": uuid.uuid4(),
                "evidence_id": piece.id,
                "number": 1,
                "said_at": max(piece.shared_at, piece.changed_at),
                "said_on": _said_on(piece),
                "content": json.dumps(
                    {
                        "title": piece.title,
                        "narrative": piece.narrative,
                        "kind": piece.kind,
                        "occurred_from": piece.occurred_from and piece.occurred_from.isoformat(),
                        "occurred_on": piece.occurred_on.isoformat(),
                        "links": links.get(keyed.get(piece.id), []),
                        "claims": claims.get(keyed.get(piece.id), []),
                    },
                    ensure_ascii=False,
                ),
            }
            for piece in shared
        ],
    )


def _said_on(piece: sa.Row) -> date:
    """Return the day from which a piece has said what it says.

    The company's time zone is not known here: the day of a change is that of the place where days begin first, which is
    at most one too late and never too early.
    """
    if piece.changed_at <= piece.shared_at:
        return piece.submitted_on
    changed_at: datetime = piece.changed_at
    if changed_at.tzinfo is not None:
        changed_at = changed_at.astimezone(UTC)
    return max(piece.submitted_on, (changed_at + AHEAD_OF_UTC).date())


def _end_rounds() -> None:
    """Leave no round that the schema before would take for a running one though it has ended.

    Nothing is in where a round was called off: it goes, with what was drafted. A side that was closed as “not given” is
    taken for one that is in and says nothing, by whoever closed it; drafts of it go, so that nobody reads them.
    """
    off = "(SELECT id FROM assessment WHERE called_off_at IS NOT NULL)"
    for table in ("assessment_answer", "assessment_sheet", "assessment_note", "assessment_signature"):
        op.execute(f"DELETE FROM {table} WHERE assessment_id IN {off}")
    op.execute("DELETE FROM assessment WHERE called_off_at IS NOT NULL")
    for side in ("self", "manager"):
        closed = f"{side}_closed_at IS NOT NULL AND {side}_submitted_at IS NULL"
        for table in ("assessment_answer", "assessment_sheet"):
            op.execute(
                f"DELETE FROM {table} WHERE side = '{side}' AND assessment_id IN "
                f"(SELECT id FROM assessment WHERE {closed})"
            )
        by = ", manager_id = closed_by_id" if side == "manager" else ""
        op.execute(f"UPDATE assessment SET {side}_submitted_at = {side}_closed_at{by} WHERE {closed}")


def downgrade() -> None:
    """Take all of that away. The schema before knows no closed sides and no rounds that were called off."""
    _end_rounds()
    _index_running(RAN_BEFORE)
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_column("ended_words")
        batch_op.drop_constraint(batch_op.f("fk_waiver_ended_by_id_person"), type_="foreignkey")
        batch_op.drop_column("ended_by_id")

    with op.batch_alter_table("evidence_corroboration", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("asking")

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_assessment_closed_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_assessment_called_off_by_id_person"), type_="foreignkey")
        batch_op.drop_column("called_off_by_id")
        batch_op.drop_column("called_off_at")
        batch_op.drop_column("closed_by_id")
        batch_op.drop_column("manager_closed_at")
        batch_op.drop_column("self_closed_at")
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("due_on")

    with op.batch_alter_table("growth_action", schema=None) as batch_op:
        batch_op.drop_index("ix_growth_action_goal_id")

    op.drop_table("growth_action")
    op.drop_table("corroboration_limit")
    op.drop_table("assessment_signature")
    op.drop_table("assessment_note")
    op.drop_table("growth_goal")
    op.drop_table("evidence_revision")
    with op.batch_alter_table("evidence_attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_attachment_evidence_id")

    op.drop_table("evidence_attachment")
    op.drop_table("notice_preference")
    op.drop_table("notice_digest")
    with op.batch_alter_table("growth_plan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_growth_plan_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_growth_plan_subject_id")

    op.drop_table("growth_plan")
