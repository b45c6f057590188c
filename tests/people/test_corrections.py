"""Correcting and undoing: days stay in order, nothing overlaps, and what was known before stays known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.errors import DomainError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions, queries
from app.people.models import Leave, LevelSpell, ManagerLink, Person, SpellReason
from tests.factories.people import SYSTEM, make_person, make_team

START = date(2023, 1, 2)


def at(number: int) -> datetime:
    """Return the moment of the nth thing that HR does."""
    return datetime(2026, 11, 1, 9, 0, tzinfo=UTC) + timedelta(minutes=number)


def grant(person: Person, level: str, on: date, number: int) -> LevelSpell:
    with transaction():
        return actions.grant_level(
            person,
            ladder="software-engineer",
            level=level,
            from_on=on,
            reason=SpellReason.PROMOTION,
            by=SYSTEM,
            at=at(number),
        )


def levels(person: Person) -> list[tuple[str, date, date | None]]:
    return [(row.level, row.starts_on, row.ends_on) for row in queries.list_spells(person.id)]


def spell(person: Person, level: str) -> queries.Record:
    row = next(row for row in queries.list_spells(person.id) if row.level == level)
    return queries.get_record(row.id)


def correct(record: queries.Record, on: date, number: int, **values: object):
    with transaction():
        return actions.correct_record(record, from_on=on, values=values, by=SYSTEM, at=at(number))


def undo(record: queries.Record, number: int) -> None:
    with transaction():
        actions.undo_record(record, by=SYSTEM, at=at(number))


def revert(record_id, change: int, number: int) -> None:
    """Take back what was done as the nth thing."""
    with transaction():
        actions.revert_change(queries.get_record(record_id), at(change), by=SYSTEM, at=at(number))


@pytest.fixture
def climber(app) -> Person:
    """Return somebody who was hired at L1 and promoted twice."""
    person = make_person(level="L1", since=START, hired_on=START)
    grant(person, "L2", date(2024, 5, 1), 1)
    grant(person, "L3", date(2026, 2, 1), 2)
    return person


def test_another_day_moves_the_end_of_what_was_before(climber):
    correct(spell(climber, "L2"), date(2024, 3, 1), 3)
    assert levels(climber) == [
        ("L1", START, date(2024, 3, 1)),
        ("L2", date(2024, 3, 1), date(2026, 2, 1)),
        ("L3", date(2026, 2, 1), None),
    ]


def test_what_was_known_before_a_correction_is_still_there(climber, session):
    before = {(row.level, row.starts_on) for row in queries.list_spells(climber.id)}
    correct(spell(climber, "L2"), date(2024, 3, 1), 3)
    then = session.scalars(
        select(LevelSpell).where(
            LevelSpell.person_id == climber.id,
            LevelSpell.recorded_at < at(3),
            (LevelSpell.superseded_at.is_(None)) | (LevelSpell.superseded_at >= at(3)),
        ),
    )
    assert {(row.level, row.starts_on) for row in then} == before


def test_another_level_on_the_same_day(climber):
    correct(spell(climber, "L3"), date(2026, 2, 1), 3, level="L4")
    assert levels(climber)[-1] == ("L4", date(2026, 2, 1), None)


@pytest.mark.parametrize("day", [START, date(2022, 12, 31), date(2026, 2, 1), date(2026, 6, 1)])
def test_day_outside_the_neighbours_is_refused(climber, day):
    before = levels(climber)
    with pytest.raises(InvalidError) as refused:
        correct(spell(climber, "L2"), day, 3)
    assert refused.value.field == "from_on"
    assert levels(climber) == before


def test_no_level_begins_before_the_day_of_hire(climber):
    with pytest.raises(InvalidError, match="hired"):
        correct(spell(climber, "L1"), date(2022, 6, 1), 3)
    with pytest.raises(InvalidError, match="hired"):
        grant(climber, "L2", date(2022, 6, 1), 3)


def test_undoing_the_last_level_lets_the_one_before_go_on(climber):
    undo(spell(climber, "L3"), 3)
    assert levels(climber)[-1] == ("L2", date(2024, 5, 1), None)


def test_undoing_one_in_the_middle_lets_the_one_before_reach_the_next(climber):
    undo(spell(climber, "L2"), 3)
    assert levels(climber) == [("L1", START, date(2026, 2, 1)), ("L3", date(2026, 2, 1), None)]


def test_undoing_the_only_entry_leaves_none(app):
    person = make_person(level="L1")
    undo(spell(person, "L1"), 3)
    assert levels(person) == []


def test_undoing_a_correction_brings_back_what_stood_there(climber):
    before = levels(climber)
    row = correct(spell(climber, "L2"), date(2024, 3, 1), 3, level="L4")
    undo(queries.get_record(row.id), 4)
    assert levels(climber) == before


def test_what_an_undone_correction_brought_back_can_be_taken_back_itself(climber):
    """Otherwise the correction would come back, and the undoing of that would bring back this one, for ever."""
    corrected = correct(spell(climber, "L3"), date(2026, 1, 1), 3)
    revert(corrected.id, 3, 4)
    undo(spell(climber, "L3"), 5)
    assert levels(climber) == [("L1", START, date(2024, 5, 1)), ("L2", date(2024, 5, 1), None)]


def test_what_was_replaced_on_the_same_day_comes_back(climber):
    before = levels(climber)
    replacing = grant(climber, "L4", date(2026, 2, 1), 3)
    undo(queries.get_record(replacing.id), 4)
    assert levels(climber) == before


def test_the_last_change_is_taken_back_whatever_it_was(climber):
    """The button after a change leads back to the very state before: after a grant, a correction and an undoing."""
    before = levels(climber)
    revert(grant(climber, "L4", date(2026, 8, 1), 3).id, 3, 4)
    assert levels(climber) == before
    revert(correct(spell(climber, "L3"), date(2026, 3, 1), 5).id, 5, 6)
    assert levels(climber) == before
    gone = spell(climber, "L3")
    undo(gone, 7)
    assert levels(climber) != before
    revert(gone.id, 7, 8)
    assert levels(climber) == before


def test_a_change_that_others_built_on_is_not_taken_back(climber):
    first = grant(climber, "L4", date(2026, 8, 1), 3)
    grant(climber, "L2", date(2026, 10, 1), 4)
    after = levels(climber)
    with pytest.raises(NotAllowedNowError):
        revert(first.id, 3, 5)
    assert levels(climber) == after


def test_an_entry_that_counts_no_more_is_neither_corrected_nor_undone(climber):
    stale = spell(climber, "L2")
    correct(stale, date(2024, 3, 1), 3)
    for act in (lambda: correct(stale, date(2024, 4, 1), 4), lambda: undo(stale, 4)):
        with pytest.raises(NotAllowedNowError):
            act()


# Line managers ------------------------------------------------------------------


def links(person: Person) -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(
        select(ManagerLink)
        .where(ManagerLink.person_id == person.id, ManagerLink.superseded_at.is_(None))
        .order_by(ManagerLink.starts_on),
    )
    return [(queries.get_person(row.manager_id).name, row.starts_on, row.ends_on) for row in rows]


def manage(person: Person, manager: Person, on: date, number: int) -> ManagerLink:
    with transaction():
        return actions.set_manager(person, manager, from_on=on, by=SYSTEM, at=at(number))


def test_undoing_a_link_closes_no_loop(app):
    """Ann reported to Bo, then to Cy; since then Bo reports to Ann. Taking Cy back would set Ann below Bo again."""
    ann, bo, cy = make_person("Ann"), make_person("Bo"), make_person("Cy")
    manage(ann, bo, date(2024, 1, 1), 1)
    later = manage(ann, cy, date(2025, 1, 1), 2)
    manage(bo, ann, date(2025, 6, 1), 3)
    before = links(ann)
    with pytest.raises(InvalidError) as refused:
        undo(queries.get_record(later.id), 4)
    assert refused.value.field == "manager"
    assert links(ann) == before


def test_correcting_a_manager_closes_no_loop_and_is_nobody_themselves(app):
    ann, bo, cy = make_person("Ann"), make_person("Bo"), make_person("Cy")
    link = manage(ann, cy, date(2024, 1, 1), 1)
    manage(bo, ann, date(2024, 1, 1), 2)
    for manager in (bo, ann):
        with pytest.raises(InvalidError):
            correct(queries.get_record(link.id), date(2024, 1, 1), 3, manager_id=manager.id)


def test_reporting_to_nobody_is_recorded_and_undone(app):
    ann, bo = make_person("Ann"), make_person("Bo")
    manage(ann, bo, date(2024, 1, 1), 1)
    with transaction():
        ended = actions.end_manager(ann, on=date(2026, 1, 1), by=SYSTEM, at=at(2))
    assert links(ann) == [("Bo", date(2024, 1, 1), date(2026, 1, 1))]
    revert(ended.id, 2, 3)
    assert links(ann) == [("Bo", date(2024, 1, 1), None)]


def test_move_records_only_what_changes(app):
    old, new = make_team("Billing"), make_team("Records")
    boss = make_person("Boss")
    person = make_person("Ann", manager=boss, team=old)
    with transaction():
        team, manager = actions.move_person(
            person, team=new, manager=boss, from_on=date(2026, 12, 1), by=SYSTEM, at=at(1)
        )
    assert team is not None
    assert manager is None
    assert [row.name for row in queries.list_team_spells(person.id)] == ["Records", "Billing"]
    with pytest.raises(InvalidError, match="Nothing changes"), transaction():
        actions.move_person(person, team=new, manager=boss, from_on=date(2026, 12, 1), by=SYSTEM, at=at(2))


def test_nobody_is_moved_to_somebody_who_has_left_or_not_begun(app):
    gone = make_person("Gone", left_on=date(2026, 1, 1))
    coming = make_person("Coming", hired_on=date(2027, 1, 1))
    person = make_person("Ann")
    for manager in (gone, coming):
        with pytest.raises(InvalidError) as refused, transaction():
            actions.move_person(person, team=None, manager=manager, from_on=date(2026, 6, 1), by=SYSTEM, at=at(1))
        assert refused.value.field == "manager"


# Leave --------------------------------------------------------------------------


def leave(person: Person, first: date, back: date | None, number: int) -> Leave:
    with transaction():
        return actions.record_leave(person, from_on=first, until_on=back, by=SYSTEM, at=at(number))


def test_leave_does_not_overlap_leave(app):
    person = make_person()
    leave(person, date(2026, 3, 1), date(2026, 4, 1), 1)
    leave(person, date(2026, 4, 1), date(2026, 5, 1), 2)
    for first, back in [(date(2026, 3, 31), date(2026, 4, 2)), (date(2026, 1, 1), None), (date(2026, 4, 30), None)]:
        with pytest.raises(InvalidError) as refused:
            leave(person, first, back, 3)
        assert refused.value.field == "from_on"
    with pytest.raises(InvalidError) as refused:
        leave(person, date(2026, 8, 1), date(2026, 8, 1), 3)
    assert refused.value.field == "until_on"


def test_open_leave_is_closed_and_opened_again(app):
    person = make_person()
    row = leave(person, date(2026, 3, 1), None, 1)
    with transaction():
        closed = actions.correct_record(
            queries.get_record(row.id), from_on=row.starts_on, until_on=date(2026, 9, 1), by=SYSTEM, at=at(2)
        )
    assert [one.ends_on for one in queries.list_leaves(person.id)] == [date(2026, 9, 1)]
    revert(closed.id, 2, 3)
    assert [one.ends_on for one in queries.list_leaves(person.id)] == [None]


def test_leave_that_was_corrected_can_be_taken_back_altogether(app):
    person = make_person()
    row = leave(person, date(2026, 3, 1), None, 1)
    with transaction():
        closed = actions.correct_record(
            queries.get_record(row.id), from_on=row.starts_on, until_on=date(2026, 9, 1), by=SYSTEM, at=at(2)
        )
    undo(queries.get_record(closed.id), 3)
    assert queries.list_leaves(person.id) == []
    revert(closed.id, 3, 4)
    assert [one.ends_on for one in queries.list_leaves(person.id)] == [date(2026, 9, 1)]


# Whatever HR does ----------------------------------------------------------------

DAYS = st.integers(0, 30).map(lambda n: date.fromordinal(START.toordinal() + n))
ACTS = st.lists(
    st.tuples(st.sampled_from(["grant", "correct", "undo", "revert"]), st.integers(0, 5), DAYS),
    min_size=1,
    max_size=9,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_day_ever_has_two_levels(app, acts):
    """Grants, corrections and undoings in any order: refused or done, the live rows never overlap."""
    person = make_person(level="L1", since=START, hired_on=START)
    for number, (act, place, day) in enumerate(acts, start=1):
        rows = queries.list_spells(person.id)
        if act == "grant" or not rows:
            grant(person, f"L{place % 4 + 1}", day, number)
            continue
        record = queries.get_record(rows[place % len(rows)].id)
        try:
            if act == "correct":
                correct(record, day, number)
            elif act == "undo":
                undo(record, number)
            else:
                revert(record.id, number - 1, number)
        except DomainError:
            db.session.rollback()
        live = sorted(queries.list_spells(person.id), key=lambda row: row.starts_on)
        for first, second in pairwise(live):
            assert first.ends_on is not None
            assert first.ends_on <= second.starts_on
