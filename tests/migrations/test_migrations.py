"""Migrations: up, down, and up again; the head is what the models say; the wrong schema is refused with a command."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from app.infra import schema
from app.infra.db import db, writing
from tests.conftest import BACKEND, Databases

ROOT = Path(__file__).parents[2]
REVISIONS = [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()][::-1]


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """Return an engine on an empty database."""
    if BACKEND == "postgres":
        name = f"{databases.name}_empty"
        databases.server.drop_database(name)
        databases.server.create_database(name)
        engine = create_engine(databases.server.url(name))
    else:
        engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with writing():
        yield engine
    engine.dispose()
    if BACKEND == "postgres":
        databases.server.drop_database(name)


def test_one_head_and_the_head_file_names_it():
    heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    last = max((ROOT / "migrations" / "versions").glob("0*.py"))
    assert heads == [last.name[:4]]
    assert (ROOT / "migrations" / "CURRENT_HEAD").read_text().strip() == last.stem


def test_head_is_what_the_models_say(engine):
    schema.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": schema.is_mapped})
        assert compare_metadata(context, db.metadata) == []


def test_down_to_nothing_and_up_again(engine):
    schema.upgrade(engine)
    tables = set(inspect(engine).get_table_names())
    for revision in [*REVISIONS[-2::-1], "base"]:
        schema.downgrade(engine, revision)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_goes_down_one_step_and_up_again(engine, revision):
    schema.upgrade(engine, revision)
    schema.downgrade(engine, "-1")
    schema.upgrade(engine, revision)
    assert schema.current_revision(engine) == revision


def test_upgrade_twice_changes_nothing(engine):
    schema.upgrade(engine)
    schema.upgrade(engine)
    assert schema.current_revision(engine) == schema.head_revision()


def test_failing_migration_leaves_the_old_schema(engine, monkeypatch):
    schema.upgrade(engine, REVISIONS[0])
    tables = set(inspect(engine).get_table_names())
    monkeypatch.setattr(command, "upgrade", _upgrade_then_fail(command.upgrade))
    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables
    assert schema.current_revision(engine) == REVISIONS[0]


def _upgrade_then_fail(upgrade):
    def fail(*args):
        upgrade(*args)
        raise KeyboardInterrupt

    return fail


def test_schema_of_another_version_is_refused_with_the_command_that_helps(engine):
    with pytest.raises(schema.SchemaError, match=r"is empty.*belay db upgrade"):
        schema.check(engine)
    schema.upgrade(engine, REVISIONS[0])
    with pytest.raises(schema.SchemaError, match=r"older schema 0001.*belay db upgrade"):
        schema.check(engine)
    schema.upgrade(engine)
    schema.check(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaError, match="newer than this Belay"):
        schema.check(engine)


def test_no_migration_imports_the_application():
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "import app" not in file.read_text()
        assert "from app" not in file.read_text()


# What migrations do to what is there ----------------------------------------


TYPES = {
    "id": sa.Uuid(), "subject_id": sa.Uuid(), "evidence_id": sa.Uuid(),
    "occurred_on": sa.Date(), "submitted_on": sa.Date(), "said_on": sa.Date(),
    "created_at": sa.DateTime(timezone=True), "changed_at": sa.DateTime(timezone=True),
    "said_at": sa.DateTime(timezone=True),
    "shared_at": sa.DateTime(timezone=True), "withdrawn_at": sa.DateTime(timezone=True),
}  # fmt: skip
"""Types of the columns that a database stores in its own way. The models are those of the head, and of no use here."""


def table_of(name, *columns):
    return sa.table(name, *(sa.column(column, TYPES.get(column)) for column in columns))


def add_row(connection, table, **row):
    row = {"id": uuid.uuid4()} | row
    connection.execute(table_of(table, *row).insert().values(**row))
    return row["id"]


def test_every_shared_piece_gets_its_first_revision_and_a_draft_none(engine):
    schema.upgrade(engine, "0010")
    day, at = date(2026, 9, 1), datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
    pieces = {}
    with engine.begin() as connection:
        person = add_row(
            connection, "person", name="Amara", sort_name="amara", email="amara@example.org", created_at=at, version=1
        )
        for number, state in enumerate(("draft", "shared", "withdrawn")):
            was_shared = state != "draft"
            pieces[state] = add_row(
                connection,
                "evidence",
                subject_id=person,
                number=number,
                title=f"A {state} piece",
                narrative="The “story”",
                kind="ticket",
                occurred_on=day,
                state=state,
                created_at=at,
                changed_at=at,
                shared_at=at if was_shared else None,
                submitted_on=at.date() if was_shared else None,
                withdrawn_at=at if state == "withdrawn" else None,
                version=1,
            )
        for place, expectation in ((1, "swe.lead-design-discussions"), (0, "swe.coach-juniors")):
            of_piece = {"evidence_id": pieces["shared"], "position": place}
            add_row(connection, "evidence_link", **of_piece, url=f"https://docs.example/{place}")
            claim = {"expectation_id": expectation, "line": f"Line {place}", "changed_at": at}
            add_row(connection, "evidence_claim", **of_piece, **claim)
    schema.upgrade(engine, "0011")
    revisions = table_of("evidence_revision", "evidence_id", "number", "said_on", "content")
    with engine.connect() as connection:
        rows = {row.evidence_id: row for row in connection.execute(sa.select(revisions))}
    assert rows.keys() == {pieces["shared"], pieces["withdrawn"]}
    assert {(row.number, row.said_on) for row in rows.values()} == {(1, at.date())}
    assert json.loads(rows[pieces["withdrawn"]].content)["claims"] == []
    assert json.loads(rows[pieces["shared"]].content) == {
        "title": "A shared piece",
        "narrative": "The “story”",
        "kind": "ticket",
        "occurred_from": None,
        "occurred_on": "2026-09-01",
        "links": ["https://docs.example/0", "https://docs.example/1"],
        "claims": [
            {"expectation": "swe.coach-juniors", "line": "Line 0"},
            {"expectation": "swe.lead-design-discussions", "line": "Line 1"},
        ],
    }


@pytest.mark.parametrize(
    ("changed_at", "said_on"),
    [
        (datetime(2026, 9, 3, 8, 0, tzinfo=UTC), date(2026, 9, 3)),
        (datetime(2026, 9, 2, 8, 0, tzinfo=UTC), date(2026, 9, 3)),
        (datetime(2026, 10, 9, 8, 0, tzinfo=UTC), date(2026, 10, 9)),
        # In a company whose days begin earlier it was the tenth already: a manager who left on the ninth reads nothing.
        (datetime(2026, 10, 9, 22, 0, tzinfo=UTC), date(2026, 10, 10)),
    ],
)
def test_first_revision_is_dated_by_the_last_change_and_never_earlier(engine, changed_at, said_on):
    schema.upgrade(engine, "0010")
    shared_at = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
    with engine.begin() as connection:
        person = add_row(
            connection, "person", name="Amara", sort_name="amara", email="amara@example.org", created_at=shared_at,
            version=1,
        )  # fmt: skip
        add_row(
            connection, "evidence", subject_id=person, number=1, title="As it reads today", narrative="", kind="ticket",
            occurred_on=shared_at.date(), state="shared", created_at=shared_at, changed_at=changed_at,
            shared_at=shared_at, submitted_on=shared_at.date(), version=1,
        )  # fmt: skip
    schema.upgrade(engine, "0011")
    with engine.connect() as connection:
        row = connection.execute(sa.select(table_of("evidence_revision", "said_at", "said_on"))).one()
    assert row.said_on == said_on
    # SQLite stores UTC without its offset.
    said_at = row.said_at if row.said_at.tzinfo else row.said_at.replace(tzinfo=UTC)
    assert said_at == max(shared_at, changed_at)


def test_triggers_keep_the_index_of_every_searched_table(engine):
    schema.upgrade(engine)
    searched = {
        "person", "evidence", "evidence_link", "evidence_claim",
        "assessment_answer", "assessment_note", "growth_goal", "growth_action",
    }  # fmt: skip
    with engine.connect() as connection:
        if BACKEND == "postgres":
            found = set(connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
            assert {f"search_{table}" for table in searched} <= found
        else:
            found = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
            acts = ("insert", "update", "delete")
            assert {f"search_{table}_{act}" for table in searched for act in acts} <= found
