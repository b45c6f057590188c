"""An import and another act at the same moment: the second one waits for the first and sees what it did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context
from datetime import date

import pytest
from sqlalchemy import select

from app.domain.roster import Plan
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.actions import add_person, importing, move_person, set_manager, set_team
from app.people.models import ManagerLink, Person, Team, TeamMembership
from app.people.queries import find_manager, find_team
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person, make_team

TODAY = NOW.date()
WAITS = 1.5
"""Seconds that the first act stays open; a second one that did not wait for it would be through by then."""


def during(app, first: Callable[[], object], second: Callable[[], object]) -> None:
    """Carry a second act out while the first one is not yet committed."""
    answers: list[object] = []

    def carry_out() -> None:
        with app.app_context():
            try:
                with transaction():
                    answers.append(second())
            finally:
                db.session.remove()

    thread = threading.Thread(target=lambda: Context().run(carry_out))
    with transaction():
        first()
        db.session.flush()
        thread.start()
        thread.join(WAITS)
        assert not answers, "the second act did not wait"
    thread.join(30)
    assert answers, "the second act never ended"


def take_over(*rows: str, header: str = "employee_id,name,email,team") -> Plan:
    content = "\n".join([header, *rows]).encode()
    return importing.apply_plan(content, from_on=TODAY, by=SYSTEM, at=NOW, expected_digest=None)


def row_of(person: Person, *cells: str) -> str:
    return ",".join([str(person.employee_id), person.name, person.email, *cells])


def live(table, person_id) -> list[tuple[date, date | None]]:
    rows = select(table).where(table.person_id == person_id, table.superseded_at.is_(None)).order_by(table.starts_on)
    return [(row.starts_on, row.ends_on) for row in db.session.scalars(rows)]


@pytest.mark.postgres
def test_import_during_an_edit_of_hr_leaves_one_team(app):
    ada, core = make_person("Ada"), make_team("Core")
    ada_id, core_id = ada.id, core.id
    edit = lambda: set_team(  # noqa: E731
        db.session.get_one(Person, ada_id), db.session.get_one(Team, core_id),
        from_on=date(2026, 11, 1), by=SYSTEM, at=NOW,
    )  # fmt: skip
    row = row_of(ada, "Edge")
    during(app, edit, lambda: take_over(row))
    assert live(TeamMembership, ada.id) == [(date(2026, 11, 1), TODAY), (TODAY, None)]
    assert find_team(ada.id).name == "Edge"


@pytest.mark.postgres
def test_edit_of_hr_during_an_import_leaves_one_manager(app):
    ada, ben, cy = make_person("Ada"), make_person("Ben"), make_person("Cy")
    row, header = row_of(ada, str(ben.employee_id)), "employee_id,name,email,manager_employee_id"
    ada_id, cy_id = ada.id, cy.id
    edit = lambda: move_person(  # noqa: E731
        db.session.get_one(Person, ada_id), team=None, manager=db.session.get_one(Person, cy_id), from_on=TODAY,
        by=SYSTEM, at=NOW,
    )  # fmt: skip
    during(app, lambda: take_over(row, header=header), edit)
    assert live(ManagerLink, ada.id) == [(TODAY, None)]
    assert find_manager(ada.id).id == cy.id


@pytest.mark.postgres
@pytest.mark.parametrize("second", ["import", "line", "person"])
def test_nothing_of_people_passes_an_import(app, second):
    ada, ben = make_person("Ada"), make_person("Ben")
    row, ada_id, ben_id = row_of(ada, "Edge"), ada.id, ben.id
    acts = {
        "import": lambda: take_over(row),
        "line": lambda: set_manager(
            db.session.get_one(Person, ada_id), db.session.get_one(Person, ben_id), from_on=TODAY, by=SYSTEM, at=NOW
        ),
        "person": lambda: add_person(
            name="Dee", email="dee@larkspur.example", employee_id="E-77", hired_on=None, by=SYSTEM, at=NOW
        ),
    }
    during(app, lambda: take_over(row), acts[second])
