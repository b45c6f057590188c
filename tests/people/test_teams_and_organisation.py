"""Teams, the tree of people, and the filters of the directory: as far as one may read the people, and no further."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from app.access.actor import Actor, Role
from app.domain.errors import MissingError
from app.domain.policies import POLICIES
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions, queries
from app.people.models import Team
from app.people.queries import organisation
from app.policies.actions import set_policy
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.people import AT, SYSTEM, make_person, make_team
from tests.people.test_pages import count_queries


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return a company of three levels, with HR, a stranger and somebody who has left."""
    publish()
    billing = make_team("Billing")
    top = make_person("Zora Above")
    manager = make_person("Tomasz Wieczorek", manager=top, level="L3")
    return SimpleNamespace(
        billing=billing,
        top=top,
        manager=manager,
        amara=make_person("Amara Diallo", manager=manager, team=billing, level="L2"),
        peer=make_person("Ffion Prydderch", manager=manager, team=billing, level="L2"),
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        stranger=make_person("Kofi Mensah"),
        left=make_person("Lena Left", manager=manager, left_on=date(2026, 1, 1)),
    )


def names(nodes) -> list:
    return [(node.name, names(node.below)) if node.below else node.name for node in nodes]


def tree_of(person, *roles: Role):
    return queries.read_organisation(Actor(person.id, person.name, frozenset(roles)))


def test_hr_sees_the_whole_tree_and_who_has_no_manager(company):
    found = tree_of(company.hr, Role.HR)
    assert names(found.trees) == [("Zora Above", [("Tomasz Wieczorek", ["Amara Diallo", "Ffion Prydderch"])])]
    assert names(found.alone) == ["Kofi Mensah", "Ruth Okonjo"]


def test_manager_sees_everybody_below_and_the_one_above_by_name(company):
    found = tree_of(company.manager)
    assert names(found.trees) == [("Zora Above", [("Tomasz Wieczorek", ["Amara Diallo", "Ffion Prydderch"])])]
    assert not found.trees[0].is_readable
    assert found.alone == []


def test_engineer_sees_the_own_line_and_no_colleague(company):
    assert names(tree_of(company.amara).trees) == [("Tomasz Wieczorek", ["Amara Diallo"])]
    assert tree_of(company.amara).trees[0].level is None
    assert names(tree_of(company.stranger).trees) == ["Kofi Mensah"]


def test_those_whose_manager_has_left_stand_without_one(company):
    with transaction():
        actions.record_leaving(company.manager, on=date(2026, 6, 1), by=SYSTEM, at=AT)
    assert "Amara Diallo" in names(tree_of(company.hr, Role.HR).alone)


def test_tree_below_somebody_is_for_those_who_may_read_them(company, client_for):
    address = f"/people/organisation?from={company.manager.id}"
    page = client_for(company.top).get(address)
    assert "Amara Diallo" in page.words("main")
    for who in (company.amara, company.stranger):
        assert client_for(who).get(address).status == 404
    assert client_for(company.hr).get("/people/organisation?from=x").status == 404
    with pytest.raises(MissingError):
        queries.read_organisation(Actor(company.amara.id, "Amara"), company.manager.id)


def test_large_company_is_folded_below_the_second_level(company, client_for, monkeypatch):
    monkeypatch.setattr(organisation, "MOST_AT_ONCE", 3)
    page = client_for(company.hr).get("/people/organisation")
    assert "Tomasz Wieczorek" in page.words("main")
    deeper = make_person("Deep Down", manager=company.amara)
    page = client_for(company.hr).get("/people/organisation")
    assert deeper.name not in page.text
    link = next(a.get("href") for a in page.all("a") if f"from={company.amara.id}" in a.get("href", ""))
    assert deeper.name in client_for(company.hr).get(link).words("main")


