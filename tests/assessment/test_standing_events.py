"""Whatever happens, and however many days pass: what is stored is what would be computed."""

from __future__ import annotations

import pytest

from app.assessment.actions.standing import refresh_due
from app.assessment.queries.standing import computed_standings, standings_of_people, stored_standings
from app.infra.clock import clock, today
from tests.assessment.standing_events import Company
from tests.factories.assessments import publish
from tests.factories.people import make_person

EVENTS = 250


@pytest.mark.parametrize("seed", [1, 2])
def test_stored_is_recomputed_after_every_one_of_many_events_and_on_every_day(app, seed):
    company = Company(seed)
    company.live(EVENTS)
    missing = {"close", "attach", "refuse_waiver", "end_waiver", "hand_over", "correct_leave"} - set(company.happened)
    assert not missing
    assert len(set(company.happened)) > 18


def test_in_another_time_zone_nothing_stored_holds_until_it_is_computed_anew(app):
    publish()
    manager = make_person("Tomasz Wieczorek")
    amara = make_person("Amara Diallo", manager=manager, level="L2")
    refresh_due(today(), lambda done, total: None)
    assert stored_standings([amara.id], today())
    clock.use_zone("Pacific/Kiritimati")
    try:
        assert not stored_standings([amara.id], today())
        assert standings_of_people([amara.id]) == computed_standings([amara.id], today())
        assert refresh_due(today(), lambda done, total: None) == 2
        assert stored_standings([amara.id], today()) == computed_standings([amara.id], today())
    finally:
        clock.use_zone("UTC")
