"""The first day: a company with nobody but HR, with and without a ladder. Every page says what belongs there."""

from __future__ import annotations

import pytest

from app.access.actor import Role
from app.cli.shipped import publish_shipped
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person
from tests.journeys.crawl import Seen, pages_for
from tests.journeys.looking import findings_on

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("has_ladders", [True, False], ids=["ladders", "nothing"])
def test_every_page_of_an_empty_company_is_one_that_everybody_can_use(app, visit, has_ladders):
    if has_ladders:
        with transaction():
            publish_shipped(from_on=NOW.date(), by=SYSTEM, at=NOW)
    ruth = make_person("Ruth Okonjo", roles=(Role.HR,))
    visitor, role = visit(ruth), f"empty-{'ladders' if has_ladders else 'nothing'}"
    seen = Seen()
    findings = [finding for found in pages_for(app, ruth, seen) for finding in findings_on(visitor, found, role)]
    assert not findings, "\n".join(findings)
    assert {"home.show_home", "people.list_people", "evidence.list_evidence", "ladders.list_ladders"} <= set(seen.pages)
