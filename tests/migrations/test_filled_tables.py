"""Migrations on tables that hold something: what is there stays, and what an older schema cannot say is put right."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table, create_engine, inspect, select, text

from app.infra import schema
from app.infra.db import Code, db, writing
from tests.conftest import BACKEND, Databases

AT = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
BEFORE_THIS = "0010"
STEPS = ("0015", "0014", "0013", "0012", "0011", BEFORE_THIS)
SIDES = ("self", "manager")
FIND = {
    "sqlite": "SELECT count(*) FROM search_index WHERE search_index MATCH 'migrated'",
    "postgresql": "SELECT count(*) FROM search_text WHERE lexemes @@ to_tsquery('simple', 'migrated')",
}


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """Return an engine on a database with the newest schema and a row or two in every table."""
    if BACKEND == "postgres":
        name = f"{databases.name}_filled"
        databases.server.drop_database(name)
        databases.server.create_database(name)
        engine = create_engine(databases.server.url(name))
    else:
        engine = create_engine(f"sqlite:///{tmp_path / 'filled.db'}")
    with writing():
        schema.upgrade(engine)
        with engine.begin() as connection:
            fill(connection)
        yield engine
    engine.dispose()
    if BACKEND == "postgres":
        databases.server.drop_database(name)


def fill(connection: Connection) -> None:
    """Put one row into each table of the models; columns that may be empty stay so."""
    keys: dict[str, object] = {}
    for table in db.metadata.sorted_tables:
        # Some tables have their one row from the beginning.
        if (there := connection.execute(select(table)).first()) is not None:
            keys[table.name] = there[0]
            continue
        given = GIVEN.get(table.name, {})
        if table.name in SOMEBODY_ELSE:
            given = {SOMEBODY_ELSE[table.name]: add(connection, "person", keys, email=f"{table.name}@example.org")}
        add(connection, table, keys, **given)


SOMEBODY_ELSE = {"manager_link": "manager_id", "mentorship": "mentor_id"}
"""Columns that have to name somebody else than the row is about."""
GIVEN: dict[str, dict[str, object]] = {
    "mentoring_round": {
        "goals_weight": 500,
        "level_weight": 150,
        "team_weight": 100,
        "hours_weight": 100,
        "preference_weight": 100,
        "load_weight": 50,
    },
    "mentoring_session": {"minutes": 60},
    "evidence": {"shared_at": AT, "submitted_on": AT.date(), "state": "shared", "title": "Migrated the schedules"},
}
"""What a row needs to be one that the database takes, beyond what each column takes."""


def add(connection: Connection, table: Table | str, keys: dict[str, object], **given: object) -> object:
    """Add a row, and return its key. Foreign keys point to the first row of the other table."""
    table = db.metadata.tables[table] if isinstance(table, str) else table
    row = dict(given)
    for column in table.columns:
        if column.name in row or column.nullable:
            continue
        if column.foreign_keys:
            row[column.name] = keys[next(iter(column.foreign_keys)).column.table.name]
        elif not (column.primary_key and column.autoincrement is True):
            row[column.name] = value_for(column)
    done = connection.execute(table.insert().values(**row))
    key = done.inserted_primary_key[0]
    keys.setdefault(table.name, key)
    return key


def value_for(column: sa.Column) -> object:
    """Return something that a column takes."""
    if isinstance(column.type, Code):
        return next(iter(column.type.members))
    kind = getattr(column.type, "impl", column.type).python_type
    made = {
        uuid.UUID: uuid.uuid4, datetime: lambda: AT, date: AT.date, int: lambda: 1, bool: lambda: False,
        float: lambda: 1.0, bytes: lambda: b"x" * 32, dict: dict, list: list,
    }  # fmt: skip
    length = getattr(column.type, "length", None)
    return made[kind]() if kind in made else "{}" if length is None else (column.name * 64)[: min(length, 64)]


def counted(engine: Engine) -> dict[str, int]:
    """Return how many rows each table has, as it is named in the database."""
    names = [name for name in inspect(engine).get_table_names() if not name.startswith(("search_index", "alembic"))]
    with engine.connect() as connection:
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def test_each_step_down_and_all_up_again_keep_every_row_that_the_schema_knows(engine):
    before = counted(engine)
    assert {name for name, rows in before.items() if not rows} == set()
    for revision in STEPS:
        schema.downgrade(engine, "-1")
        assert schema.current_revision(engine) == revision
        left = counted(engine)
        assert left == {name: before[name] for name in left}
    for revision in (*STEPS[-2::-1], "head"):
        schema.upgrade(engine, revision)
    after = counted(engine)
    assert after.keys() == before.keys()
    kept = {name: before[name] for name in left}
    assert {name: after[name] for name in kept} == kept
    assert after["evidence_revision"] == 1
    # The index is filled from the words that are there, and its triggers follow them again.
    with engine.begin() as connection:
        find = text(FIND[engine.dialect.name])
        assert connection.execute(find).scalar_one() == 1
        connection.execute(text("UPDATE evidence SET title = 'Something else'"))
        assert connection.execute(find).scalar_one() == 0
        connection.execute(text("UPDATE evidence SET title = 'Migrated again'"))
        assert connection.execute(find).scalar_one() == 1


def test_rounds_that_have_ended_do_not_run_again_in_the_schema_before(engine):
    people, rounds = db.metadata.tables["person"], db.metadata.tables["assessment"]
    sheets, answers = db.metadata.tables["assessment_sheet"], db.metadata.tables["assessment_answer"]
    with engine.begin() as connection:
        connection.execute(sheets.delete())
        connection.execute(answers.delete())
        connection.execute(db.metadata.tables["assessment_note"].delete())
        connection.execute(db.metadata.tables["assessment_signature"].delete())
        connection.execute(rounds.delete())
        keys = {"person": connection.execute(select(people.c.id)).scalars().first()}
        keys["ladder_version"] = connection.execute(select(db.metadata.tables["ladder_version"].c.id)).scalars().first()
        who, at = keys["person"], AT + timedelta(days=9)
        same = {"target_level": "L3", "lineage": "swe", "opened_at": AT}
        ended = {
            "off": {"called_off_at": at, "called_off_by_id": who},
            "self": {"manager_submitted_at": AT, "manager_id": who, "self_closed_at": at},
            "manager": {"self_submitted_at": AT, "manager_closed_at": at},
            "runs": {"self_submitted_at": AT},
        }
        ids = {}
        for name, columns in ended.items():
            closer = {"closed_by_id": who, "submitted_on": at.date()} if name in SIDES else {}
            ids[name] = add(connection, rounds, keys, **same, **closer, **columns)
            of = {"assessment_id": ids[name], "author_id": who}
            for side in SIDES:
                add(connection, sheets, keys, **of, side=side)
                add(connection, answers, keys, **of, side=side, comment=f"{name} {side}")
    schema.downgrade(engine, BEFORE_THIS)
    known = ("self_submitted_at", "manager_submitted_at", "manager_id")
    with engine.connect() as connection:
        left = {row.id: row for row in connection.execute(select(rounds.c.id, *(rounds.c[one] for one in known)))}
        said = set(connection.execute(select(answers.c.comment)).scalars())
        kept = connection.execute(select(sa.func.count()).select_from(sheets)).scalar_one()
    assert left.keys() == {ids["self"], ids["manager"], ids["runs"]}
    assert left[ids["self"]].self_submitted_at == left[ids["manager"]].manager_submitted_at == at
    assert left[ids["manager"]].manager_id == who
    # What was drafted for a side that was never given is read by nobody.
    assert said == {"self manager", "manager self", "runs self", "runs manager"}
    assert kept == len(said)
    schema.upgrade(engine)
