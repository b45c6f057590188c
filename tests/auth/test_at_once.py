"""Two acts on one account at the same moment: the second waits for the first and sees what it did.

On SQLite one write follows another by itself; what is proved here is proved on PostgreSQL, and holds on both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author
from app.auth import actions, queries
from app.auth.models import Account, RoleGrant
from app.auth.passwords import Passwords
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import Person
from app.people.queries import get_person
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person

NEW = "four copper kettles whistle"
WAITS = 1.5
"""Seconds that the first act stays open; a second one that did not wait for it would be through by then."""


@pytest.fixture
def newcomer(app) -> Person:
    with transaction():
        return people.add_person(
            name="Nina New", email="nina@larkspur.example", employee_id="N-1", hired_on=None, by=SYSTEM, at=NOW
        )


def post_during(act: Callable[[], object], client, path: str, fields: dict[str, Any]) -> int:
    """Send a form while an act is under way; return the status of the answer."""
    token, statuses = client.token(), []

    def send() -> None:
        answer = client.http.post(path, data=fields, headers={"X-CSRF-Token": token})
        statuses.append(answer.status_code)

    second = threading.Thread(target=lambda: Context().run(send))
    with transaction():
        act()
        db.session.flush()
        second.start()
        second.join(WAITS)
    second.join(30)
    assert statuses, "the second act never answered"
    return statuses[0]


def test_sign_in_during_a_grant_does_not_escape_the_second_factor(app, client_for):
    person, client = make_person("Paul Plain", password=PASSWORD), client_for(None)
    fields = {"email": person.email, "password": PASSWORD}
    grant = lambda: actions.grant_role(get_person(person.id), Role.HR, by=SYSTEM, at=NOW)  # noqa: E731
    assert post_during(grant, client, "/login", fields) == 302
    assert client.get("/admin/accounts").location.startswith("/login/second/set-up")


def test_sign_in_with_the_old_password_during_a_reset_is_refused(app, client_for):
    person, client = make_person("Paul Plain", password=PASSWORD), client_for(None)

    def reset() -> None:
        account = queries.get_account(person.id)
        actions.set_password(account, get_person(person.id), NEW, passwords=Passwords(1), by=SYSTEM, at=NOW)

    fields = {"email": person.email, "password": PASSWORD}
    assert post_during(reset, client, "/login", fields) == 401
    assert client.get("/account").status == 302


def test_sign_in_while_the_account_is_disabled_is_refused(app, client_for):
    person, client = make_person("Paul Plain", password=PASSWORD), client_for(None)

    def disable() -> None:
        actions.disable_account(queries.get_account(person.id), get_person(person.id), by=SYSTEM, at=NOW)

    assert post_during(disable, client, "/login", {"email": person.email, "password": PASSWORD}) == 401


def test_two_invitations_at_once_make_one_account(app, session, newcomer, client_for):
    hr, other = make_person(roles=(Role.HR,)), make_person(roles=(Role.HR,))
    invite = lambda: actions.invite([newcomer.id], by=Author(other.id), at=NOW, mail_is_on=False)  # noqa: E731
    assert post_during(invite, client_for(hr), f"/admin/accounts/{newcomer.id}/link", {}) == 200
    assert len(session.scalars(select(Account).where(Account.person_id == newcomer.id)).all()) == 1


def test_two_grants_at_once_leave_one(app, session, newcomer, client_for):
    admin = make_person(roles=(Role.ADMIN,))
    grant = lambda: actions.grant_role(get_person(newcomer.id), Role.LADDER_EDITOR, by=SYSTEM, at=NOW)  # noqa: E731
    path = f"/admin/accounts/{newcomer.id}/roles"
    assert post_during(grant, client_for(admin), path, {"grant": "ladder_editor"}) == 302
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.person_id == newcomer.id)).all()) == 1