def test_long_row_of_reports_turns_pages(company, client_for, monkeypatch):
    monkeypatch.setattr(organisation, "MOST_IN_A_ROW", 3)
    for number in range(5):
        make_person(f"Report {number}", manager=company.manager)
    client = client_for(company.hr)
    first = client.get("/people/organisation")
    assert "Report 0" in first.text
    assert "Report 1" not in first.text
    more = next(a.get("href") for a in first.all("a") if "page=2" in a.get("href", ""))
    assert "4 people more who report to Tomasz" in first.words("main")
    second = client.get(more)
    assert "Report 1" in second.words("main")
    assert "4–6 of 7" in second.words("main")
    last = client.get(f"/people/organisation?from={company.manager.id}&page=99")
    assert "Report 4" in last.text
    assert "Report 3" not in last.text


def test_many_without_a_manager_are_cut_and_lead_to_the_directory(company, client_for, monkeypatch):
    monkeypatch.setattr(organisation, "MOST_IN_A_ROW", 3)
    for number in range(4):
        make_person(f"Single {number}")
        make_person(f"Below {number}", manager=make_person(f"Chief {number}"))
    page = client_for(company.hr).get("/people/organisation")
    assert "Single 0" not in page.text.partition("h-alone")[0]
    shown = [one for one in range(4) if f"Single {one}" in page.text]
    assert shown == [0]
    assert "3 more: see who has no line manager" in page.words("section", aria_labelledby="h-alone")
    assert "2 more at the top" in page.words("main")
    assert [a for a in page.all("a") if a.get("href", "").endswith("show=no-manager")]


def test_a_page_opens_no_more_rows_than_it_can_hold(company, client_for, monkeypatch):
    monkeypatch.setattr(organisation, "MOST_OPENED", 1)
    page = client_for(company.hr).get("/people/organisation")
    assert "Tomasz Wieczorek" in page.text
    assert "Amara Diallo" not in page.text
    assert "2 people below Tomasz" in page.words("main")


def test_long_line_of_managers_is_no_trouble(company, client_for):
    person = company.amara
    for number in range(60):
        person = make_person(f"Line {number:02}", manager=person)
    assert client_for(company.hr).get("/people/organisation").status == 200


def test_team_shows_the_people_whom_one_may_read(company, client_for):
    address = f"/people/teams/{company.billing.id}"
    assert "Amara Diallo" in client_for(company.manager).get(address).words("main")
    assert "Ffion Prydderch" not in client_for(company.amara).get(address).text
    seen = client_for(company.stranger).get(address)
    assert "Billing" in seen.text
    assert "Amara" not in seen.text
    assert "2 people" in client_for(company.hr).get("/people/teams").words("main")
    assert "2 people" not in client_for(company.stranger).get("/people/teams").words("main")


def test_team_remembers_for_hr_who_was_in_it(company, client_for):
    records = make_team("Records")
    with transaction():
        actions.set_team(company.amara, records, from_on=date(2026, 5, 1), by=SYSTEM, at=AT)
    address = f"/people/teams/{company.billing.id}"
    assert "30 Apr 2026" in client_for(company.hr).get(address).words("main")
    assert "30 Apr 2026" not in client_for(company.manager).get(address).words("main")


def test_team_is_added_renamed_and_moved_but_never_below_itself(company, client_for):
    client = client_for(company.hr)
    form = client.get("/people/teams/new").form(ending="/new")
    assert client.send(form, name="Engineering").status == 302
    assert "There is a team called Billing" in client.send(form, name="billing").words("span", id="name-error")
    assert client.send(form, name="").status == 422
    db.session.rollback()
    engineering = db.session.query(Team).filter_by(name="Engineering").one()
    own = f"/people/teams/{company.billing.id}/edit"
    edit = client.get(own).form(ending="/edit")
    assert client.send(edit, name="Billing and payments", parent=engineering.id).status == 302
    above = client.get(f"/people/teams/{engineering.id}/edit").form(ending="/edit")
    assert "stands below it" in client.send(above, parent=company.billing.id).words("span", id="parent-error")
    assert client_for(company.manager).get(own).status == 404
    assert client_for(company.manager).get("/people/teams/new").status == 404


