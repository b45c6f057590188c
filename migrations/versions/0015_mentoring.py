"""Let people mentor each other: profiles, rounds and their runs, mentorships, sessions and what a pair writes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = (
    "mentoring_coordinator",
    "mentoring_exclusion",
    "mentoring_offer",
    "mentoring_preference",
    "mentoring_profile",
    "mentoring_wish",
    "mentoring_round",
    "match_run",
    "round_choice",
    "match_left",
    "match_pair",
    "mentorship",
    "mentorship_goal",
    "mentorship_message",
    "mentorship_review",
    "mentorship_step",
    "mentoring_session",
    "mentoring_note",
    "private_note",
    "session_action",
    "session_evidence",
)
"""In the order in which they may refer to each other."""


def upgrade() -> None:
    """Make the tables of mentoring."""
    _make_profiles()
    _make_rounds()
    _make_mentorships()
    _make_sessions()
    op.add_column("evidence", sa.Column("needed_voice_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take them away, the youngest first."""
    op.drop_column("evidence", "needed_voice_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_profiles() -> None:
    op.create_table(
        "mentoring_coordinator",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_mentoring_coordinator_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["named_by_id"], ["person.id"], name=op.f("fk_mentoring_coordinator_named_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_coordinator_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_coordinator")),
    )
    with op.batch_alter_table("mentoring_coordinator", schema=None) as batch_op:
        batch_op.create_index(
            "uq_mentoring_coordinator_person_id",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "mentoring_exclusion",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_mentoring_exclusion_other_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_exclusion_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_exclusion")),
        sa.UniqueConstraint("person_id", "other_id", name=op.f("uq_mentoring_exclusion_person_id_other_id")),
    )
    with op.batch_alter_table("mentoring_exclusion", schema=None) as batch_op:
        batch_op.create_index("ix_mentoring_exclusion_other_id", ["other_id"], unique=False)
    op.create_table(
        "mentoring_offer",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_offer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_offer")),
        sa.UniqueConstraint(
            "person_id", "lineage", "expectation_id", name=op.f("uq_mentoring_offer_person_id_lineage_expectation_id")
        ),
    )
    with op.batch_alter_table("mentoring_offer", schema=None) as batch_op:
        batch_op.create_index("ix_mentoring_offer_expectation", ["lineage", "expectation_id"], unique=False)
    op.create_table(
        "mentoring_preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_mentoring_preference_other_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_preference_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_preference")),
        sa.UniqueConstraint(
            "person_id", "other_id", "side", name=op.f("uq_mentoring_preference_person_id_other_id_side")
        ),
    )
    op.create_table(
        "mentoring_profile",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("works_from", sa.Integer(), nullable=False),
        sa.Column("works_until", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("mentors_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("seeks_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 0 AND 4", name=op.f("ck_mentoring_profile_capacity_limits")),
        sa.CheckConstraint(
            "works_from BETWEEN 0 AND 1439 AND works_until BETWEEN 0 AND 1439",
            name=op.f("ck_mentoring_profile_minutes_of_a_day"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_profile_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_profile")),
        sa.UniqueConstraint("person_id", name=op.f("uq_mentoring_profile_person_id")),
    )
    op.create_table(
        "mentoring_wish",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_wish_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_wish")),
        sa.UniqueConstraint(
            "person_id", "lineage", "expectation_id", name=op.f("uq_mentoring_wish_person_id_lineage_expectation_id")
        ),
    )


def _make_rounds() -> None:
    op.create_table(
        "mentoring_round",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("goals_weight", sa.Integer(), nullable=False),
        sa.Column("level_weight", sa.Integer(), nullable=False),
        sa.Column("team_weight", sa.Integer(), nullable=False),
        sa.Column("hours_weight", sa.Integer(), nullable=False),
        sa.Column("preference_weight", sa.Integer(), nullable=False),
        sa.Column("load_weight", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("published_run_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "goals_weight + level_weight + team_weight + hours_weight + preference_weight + load_weight = 1000",
            name=op.f("ck_mentoring_round_weights_sum"),
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_mentoring_round_opened_by_id_person")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_mentoring_round_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_round")),
    )
    op.create_table(
        "match_run",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mentees", sa.Integer(), nullable=False),
        sa.Column("mentors", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("admissible", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_match_run_by_id_person")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["mentoring_round.id"], name=op.f("fk_match_run_round_id_mentoring_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_match_run_round_id_number")),
    )
    op.create_table(
        "round_choice",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_round_choice_made_by_id_person")),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_round_choice_mentee_id_person")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_round_choice_mentor_id_person")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["mentoring_round.id"], name=op.f("fk_round_choice_round_id_mentoring_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_choice")),
    )
    with op.batch_alter_table("round_choice", schema=None) as batch_op:
        batch_op.create_index(
            "uq_round_choice_pair",
            ["round_id", "mentee_id", "mentor_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "match_left",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("rivals", sa.Text(), nullable=False),
        sa.Column("mentors", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("unheld", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_match_left_mentee_id_person")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_left_run_id_match_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_left")),
        sa.UniqueConstraint("run_id", "mentee_id", name=op.f("uq_match_left_run_id_mentee_id")),
    )
    op.create_table(
        "match_pair",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("goals_part", sa.Integer(), nullable=False),
        sa.Column("level_part", sa.Integer(), nullable=False),
        sa.Column("team_part", sa.Integer(), nullable=False),
        sa.Column("hours_part", sa.Integer(), nullable=False),
        sa.Column("preference_part", sa.Integer(), nullable=False),
        sa.Column("load_part", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("is_cross_ladder", sa.Boolean(), nullable=False),
        sa.Column("next_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("next_score", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_match_pair_mentee_id_person")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_match_pair_mentor_id_person")),
        sa.ForeignKeyConstraint(["next_mentor_id"], ["person.id"], name=op.f("fk_match_pair_next_mentor_id_person")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_pair_run_id_match_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_pair")),
        sa.UniqueConstraint("run_id", "mentee_id", name=op.f("uq_match_pair_run_id_mentee_id")),
    )


def _make_mentorships() -> None:
    op.create_table(
        "mentorship",
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("waits_for", sa.String(length=8), nullable=True),
        sa.Column("mentee_consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mentor_consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("session_weeks", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("mid_point_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("left_state", sa.String(length=16), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("resumes_on", sa.Date(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("shares_goals", sa.Boolean(), nullable=False),
        sa.Column("is_cross_ladder", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > began_on", name=op.f("ck_mentorship_ends_after_start")),
        sa.CheckConstraint("mentee_id <> mentor_id", name=op.f("ck_mentorship_not_oneself")),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_mentorship_mentee_id_person")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentorship_mentor_id_person")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_mentorship_proposed_by_id_person")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["mentoring_round.id"], name=op.f("fk_mentorship_round_id_mentoring_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship")),
    )
    with op.batch_alter_table("mentorship", schema=None) as batch_op:
        batch_op.create_index("ix_mentorship_mentee_id", ["mentee_id", "state"], unique=False)
        batch_op.create_index("ix_mentorship_mentor_id", ["mentor_id", "state"], unique=False)
        batch_op.create_index("ix_mentorship_round_id", ["round_id"], unique=False)
        batch_op.create_index(
            "uq_mentorship_mentee_underway",
            ["mentee_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('active', 'mid_point_done', 'closing', 'paused')"),
            postgresql_where=sa.text("state IN ('active', 'mid_point_done', 'closing', 'paused')"),
        )
        batch_op.create_index(
            "uq_mentorship_pair_proposed",
            ["mentee_id", "mentor_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
    op.create_table(
        "mentorship_goal",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("lineage", sa.String(length=64), nullable=False),
        sa.Column("expectation_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("outcome_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentorship_goal_mentorship_id_mentorship")
        ),
        sa.ForeignKeyConstraint(["outcome_by_id"], ["person.id"], name=op.f("fk_mentorship_goal_outcome_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship_goal")),
        sa.UniqueConstraint(
            "mentorship_id",
            "lineage",
            "expectation_id",
            name=op.f("uq_mentorship_goal_mentorship_id_lineage_expectation_id"),
        ),
    )
    op.create_table(
        "mentorship_message",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_mentorship_message_author_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentorship_message_mentorship_id_mentorship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship_message")),
    )
    with op.batch_alter_table("mentorship_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mentorship_message_mentorship_id", ["mentorship_id", "written_at", "id"], unique=False
        )
    op.create_table(
        "mentorship_review",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_mentorship_review_author_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentorship_review_mentorship_id_mentorship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship_review")),
        sa.UniqueConstraint(
            "mentorship_id", "author_id", "kind", name=op.f("uq_mentorship_review_mentorship_id_author_id_kind")
        ),
    )
    op.create_table(
        "mentorship_step",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_mentorship_step_by_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentorship_step_mentorship_id_mentorship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship_step")),
    )
    with op.batch_alter_table("mentorship_step", schema=None) as batch_op:
        batch_op.create_index("ix_mentorship_step_mentorship_id", ["mentorship_id", "at", "id"], unique=False)


def _make_sessions() -> None:
    op.create_table(
        "mentoring_session",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_mentoring_session_minutes_limits")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_mentoring_session_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentoring_session_mentorship_id_mentorship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_session")),
        sa.UniqueConstraint("mentorship_id", "number", name=op.f("uq_mentoring_session_mentorship_id_number")),
    )
    op.create_table(
        "mentoring_note",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_mentoring_note_author_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentoring_note_mentorship_id_mentorship")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_mentoring_note_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_note")),
    )
    with op.batch_alter_table("mentoring_note", schema=None) as batch_op:
        batch_op.create_index("ix_mentoring_note_session_id", ["session_id", "written_at", "id"], unique=False)
    op.create_table(
        "private_note",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_key", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_private_note_author_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_private_note_mentorship_id_mentorship")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_private_note_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
    )
    with op.batch_alter_table("private_note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_private_note_mentorship_id", ["mentorship_id", "author_id", "session_id"], unique=False
        )
    op.create_table(
        "session_action",
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_session_action_author_id_person")),
        sa.ForeignKeyConstraint(
            ["mentorship_id"], ["mentorship.id"], name=op.f("fk_session_action_mentorship_id_mentorship")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_session_action_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_session_action_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_action")),
    )
    with op.batch_alter_table("session_action", schema=None) as batch_op:
        batch_op.create_index("ix_session_action_mentorship_id", ["mentorship_id", "done_at"], unique=False)
    op.create_table(
        "session_evidence",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_session_evidence_author_id_person")),
        sa.ForeignKeyConstraint(
            ["piece_id"],
            ["evidence.id"],
            name=op.f("fk_session_evidence_piece_id_evidence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_session_evidence_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_evidence")),
        sa.UniqueConstraint("session_id", "author_id", name=op.f("uq_session_evidence_session_id_author_id")),
    )
