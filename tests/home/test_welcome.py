"""The page that greets: once, with the level held, what is settled with it, and three first steps."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.access.actor import Role
from app.auth import queries
from app.cli.shipped import publish_shipped
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person


@pytest.fixture(autouse=True)
def ladders(app):
    with transaction():
        publish_shipped(from_on=date(2023, 1, 1), by=SYSTEM, at=datetime(2023, 1, 1, tzinfo=UTC))


def steps(page) -> list[str]:
    return ["".join(title.itertext()) for title in page.all("h3")]


def test_newcomer_is_greeted_until_they_go_on_and_then_never_again(app, client_for):
    person = make_person("Amara Diallo", level="L2", is_new=True)
    client = client_for(person)
    assert client.get("/").location == "/welcome"
    page = client.get("/welcome")
    assert client.get("/").location == "/welcome"
    assert client.send(page.form("/welcome")).location == "/"
    assert client.get("/").status == 200
    assert queries.get_account(person.id).first_seen_at == NOW
    assert client.get("/welcome").status == 200


def test_greeting_says_the_level_and_that_those_below_are_settled(app, client_for):
    page = client_for(make_person("Amara Diallo", level="L2", since=date(2025, 2, 3), is_new=True)).get("/welcome")
    text = page.words("main")
    assert "L2 since 3 February 2025" in text
    assert "The levels below L2 are settled" in text
    assert steps(page) == ["Look at your ladder", "Log a piece of evidence", "See what L3 expects"]


def test_first_level_has_nothing_below_it(app, client_for):
    text = client_for(make_person(level="L1", is_new=True)).get("/welcome").words("main")
    assert "first level of this ladder" in text
    assert "settled" not in text


def test_top_of_the_ladder_gets_three_steps_too(app, client_for):
    page = client_for(make_person(level="L4", is_new=True)).get("/welcome")
    assert len(steps(page)) == 3
    assert "No level follows on this ladder." in page.words("main")


def test_somebody_without_a_level_is_told_that_nothing_is_wrong(app, client_for):
    page = client_for(make_person(is_new=True)).get("/welcome")
    assert "You hold no level on a ladder" in page.words("main")
    assert steps(page) == ["Look at the ladders", "Find your colleagues", "Look after your account"]


def test_hr_and_administrators_begin_with_what_they_look_after(app, client_for):
    assert "Invite people" in steps(client_for(make_person(roles=(Role.HR,), is_new=True)).get("/welcome"))
    assert "Look whether all is well" in steps(
        client_for(make_person(roles=(Role.ADMIN,), is_new=True)).get("/welcome")
    )


def test_every_step_leads_somewhere(app, client_for):
    for person in (
        make_person(level="L2", is_new=True),
        make_person(is_new=True),
        make_person(roles=(Role.HR,), is_new=True),
        make_person(roles=(Role.ADMIN,), level="L4", is_new=True),
    ):
        client = client_for(person)
        links = [link for item in client.get("/welcome").all("li", class_="first-step") for link in item.iter()]
        hrefs = [link.get("href") for link in links if link.get("href")]
        assert len(hrefs) == 3
        assert all(client.get(href).status in {200, 302} for href in hrefs)
