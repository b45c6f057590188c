"""Proof of identity: a weighty act asks for it after ten minutes, and then goes on where it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import demo as the_demo
from app.auth.demo import DemoPerson, DemoRole
from app.auth.passwords import NO_PASSWORD_FITS
from app.auth.queries import get_account
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factor import code_at, codes_on, give_second_factor

AGAIN = "/login/again"
WEIGHTY = "/account/second"
RENEW = "/account/second/codes"
LATER = NOW + timedelta(minutes=11)


def tags(session) -> list[str]:
    return [event.tag for event in session.query(AuditEvent).order_by(AuditEvent.seq)]


@pytest.mark.parametrize(("minutes", "is_fresh"), [(0, True), (9.9, True), (10.1, False), (-9, True), (-60, False)])
def test_weighty_page_asks_after_ten_minutes(app, clock, client_for, minutes, is_fresh):
    client = client_for(make_person(password=PASSWORD))
    clock.stand_still(NOW + timedelta(minutes=minutes))
    assert (client.get(WEIGHTY).status == 200) is is_fresh


def test_proof_leads_back_to_the_page_with_a_new_id(app, clock, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    clock.stand_still(LATER)
    page = client.follow(client.get(f"{WEIGHTY}?x=1"))
    before = client.http.get_cookie("session").decoded_value
    answer = client.send(page.form(AGAIN), password=PASSWORD)
    assert answer.location == f"{WEIGHTY}?x=1"
    assert client.follow(answer).status == 200
    assert tags(session)[-1] == Tag.IDENTITY_PROVED
    client.http.set_cookie("session", before)
    assert client.get("/account").location.startswith("/login?")


def test_proof_does_not_make_a_session_last_longer(app, clock, client_for):
    client = client_for(make_person(password=PASSWORD))
    for hours in (6, 11):
        clock.stand_still(NOW + timedelta(hours=hours))
        assert client.send(client.get(AGAIN).form(AGAIN), password=PASSWORD).status == 302
    clock.stand_still(NOW + timedelta(hours=12, minutes=1))
    assert client.get("/account").location.startswith("/login?")


def test_form_that_was_sent_waits_for_the_proof(app, clock, session, client_for):
    person = make_person(password=PASSWORD)
    give_second_factor(person)
    client = client_for(person)
    form = client.get("/account").form(RENEW)
    clock.stand_still(LATER)
    asked = client.send(form)
    assert asked.status == 401
    assert codes_on(asked) == []
    answer = client.send(asked.form(AGAIN), password=PASSWORD, one_time_code=code_at(LATER))
    assert answer.words("h1") == "It is you"
    assert len(codes_on(client.send(answer.form(RENEW)))) == 10
    assert Tag.IDENTITY_PROVED in tags(session)


def test_form_with_a_code_is_not_carried(app, clock, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get(WEIGHTY).form(WEIGHTY)
    clock.stand_still(LATER)
    asked = client.send(form, one_time_code="735912")
    assert asked.status == 401
    assert "735912" not in asked.text
    assert dict(asked.form(AGAIN).fields)["carried"] == ""


def test_form_carried_for_somebody_else_is_not_offered(app, clock, client_for):
    mine, theirs = make_person(password=PASSWORD), make_person(password=PASSWORD)
    client, other = client_for(mine), client_for(theirs)
    clock.stand_still(LATER)
    carried = dict(client.post(RENEW, {"note": "mine alone"}).form(AGAIN).fields)["carried"]
    assert carried
    assert other.send(other.get(AGAIN).form(AGAIN), password=PASSWORD, carried=carried).location == "/"


def test_script_is_told_to_prove_first(app, clock, client_for):
    client = client_for(make_person(password=PASSWORD))
    clock.stand_still(LATER)
    answer = client.post(RENEW, headers={"Accept": "application/json"})
    assert answer.status == 401
    assert answer.response.is_json


def test_password_alone_is_no_proof_where_there_is_a_code(app, clock, session, client_for):
    person = make_person(password=PASSWORD)
    give_second_factor(person)
    client = client_for(person)
    form = client.get(AGAIN).form(AGAIN)
    for code in ("", "000000"):
        page = client.send(form, password=PASSWORD, one_time_code=code)
        assert page.status == 401
        assert page.all("input", id="one_time_code", aria_invalid="true")
    assert tags(session)[-1] == Tag.SECOND_FACTOR_REFUSED
    assert client.send(form, password=PASSWORD, one_time_code=code_at(NOW)).status == 302
    again = client.get(AGAIN).form(AGAIN)
    assert client.send(again, password=PASSWORD, one_time_code=code_at(NOW)).status == 401


def test_wrong_proofs_are_audited_and_throttled_and_the_session_stays(app, clock, session, client_for):
    person, other = make_person(password=PASSWORD), make_person(password=PASSWORD)
    client = client_for(person)
    form = client.get(AGAIN).form(AGAIN)
    for number in range(5):
        page = client.send(form, password=f"not the password {number}")
        assert page.status == 401
        assert "not the password" not in page.text
    assert tags(session).count(Tag.PASSWORD_REFUSED) == 5
    refused = client.send(form, password=PASSWORD)
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    change = client.get("/account").form("/account/password")
    new = "four copper kettles whistle"
    assert client.send(change, old_password=PASSWORD, password=new, again=new).status == 429
    elsewhere = client_for(other)
    assert elsewhere.send(elsewhere.get(AGAIN).form(AGAIN), password=PASSWORD).status == 302
    clock.stand_still(NOW + timedelta(seconds=61))
    assert client.send(form, password=PASSWORD).status == 302


def test_wrong_present_password_is_audited_and_counts(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    new = "four copper kettles whistle"
    for _ in range(5):
        assert client.send(form, old_password="wrong", password=new, again=new).status == 422
    assert tags(session).count(Tag.PASSWORD_REFUSED) == 5
    assert client.send(form, old_password=PASSWORD, password=new, again=new).status == 429


def test_bad_new_password_is_no_wrong_attempt(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    for _ in range(6):
        assert client.send(form, old_password=PASSWORD, password="short", again="short").status == 422
    assert Tag.PASSWORD_REFUSED not in tags(session)


def test_answer_with_what_was_typed_is_not_kept(app, clock, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    clock.stand_still(LATER)
    asked = client.post(RENEW, {"note": "a private sentence"})
    answer = client.send(asked.form(AGAIN), password=PASSWORD)
    assert "a private sentence" in answer.text
    assert not [row for row in session.query(IdempotencyKey) if "a private sentence" in (row.body or "")]


def test_nobody_who_is_out_is_asked_to_prove(app, client_for):
    assert client_for(None).get(AGAIN).location.startswith("/login?")


@pytest.mark.parametrize("stored", [None, NO_PASSWORD_FITS])
def test_demo_asks_for_a_click_of_the_same_person(app, clock, make_app, stored):
    person, guest = make_person("Amara Diallo"), make_person("Ben Otieno", password=PASSWORD)
    with transaction():
        get_account(person.id).password_hash = stored
    own = make_app()
    people = tuple(DemoPerson(one.id, one.name, "") for one in (person, guest))
    the_demo.open_door(own, [DemoRole("Engineers", people)])
    client = Client(own, person)
    clock.stand_still(LATER)
    page = client.follow(client.get(WEIGHTY))
    assert "This is a demo" in page.words("main")
    assert client.send(page.form("/login/again/demo")).location == WEIGHTY
    assert client.get(WEIGHTY).status == 200
    # Somebody with a password of their own gives it, in the demo too.
    assert Client(own, guest).post("/login/again/demo").status == 404


def test_demo_s_door_opens_fully_without_a_second_factor(app, make_app):
    from app.access.actor import Role

    person = make_person("Amara Diallo", roles=(Role.HR,))
    own = make_app()
    the_demo.open_door(own, [DemoRole("HR", (DemoPerson(person.id, person.name, ""),))])
    client = Client(own)
    page = client.get("/login?next=/account")
    assert client.send(page.form("/login/demo"), **{"as": person.id}).location == "/account"
    assert client.get("/account").status == 200