# The directory -------------------------------------------------------------------


def found(client, **args: object) -> set[str]:
    page = client.get("/people/", query_string=args)
    return {one for one in ("Amara", "Ffion", "Tomasz", "Zora", "Ruth", "Kofi", "Lena") if one in page.words("main")}


def test_filters_of_the_directory(company, client_for):
    hr = client_for(company.hr)
    assert found(hr, show="left") == {"Lena"}
    assert found(hr, show="no-manager") == {"Zora", "Ruth", "Kofi"}
    assert found(hr, show="no-level") == {"Zora", "Ruth", "Kofi"}
    assert found(hr, team=company.billing.id) == {"Amara", "Ffion"}
    assert found(hr, level="software-engineer:L3") == {"Tomasz"}
    assert found(hr, level="software-engineer:L3", team=company.billing.id) == set()
    assert "Nobody fits" in hr.get("/people/?level=x:y").words("main")


def test_filters_tell_nobody_what_they_may_not_read(company, client_for):
    """A filter that counted others would say who is at which level."""
    assert found(client_for(company.stranger), level="software-engineer:L2") == set()
    assert found(client_for(company.stranger), team=company.billing.id) == set()
    assert found(client_for(company.amara), team=company.billing.id) == {"Amara"}
    assert "Lena" not in found(client_for(company.manager), show="left")
    assert found(client_for(company.manager), show="no-level") == set()


def test_who_begins_later_is_nobody_yet_but_for_hr(company, client_for, clock):
    """On the first day of work they stand in the directory, the tree and the team, without anybody doing anything."""
    first = date(2026, 12, 1)
    make_person("Nils Later", manager=company.manager, team=company.billing, hired_on=first, since=first)
    hr, top = client_for(company.hr), client_for(company.top)
    pages = ["/people/", "/people/organisation", f"/people/teams/{company.billing.id}"]
    for page in pages:
        assert "Nils Later" not in top.get(page).words("main"), page
    assert "Nils Later" in hr.get("/people/?show=later").words("main")
    assert "Amara" not in hr.get("/people/?show=later").words("main")
    assert "Begins later" in hr.get("/people/").words("main")
    assert "Nils Later" not in top.get("/people/?show=later").text
    assert "Begins later" not in top.get("/people/").words("main")
    clock.stand_still(NOW + timedelta(days=10))
    for page in pages:
        assert "Nils Later" in client_for(company.hr).get(page).words("main"), page


def test_levels_show_to_all_where_the_company_says_so(company, client_for):
    client = client_for(company.stranger)
    assert "L2" not in client.get("/people/").words("main")
    with transaction():
        definition = POLICIES["directory_shows_level"]
        set_policy(definition, "yes", reason="Asked for.", by=SYSTEM, at=AT, seen_number=0)
    words = client.get("/people/").words("main")
    assert "L2" in words
    assert "Billing" not in words


def test_pages_ask_few_questions_however_large_the_company(company, client_for):
    client = client_for(company.hr)
    own = f"/people/{company.amara.id}"
    record = queries.list_spells(company.amara.id)[0].id
    pages = [own, *(f"{own}/{act}" for act in ("edit", "email", "move", "level", "leave", "leaving"))]
    pages += ["/people/", "/people/new", "/people/organisation", "/people/teams", "/people/teams/new"]
    pages += [f"/people/teams/{company.billing.id}", f"/people/records/{record}/correct"]
    pages += [f"/people/records/{record}/undo", f"/people/teams/{company.billing.id}/edit"]
    client.get(own)
    before = {page: count_queries(lambda page=page: client.get(page)) for page in pages}
    for _ in range(5):
        make_person(manager=company.manager, team=company.billing, level="L2")
    after = {page: count_queries(lambda page=page: client.get(page)) for page in pages}
    assert before == after
    assert {page: number for page, number in after.items() if number > (14 if page == own else 12)} == {}
