"""The start page: where I stand, what keeps me from the next level, what waits for me, and whom I lead."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from app.access.actor import Role
from app.cli.seed.command import seed_company
from app.cli.seed.load import key_of
from app.cli.shipped import publish_shipped
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person


@pytest.fixture
def ladders(app):
    """Publish and adopt the shipped ladders."""
    with transaction():
        publish_shipped(from_on=date(2023, 1, 1), by=SYSTEM, at=datetime(2023, 1, 1, tzinfo=UTC))


@pytest.fixture
def larkspur(app, ladders):
    """Return a way to the people of the example company by their name."""
    plan = seed_company(app, people=44, random_seed=1)
    keys = {person.name: key_of(1, "person", person.key) for person in plan.people}
    return lambda name: db.session.get_one(Person, keys[name])


def test_engineer_sees_level_verdict_and_blockers_with_counts(larkspur, client_for):
    page = client_for(larkspur("Amara Diallo")).get("/")
    assert page.words("h1") == "L2 held since 3 February 2025, next is L3"
    assert "17 of 20 required expectations up to L3 are met" in page.words("main")
    blockers = page.all("li", class_="blocker")
    assert len(blockers) == 3
    words = [" ".join("".join(blocker.itertext()).split()) for blocker in blockers]
    assert [word.split()[0] for word in words] == ["Partly", "Unproven", "Not"]
    assert "1 of 2 pieces" in words[1]
    assert "26 December 2026" in words[1]
    assert "Ask for a rating" in words[2]
    assert "%" not in page.words("main")


def test_every_act_beside_a_blocker_leads_somewhere(larkspur, client_for):
    client = client_for(larkspur("Amara Diallo"))
    page = client.get("/")
    links = [link.get("href") for item in page.all("li", class_="blocker") for link in item.iter() if link.get("href")]
    assert links
    for href in links:
        if href.startswith("/") and not href.startswith("/assets"):
            answer = client.get(href.partition("#")[0])
            # “Work on this” leads on to the plan that is open already.
            assert (client.get(answer.location.partition("#")[0]) if answer.location else answer).status == 200, href


def test_ready_engineer_is_told_that_people_decide(larkspur, client_for):
    page = client_for(larkspur("Nguyễn Thị Minh Khai")).get("/")
    assert "Nothing is missing for L3" in page.words("main")
    assert "decision of people" in page.words("main")


def test_newcomer_is_offered_the_first_step(larkspur, client_for):
    page = client_for(larkspur("Kofi Mensah")).get("/")
    assert "Clip in your first piece" in page.words("main")


def test_top_of_the_ladder_is_said_plainly(larkspur, client_for):
    assert "the top of this ladder" in client_for(larkspur("Yusuf Karadağ")).get("/").words("h1")


def test_manager_sees_reports_by_name_with_verdicts(larkspur, client_for):
    page = client_for(larkspur("Tomasz Wieczorek")).get("/")
    names = [
        " ".join("".join(row.itertext()).split())
        for table in page.all("table")
        for row in table.iter()
        if row.get("class") == "person-name"
    ]
    assert names == sorted(names)
    assert "Amara Diallo" in names
    assert "3 missing of 20" in page.words("table")


def test_hr_sees_whom_nobody_can_place(app, ladders, client_for):
    hr = make_person("Ruth Okonjo", roles=(Role.HR,))
    make_person("Lost Newcomer")
    page = client_for(hr).get("/")
    assert "Lost Newcomer" in page.words("main")
    assert "a level and a line manager" in page.words("main")


def test_somebody_without_a_level_is_welcome(app, ladders, client_for):
    page = client_for(make_person("Ada Admin", roles=(Role.ADMIN,))).get("/")
    assert page.words("h1") == "Welcome, Ada Admin"
    assert "Nothing waits for you" in page.words("main")


def test_start_page_works_without_any_ladder(app, client_for):
    assert client_for(make_person(level="L2")).get("/").status == 200


def test_number_of_queries_is_small_and_the_same_for_everybody(larkspur, client_for):
    counts = {name: queries(lambda name=name: client_for(larkspur(name)).get("/")) for name in (
        "Amara Diallo", "Kofi Mensah", "Tomasz Wieczorek", "Ruth Okonjo")}  # fmt: skip
    assert max(counts.values()) <= 40, counts


def queries(work) -> int:
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH"))])


assert NOW
