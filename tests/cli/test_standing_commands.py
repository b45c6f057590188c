"""`belay standing recompute`: what it says and how it ends."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from app import create_app
from app.assessment.models import StoredReadiness
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.cli import context
from app.cli.main import main
from app.infra.db import db, writing
from app.infra.unit_of_work import transaction
from tests.factories.assessments import publish
from tests.factories.people import make_person


@pytest.fixture
def recompute(app, databases, monkeypatch, tmp_path):
    """Return a function that runs the command on the test's database."""
    monkeypatch.setenv("BELAY_DATABASE_URL", databases.url)
    monkeypatch.setenv("BELAY_DATA", str(tmp_path))
    made = []

    def make(settings):
        made.append(create_app(settings))
        return made[-1]

    monkeypatch.setattr(context, "create_app", make)

    def run():
        with writing():
            result = CliRunner().invoke(main, ["standing", "recompute"], catch_exceptions=False)
        # A real command ends with its process; here its connections are closed by hand.
        for one in made:
            with one.app_context():
                db.engine.dispose()
        made.clear()
        db.session.rollback()
        return result

    return run


def test_it_says_how_many_were_computed_and_how_many_differed(recompute, session):
    publish()
    make_person("Amara Diallo", level="L2")
    make_person("Chioma Eze", level="L1")
    first = recompute()
    assert (first.exit_code, first.output) == (0, "Computed 2 people: nobody differed.\n")
    with transaction() as writing_session:
        writing_session.execute(update(StoredReadiness).values(met=0))
    second = recompute()
    assert (second.exit_code, second.output) == (0, "Computed 2 people: 2 differed from what was stored.\n")
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.STANDINGS_RECOMPUTED)).all()
    assert len(rows) == 2
    assert all(row.actor_label.startswith("cli:") for row in rows)


def test_an_empty_company_is_no_fault(recompute):
    result = recompute()
    assert (result.exit_code, result.output) == (0, "Computed 0 people: nobody differed.\n")
