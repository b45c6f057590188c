"""The audit: every act leaves a row that follows from the one before, and nothing can be taken out or put in."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from app.access.permissions import Permission
from app.audit.actions import log
from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.infra.db import db, writing
from app.infra.unit_of_work import transaction
from tests.conftest import BACKEND, NOW
from tests.factories.people import SYSTEM, make_person


def write_rows(number: int) -> None:
    for _ in range(number):
        with transaction():
            log(Tag.TEAM_ADDED, by=SYSTEM, at=NOW, note="a line\nwith\x1b[31m colour")


def without_triggers(statement: str, **values: object) -> None:
    """Change a row behind the application's back, as somebody with the database file could."""
    with writing(), db.engine.begin() as connection:
        if BACKEND == "postgres":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        else:
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_event_refuse_{name}"))
        connection.execute(text(statement), values)


def test_chain_of_untouched_rows_holds(app, session):
    write_rows(5)
    report = verify_chain(session)
    assert (report.rows, report.fault) == (5, None)


def test_rows_of_one_commit_follow_each_other(app, session):
    with transaction():
        for _ in range(3):
            log(Tag.TEAM_ADDED, by=SYSTEM, at=NOW)
    rows = session.query(AuditEvent).order_by(AuditEvent.seq).all()
    assert [row.seq for row in rows] == [1, 2, 3]
    assert rows[2].previous_hash == rows[1].hash


@pytest.mark.parametrize("column", ["at", "tag", "actor_label", "address", "details", "actor_id", "subject_id"])
def test_changed_column_is_named_by_its_row(app, session, column):
    write_rows(4)
    value = "2020-01-01 00:00:00" if column == "at" else "0" * 32 if column.endswith("_id") else "changed"
    without_triggers(f"UPDATE audit_event SET {column} = :value WHERE seq = 3", value=value)
    fault = verify_chain(session).fault
    assert fault is not None
    assert fault.seq == 3


@pytest.mark.parametrize(("gone", "named"), [(1, 1), (2, 2), (4, 4)])
def test_missing_row_is_named(app, session, gone, named):
    write_rows(4)
    without_triggers("DELETE FROM audit_event WHERE seq = :seq", seq=gone)
    fault = verify_chain(session).fault
    assert fault is not None
    assert fault.seq == named


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET tag = 'x'", "DELETE FROM audit_event"])
def test_database_refuses_to_change_or_delete(app, statement):
    write_rows(2)
    with writing(), pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_act_that_came_to_nothing_leaves_no_row(app, session):
    with pytest.raises(ZeroDivisionError), transaction():
        log(Tag.TEAM_ADDED, by=SYSTEM, at=NOW)
        raise ZeroDivisionError
    write_rows(1)
    assert verify_chain(session).rows == 1


def test_control_characters_are_escaped(app, session):
    write_rows(1)
    details = session.query(AuditEvent).one().details
    assert "\n" not in details
    assert "\x1b" not in details


def test_refused_object_is_recorded_with_who_asked_and_about_whom(app, session, client_for):
    stranger, person = make_person(), make_person()
    assert client_for(stranger).get(f"/people/{person.id}").status == 404
    row = session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()
    assert (row.tag, row.actor_id, row.subject_id) == (Tag.REFUSED, stranger.id, person.id)
    assert Permission.Person.READ.value in row.details
    assert verify_chain(session).fault is None


def test_head_row_is_locked_last(app):
    """Nothing is sent to the database between locking the head and the commit but the audit's own statements."""
    seen: list[str] = []
    with transaction():
        log(Tag.TEAM_ADDED, by=SYSTEM, at=NOW)
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    tables = [statement.lower() for statement in seen]
    first = next(index for index, statement in enumerate(tables) if "audit_head" in statement)
    assert all("audit_" in statement for statement in tables[first:])
