"""Sessions: how long they last, whatever the clock does, and that their owner sees and ends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions
from app.auth.browsers import name_browser
from app.auth.models import AuthSession, SessionStage
from app.domain.policies import POLICIES
from app.infra.clock import clock as the_clock
from app.infra.unit_of_work import transaction
from app.policies.actions import set_policy
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.factories.second_factor import account_of, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def is_open(client) -> bool:
    return client.get("/account").status == 200


def test_next_day_nothing_is_open(app, clock, client_for):
    clients = [client_for(make_person(roles=roles)) for roles in ((), (Role.HR,))]
    clock.stand_still(NOW + timedelta(days=1))
    assert [is_open(client) for client in clients] == [False, False]


@pytest.mark.parametrize(
    "started", [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 3, 28, 23, 30, tzinfo=UTC)]
)
def test_summer_time_makes_no_session_longer_or_shorter(app, clock, client_for, started):
    the_clock.use_zone("Europe/Berlin")
    try:
        clock.stand_still(started)
        person = make_person()
        used, unused = client_for(person), client_for(person)
        clock.stand_still(started + timedelta(hours=7, minutes=59))
        assert is_open(used)
        clock.stand_still(started + timedelta(hours=8, minutes=1))
        assert not is_open(unused)
        clock.stand_still(started + timedelta(hours=11, minutes=59))
        assert is_open(used)
        clock.stand_still(started + timedelta(hours=12, minutes=1))
        assert not is_open(used)
    finally:
        the_clock.use_zone("UTC")


def test_clock_set_back_an_hour_ends_nothing_and_makes_nothing_immortal(app, clock, client_for):
    hr, other = client_for(make_person(roles=(Role.HR,))), client_for(make_person())
    clock.stand_still(NOW - timedelta(hours=1))
    assert is_open(hr)
    assert is_open(other)
    clock.stand_still(NOW + timedelta(minutes=31))
    assert not is_open(hr)
    clock.stand_still(NOW + timedelta(hours=8, minutes=1))
    assert not is_open(other)


def test_session_of_a_clock_that_was_days_ahead_is_over(app, clock, client_for):
    clock.stand_still(NOW + timedelta(days=3))
    client = client_for(make_person())
    clock.stand_still(NOW)
    assert not is_open(client)


@pytest.mark.parametrize(
    ("key", "value", "roles", "pause", "stays"),
    [
        ("idle_minutes_privileged", "10", (Role.HR,), timedelta(minutes=11), False),
        ("idle_minutes_privileged", "60", (Role.ADMIN,), timedelta(minutes=59), True),
        ("idle_hours", "1", (), timedelta(minutes=61), False),
        ("idle_hours", "12", (), timedelta(hours=11), True),
        ("session_hours", "4", (), timedelta(hours=4, minutes=1), False),
    ],
)
def test_policies_say_how_long_a_session_lasts(app, clock, client_for, key, value, roles, pause, stays):
    client = client_for(make_person(roles=roles))
    with transaction():
        set_policy(POLICIES[key], value, reason="We work in shifts.", by=SYSTEM, at=NOW, seen_number=0)
    clock.stand_still(NOW + pause)
    assert is_open(client) is stays


def test_owner_sees_browser_place_and_time(app, session, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    form = client.get("/login").form("/login")
    client.send(form, email=person.email, password=PASSWORD)
    with transaction():
        actions.open_session(person.id, address="192.0.2.7", browser=FIREFOX, at=NOW)
        actions.open_session(person.id, address="192.0.2.8", browser="", at=NOW, stage=SessionStage.SECOND)
    words = client.get("/account").words("table")
    for part in ("Firefox on Linux", "192.0.2.7", "Unknown browser", "the code is still due", "This one"):
        assert part in words


def test_one_session_is_ended_and_all_others_at_once(app, session, client_for):
    person = make_person()
    here, there, elsewhere = (client_for(person) for _ in range(3))
    page = here.get("/account")
    endings = [form.get("action") for form in page.all("form") if (form.get("action") or "").endswith("/end")]
    assert len(endings) == 2
    assert here.post(endings[0]).location == "/account"
    assert sorted([is_open(there), is_open(elsewhere)]) == [False, True]
    assert here.send(here.get("/account").form("/account/sessions/end-others")).location == "/account"
    assert [is_open(one) for one in (here, there, elsewhere)] == [True, False, False]
    ended = session.scalars(select(AuditEvent.tag).where(AuditEvent.tag == Tag.SESSION_ENDED)).all()
    assert len(ended) == 2
    assert not here.get("/account").has_form("/account/sessions/end-others")


def test_last_sign_in_is_kept(app, clock, client_for):
    person = make_person(password=PASSWORD)
    clock.stand_still(NOW + timedelta(hours=2))
    sign_in(client_for(None), person)
    assert account_of(person).last_sign_in_at == NOW + timedelta(hours=2)


def test_half_a_sign_in_is_no_sign_in(app, client_for):
    person = make_person(password=PASSWORD, roles=(Role.HR,))
    sign_in(client_for(None), person)
    assert account_of(person).last_sign_in_at is None


def test_choosing_colours_is_audited_once(app, session, client_for):
    client = client_for(make_person())
    for _ in range(2):
        client.post("/account/theme", {"theme": "dark"})
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.THEME_CHANGED)).all()
    assert [row.details for row in rows] == ['{"theme":"dark"}']


def test_only_the_hash_of_an_id_is_stored(app, session, client_for):
    client = client_for(make_person())
    token = client.http.get_cookie("session").decoded_value.removeprefix("s.")
    row = session.scalars(select(AuthSession)).one()
    assert token not in "".join(str(value) for value in vars(row).values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (IPHONE, "Safari on iOS"),
        ("curl/8.1", "curl"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
        ("\x00" * 200, "Unknown browser"),
    ],
)
def test_browser_is_named_in_words(text, words):
    assert name_browser(text) == words
