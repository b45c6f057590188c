"""Health: the process lives, and can answer. Source: reliability.md, F8."""

from __future__ import annotations

import time
from threading import Event

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from app.auth.models import AuthSession
from app.infra import health, schema
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.conftest import test_settings
from tests.factories.people import make_person
from tests.notices.post_office import SILENT, closed_port, post_office


def test_a_healthy_server_is_ready_and_says_little(app, client_for):
    client = client_for(None).http
    for method in ("get", "head"):
        for address in ("/healthz", "/healthz/live"):
            assert getattr(client, method)(address).status_code == 200
    assert client.get("/healthz").json == {"status": "ok", "checks": {"database": "ok", "schema": "ok"}}
    assert client.get("/healthz/live").json == {"status": "ok"}
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in client.get("/healthz").headers
    assert client.post("/healthz").status_code in {400, 405}


def test_a_probe_reads_no_session_and_marks_nobody_as_seen(app, client_for, session, clock, monkeypatch):
    client = client_for(make_person())
    seen = session.query(AuthSession).one().seen_at
    clock.stand_still(now().replace(hour=11))
    monkeypatch.setattr("app.auth.queries.find_session", lambda *_: pytest.fail("a probe read a session"))
    assert client.http.get("/healthz").status_code == 200
    assert client.http.get("/healthz/live").status_code == 200
    session.expire_all()
    assert session.query(AuthSession).one().seen_at == seen


def test_another_schema_is_not_ready(app, client_for):
    with transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    client = client_for(None).http
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["checks"]) == (503, {"database": "ok", "schema": "fault"})
    assert client.get("/healthz/live").status_code == 200
    assert "9999" not in answer.text


def test_a_database_that_is_gone_is_not_ready_and_the_process_lives(tmp_path):
    url = f"postgresql://belay@127.0.0.1:{closed_port()}/belay"
    client = create_app(test_settings(url, tmp_path)).test_client()
    began = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - began < 3
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "fault", "checks": {"database": "fault", "schema": "fault"}},
    )
    assert client.get("/healthz/live").status_code == 200


def test_a_database_that_never_answers_is_not_ready_within_three_seconds(tmp_path):
    with post_office(greeting=SILENT) as dead:
        app = create_app(test_settings(f"postgresql://belay@127.0.0.1:{dead.port}/belay", tmp_path))
        client = app.test_client()
        began = time.monotonic()
        assert client.get("/healthz").status_code == 503
        # The first question still hangs; the second one joins no further thread and is answered all the same.
        assert client.get("/healthz").status_code == 503
        assert time.monotonic() - began < 6
        assert client.get("/healthz/live").status_code == 200


def test_it_recovers_by_itself(app, client_for, monkeypatch):
    def gone(_engine: object) -> None:
        raise OSError

    client = client_for(None).http
    with monkeypatch.context() as broken:
        broken.setattr(schema, "current_revision", gone)
        assert client.get("/healthz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_one_question_at_a_time_hangs_and_is_asked_again_when_it_has_ended(databases, app, monkeypatch):
    let_go, asked = Event(), []

    def hang(_engine: object) -> str:
        asked.append(1)
        let_go.wait()
        return schema.head_revision()

    monkeypatch.setattr(schema, "current_revision", hang)
    probe, engine = health.Probe(schema.head_revision()), create_engine("sqlite://")
    for _ in range(5):
        assert not probe.ask(engine, seconds=0.05).is_ready
    assert len(asked) == 1
    let_go.set()
    assert probe.ask(engine, seconds=5).is_ready
    assert len(asked) == 2


def test_administrators_learn_the_schema_and_how_long_it_took(app):
    found = health.check()
    assert found.is_ready
    assert found.revision == schema.head_revision()
    assert found.milliseconds >= 0
    db.session.rollback()
