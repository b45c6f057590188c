"""The menu: who is offered what, and which entry is the current one."""

from __future__ import annotations

import pytest

from app.access.actor import Role
from tests.factories.people import make_person

EVERYBODYS = [
    "Home",
    "Inbox",
    "Ladder",
    "Evidence",
    "Assessments",
    "Growth plan",
    "Promotions",
    "Mentoring",
    "Reports",
    "People",
    "Organisation",
    "Teams",
]


def entries(page) -> list[str]:
    [menu] = page.all("nav", aria_label="Main")
    return [" ".join("".join(link.itertext()).split()) for link in menu.iter("{http://www.w3.org/1999/xhtml}a")]


def current(page) -> list[str]:
    [menu] = page.all("nav", aria_label="Main")
    links = menu.iter("{http://www.w3.org/1999/xhtml}a")
    return [" ".join("".join(link.itertext()).split()) for link in links if link.get("aria-current") == "page"]


@pytest.mark.parametrize(
    "roles, offered",
    [
        ((), []),
        ((Role.HR,), ["Administration", "Accounts", "Import", "Policies", "Audit log"]),
        ((Role.ADMIN,), ["Administration", "Accounts", "Policies", "Jobs and mail", "Audit log"]),
        ((Role.LADDER_EDITOR,), ["Audit log"]),
    ],
)
def test_menu_offers_what_a_role_may_open(client_for, roles, offered):
    client = client_for(make_person(roles=roles))
    page = client.get("/")
    assert entries(page) == EVERYBODYS + offered
    menu = page.all("nav", aria_label="Main")[0]
    for link in menu.iter("{http://www.w3.org/1999/xhtml}a"):
        assert client.get(link.get("href")).status == 200


@pytest.mark.parametrize(
    "address, entry",
    [
        ("/", "Home"),
        ("/inbox", "Inbox"),
        ("/people/growth", "Growth plan"),
        ("/promotions/", "Promotions"),
        ("/people/", "People"),
        ("/people/organisation", "Organisation"),
        ("/people/teams", "Teams"),
        ("/people/import", "Import"),
        ("/ladders/", "Ladder"),
        ("/evidence/asked", "Evidence"),
        ("/admin/", "Administration"),
        ("/admin/accounts", "Accounts"),
        ("/admin/policies", "Policies"),
        ("/admin/policies/idle_hours", "Policies"),
        ("/admin/jobs?state=failed", "Jobs and mail"),
        ("/admin/mail", "Jobs and mail"),
        ("/admin/audit?kind=people", "Audit log"),
    ],
)
def test_exactly_one_entry_is_current(client_for, address, entry):
    client = client_for(make_person(roles=(Role.HR, Role.ADMIN)))
    assert current(client.get(address)) == [entry]


@pytest.mark.parametrize("address", ["/account/access", "/account/notices", "/search", "/search?q=design"])
def test_own_account_and_the_search_belong_to_no_entry(client_for, address):
    assert current(client_for(make_person()).get(address)) == []


def test_board_of_somebody_belongs_to_people_for_whoever_leads_nobody(client_for):
    lead = make_person("Tomasz Wieczorek")
    make_person("Amara Diallo", manager=lead)
    assert current(client_for(make_person(roles=(Role.HR,))).get(f"/people/{lead.id}/board")) == ["People"]


def test_person_belongs_to_people(client_for):
    person = make_person()
    assert current(client_for(person).get(f"/people/{person.id}")) == ["People"]


def test_whoever_leads_is_offered_the_team_board_and_stands_there_on_every_board(client_for):
    lead = make_person("Tomasz Wieczorek")
    make_person("Amara Diallo", manager=lead)
    page = client_for(lead).get(f"/people/{lead.id}/board")
    assert "Team board" in entries(page)
    assert current(page) == ["Team board"]
