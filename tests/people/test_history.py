"""What holds of people for a time: superseded, never updated; every day has one answer, then and as known then."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domain.errors import InvalidError
from app.infra.clock import today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions, queries
from app.people.models import LevelSpell, ManagerLink, SpellReason, TeamMembership
from tests.factories.people import SYSTEM, make_person, make_team


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def grant(person, level: str, on: date, recorded: date | None = None) -> None:
    with transaction():
        actions.grant_level(
            person,
            ladder="software-engineer",
            level=level,
            from_on=on,
            reason=SpellReason.PROMOTION,
            by=SYSTEM,
            at=at(recorded or on),
        )


def levels(person) -> list[tuple[str, date, date | None]]:
    return [(row.level, row.starts_on, row.ends_on) for row in queries.list_spells(person.id)]


def test_new_level_ends_the_one_before(app):
    person = make_person(level="L1", since=date(2023, 1, 2))
    grant(person, "L2", date(2024, 5, 1))
    assert levels(person) == [("L1", date(2023, 1, 2), date(2024, 5, 1)), ("L2", date(2024, 5, 1), None)]


def test_level_in_between_ends_where_the_next_begins(app):
    person = make_person(level="L1", since=date(2023, 1, 2))
    grant(person, "L3", date(2025, 1, 1))
    grant(person, "L2", date(2024, 1, 1), recorded=date(2025, 2, 1))
    assert levels(person) == [
        ("L1", date(2023, 1, 2), date(2024, 1, 1)),
        ("L2", date(2024, 1, 1), date(2025, 1, 1)),
        ("L3", date(2025, 1, 1), None),
    ]


def test_correction_of_the_same_day_supersedes_and_keeps_what_was_known(app, session):
    person = make_person(level="L1", since=date(2023, 1, 2))
    grant(person, "L2", date(2024, 5, 1))
    grant(person, "L3", date(2024, 5, 1), recorded=date(2024, 6, 1))
    assert levels(person)[-1] == ("L3", date(2024, 5, 1), None)
    old = session.scalars(select(LevelSpell).where(LevelSpell.level == "L2")).one()
    assert old.superseded_at == at(date(2024, 6, 1))
    assert (old.level, old.starts_on, old.ends_on) == ("L2", date(2024, 5, 1), None)


def test_two_live_rows_for_one_day_are_refused_by_the_database(app):
    person = make_person(level="L1", since=date(2023, 1, 2))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(
            LevelSpell(
                person_id=person.id,
                ladder="software-engineer",
                level="L2",
                reason=SpellReason.IMPORT,
                starts_on=date(2023, 1, 2),
                recorded_at=at(date(2023, 1, 2)),
            ),
        )


DAYS = st.integers(0, 60).map(lambda n: date.fromordinal(date(2024, 1, 1).toordinal() + n))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=st.lists(st.tuples(DAYS, st.sampled_from(["L1", "L2", "L3", "L4"])), min_size=1, max_size=7))
def test_every_day_has_the_level_granted_last_before_it(app, grants):
    """Replaying the grants gives the same level on each day, and no two live rows overlap."""
    person = make_person()
    expected: dict[date, str] = {}
    for number, (day, level) in enumerate(grants):
        grant(person, level, day, recorded=date.fromordinal(date(2025, 1, 1).toordinal() + number))
        expected[day] = level
    rows = queries.list_spells(person.id)
    for day in [date.fromordinal(date(2023, 12, 31).toordinal() + n) for n in range(65)]:
        known = max((first for first in expected if first <= day), default=None)
        holding = [row.level for row in rows if row.covers(day)]
        assert holding == ([expected[known]] if known else [])


def test_nobody_reports_to_themselves_or_in_a_loop(app):
    top, middle, bottom = make_person(), make_person(), make_person()
    with transaction():
        actions.set_manager(middle, top, from_on=date(2023, 1, 2), by=SYSTEM, at=at(date(2023, 1, 2)))
        actions.set_manager(bottom, middle, from_on=date(2023, 1, 2), by=SYSTEM, at=at(date(2023, 1, 2)))
    for person, manager in ((top, top), (top, bottom), (middle, bottom)):
        with pytest.raises(InvalidError), transaction():
            actions.set_manager(person, manager, from_on=date(2024, 1, 1), by=SYSTEM, at=at(date(2024, 1, 1)))


def test_chain_of_managers_is_nearest_first_and_of_today_only(app):
    top, old, new = make_person(), make_person(), make_person()
    person = make_person(manager=old, since=date(2023, 1, 2))
    with transaction():
        for manager in (old, new):
            actions.set_manager(manager, top, from_on=date(2023, 1, 2), by=SYSTEM, at=at(date(2023, 1, 2)))
        actions.set_manager(person, new, from_on=date(2026, 1, 5), by=SYSTEM, at=at(date(2026, 1, 5)))
    assert queries.managers_of(person.id) == (new.id, top.id)
    assert queries.is_line_manager(new.id, person.id)
    assert not queries.is_line_manager(old.id, person.id)
    assert queries.was_line_manager(old.id, person.id, date(2026, 1, 4))
    assert not queries.was_line_manager(old.id, person.id, date(2026, 1, 5))
    reports = set(db.session.scalars(queries.select_reports(new.id)))
    below = set(db.session.scalars(queries.select_below_reports(top.id)))
    assert reports == {person.id}
    assert below == {person.id}


def test_change_that_begins_tomorrow_does_not_hold_today(app):
    old, new = make_person(), make_person()
    person = make_person(manager=old, since=date(2023, 1, 2))
    tomorrow = date.fromordinal(today().toordinal() + 1)
    with transaction():
        actions.set_manager(person, new, from_on=tomorrow, by=SYSTEM, at=at(today()))
    assert queries.managers_of(person.id) == (old.id,)


def test_team_history_and_leave(app, session):
    first, second = make_team("Billing"), make_team("Records")
    person = make_person(team=first, since=date(2023, 1, 2))
    with transaction():
        actions.set_team(person, second, from_on=date(2025, 3, 1), by=SYSTEM, at=at(date(2025, 3, 1)))
        actions.record_leave(person, from_on=date(2025, 6, 1), until_on=None, by=SYSTEM, at=at(date(2025, 6, 1)))
    assert [spell.name for spell in queries.list_team_spells(person.id)] == ["Records", "Billing"]
    assert queries.find_team(person.id).name == "Records"
    assert queries.find_team(person.id, date(2025, 2, 28)).name == "Billing"
    assert [(leave.starts_on, leave.ends_on) for leave in queries.list_leaves(person.id)] == [(date(2025, 6, 1), None)]
    assert session.query(TeamMembership).filter(TeamMembership.superseded_at.is_not(None)).count() == 1
    assert session.query(ManagerLink).count() == 0
