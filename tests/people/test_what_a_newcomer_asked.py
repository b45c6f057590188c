"""What pages of people say before something is recorded, and of somebody who has left."""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.access.actor import Role
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions, queries
from tests.conftest import NOW
from tests.factories.assessments import publish
from tests.factories.editions import SUPPORT, adopted
from tests.factories.people import SYSTEM, grant, make_person, make_team

LADDER = "software-engineer"


@pytest.fixture
def company(app) -> SimpleNamespace:
    """Return a small company with HR in it, and a manager who has left."""
    publish()
    adopted(SUPPORT)
    team = make_team("Billing")
    head = make_person("Petra Skip")
    gone = make_person("Vera Wójcik", manager=head, left_on=date(2026, 11, 21))
    return SimpleNamespace(
        team=team,
        head=head,
        gone=gone,
        amara=make_person("Amara Diallo", manager=head, team=team, level="L3", since=date(2025, 2, 3)),
        left_alone=make_person("Linus Berg", manager=gone, team=team, level="L2", since=date(2025, 2, 3)),
        hr=make_person("Ruth Okonjo", manager=head, roles=(Role.HR,), level="L2"),
        admin=make_person("Ada Admin", roles=(Role.ADMIN,)),
    )


@pytest.fixture
def client(company, client_for):
    """Return the browser of HR."""
    return client_for(company.hr)


def level_form(client, person):
    return client.get(f"/people/{person.id}/level").form(ending="/level")


# A level, and why -----------------------------------------------------------------


def test_no_reason_is_chosen_for_somebody_who_holds_a_level(company, client):
    shown = client.get(f"/people/{company.amara.id}/level")
    assert not [one for one in shown.all("input", type="radio") if "checked" in one.attrib]
    first = client.get(f"/people/{company.head.id}/level")
    assert [one.get("value") for one in first.all("input", type="radio") if "checked" in one.attrib] == ["hire"]


@pytest.mark.parametrize(
    ("level", "reason", "said"),
    [
        (f"{LADDER}:L2", "promotion", "L2 does not stand above L3"),
        (f"{LADDER}:L3", "promotion", "L3 does not stand above L3"),
        (f"{LADDER}:L4", "demotion", "L4 does not stand below L3"),
        (f"{LADDER}:L4", "transfer", "stays on the same ladder"),
        ("technical-support:L2", "promotion", "another ladder"),
        ("technical-support:L2", "demotion", "another ladder"),
    ],
)
def test_reason_that_does_not_fit_the_level_is_refused_at_the_field(company, client, level, reason, said):
    page = client.send(level_form(client, company.amara), level=level, reason=reason, from_on="2026-11-01")
    assert page.status == 422
    assert said in page.words("span", id="reason-error")


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        (f"{LADDER}:L4", "promotion"),
        (f"{LADDER}:L2", "demotion"),
        ("technical-support:L2", "transfer"),
        (f"{LADDER}:L2", "correction"),
        (f"{LADDER}:L4", "correction"),
    ],
)
def test_reason_that_fits_the_level_is_taken(company, client, level, reason):
    assert (
        client.send(level_form(client, company.amara), level=level, reason=reason, from_on="2026-11-01").status == 302
    )


def test_first_level_is_no_promotion(company, client):
    form = level_form(client, company.head)
    page = client.send(form, level=f"{LADDER}:L3", reason="promotion", from_on="2026-11-01")
    assert "no level before" in page.words("span", id="reason-error")
    assert client.send(form, level=f"{LADDER}:L3", reason="hire", from_on="2026-11-01").status == 302


def test_correction_of_an_entry_keeps_to_the_same_rule(company, client):
    with transaction():
        grant(company.amara, "L4", on=date(2026, 11, 1))
    record = queries.list_spells(company.amara.id)[-1].id
    form = client.get(f"/people/records/{record}/correct").form(ending="/correct")
    page = client.send(form, level=f"{LADDER}:L2", reason="promotion")
    assert page.status == 422
    assert "L2 does not stand above L3" in page.words("span", id="reason-error")
    assert client.send(form, level=f"{LADDER}:L2", reason="demotion").status == 302


def test_level_form_says_what_an_entry_of_the_same_day_replaces(company, client):
    first = client.send(
        level_form(client, company.amara), level=f"{LADDER}:L4", reason="promotion", from_on="2026-11-21"
    )
    assert "takes the place" not in client.follow(first).words("main")
    shown = client.get(f"/people/{company.amara.id}/level")
    assert "takes the place of L4, recorded today" in shown.words("main")
    page = client.send(shown.form(ending="/level"), level=f"{LADDER}:L2", reason="demotion", from_on="2026-11-21")
    assert "L2 from 21 November 2026. This takes the place of L4, recorded today" in client.follow(page).words("main")


# A manager who has left ---------------------------------------------------------------


