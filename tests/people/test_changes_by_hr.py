"""What HR records of somebody on pages of their own: with its day, with an undo, and never of themselves."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from app.access.actor import Role
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people import hooks, queries
from app.people.models import ManagerLink, Person
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.people import SYSTEM, make_person, make_team

FORMS = ("edit", "email", "move", "level", "leave", "leaving")


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return a small company with HR in it."""
    publish()
    billing, records = make_team("Billing"), make_team("Records")
    skip = make_person("Petra Skip")
    manager = make_person("Tomasz Wieczorek", manager=skip)
    return SimpleNamespace(
        billing=billing,
        records=records,
        skip=skip,
        manager=manager,
        amara=make_person("Amara Diallo", manager=manager, team=billing, level="L2", since=date(2025, 2, 3)),
        hr=make_person("Ruth Okonjo", roles=(Role.HR,)),
        second_hr=make_person("Hanna Resources", roles=(Role.HR,)),
        admin=make_person("Ada Admin", roles=(Role.ADMIN,)),
    )


def again(person: Person) -> Person:
    """Return a person as the database knows them now."""
    db.session.rollback()
    return db.session.get_one(Person, person.id, populate_existing=True)


def levels(person: Person) -> list[tuple[str, date, date | None]]:
    db.session.rollback()
    return [(row.level, row.starts_on, row.ends_on) for row in queries.list_spells(person.id)]


def press_undo(client, page):
    """Follow to the next page and press the button that stands beside what was done."""
    shown = client.follow(page)
    form = next(form for form in shown.all("form") if form.get("action", "").endswith(("/revert", "/return")))
    return client.follow(client.send(shown.form(form.get("action"))))


@pytest.mark.parametrize("act", FORMS)
def test_pages_are_hrs_and_never_ones_own(company, client_for, act):
    for who in (company.amara, company.manager, company.skip, company.admin):
        assert client_for(who).get(f"/people/{company.amara.id}/{act}").status == 404
    hr = client_for(company.hr)
    assert hr.get(f"/people/{company.amara.id}/{act}").status == 200
    assert hr.get(f"/people/{company.hr.id}/{act}").status == 404
    assert client_for(company.second_hr).get(f"/people/{company.hr.id}/{act}").status == 200


def test_own_row_of_hr_says_who_looks_after_it(company, client_for):
    page = client_for(company.hr).get(f"/people/{company.hr.id}")
    assert "A second person of HR looks after your own row" in page.words("main")
    assert "Record a change" not in page.words("main")
    assert "Record a change" in client_for(company.hr).get(f"/people/{company.amara.id}").words("main")


