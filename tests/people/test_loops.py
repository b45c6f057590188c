"""Nobody reports to themselves, directly or through others: on no day, and not by two changes at once (T17)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest

from app.domain.errors import InvalidError
from app.infra.db import db, set_may_write
from app.infra.unit_of_work import transaction
from app.people import actions, queries
from app.people.models import Person
from tests.factories.people import SYSTEM, make_person

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def report(person: Person, manager: Person, on: date) -> None:
    with transaction():
        actions.set_manager(person, manager, from_on=on, by=SYSTEM, at=AT)


def test_loop_in_a_period_that_has_ended_is_refused(app):
    """Bo reported to Ann in 2024. Ann cannot have reported to Bo in the same year, whatever holds today."""
    ann, bo, top = make_person("Ann"), make_person("Bo"), make_person("Top")
    report(bo, ann, date(2024, 1, 1))
    report(bo, top, date(2025, 1, 1))
    report(ann, top, date(2025, 6, 1))
    with pytest.raises(InvalidError, match="1 January 2024"):
        report(ann, bo, date(2023, 6, 1))


def test_line_that_turns_round_on_a_day_is_no_loop(app):
    """Two people may change places: on no single day does either report to themselves."""
    ann, bo, top = make_person("Ann"), make_person("Bo"), make_person("Top")
    report(bo, ann, date(2024, 1, 1))
    report(bo, top, date(2025, 1, 1))
    report(ann, bo, date(2025, 1, 1))
    assert queries.managers_of(ann.id) == (bo.id, top.id)


def test_link_that_ends_before_the_other_begins_is_no_loop(app):
    ann, bo, top = make_person("Ann"), make_person("Bo"), make_person("Top")
    report(bo, ann, date(2025, 1, 1))
    report(ann, top, date(2025, 1, 1))
    report(ann, bo, date(2024, 1, 1))
    assert queries.find_manager(ann.id, date(2024, 6, 1)) == bo
    assert queries.find_manager(ann.id) == top


def test_two_changes_at_once_close_no_loop(app):
    """Each of them alone is fine; whoever comes second is told."""
    ann, bo = make_person("Ann"), make_person("Bo")
    pairs = [(ann.id, bo.id), (bo.id, ann.id)]
    ready, refused = Barrier(2), []

    def change(person_id, manager_id) -> None:
        set_may_write(value=False)
        with app.app_context():
            ready.wait(10)
            try:
                with transaction() as session:
                    pair = session.get_one(Person, person_id), session.get_one(Person, manager_id)
                    actions.set_manager(*pair, from_on=date(2026, 1, 1), by=SYSTEM, at=AT)
            except InvalidError as refusal:
                refused.append(refusal.field)
            finally:
                db.session.remove()

    threads = [Thread(target=change, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refused == ["manager"]
    db.session.rollback()
    assert sum(len(queries.managers_of(one)) for one, _ in pairs) == 1
