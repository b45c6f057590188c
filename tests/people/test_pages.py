"""The directory and one person: everybody sees names, and more only of those whose work they may see."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can, visible_to
from app.infra.db import db
from app.people.models import Person
from tests.factories.people import make_person, make_team


@pytest.fixture
def company(app):
    """Return people in every relation to Amara."""
    team = make_team("Billing")
    skip = make_person("Petra Skip")
    manager = make_person("Tomasz Wieczorek", manager=skip)
    return {
        "skip": skip,
        "manager": manager,
        "amara": make_person("Amara Diallo", manager=manager, team=team, level="L2", since=date(2025, 2, 3)),
        "peer": make_person("Ffion Prydderch", manager=manager, team=team, level="L2"),
        "hr": make_person("Ruth Okonjo", roles=(Role.HR,)),
        "admin": make_person("Ada Admin", roles=(Role.ADMIN,)),
        "stranger": make_person("Kofi Mensah"),
        "left": make_person("Lena Left", left_on=date(2026, 1, 1)),
    }


MAY_READ = {"skip", "manager", "amara", "hr"}


@pytest.mark.parametrize("who", ["skip", "manager", "amara", "peer", "hr", "admin", "stranger"])
def test_person_page_is_for_the_person_their_managers_and_hr(company, client_for, who):
    page = client_for(company[who]).get(f"/people/{company['amara'].id}")
    assert page.status == (200 if who in MAY_READ else 404)
    assert ("Billing" in page.text) is (who in MAY_READ)


def test_refused_and_missing_are_the_same_bytes(company, client_for):
    client = client_for(company["stranger"])
    refused = client.get(f"/people/{company['amara'].id}")
    missing = client.get("/people/00000000-0000-4000-8000-000000000000")
    assert refused.status == missing.status == 404
    # The token of the sign-out form belongs to the session, the key to the page; nothing else may differ.
    assert normal(refused.text) == normal(missing.text)


def normal(text: str) -> str:
    import re

    return re.sub(r'name="(csrf_token|idempotency_key)" value="[^"]*"', "", text)


def test_directory_shows_names_to_all_and_teams_to_few(company, client_for):
    seen = client_for(company["stranger"]).get("/people/")
    assert "Amara Diallo" in seen.text
    assert "Billing" not in seen.words("main")
    assert "Lena Left" not in seen.text
    assert "Billing" in client_for(company["manager"]).get("/people/").words("main")


@pytest.mark.parametrize(
    ("words", "found"), [("amara", True), ("DIALLO", True), ("ám", True), ("%", False), ("_", False)]
)
def test_search_ignores_capitals_and_accents_and_takes_signs_as_they_are(company, client_for, words, found):
    page = client_for(company["stranger"]).get("/people/", query_string={"q": words})
    assert ("Amara Diallo" in page.text) is found
    assert found or "Nobody of that name" in page.text


@pytest.mark.parametrize("who", ["skip", "manager", "amara", "peer", "hr", "admin", "stranger"])
def test_list_and_page_decide_alike(company, who):
    person = company[who]
    roles = {"hr": {Role.HR}, "admin": {Role.ADMIN}}.get(who, set())
    actor = Actor(person.id, person.name, frozenset(roles))
    rows = set(db.session.scalars(db.select(Person.id).where(visible_to(actor, Permission.Person.READ, Person))))
    assert rows == {other.id for other in company.values() if can(actor, Permission.Person.READ, other)}


def test_number_of_queries_does_not_grow_with_the_list(company, client_for):
    client = client_for(company["hr"])
    few = count_queries(lambda: client.get("/people/"))
    for _ in range(30):
        make_person(manager=company["manager"])
    assert count_queries(lambda: client.get("/people/")) == few <= 12


def count_queries(work) -> int:
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


def test_long_list_turns_pages(company, client_for):
    for number in range(60):
        make_person(f"Zed {number:03}")
    client = client_for(company["stranger"])
    first, second = client.get("/people/"), client.get("/people/?page=2")
    assert "Zed 059" not in first.text
    assert "Zed 059" in second.text
    assert client.get("/people/?page=x").status == 200
