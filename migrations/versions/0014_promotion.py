"""Let people be nominated, reviewed and promoted: cycles, committees, cases, packets, ratings and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = (
    "promotion_cycle",
    "review_rank",
    "committee_member",
    "cycle_approval",
    "cycle_ladder",
    "eligibility",
    "promotion_case",
    "case_remark",
    "case_step",
    "cycle_step",
    "decision",
    "exception_asked",
    "nomination",
    "packet_addition",
    "packet_choice",
    "packet_section",
    "packet_snapshot",
    "panel_seat",
    "peer_feedback",
    "recusal",
    "decision_finding",
    "feedback_answer",
    "given_rating",
    "rating_draft",
)
"""In the order in which they may refer to each other."""


def upgrade() -> None:
    """Make the tables of promotion."""
    _make_cycles()
    _make_cases()
    _make_writing()
    _make_judging()
    _make_deciding()


def downgrade() -> None:
    """Take them away, the youngest first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_cycles() -> None:
    op.create_table(
        "promotion_cycle",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("nominations_close", sa.Date(), nullable=True),
        sa.Column("packets_due", sa.Date(), nullable=True),
        sa.Column("feedback_due", sa.Date(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=True),
        sa.Column("calibration_on", sa.Date(), nullable=True),
        sa.Column("communicate_by", sa.Date(), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("evidence_until", sa.Date(), nullable=True),
        sa.Column("chair_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("panel_size", sa.Integer(), nullable=False),
        sa.Column("feedback_asked", sa.Integer(), nullable=False),
        sa.Column("feedback_needed", sa.Integer(), nullable=False),
        sa.Column("minimum_months", sa.Integer(), nullable=False),
        sa.Column("hides_ratings", sa.Boolean(), nullable=False),
        sa.Column("archive_days", sa.Integer(), nullable=False),
        sa.Column("eligibility_listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("communicated_on", sa.Date(), nullable=True),
        sa.Column("archived_on", sa.Date(), nullable=True),
        sa.Column("cancelled_reason", sa.String(length=1000), nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quorum >= 1 AND panel_size >= quorum", name=op.f("ck_promotion_cycle_panel_holds_quorum")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_promotion_cycle_chair_id_person")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_promotion_cycle_created_by_id_person")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_promotion_cycle_deputy_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_cycle")),
    )
    op.create_table(
        "review_rank",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_rank_person_id_person")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_review_rank_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_rank")),
    )
    with op.batch_alter_table("review_rank", schema=None) as batch_op:
        batch_op.create_index(
            "uq_review_rank_person_id",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "committee_member",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.String(length=1000), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_committee_member_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_committee_member_ended_by_id_person")),
        sa.ForeignKeyConstraint(["named_by_id"], ["person.id"], name=op.f("fk_committee_member_named_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_committee_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_member")),
    )
    with op.batch_alter_table("committee_member", schema=None) as batch_op:
        batch_op.create_index("ix_committee_member_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_committee_member_serving",
            ["cycle_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "cycle_approval",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_cycle_approval_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cycle_approval_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_approval")),
        sa.UniqueConstraint(
            "cycle_id", "person_id", "digest", name=op.f("uq_cycle_approval_cycle_id_person_id_digest")
        ),
    )
    op.create_table(
        "cycle_ladder",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_cycle_ladder_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"], ["ladder_version.id"], name=op.f("fk_cycle_ladder_ladder_version_id_ladder_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_ladder")),
        sa.UniqueConstraint("cycle_id", "lineage", name=op.f("uq_cycle_ladder_cycle_id_lineage")),
    )


