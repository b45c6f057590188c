"""When a level counts as granted: at the moment it was first written down, whatever became of the entry since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.infra.unit_of_work import transaction
from app.people import actions, queries
from app.people.models import LevelSpell, Person, SpellReason
from tests.factories.people import SYSTEM, make_person

DAY = date(2026, 11, 2)


def at(hour: int) -> datetime:
    """Return a moment of the first day of the level."""
    return datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(hours=hour)


def grant(person: Person, level: str, on: date, hour: int) -> LevelSpell:
    with transaction():
        return actions.grant_level(
            person,
            ladder="software-engineer",
            level=level,
            from_on=on,
            reason=SpellReason.PROMOTION,
            by=SYSTEM,
            at=at(hour),
        )


def granted(person: Person) -> dict[str, datetime | None]:
    return {spell.level: spell.recorded_at for spell in queries.list_held_levels(person.id)}


@pytest.fixture
def promoted(app) -> Person:
    """Return somebody who was promoted to L2 at noon of its first day."""
    person = make_person(level="L1")
    grant(person, "L2", DAY, 12)
    return person


def test_a_level_that_is_brought_back_counts_as_granted_when_it_was_first_recorded(promoted):
    later = grant(promoted, "L3", DAY + timedelta(days=9), 20)
    with transaction():
        actions.undo_record(queries.get_record(later.id), by=SYSTEM, at=at(22))
    assert granted(promoted)["L2"] == at(12)
    spell = queries.list_held_levels(promoted.id)[-1]
    assert (spell.level, spell.ends_on) == ("L2", None)
    # What was rated in the afternoon followed the grant; it still does after the undoing in the evening.
    assert spell.began_before(DAY, at(15))
    assert not spell.began_before(DAY, at(11))


def test_a_level_that_ended_keeps_the_moment_of_its_grant(promoted):
    grant(promoted, "L3", DAY + timedelta(days=9), 20)
    assert granted(promoted)["L2"] == at(12)
    assert granted(promoted)["L3"] == at(20)


def test_a_level_that_was_taken_back_and_reverted_keeps_the_moment_of_its_grant(promoted):
    row = next(row for row in queries.list_spells(promoted.id) if row.level == "L2")
    with transaction():
        actions.undo_record(queries.get_record(row.id), by=SYSTEM, at=at(20))
    with transaction():
        actions.revert_change(queries.get_record(row.id), at(20), by=SYSTEM, at=at(21))
    assert granted(promoted)["L2"] == at(12)


def test_a_level_that_is_corrected_to_another_day_is_granted_with_the_correction(promoted):
    row = next(row for row in queries.list_spells(promoted.id) if row.level == "L2")
    earlier = DAY - timedelta(days=3)
    with transaction():
        actions.correct_record(queries.get_record(row.id), from_on=earlier, by=SYSTEM, at=at(20))
    assert granted(promoted)["L2"] == at(20)
