"""Rows that are inserted in bulk are the rows that the models would have written."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.infra.bulk import CHUNK, BulkInsert
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import LevelSpell, SpellReason, Team
from tests.conftest import NOW
from tests.factories.people import make_person


def test_every_kind_of_column_comes_back_as_it_went_in(session):
    person = make_person("Ada")
    own, since = uuid.uuid4(), date(2024, 2, 29)
    with transaction():
        spells = BulkInsert(
            db.session(),
            LevelSpell,
            ("id", "person_id", "starts_on", "ends_on", "ladder", "level", "reason"),
            {"recorded_at": NOW, "recorded_by_id": None, "superseded_at": None},
        )
        spells.add(own.hex, person.id.hex, since, None, "software-engineer", "L3", SpellReason.IMPORT)
        spells.flush()
    row = session.scalars(select(LevelSpell)).one()
    assert (row.id, row.person_id, row.starts_on, row.ends_on) == (own, person.id, since, None)
    assert (row.reason, row.recorded_at, row.superseded_at) == (SpellReason.IMPORT, NOW, None)


def test_more_rows_than_one_portion_are_all_there(session):
    with transaction():
        teams = BulkInsert(db.session(), Team, ("id", "name"), {"created_at": NOW})
        teams.add_all((uuid.uuid4().hex, f"Team {number}") for number in range(CHUNK + 1))
        teams.flush()
        teams.flush()
    assert len(session.scalars(select(Team.id)).all()) == CHUNK + 1


def test_constraint_refuses_as_it_does_otherwise(app):
    with pytest.raises(IntegrityError), transaction():
        teams = BulkInsert(db.session(), Team, ("id", "name"), {"created_at": NOW})
        teams.add_all([(uuid.uuid4().hex, "Core"), (uuid.uuid4().hex, "Core")])
        teams.flush()


def test_page_that_only_reads_inserts_nothing(app):
    with pytest.raises(RuntimeError):
        BulkInsert(db.session(), Team, ("id", "name"))
