"""Asking reports in tests, and companies of many people to count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.access.actor import Role
from app.domain.suppression import SMALLEST_GROUP
from app.infra.clock import today
from app.infra.db import db
from app.people.models import Person, SpellReason, Team
from app.reports.catalogue import REPORTS
from app.reports.criteria import Viewer, read_criteria
from app.reports.findings import Findings, Hidden
from tests.factories.evidence import as_actor
from tests.factories.people import grant, make_person

HIDDEN = "hidden"


def ask_report(
    name: str, viewer: Person | None = None, *roles: Role, k: int = SMALLEST_GROUP, **given: str
) -> Findings:
    """Return what a report finds for somebody, or for the command line; `from` is given as `from_`."""
    db.session.rollback()
    definition = REPORTS[name]
    asked = {key.rstrip("_"): value for key, value in given.items()}
    actor = as_actor(viewer, *roles) if viewer else None
    return definition.find(read_criteria(asked, definition.takes, viewer=Viewer(actor), today=today(), k=k))


def rows_of(found: Findings, key: str) -> dict[object, dict[str, object]]:
    """Return the rows of a table by their first cell, as cells by column; what is hidden is the word."""
    table = found.table(key)
    assert table is not None
    keys = [column.key for column in table.columns]
    rows = [[HIDDEN if isinstance(cell, Hidden) else cell for cell in row] for row in table.rows.stream()]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in rows}


def make_people(
    number: int,
    levels: Mapping[str, date],
    *,
    manager: Person | None = None,
    team: Team | None = None,
    ladder: str = "software-engineer",
    left_on: date | None = None,
) -> list[Person]:
    """Return people who were hired into the first level and promoted into the others on their days; call it inside
    `transaction()`."""
    (first, hired_on), *later = levels.items()
    found = []
    for _ in range(number):
        person = make_person(
            manager=manager, team=team, ladder=ladder, level=first, since=hired_on, hired_on=hired_on, left_on=left_on
        )
        for level, day in later:
            grant(person, level, ladder=ladder, on=day, reason=SpellReason.PROMOTION)
        found.append(person)
    return found
