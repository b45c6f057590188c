"""Asking reports in tests, and companies of many people to count."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date

from app.access.actor import Role
from app.domain.suppression import SMALLEST_GROUP
from app.infra.clock import today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import Person, SpellReason, Team
from app.reports.catalogue import REPORTS
from app.reports.criteria import Viewer, read_criteria
from app.reports.findings import Findings, Hidden
from tests.factories.evidence import as_actor
from tests.factories.people import AT, SYSTEM, grant

HIDDEN = "hidden"
_numbers = itertools.count(1)


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
    hired_on: date | None = None,
    left_on: date | None = None,
    reason: SpellReason = SpellReason.HIRE,
) -> list[Person]:
    """Return people without accounts who got the first level on its day and were promoted into the others on theirs.

    Unless a day is given, they were hired on the day of their first level.
    They are committed; call it outside `transaction()`.
    """
    (first, since), *later = levels.items()
    hired_on = hired_on or since
    found = []
    with transaction():
        for _ in range(number):
            mark = next(_numbers)
            person = people.add_person(
                name=f"Counted {mark}",
                email=f"counted.{mark}@larkspur.example",
                employee_id=f"C-{mark:05}",
                hired_on=hired_on,
                by=SYSTEM,
                at=AT,
            )
            if manager is not None:
                people.set_manager(person, manager, from_on=hired_on, by=SYSTEM, at=AT)
            if team is not None:
                people.set_team(person, team, from_on=hired_on, by=SYSTEM, at=AT)
            grant(person, first, ladder=ladder, on=since, reason=reason)
            for level, day in later:
                grant(person, level, ladder=ladder, on=day, reason=SpellReason.PROMOTION)
            if left_on is not None:
                people.record_leaving(person, on=left_on, by=SYSTEM, at=AT)
            found.append(person)
    return found
