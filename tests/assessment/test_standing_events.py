"""Whatever happens, and however many days pass: what is stored is what would be computed."""

from __future__ import annotations

import pytest

from app.assessment.actions.standing import refresh_due
from app.infra.clock import today
from tests.assessment.standing_events import Company

EVENTS = 150


@pytest.mark.parametrize("seed", [1, 2])
def test_stored_is_recomputed_after_every_one_of_many_events_and_days(app, seed):
    company = Company(seed)
    stored = checks = 0
    for number in range(EVENTS):
        company.step()
        company.pass_a_moment()
        checks += 1
        stored += company.check()
        if number % 12 == 0:
            company.pass_days(company.chance.randint(1, 30))
            company.check()
            company.check_reading()
        if number % 60 == 0:
            refresh_due(today(), lambda done, total: None)
            assert company.check() == 4
    assert len(set(company.happened)) > 12, company.happened
    # The rows are there, and not only right because everything is computed.
    assert stored > checks