def _make_cases() -> None:
    op.create_table(
        "eligibility",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("held_since", sa.Date(), nullable=True),
        sa.Column("targets", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("waived_reason", sa.String(length=1000), nullable=True),
        sa.Column("waived_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_eligibility_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_eligibility_subject_id_person")),
        sa.ForeignKeyConstraint(["waived_by_id"], ["person.id"], name=op.f("fk_eligibility_waived_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility")),
        sa.UniqueConstraint("cycle_id", "subject_id", name=op.f("uq_eligibility_cycle_id_subject_id")),
    )
    with op.batch_alter_table("eligibility", schema=None) as batch_op:
        batch_op.create_index("ix_eligibility_subject_id", ["subject_id"], unique=False)
    op.create_table(
        "promotion_case",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("ladder_version_id", sa.Uuid(), nullable=False),
        sa.Column("from_level", sa.String(length=32), nullable=False),
        sa.Column("target_level", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nominated_by_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_by", sa.String(length=8), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_incomplete", sa.Boolean(), nullable=False),
        sa.Column("incomplete_reason", sa.String(length=1000), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("statement_by_id", sa.Uuid(), nullable=True),
        sa.Column("statement_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("feedback_waived_reason", sa.String(length=1000), nullable=True),
        sa.Column("feedback_waived_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("teller_id", sa.Uuid(), nullable=True),
        sa.Column("told_recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(frozen_at IS NULL) = (digest IS NULL)", name=op.f("ck_promotion_case_frozen_with_digest")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_promotion_case_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_waived_by_id"], ["person.id"], name=op.f("fk_promotion_case_feedback_waived_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ladder_version_id"],
            ["ladder_version.id"],
            name=op.f("fk_promotion_case_ladder_version_id_ladder_version"),
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_promotion_case_lifted_by_id_person")),
        sa.ForeignKeyConstraint(
            ["nominated_by_id"], ["person.id"], name=op.f("fk_promotion_case_nominated_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["statement_by_id"], ["person.id"], name=op.f("fk_promotion_case_statement_by_id_person")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_promotion_case_subject_id_person")),
        sa.ForeignKeyConstraint(["teller_id"], ["person.id"], name=op.f("fk_promotion_case_teller_id_person")),
        sa.ForeignKeyConstraint(
            ["told_recorded_by_id"], ["person.id"], name=op.f("fk_promotion_case_told_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_case")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_promotion_case_cycle_id_number")),
    )
    with op.batch_alter_table("promotion_case", schema=None) as batch_op:
        batch_op.create_index("ix_promotion_case_subject_id", ["subject_id"], unique=False)
        batch_op.create_index(
            "uq_promotion_case_open",
            ["cycle_id", "subject_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('closed', 'withdrawn', 'declined', 'ineligible', 'cancelled')"),
            postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn', 'declined', 'ineligible', 'cancelled')"),
        )
    op.create_table(
        "case_remark",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cites", sa.String(length=200), nullable=False),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_case_remark_author_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_case_remark_case_id_promotion_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_remark")),
    )
    with op.batch_alter_table("case_remark", schema=None) as batch_op:
        batch_op.create_index("ix_case_remark_case_id", ["case_id", "at"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_case_step_by_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_case_step_case_id_promotion_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
    )
    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.create_index("ix_case_step_case_id", ["case_id", "at", "id"], unique=False)
    op.create_table(
        "cycle_step",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("target", sa.String(length=16), nullable=True),
        sa.Column("deadline", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("day_before", sa.Date(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cycle_step_by_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_cycle_step_case_id_promotion_case")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_cycle_step_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cycle_step_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_step")),
    )
    with op.batch_alter_table("cycle_step", schema=None) as batch_op:
        batch_op.create_index("ix_cycle_step_cycle_id", ["cycle_id", "at", "id"], unique=False)


def _make_writing() -> None:
    op.create_table(
        "decision",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("renominate_from", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("defer_reason", sa.String(length=32), nullable=True),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("defer_until", sa.Date(), nullable=True),
        sa.Column("feedback_summary", sa.Text(), nullable=False),
        sa.Column("recommended", sa.String(length=16), nullable=True),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("months_at_level", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_decision_case_id_promotion_case")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_decision_decided_by_id_person")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_decision_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("case_id", name=op.f("uq_decision_case_id")),
    )
    op.create_table(
        "exception_asked",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_exception_asked_case_id_promotion_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_asked")),
        sa.UniqueConstraint("case_id", "expectation_id", name=op.f("uq_exception_asked_case_id_expectation_id")),
    )
    op.create_table(
        "nomination",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_nomination_author_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_nomination_case_id_promotion_case")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["promotion_cycle.id"], name=op.f("fk_nomination_cycle_id_promotion_cycle")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_nomination_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint(
            "cycle_id", "subject_id", "author_id", name=op.f("uq_nomination_cycle_id_subject_id_author_id")
        ),
    )
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.create_index("ix_nomination_author_id", ["author_id"], unique=False)
    op.create_table(
        "packet_addition",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_packet_addition_author_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_packet_addition_case_id_promotion_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_addition")),
    )
    with op.batch_alter_table("packet_addition", schema=None) as batch_op:
        batch_op.create_index("ix_packet_addition_case_id", ["case_id", "at"], unique=False)
    op.create_table(
        "packet_choice",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_packet_choice_case_id_promotion_case")
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_packet_choice_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_choice")),
        sa.UniqueConstraint("case_id", "evidence_id", name=op.f("uq_packet_choice_case_id_evidence_id")),
    )


def _make_judging() -> None:
    op.create_table(
        "packet_section",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("window_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_packet_section_author_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_packet_section_case_id_promotion_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_section")),
        sa.UniqueConstraint("case_id", "part", "author_id", name=op.f("uq_packet_section_case_id_part_author_id")),
    )
    op.create_table(
        "packet_snapshot",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_packet_snapshot_case_id_promotion_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_snapshot")),
        sa.UniqueConstraint("case_id", name=op.f("uq_packet_snapshot_case_id")),
    )
    op.create_table(
        "panel_seat",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_by", sa.String(length=16), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_panel_seat_case_id_promotion_case")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panel_seat_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_seat")),
    )
    with op.batch_alter_table("panel_seat", schema=None) as batch_op:
        batch_op.create_index("ix_panel_seat_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_panel_seat_held",
            ["case_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "peer_feedback",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("expectations", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_reason", sa.String(length=1000), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_peer_feedback_asked_by_id_person")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_peer_feedback_author_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_peer_feedback_case_id_promotion_case")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_peer_feedback_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_feedback")),
        sa.UniqueConstraint("case_id", "author_id", name=op.f("uq_peer_feedback_case_id_author_id")),
    )
    with op.batch_alter_table("peer_feedback", schema=None) as batch_op:
        batch_op.create_index("ix_peer_feedback_author_id", ["author_id"], unique=False)
    op.create_table(
        "recusal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recusal_by_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["promotion_case.id"], name=op.f("fk_recusal_case_id_promotion_case")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        sa.UniqueConstraint("case_id", "person_id", "reason", name=op.f("uq_recusal_case_id_person_id_reason")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index("ix_recusal_person_id", ["person_id"], unique=False)


def _make_deciding() -> None:
    op.create_table(
        "decision_finding",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("would_change", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_finding_decision_id_decision"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_finding")),
        sa.UniqueConstraint(
            "decision_id", "expectation_id", "kind", name=op.f("uq_decision_finding_decision_id_expectation_id_kind")
        ),
    )
    op.create_table(
        "feedback_answer",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("leaning", sa.String(length=16), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"],
            ["peer_feedback.id"],
            name=op.f("fk_feedback_answer_feedback_id_peer_feedback"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_answer")),
        sa.UniqueConstraint(
            "feedback_id", "expectation_id", name=op.f("uq_feedback_answer_feedback_id_expectation_id")
        ),
    )
    op.create_table(
        "given_rating",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=16), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number = 1 OR length(reason) > 0", name=op.f("ck_given_rating_change_with_reason")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["promotion_case.id"], name=op.f("fk_given_rating_case_id_promotion_case")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_given_rating_reviewer_id_person")),
        sa.ForeignKeyConstraint(["seat_id"], ["panel_seat.id"], name=op.f("fk_given_rating_seat_id_panel_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_rating")),
        sa.UniqueConstraint(
            "seat_id",
            "expectation_id",
            "number",
            name=op.f("uq_given_rating_seat_id_expectation_id_number"),
        ),
    )
    with op.batch_alter_table("given_rating", schema=None) as batch_op:
        batch_op.create_index("ix_given_rating_case_id", ["case_id"], unique=False)
    op.create_table(
        "rating_draft",
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("rating", sa.String(length=16), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("window_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["panel_seat.id"], name=op.f("fk_rating_draft_seat_id_panel_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_draft")),
        sa.UniqueConstraint("seat_id", "expectation_id", name=op.f("uq_rating_draft_seat_id_expectation_id")),
    )