def test_manager_who_has_left_is_no_manager_on_any_page(company, client):
    missing = client.get("/").words("main")
    assert "Linus Berg" in missing
    assert "line manager" in missing
    assert "Linus Berg" in client.get("/people/?show=no-manager").words("main")
    assert "Amara Diallo" not in client.get("/people/?show=no-manager").words("table")
    assert "Linus Berg" in client.get("/people/organisation").words("section", aria_labelledby="h-alone")


def test_page_of_somebody_says_that_their_manager_has_left(company, client, client_for):
    words = client.get(f"/people/{company.left_alone.id}").words("aside", aria_label="Today")
    assert "Vera Wójcik, left on 20 November 2026: nobody leads Linus Berg" in words
    assert "Name another" in words
    own = client_for(company.left_alone).get(f"/people/{company.left_alone.id}").words("aside", aria_label="Today")
    assert "left on 20 November 2026" in own
    assert "Name another" not in own
    assert "left on" not in client.get(f"/people/{company.amara.id}").words("aside", aria_label="Today")


# Leaving --------------------------------------------------------------------------


def test_last_day_before_later_entries_is_refused_and_names_them(company, client):
    with transaction():
        grant(company.amara, "L4", on=date(2026, 12, 1))
        actions.set_manager(company.amara, company.hr, from_on=date(2026, 12, 1), by=SYSTEM, at=NOW)
    form = client.get(f"/people/{company.amara.id}/leaving").form(ending="/leaving")
    page = client.send(form, last_day="2026-11-20")
    assert page.status == 422
    said = page.words("span", id="last_day-error")
    assert "level from 1 December 2026" in said
    assert "line manager from 1 December 2026" in said
    assert "undo" in said.lower()
    assert client.send(form, last_day="2026-12-01").status == 302


def test_page_of_somebody_who_left_says_what_held_on_the_last_day(company, client):
    client.send(client.get(f"/people/{company.amara.id}/leaving").form(ending="/leaving"), last_day="2026-11-20")
    shown = client.get(f"/people/{company.amara.id}")
    assert "Left on 20 November 2026" in shown.words("main")
    aside = shown.words("aside", aria_label="On the last day")
    assert "On the last day" in aside
    assert not shown.all("aside", aria_label="Today")
    assert "Billing" in aside
    assert "Petra Skip" in aside


def test_leaving_form_names_only_reports_who_work_here(company, client):
    make_person("Otto Former", manager=company.head, left_on=date(2026, 11, 1))
    shown = client.get(f"/people/{company.head.id}/leaving")
    assert "Otto Former" not in shown.words("main")
    links = [one.get("href") for one in shown.all("a")]
    assert f"/people/{company.amara.id}/move" in links


def test_page_of_somebody_leads_hr_and_administrators_to_the_account(company, client, client_for):
    address = f"/admin/accounts/{company.amara.id}"
    assert address in [one.get("href") for one in client.get(f"/people/{company.amara.id}").all("a")]
    own = client_for(company.amara).get(f"/people/{company.amara.id}")
    assert address not in [one.get("href") for one in own.all("a")]


def test_undo_asks_in_plain_words(company, client):
    record = queries.list_spells(company.amara.id)[-1].id
    words = client.get(f"/people/records/{record}/undo").words("main")
    assert "as if it had never been recorded" in words
    with transaction():
        actions.end_team(company.amara, on=date(2026, 11, 1), by=SYSTEM, at=NOW)
    db.session.rollback()
    assert "Was here before, or comes later" in client.get(f"/people/teams/{company.team.id}").words("main")


# Importing ------------------------------------------------------------------------

PEOPLE = (
    "employee_id,name,email,ladder,level,level_since,Dept,Boss,Title\n"
    "X-1,Amal Newcomer,amal@larkspur.example,software-engineer,L2,2025-02-03,Billing,X-2,Engineer\n"
)


def preview(client, content: str):
    """Upload a file and look at its preview."""
    sent = {"from_on": "2026-11-21", "file": FileStorage(io.BytesIO(content.encode()), "people.csv")}
    boundary, body = encode_multipart(sent)
    page = client.post(
        "/people/import",
        input_stream=io.BytesIO(body),
        content_length=str(len(body)),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    return client.follow(page)


def test_preview_shows_the_first_day_at_a_level_and_from_when_the_new_ones_count(company, client):
    words = preview(client, PEOPLE).words("main")
    assert "Level since" in words
    assert "3 February 2025" in words
    assert "Changes count from 21 November 2026; for people who are new, from their first day" in words


def test_preview_names_what_columns_of_other_names_perhaps_are(company, client):
    words = preview(client, PEOPLE).words("main")
    for name, perhaps in (("Dept", "team"), ("Boss", "manager_employee_id"), ("Title", "level")):
        assert f"{name}. Did you mean {perhaps}?" in words


def test_import_page_says_before_the_upload_what_a_row_of_ones_own_may_say(company, client, client_for):
    assert "Your own row: nobody changes it themselves" in client.get("/people/import").words("main")
    with transaction() as session:
        session.merge(company.hr).employee_id = None
    page = client_for(company.hr).get("/people/import")
    assert "Your own row: you have no employee id yet" in page.words("main")
