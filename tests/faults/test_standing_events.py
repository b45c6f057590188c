"""Thousands of events and days: what is stored of where people stand is what would be computed."""

from __future__ import annotations

import pytest

from tests.assessment.standing_events import Company

EVENTS = 2000


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4])
def test_stored_is_recomputed_after_thousands_of_events_and_on_every_day(app, seed):
    company = Company(seed)
    company.live(EVENTS)
    assert len(set(company.happened)) > 18
