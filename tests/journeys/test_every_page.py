"""Every page that somebody can reach is one that everybody can use: light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.cli.seed.command import seed_company
from app.cli.seed.company import DEFAULT_PEOPLE
from app.cli.shipped import publish_shipped
from app.infra.clock import clock as the_clock
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.people import SYSTEM
from tests.journeys.crawl import Seen, pages_for
from tests.journeys.live import LiveServer, fresh_database, serving
from tests.journeys.looking import findings_on
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

PEOPLE = {
    "engineer": "Amara Diallo",
    "newcomer": "Kofi Mensah",
    "support": "Leila Haddad",
    "manager": "Tomasz Wieczorek",
    "skip": "Priya Raghunathan",
    "hr": "Ruth Okonjo",
    "admin": "Lucía Ferrández Ibarra",
}


@pytest.fixture(scope="module")
def company(shared_app: Flask, databases) -> Iterator[Flask]:
    """Return the application with the example company in its database, for all tests of this module."""
    with the_clock.standing_at(NOW), fresh_database(shared_app, databases):
        with transaction():
            publish_shipped(from_on=NOW.date(), by=SYSTEM, at=NOW)
        seed_company(shared_app, people=DEFAULT_PEOPLE, random_seed=1)
        yield shared_app


@pytest.fixture(scope="module")
def company_server(company: Flask) -> Iterator[LiveServer]:
    """Serve the example company."""
    with serving(company) as running:
        yield running


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Return what has been looked at in this company."""
    return Seen()


def find_person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


@pytest.mark.parametrize("role", [*PEOPLE, "nobody"])
def test_every_page_of_the_example_company_is_one_that_everybody_can_use(
    browser, company, company_server, seen, visitors, role
):
    person = find_person(PEOPLE[role]) if role in PEOPLE else None
    visitor = Visitor(browser, company_server)
    visitors.append(visitor)
    if person is not None:
        visitor.sign_in(person)
    findings = [finding for found in pages_for(company, person, seen) for finding in findings_on(visitor, found, role)]
    assert not findings, "\n".join(findings)
    reached = {endpoint for endpoint, _ in seen.features}
    assert ("home.show_home" if person else "auth.show_sign_in") in reached
