"""`belay people import`: what it prints, how it ends, and that a look changes nothing."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.audit.models import AuditEvent
from app.cli import context
from app.cli.main import main
from app.infra import table_file
from app.infra.db import db, writing
from app.people.models import Person
from config import Settings
from tests.factories import editions

GOOD = """employee_id;name;email;team;manager_employee_id;ladder;level;level_since;salary
E1;Ada Lovelace;ada@larkspur.example;Core;;software-engineer;L3;2024-01-01;1
E2;Ben Okafor;ben@larkspur.example;Core;E1;;;;2
"""


@pytest.fixture
def belay(app, databases, monkeypatch, tmp_path):
    """Return a function that runs a command on the test's database."""
    monkeypatch.setenv("BELAY_DATABASE_URL", databases.url)
    monkeypatch.setenv("BELAY_DATA", str(tmp_path))
    editions.adopted()
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        made.append(create_app(settings))
        return made[-1]

    monkeypatch.setattr(context, "create_app", make)

    def run(*words: str, typed: str | bytes = ""):
        with writing():
            result = CliRunner().invoke(main, ["people", "import", *words], input=typed, catch_exceptions=False)
        for one in made:
            with one.app_context():
                db.engine.dispose()
        made.clear()
        db.session.rollback()
        return result

    return run


@pytest.fixture
def people_file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def count(session, table=Person) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_import_says_what_it_did_in_words(belay, session, people_file):
    result = belay(str(people_file))
    assert result.exit_code == 0, result.output
    assert "2 rows: 2 added, 0 changed, 0 left, 0 back, 0 unchanged." in result.output
    assert "New teams (1):\n  Core" in result.output
    assert "Columns that Belay does not read (1):\n  salary" in result.output
    assert count(session) == 2
    assert (
        session.scalars(select(AuditEvent.actor_label).order_by(AuditEvent.seq.desc()).limit(1))
        .one()
        .startswith("cli:")
    )
    people_file.write_text(GOOD.replace(";L3;2024-01-01", ";L4;2025-01-01"), encoding="utf-8")
    again = belay(str(people_file))
    assert "Changed (1):\n  Ada Lovelace (E1): level L3 → L4 from 2025-01-01" in again.output


def test_whoever_looks_on_is_told_of_every_tenth_of_a_long_file(belay, monkeypatch, people_file):
    rows = "".join(f"E{number};Some Body;e{number}@larkspur.example;Core;;;;;\n" for number in range(1100))
    people_file.write_text(GOOD.splitlines()[0] + "\n" + rows, encoding="utf-8")
    assert "%" not in belay(str(people_file), "--dry-run").stderr
    monkeypatch.setattr("app.cli.people.LONG", 1000)
    assert "%" not in belay(str(people_file), "--dry-run").stderr
    monkeypatch.setattr("app.cli.people._is_looked_at", lambda: True)
    told = belay(str(people_file)).stderr.splitlines()
    for words in ("Comparing the file with the company", "Taking it over"):
        shares = [int(line.split(": ")[1].removesuffix(" %")) for line in told if line.startswith(words)]
        assert (shares[0], shares[-1]) == (0, 100)
        assert len(shares) >= 4
        assert shares == sorted(set(shares))


def test_dry_run_changes_nothing(belay, session, people_file):
    before = count(session, AuditEvent)
    result = belay(str(people_file), "--dry-run")
    assert result.exit_code == 0
    assert "Added (2):\n  Ada Lovelace (E1)" in result.output
    assert (count(session), count(session, AuditEvent)) == (0, before)


def test_faults_are_printed_one_a_line_with_their_place(belay, session, people_file):
    people_file.write_text(GOOD.replace("E1;;;;", "E9;;;;").replace("2024-01-01", "01.02.2024"), encoding="utf-8")
    result = belay(str(people_file))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{people_file}:2:level_since: This could be 1 February or 2 January 2024")
    assert lines[0].endswith("(01.02.2024)")
    assert lines[1].startswith(f"{people_file}:3:manager_employee_id: ")
    assert "2 faults; nothing was taken over." in result.stderr
    assert count(session) == 0


def test_no_more_than_a_thousand_faults_are_printed(belay, people_file):
    rows = "".join(f"E{number};;nobody\n" for number in range(700))
    people_file.write_text(f"employee_id;name;email\n{rows}", encoding="utf-8")
    result = belay(str(people_file))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1000
    assert "1400 faults; nothing was taken over. 400 more are not shown." in result.stderr


def test_standard_input_is_read_for_a_dash(belay, session):
    assert belay("-", "--from", "2026-12-01", typed=GOOD).exit_code == 0
    assert count(session) == 2


def test_what_cannot_be_read_is_wrong_usage(belay, people_file, monkeypatch, tmp_path):
    assert belay(str(tmp_path / "none.csv")).exit_code == 2
    assert belay(str(tmp_path)).exit_code == 2
    assert belay(str(people_file), "--from", "1.2.2026").exit_code == 2
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(table_file.MAX_BYTES + 1)
    result = belay(str(huge))
    assert result.exit_code == 2
    assert "larger than 32 MB" in result.output
