"""Signing in: the right password opens, everything else looks the same, and nothing is open for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import sessions
from app.auth.models import Account, AuthSession
from app.auth.passwords import Passwords
from app.infra.clock import clock as the_clock
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import PASSWORD, make_person


def sign_in(client: Client, email: str, password: str = PASSWORD, **more):
    form = client.get("/login").form("/login")
    return client.send(form, email=email, password=password, **more)


def tags(session) -> list[str]:
    return [event.tag for event in session.query(AuditEvent).order_by(AuditEvent.seq)]


def test_right_password_leads_home_and_leaves_a_row(app, session, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    assert sign_in(client, person.email.upper()).location == "/"
    assert client.get("/account").status == 200
    assert tags(session)[-1] == Tag.SIGN_IN


def test_unknown_wrong_and_disabled_get_the_same_answer(app, client_for):
    known, left = make_person(password=PASSWORD), make_person(password=PASSWORD, left_on=NOW.date())
    texts = set()
    for email, password in (
        (known.email, "not the password"),
        ("nobody@larkspur.example", PASSWORD),
        (left.email, PASSWORD),
    ):
        client = client_for(None)
        page = sign_in(client, email, password)
        assert page.status == 401
        texts.add(page.words("main").replace(email, ""))
    assert len(texts) == 1


def test_signed_out_cookie_is_worthless(app, client_for):
    client = client_for(make_person())
    stolen = client.http.get_cookie("session").decoded_value
    page = client.get("/account")
    out = client.send(page.form("/logout"))
    assert out.headers["Clear-Site-Data"]
    client.http.set_cookie("session", stolen)
    assert client.get("/account").location.startswith("/login")


def test_signing_out_needs_a_post(app, client_for):
    assert client_for(make_person()).get("/logout").status == 405


def test_signing_in_makes_a_new_id(app, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    client.get("/login")
    before = client.http.get_cookie("session").decoded_value
    sign_in(client, person.email)
    assert client.http.get_cookie("session").decoded_value != before


def test_signing_in_again_ends_the_session_before(app, session, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    form = client.get("/login").form("/login")
    assert sign_in(client, person.email).status == 302
    before = client.http.get_cookie("session").decoded_value
    token = client.token()
    answer = client.post(
        "/login", [*form.with_values(email=person.email, password=PASSWORD, csrf_token=token)], token=False
    )
    assert answer.status == 302
    client.http.set_cookie("session", before)
    assert client.get("/account").status == 302
    assert tags(session)[-2:] == [Tag.SESSION_ENDED, Tag.SIGN_IN]


def test_sign_in_strengthens_a_hash_of_other_parameters(app, session, client_for):
    person = make_person(password=PASSWORD)
    account = session.scalars(select(Account).where(Account.person_id == person.id)).one()
    with transaction():
        account.password_hash = Passwords(2).hash(PASSWORD)
    assert sign_in(client_for(None), person.email).status == 302
    session.refresh(account)
    assert account.password_hash.startswith("$argon2id$v=19$m=64,t=1,")
    assert sign_in(client_for(None), person.email).status == 302


def test_last_day_is_the_company_s_and_not_that_of_greenwich(app, clock, client_for):
    # In Auckland it is the 22nd already.
    person = make_person(password=PASSWORD, left_on=NOW.date() + timedelta(days=1))
    the_clock.use_zone("Pacific/Auckland")
    try:
        clock.stand_still(NOW + timedelta(hours=3))
        assert sign_in(client_for(None), person.email).status == 401
    finally:
        the_clock.use_zone("UTC")


def test_more_than_a_session_holds_does_not_lock_anybody_out(app, client_for, monkeypatch):
    monkeypatch.setattr(sessions, "MAX_DATA", 20)
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    new = "four copper kettles whistle"
    assert client.send(form, old_password=PASSWORD, password=new, again=new).status == 302
    assert client.get("/account").status == 200


@pytest.mark.parametrize(
    ("roles", "pause", "is_open"),
    [
        ((), timedelta(hours=7, minutes=59), True),
        ((), timedelta(hours=8, minutes=1), False),
        ((Role.HR,), timedelta(minutes=29), True),
        ((Role.HR,), timedelta(minutes=31), False),
        ((Role.ADMIN,), timedelta(minutes=31), False),
        ((), -timedelta(hours=1), True),
    ],
)
def test_idle_session_ends(app, clock, client_for, roles, pause, is_open):
    client = client_for(make_person(roles=roles))
    clock.stand_still(NOW + pause)
    page = client.get("/account")
    assert (page.status == 200) is is_open


def test_session_in_use_ends_after_twelve_hours(app, clock, client_for):
    client = client_for(make_person())
    for hours in (4, 8, 11.9):
        clock.stand_still(NOW + timedelta(hours=hours))
        assert client.get("/account").status == 200
    clock.stand_still(NOW + timedelta(hours=12, minutes=1))
    assert client.get("/account").status == 302


def test_leaving_ends_the_session_at_the_next_request(app, session, client_for):
    person = make_person()
    client = client_for(person)
    assert client.get("/account").status == 200
    with transaction():
        person.left_on = NOW.date()
    assert client.get("/account").status == 302


def test_sixth_attempt_waits_even_with_the_right_password(app, clock, client_for):
    person, other = make_person(password=PASSWORD), make_person(password=PASSWORD)
    client = client_for(None)
    for _ in range(5):
        assert sign_in(client, person.email, "not the password").status == 401
    page = sign_in(client, person.email)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) <= 60
    assert sign_in(client_for(None), other.email).status == 302
    clock.stand_still(NOW + timedelta(minutes=1, seconds=1))
    assert sign_in(client_for(None), person.email).status == 302


def test_fifty_failures_stop_an_address_and_no_other(app, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    form = client.get("/login").form("/login")
    for number in range(50):
        client.send(form, email=f"nobody{number}@larkspur.example", password="not the password")
    assert client.send(form, email=person.email, password=PASSWORD).status == 429
    elsewhere = client_for(None)
    form = elsewhere.get("/login").form("/login")
    answer = elsewhere.post(
        "/login",
        form.with_values(email=person.email, password=PASSWORD),
        token=False,
        environ_base={"REMOTE_ADDR": "127.0.0.9"},
    )
    assert answer.status == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "/%2f%2fevil.example",
        "/%252f%252fevil.example",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/@evil.example",
        "/account\r\nX: 1",
        "/" + "a" * 10_000,
        "/no-such-page",
        "",
    ],
)
def test_next_leads_nowhere_else(app, client_for, target):
    person = make_person(password=PASSWORD)
    assert sign_in(client_for(None), person.email, next=target).location == "/"


def test_next_leads_to_a_page_of_ours(app, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    page = client.get("/account?x=1")
    assert page.location == "/login?next=/account?x%3D1" or "next=" in page.location
    form = client.follow(page).form("/login")
    assert client.send(form, email=person.email, password=PASSWORD).location == "/account?x=1"


def test_form_sent_on_a_dead_session_is_kept_for_the_same_person_only(app, clock, session, client_for):
    person, other = make_person(password=PASSWORD), make_person(password=PASSWORD)
    for who, is_kept in ((person, True), (other, False)):
        client = client_for(person)
        form = client.get("/account").form("/account/theme")
        clock.stand_still(now() + timedelta(hours=9))
        page = client.send(form, theme="dark")
        assert page.status == 401
        answer = client.send(page.form("/login"), email=who.email, password=PASSWORD)
        if not is_kept:
            assert answer.location == "/"
            continue
        again = client.send(answer.form("/account/theme"))
        assert again.status == 302
        assert 'data-theme="dark"' in client.get("/account").text


def test_password_sent_on_a_dead_session_is_not_in_the_page(app, clock, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    clock.stand_still(NOW + timedelta(hours=9))
    new = "four copper kettles whistle"
    page = client.send(form, old_password=PASSWORD, password=new, again=new)
    assert page.status == 401
    assert dict(page.form("/login").fields)["carried"] == ""


def test_other_sessions_end_with_a_new_password(app, session, client_for):
    person = make_person(password=PASSWORD)
    here, there = client_for(person), client_for(person)
    form = here.get("/account").form("/account/password")
    new = "four copper kettles whistle"
    assert here.send(form, old_password="wrong", password=new, again=new).status == 422
    assert here.send(form, old_password=PASSWORD, password=new, again="different words here").status == 422
    assert here.send(form, old_password=PASSWORD, password="short", again="short").status == 422
    assert here.send(form, old_password=PASSWORD, password=new, again=new).status == 302
    assert here.get("/account").status == 200
    assert there.get("/account").status == 302


def test_nobody_ends_the_session_of_somebody_else(app, session, client_for):
    mine, theirs = make_person(), make_person()
    client_for(theirs)
    row = session.query(AuthSession).filter_by(person_id=theirs.id).one()
    assert client_for(mine).post(f"/account/sessions/{row.id}/end").status == 404
    session.refresh(row)
    assert row.ended_at is None


def test_cookie_is_host_bound_and_secure_outside_the_loopback_mode(databases, clock):
    from app import create_app
    from tests.conftest import test_settings

    app = create_app(test_settings(databases.url, databases.folder, plain_http=False, base_url="https://belay.example"))
    answer = app.test_client().get("/login", base_url="https://belay.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert answer.headers["Strict-Transport-Security"]