def test_move_of_team_and_manager_on_one_day_and_back(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/move").form(ending="/move")
    page = client.send(form, team=company.records.id, manager=company.skip.id, from_on="2026-12-01")
    assert page.status == 302
    db.session.rollback()
    assert queries.find_team(company.amara.id, date(2026, 12, 1)).name == "Records"
    assert queries.find_manager(company.amara.id, date(2026, 12, 1)).name == "Petra Skip"
    assert queries.find_team(company.amara.id).name == "Billing"
    words = press_undo(client, page).words("main")
    assert "as it was before" in words
    db.session.rollback()
    assert queries.find_team(company.amara.id, date(2026, 12, 1)).name == "Billing"
    assert queries.find_manager(company.amara.id, date(2026, 12, 1)).name == "Petra Skip"


def test_move_says_at_the_field_what_is_wrong(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.manager.id}/move").form(ending="/move")
    loop = client.send(form, manager=company.amara.id, from_on="2026-12-01")
    assert loop.status == 422
    assert "this would be a loop" in loop.words("span", id="manager-error")
    for fields in ({"from_on": "tomorrow"}, {"team": "x"}, {"manager": ""}, {"from_on": "9999-12-31"}, {}):
        page = client.send(form, **fields)
        assert page.status == 422, fields
        assert page.all("div", class_="error-summary")
    assert queries.find_manager(company.manager.id).name == "Petra Skip"


def test_level_with_its_day_and_reason(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/level").form(ending="/level")
    page = client.send(form, level="software-engineer:L3", reason="promotion", from_on="2026-11-01")
    assert page.status == 302
    assert levels(company.amara)[-1] == ("L3", date(2026, 11, 1), None)
    shown = client.follow(page).words("main")
    assert "L3 from 1 November 2026" in shown
    assert "promotion" in shown
    assert "Recorded by Ruth Okonjo" in shown


def test_level_before_the_day_of_hire_and_of_no_ladder_is_refused(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/level").form(ending="/level")
    before = levels(company.amara)
    early = client.send(form, level="software-engineer:L3", reason="promotion", from_on="2022-12-31")
    assert "hired on" in early.words("span", id="from_on-error")
    for changed in ({"level": "software-engineer:L9"}, {"level": "none"}, {"reason": "import"}, {"reason": ""}):
        assert client.send(form, **({"reason": "promotion"} | changed)).status == 422
    assert levels(company.amara) == before


def test_leave_is_recorded_closed_and_removed(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/leave").form(ending="/leave")
    page = client.follow(client.send(form, from_on="2026-11-02", until_on=""))
    assert "no day of return is known yet" in page.words("main")
    overlapping = client.send(form, from_on="2026-12-02", until_on="2026-12-20")
    assert "recorded already" in overlapping.words("span", id="from_on-error")
    correct = next(a.get("href") for a in page.all("a") if "/correct" in a.get("href", "") and "On leave" in text(a))
    closing = client.get(correct).form(ending="/correct")
    backwards = client.send(closing, until_on="2026-11-01")
    assert "after the first day" in backwards.words("span", id="until_on-error")
    closed = client.follow(client.send(closing, until_on="2026-12-01"))
    assert "2 November 2026 to 30 November 2026" in closed.words("main")
    undo = next(a.get("href") for a in closed.all("a") if a.get("href", "").endswith("/undo") and "On leave" in text(a))
    asked = client.get(undo)
    assert "No leave is recorded at all" in asked.words("main")
    assert client.send(asked.form(ending="/undo")).status == 302
    db.session.rollback()
    assert queries.list_leaves(company.amara.id) == []


def text(element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_undo_asks_first_and_says_what_holds_afterwards(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/level").form(ending="/level")
    client.send(form, level="software-engineer:L3", reason="promotion", from_on="2026-11-01")
    page = client.get(f"/people/{company.amara.id}")
    undo = next(a.get("href") for a in page.all("a") if a.get("href", "").endswith("/undo"))
    asked = client.get(undo)
    assert "since 3 February 2025" in asked.words("section", aria_labelledby="h-after")
    assert levels(company.amara)[-1][0] == "L3"
    done = client.send(asked.form(ending="/undo"))
    assert levels(company.amara) == [("L2", date(2025, 2, 3), None)]
    press_undo(client, done)
    assert levels(company.amara)[-1][0] == "L3"
    # The entry was taken back in the meantime: whoever comes by an old page is told, and nothing happens.
    old = client.get(undo)
    assert old.status == 409


def test_nobody_is_put_back_under_a_manager_who_has_left(company, client_for):
    """Neither by the button beside the change nor from the history; a manager who still works here comes back."""
    client = client_for(company.hr)
    with transaction() as session:
        people.record_leaving(session.get_one(Person, company.manager.id), on=date(2026, 11, 2), by=SYSTEM, at=NOW)
    form = client.get(f"/people/{company.amara.id}/move").form(ending="/move")
    shown = client.follow(client.send(form, manager=company.skip.id, from_on="2026-11-02"))
    refused = client.send(shown.form(ending="/revert"))
    assert refused.status == 409
    assert "Tomasz Wieczorek again, who has worked here until 1 November 2026 only" in refused.words("main")
    live = ManagerLink.person_id == company.amara.id, ManagerLink.manager_id == company.skip.id
    record = db.session.scalars(db.select(ManagerLink.id).where(*live)).one()
    asked = client.get(f"/people/records/{record}/undo")
    assert "Correct the entry instead" in asked.words("main")
    assert not [form for form in asked.all("form") if form.get("action", "").endswith("/undo")]
    assert client.post(f"/people/records/{record}/undo").status == 409
    db.session.rollback()
    assert queries.find_manager(company.amara.id).name == "Petra Skip"
    with transaction() as session:
        session.get_one(Person, company.manager.id).left_on = date(2026, 12, 1)
    assert client.send(client.get(f"/people/records/{record}/undo").form(ending="/undo")).status == 302
    db.session.rollback()
    assert queries.find_manager(company.amara.id).name == "Tomasz Wieczorek"


def test_records_of_hr_are_for_a_second_person(company, client_for):
    second = client_for(company.second_hr)
    form = second.get(f"/people/{company.hr.id}/level").form(ending="/level")
    second.send(form, level="software-engineer:L3", reason="hire", from_on="2026-11-01")
    db.session.rollback()
    record = queries.list_spells(company.hr.id)[0].id
    for act in ("correct", "undo"):
        assert client_for(company.hr).get(f"/people/records/{record}/{act}").status == 404
        assert second.get(f"/people/records/{record}/{act}").status == 200
        assert client_for(company.hr).post(f"/people/records/{record}/{act}").status == 404
    assert client_for(company.hr).post(f"/people/records/{record}/revert").status == 404
    assert second.post(f"/people/records/{record}/revert", {"change": "yesterday"}).status == 409
    assert len(levels(company.hr)) == 1


def test_details_keep_what_another_window_saved(company, client_for):
    client = client_for(company.hr)
    first = client.get(f"/people/{company.amara.id}/edit").form(ending="/edit")
    second = client.get(f"/people/{company.amara.id}/edit").form(ending="/edit")
    assert client.send(first, name="Amara Diallo-Berg").status == 302
    conflict = client.send(second, name="Amara D.")
    assert conflict.status == 409
    assert "Amara Diallo-Berg" in conflict.text
    assert again(company.amara).name == "Amara Diallo-Berg"
    assert again(company.amara).sort_name == "amara diallo-berg"


def test_employee_id_email_and_first_day_are_checked(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.amara.id}/edit").form(ending="/edit")
    taken = client.send(form, employee_id=company.manager.employee_id)
    assert "Tomasz Wieczorek has the employee id" in taken.words("span", id="employee_id-error")
    late = client.send(form, hired_on="2025-06-01")
    assert "A level is recorded from" in late.words("span", id="hired_on-error")
    assert client.send(form, name="  ").status == 422
    mail = client.get(f"/people/{company.amara.id}/email").form(ending="/email")
    taken = client.send(mail, email=company.manager.email.upper())
    assert "Tomasz Wieczorek has the address" in taken.words("span", id="email-error")
    assert client.send(mail, email="nobody at home").status == 422
    assert client.send(mail, email="Amara.Berg@Larkspur.example").status == 302
    assert again(company.amara).email == "amara.berg@larkspur.example"


def test_changing_an_address_asks_for_a_fresh_proof(company, client_for, clock):
    from datetime import timedelta

    from tests.conftest import NOW

    client = client_for(company.hr)
    with clock.standing_at(NOW + timedelta(minutes=11)):
        assert client.get(f"/people/{company.amara.id}/edit").status == 200
        asked = client.get(f"/people/{company.amara.id}/email")
        assert asked.status != 200 or "E-mail address of" not in asked.text


def test_last_day_and_back(company, client_for):
    client = client_for(company.hr)
    shown = client.get(f"/people/{company.manager.id}/leaving")
    assert "Amara Diallo" in shown.words("main")
    form = shown.form(ending="/leaving")
    assert "began on" in client.send(form, last_day="2022-12-31").words("span", id="last_day-error")
    page = client.send(form, last_day="2026-11-30")
    assert again(company.manager).left_on == date(2026, 12, 1)
    press_undo(client, page)
    assert again(company.manager).left_on is None
    assert client.get(f"/people/{company.manager.id}/return").status == 302


def test_undo_of_a_changed_last_day_brings_back_the_earlier_one(company, client_for):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.manager.id}/leaving").form(ending="/leaving")
    client.follow(client.send(form, last_day="2026-11-30"))
    later = client.send(form, last_day="2026-12-31")
    assert "30 November 2026, as before" in press_undo(client, later).words("main")
    assert again(company.manager).left_on == date(2026, 12, 1)


@pytest.mark.parametrize("is_first", [True, False])
def test_undo_of_a_last_day_that_was_changed_since_changes_nothing(company, client_for, is_first):
    client = client_for(company.hr)
    form = client.get(f"/people/{company.manager.id}/leaving").form(ending="/leaving")
    if not is_first:
        client.follow(client.send(form, last_day="2026-11-28"))
    shown = client.follow(client.send(form, last_day="2026-11-30"))
    undo = shown.form(f"/people/{company.manager.id}/return")
    client.send(form, last_day="2026-12-31")
    assert client.send(undo).status == 409
    assert client.send(undo, last_day="soon").status == 409
    assert again(company.manager).left_on == date(2027, 1, 1)


def test_a_time_away_is_told_by_the_history_of_those_who_came_back(company, client_for, clock):
    client = client_for(company.hr)
    address = f"/people/{company.manager.id}"
    client.send(client.get(f"{address}/leaving").form(ending="/leaving"), last_day="2026-11-20")
    clock.stand_still(NOW + timedelta(days=3))
    client = client_for(company.hr)
    client.send(client.get(f"{address}/return").form(ending="/return"))
    assert again(company.manager).left_on is None
    lines = [" ".join(line.itertext()) for line in client.get(address).all("li", class_="history-line")]
    told = [" ".join(line.split()) for line in lines]
    back = next(place for place, line in enumerate(told) if line.startswith("Back at work"))
    assert "24 November 2026" in told[back]
    assert "Last day of work 20 November 2026" in told[back + 1]
    for who in (company.manager, company.skip):
        assert "Back at work" in client_for(who).get(address).words("main")


def test_a_last_day_that_never_came_is_no_time_away(company, client_for):
    client = client_for(company.hr)
    address = f"/people/{company.manager.id}"
    client.send(client.get(f"{address}/leaving").form(ending="/leaving"), last_day="2026-11-30")
    client.send(client.get(f"{address}/return").form(ending="/return"))
    words = client.get(address).words("main")
    assert "Back at work" not in words
    assert "30 November 2026" not in words


def test_somebody_who_may_not_leave_yet_stays(company, client_for, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(hooks, "_leaving_checks", [lambda people: dict.fromkeys(people, "Name another one first.")])
    monkeypatch.setattr(hooks, "_leaving_listeners", [lambda *_: told.append("left")])
    client = client_for(company.hr)
    form = client.get(f"/people/{company.admin.id}/leaving").form(ending="/leaving")
    page = client.send(form, last_day="2026-11-30")
    assert "Name another one first." in page.words("span", id="last_day-error")
    assert again(company.admin).left_on is None
    assert told == []
    monkeypatch.setattr(hooks, "_leaving_checks", [])
    assert client.send(form, last_day="2026-11-30").status == 302
    assert told == ["left"]


def test_a_last_day_ahead_is_taken_back_without_a_word_to_the_account(company, client_for, monkeypatch):
    told: list[object] = []
    monkeypatch.setattr(hooks, "_return_listeners", [lambda people, *_: told.append(people)])
    client = client_for(company.hr)
    address = f"/people/{company.manager.id}"
    client.send(client.get(f"{address}/leaving").form(ending="/leaving"), last_day="2026-11-21")
    page = client.get(f"{address}/return")
    assert "same password, second factor and roles" in page.words("main")
    client.send(page.form(ending="/return"))
    assert told == []
    assert again(company.manager).left_on is None


def test_who_comes_back_is_said_to_need_a_new_invitation(company, client_for, monkeypatch):
    told: list[object] = []
    monkeypatch.setattr(hooks, "_return_listeners", [lambda people, *_: told.append(people)])
    client = client_for(company.hr)
    address = f"/people/{company.manager.id}"
    client.send(client.get(f"{address}/leaving").form(ending="/leaving"), last_day="2026-11-20")
    page = client.get(f"{address}/return")
    words = page.words("main")
    assert "the password, the second factor and every role are gone" in words
    assert "cannot sign in before a new invitation" in words
    (link,) = [one.get("href") for one in page.all("a") if (one.get("href") or "").startswith("/admin/accounts/")]
    assert client.get(link).status == 200
    done = client.follow(client.send(page.form(ending="/return")))
    assert "needs a new invitation" in done.words("main")
    assert told == [frozenset({company.manager.id})]


def test_an_address_that_may_not_be_changed_stays_and_says_why(company, client_for, monkeypatch):
    told: list[object] = []
    old = company.manager.email
    monkeypatch.setattr(hooks, "_address_checks", [lambda people: dict.fromkeys(people, "Ask an administrator.")])
    monkeypatch.setattr(hooks, "_address_listeners", [lambda changed, *_: told.append(dict(changed))])
    client = client_for(company.hr)
    form = client.get(f"/people/{company.manager.id}/email").form(ending="/email")
    page = client.send(form, email="tomasz.w@larkspur.example")
    assert "Ask an administrator." in page.words("span", id="email-error")
    assert again(company.manager).email == old
    monkeypatch.setattr(hooks, "_address_checks", [])
    assert client.send(form, email=old.upper()).status == 302
    assert told == []
    assert client.send(form, email="tomasz.w@larkspur.example").status == 302
    assert told == [{company.manager.id: old}]


def test_somebody_is_added_with_all_that_holds_on_the_first_day(company, client_for):
    client = client_for(company.hr)
    form = client.get("/people/new").form(ending="/new")
    new = {
        "name": "Noor Haddad",
        "email": "Noor@larkspur.example",
        "employee_id": "N-1",
        "hired_on": "2026-12-01",
        "team": company.records.id,
        "manager": company.manager.id,
        "level": "software-engineer:L1",
    }
    page = client.follow(client.send(form, **new))
    assert "Noor Haddad is added" in page.words("main")
    db.session.rollback()
    person = queries.find_person_by_email("noor@larkspur.example")
    assert queries.find_manager(person.id, date(2026, 12, 1)).name == "Tomasz Wieczorek"
    assert levels(person) == [("L1", date(2026, 12, 1), None)]
    refused = client.send(form, **(new | {"name": "Another", "email": "noor@larkspur.example", "employee_id": "N-2"}))
    assert refused.status == 422
    assert "is there already" in refused.words("span", id="email-error")
    assert client.send(form, **(new | {"hired_on": ""})).status == 422
    assert client_for(company.manager).get("/people/new").status == 404


def test_nobody_is_set_below_themselves_by_the_action(company):
    from app.infra.unit_of_work import transaction
    from app.people import actions
    from tests.factories.people import AT, SYSTEM

    with pytest.raises(InvalidError), transaction():
        actions.set_manager(company.amara, company.amara, from_on=date(2026, 1, 1), by=SYSTEM, at=AT)


def test_later_last_day_of_somebody_who_had_left_brings_them_back(company, app, monkeypatch):
    """Who works here again has come back, whichever form says so: the other features hear of it."""
    heard = []
    monkeypatch.setattr("app.people.hooks._return_listeners", [lambda people, *_: heard.append(people)])
    with transaction():
        people.record_leaving(again(company.amara), on=date(2026, 10, 1), by=SYSTEM, at=NOW)
    with transaction():
        people.let_go(again(company.amara), last_day=date(2026, 10, 15), by=SYSTEM, at=NOW)
    assert heard == []
    with transaction():
        people.let_go(again(company.amara), last_day=date(2026, 12, 31), by=SYSTEM, at=NOW)
    assert heard == [frozenset({company.amara.id})]
