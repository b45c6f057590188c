"""What a manager who handed a side in may read after the reporting line has changed: access matrix, note 4."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.assessment.models import Assessment
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.conftest import NOW
from tests.factories.assessments import make_assessment, publish
from tests.factories.people import SYSTEM, make_person


@pytest.mark.parametrize(("handed_over_on", "may_read"), [(date(2026, 4, 1), False), (date(2026, 6, 1), True)])
def test_former_manager_reads_no_self_assessment_that_came_in_after_their_period(
    app, session, client_for, handed_over_on, may_read
):
    edition = publish()
    former, manager = make_person("Tomasz Wieczorek"), make_person("Priya Raghunathan")
    engineer = make_person("Amara Diallo", manager=former, level="L2")
    answers = {"swe.coach-juniors": "met"}
    days = {"opened_on": date(2026, 2, 1), "own_on": date(2026, 5, 1), "theirs_on": date(2026, 3, 1)}
    found = make_assessment(engineer, edition, "L3", manager=former, own=answers, theirs=answers, **days)
    with transaction():
        set_manager(engineer, manager, from_on=handed_over_on, by=SYSTEM, at=NOW)
    found = session.get_one(Assessment, found.id)
    actor = Actor(former.id, former.name)
    assert can(actor, Permission.Assessment.READ_SELF, found) is may_read
    rows = select(Assessment.id).where(visible_to(actor, Permission.Assessment.READ_SELF, Assessment))
    assert (session.scalar(rows) == found.id) is may_read
    assert can(actor, Permission.Assessment.READ_MANAGER, found)
    assert client_for(former).get(f"/assessments/{found.id}").status == 200
