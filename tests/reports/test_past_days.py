"""A report on a past day says the same tomorrow: later corrections, leavings and editions of ladders change nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import SpellReason
from tests.factories.editions import ENGINEER, adopt, adopted, next_version, publish
from tests.factories.people import SYSTEM
from tests.factories.reports import ask_report, make_people

START, MID, DAY = date(2024, 1, 8), date(2025, 3, 3), date(2025, 6, 30)
LATER = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
PERIOD = {"from_": "2024-06-30", "to": DAY.isoformat()}
CORRECTED = {
    "ladder": "software-engineer", "from_on": MID, "reason": SpellReason.CORRECTION, "by": SYSTEM, "at": LATER,
}  # fmt: skip
ON_DAY = {"as_of": DAY.isoformat()}
PAST = {"headcount": ON_DAY, "movement": PERIOD, "pipeline": PERIOD, "time-in-level": {**ON_DAY, "level": "L1"}}


def said(name: str) -> list[object]:
    """Return all that a report says of the past day."""
    found = ask_report(name, **PAST[name])
    rows = [[table.key, table.columns, list(table.rows.stream())] for table in found.tables]
    choices = [(choice.label, choice.count) for group in found.choices for choice in group.choices]
    return [found.answer, found.rest, found.scope, found.hidden, found.ladders, found.charts, rows, choices]


@pytest.fixture
def company(app):
    """Thirty people of whom twelve were promoted before the day, and what every report said of it then."""
    adopted()
    promoted = make_people(12, {"L1": START, "L2": MID})
    there = make_people(18, {"L1": START})
    return promoted, there


@pytest.mark.parametrize("name", PAST)
def test_later_corrections_leavings_and_editions_change_no_past_figure(company, name):
    before = said(name)
    promoted, there = company
    with transaction() as session:
        for person in promoted[:6]:
            people.grant_level(session.merge(person), level="L1", **CORRECTED)
        for person in there[:6]:
            people.record_leaving(session.merge(person), on=date(2025, 2, 1), by=SYSTEM, at=LATER)
    assert said(name) == before
    adopt(
        publish(next_version(ENGINEER, "2.0.0", "title: Software Engineer", "title: Engineer")),
        date(2026, 7, 1),
        at=LATER,
    )
    assert said(name) == before
    now = ask_report(name)
    assert now.ladders == ("Engineer 2.0.0",)


@pytest.mark.parametrize("name", PAST)
def test_before_a_first_adoption_the_edition_adopted_first_names_the_levels(app, name):
    edition = adopted(from_on=date(2026, 1, 1))
    adopt(publish(next_version(ENGINEER, "1.1.0")), date(2026, 7, 1))
    make_people(10, {"L1": START, "L2": MID})
    assert said(name)[4] == (f"{edition.ladder.title} 1.0.0",)
