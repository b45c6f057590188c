"""Passwords and accounts: reliability checklist, items 3, 10, 11 and 38."""

from __future__ import annotations

import logging

import pytest
from argon2 import extract_parameters
from sqlalchemy import select

from app import create_app
from app.auth.models import Account, SignInAttempt
from app.auth.passwords import MAX_LENGTH, MIN_LENGTH, Passwords, check_new_password
from app.domain.errors import InvalidError
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.client import Client
from tests.conftest import NOW, test_settings
from tests.factories.people import PASSWORD, make_person


def test_hash_is_argon2id_and_costs_at_least_what_is_asked():
    found = extract_parameters(Passwords().hash(PASSWORD))
    assert found.type.name == "ID"
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert found.parallelism == 1


@pytest.mark.parametrize(
    "password",
    [
        "q" * (MIN_LENGTH - 1),
        "four copper " + "k" * MAX_LENGTH,
        "BelayBelay12",
        "amaradiallo1",
        "202611212026",
        "abababababab",
        "passwordpassword1",
        "qwertyuiopas",
        "iloveyou2026",
    ],
)
def test_password_that_is_easy_to_guess_or_out_of_bounds_is_refused(password):
    with pytest.raises(InvalidError) as refusal:
        check_new_password(password, known_words=("Amara", "Diallo"))
    assert refusal.value.field == "password"
    assert password not in refusal.value.message


@pytest.mark.parametrize(
    "password", ["four copper kettles", "ключ под ковриком", "w" + "ordy and long " * 10, "🦊🐻🐼🦉🐢🐙 et cetera"]
)
def test_long_password_of_any_script_is_taken(password):
    check_new_password(password, known_words=("Amara", "Diallo"))
    assert Passwords(1).matches(Passwords(1).hash(password), password)


def test_what_stands_beyond_the_longest_password_is_not_ignored():
    longest = "four copper kettles " * 10
    stored = Passwords(1).hash(longest)
    assert Passwords(1).matches(stored, longest)
    assert not Passwords(1).matches(stored, longest + "x")


def test_password_is_never_logged(app, client_for, caplog):
    person = make_person(password=PASSWORD)
    with caplog.at_level(logging.DEBUG):
        for password in (PASSWORD, "this one is wrong"):
            client = client_for(None)
            client.send(client.get("/login").form("/login"), email=person.email, password=password)
    assert PASSWORD not in caplog.text
    assert "this one is wrong" not in caplog.text


def test_disabled_account_ends_its_sessions_and_looks_like_a_wrong_password(app, session, client_for):
    person = make_person(password=PASSWORD)
    inside = client_for(person)
    assert inside.get("/account").status == 200
    account = session.scalars(select(Account).where(Account.person_id == person.id)).one()
    with transaction():
        account.disabled_at = NOW
    assert inside.get("/account").status == 302
    form = client_for(None)
    pages = [
        form.send(form.get("/login").form("/login"), email=person.email, password=password)
        for password in (PASSWORD, "this one is wrong")
    ]
    assert [page.status for page in pages] == [401, 401]
    assert pages[0].words("main") == pages[1].words("main")


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_address_of_a_visitor_is_believed_from_as_many_proxies_as_are_set(app, session, databases, proxies, address):
    behind = create_app(test_settings(databases.url, databases.folder, proxies=proxies))
    client = Client(behind)
    form = client.get("/login").form("/login")
    fields = dict(form.with_values(email="nobody@larkspur.example", password="this one is wrong"))
    headers = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    assert client.post("/login", fields, token=False, headers=headers).status == 401
    assert session.scalar(select(SignInAttempt.address)) == address
    with behind.app_context():
        db.engine.dispose()
