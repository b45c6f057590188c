"""Naming members and taking them off: what is said at once, and what a draft does not ask."""

from __future__ import annotations

import pytest

from app.domain.promotion import CycleState
from app.promotion.models import CommitteeMember
from app.promotion.queries.panels import serving
from tests.factories import promotion as make
from tests.factories.people import make_person


@pytest.fixture
def firm(app):
    return make.make_firm(reviewers=1)


@pytest.fixture
def draft(firm):
    return make.make_cycle(firm, state=CycleState.DRAFT, members=firm.reviewers)


def member_of(cycle, person) -> CommitteeMember | None:
    return next((row for row in serving(cycle.id) if row.person_id == person.id), None)


def test_naming_somebody_who_may_review_no_target_says_so_at_once(firm, draft, client_for):
    client, address = client_for(firm.hr), f"/promotions/{draft.id}/committee"
    newcomer = make_person(name="Ōtomo <New>")
    client.send(client.get(address).form(address), person="Ōtomo")
    assert member_of(draft, newcomer)
    said = client.get(address).words()
    assert "Ōtomo <New> holds no level and has no review rank, and will be drawn for no case" in said
    client.send(client.get(address).form(address), person=firm.colleague.name)
    assert "will be drawn for no case" not in client.get(address).words()


def test_a_member_is_taken_off_a_draft_without_a_reason(firm, draft, client_for):
    client, person = client_for(firm.hr), firm.reviewers[0]
    address = f"/promotions/committee/{member_of(draft, person).id}/remove"
    page = client.get(address)
    assert not page.all("textarea")
    assert client.send(page.form(address)).location == f"/promotions/{draft.id}/committee"
    assert member_of(draft, person) is None
    assert f"{person.name} is off the committee." in client.get(f"/promotions/{draft.id}/committee").words()
