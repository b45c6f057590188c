"""Setting a policy, and reading what counts."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError
from app.domain.policies import POLICIES
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person
from app.policies import actions, queries
from app.policies.models import PolicyValue
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person

IDLE = POLICIES["idle_hours"]


def put(text: str, *, seen: int = 0, reason: str = "Asked for by the works council", by: Author = SYSTEM, at=NOW):
    with transaction():
        return actions.set_policy(IDLE, text, reason=reason, by=by, at=at, seen_number=seen)


def test_policy_that_was_never_set_has_its_default(app):
    assert queries.value_of("idle_hours") == 8
    assert queries.history_of("idle_hours") == []
    assert db.session.scalar(select(queries.select_value("idle_hours"))) is None


def test_newest_value_counts_and_the_history_keeps_all(app):
    person = make_person("Ines Ferreira")
    put("4", by=Author(person.id))
    put("6", seen=1)
    assert queries.value_of("idle_hours") == 6
    assert IDLE.stored(db.session.scalar(select(queries.select_value("idle_hours")))) == 6
    newest, first = queries.history_of("idle_hours")
    assert (newest.number, newest.value, newest.set_by_id, newest.set_by_label) == (2, "6", None, "cli:test")
    assert (first.number, first.value, first.set_by_id, first.set_at) == (1, "4", person.id, NOW)


def test_policies_are_read_once_for_all_of_them(app, session):
    put("4")
    assert (queries.value_of("idle_hours"), queries.value_of("session_hours")) == (4, 12)
    assert queries.newest_values() is queries.newest_values()


def test_act_leaves_key_and_both_values_in_the_record(app, session):
    put("4")
    row = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.POLICY_SET)).one()
    assert json.loads(row.details) == {"key": "idle_hours", "old": "8", "new": "4"}


def test_reason_is_required_and_stays_out_of_the_record(app, session):
    with pytest.raises(IncompleteError) as refusal:
        put("4", reason="  ")
    assert refusal.value.field == "reason"
    put("4", reason="A secret plan")
    assert all("secret plan" not in row.details for row in session.scalars(select(AuditEvent)))


def test_reason_without_end_is_refused(app):
    with pytest.raises(InvalidError) as refusal:
        put("4", reason="x" * 1001)
    assert refusal.value.field == "reason"


def test_same_value_again_stores_nothing(app, session):
    assert put("8") is None
    assert put("08") is None
    assert session.scalars(select(PolicyValue)).all() == []
    assert session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.POLICY_SET)).all() == []


def test_default_can_be_set_again(app):
    put("4")
    assert put("8", seen=1) is not None
    assert queries.value_of("idle_hours") == 8
    assert len(queries.history_of("idle_hours")) == 2


def test_value_out_of_limits_is_refused_at_its_field(app, session):
    with pytest.raises(InvalidError) as refusal:
        put("13")
    assert refusal.value.field == "value"
    assert session.scalars(select(PolicyValue)).all() == []


def test_who_read_an_older_value_is_told_the_stored_one(app):
    put("4")
    with pytest.raises(ConflictError) as conflict:
        put("6", seen=0)
    assert (conflict.value.stored, conflict.value.version) == ({"value": "4"}, 1)
    assert queries.value_of("idle_hours") == 4


def test_second_row_of_one_number_is_refused_by_the_database(app):
    put("4")
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(PolicyValue(key="idle_hours", number=1, value="5", reason="Raced", set_at=NOW))


def test_race_for_one_number_ends_in_a_conflict(app, monkeypatch):
    """Somebody reads the default, as PostgreSQL lets them, and another person's row is there when theirs is written."""
    real, asked = queries.find_newest, []

    def find_newest(key: str) -> PolicyValue | None:
        asked.append(key)
        return None if len(asked) == 1 else real(key)

    put("4")
    monkeypatch.setattr(actions, "find_newest", find_newest)
    with pytest.raises(ConflictError) as conflict:
        put("6", seen=0)
    assert conflict.value.version == 1
    assert [row.value for row in queries.history_of("idle_hours")] == ["4"]


def test_policy_nobody_has_defined_cannot_be_read(app):
    with pytest.raises(KeyError):
        queries.value_of("invented")
    with pytest.raises(KeyError):
        queries.select_value("invented")


def test_who_set_it_is_a_person_that_exists(app, session):
    person = make_person()
    put("4", by=Author(person.id))
    assert session.get(Person, queries.history_of("idle_hours")[0].set_by_id).name == person.name
