"""The throttle: exactly so many attempts are looked at, however many come at once, and whichever process they reach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.models import SignInAttempt
from app.infra.db import db
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factor import sign_in

HERE = "192.0.2.1"


def attempt(key: str, address: str = HERE, at=NOW) -> actions.Attempt:
    return actions.reserve_attempt(key, address, at)


def count(session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(SignInAttempt))


@pytest.mark.postgres
def test_of_many_at_once_five_are_looked_at(app, session):
    barrier = Barrier(12)

    def knock(number: int):
        barrier.wait()
        with app.app_context():
            try:
                return actions.reserve_attempt("somebody", f"192.0.2.{number}", NOW).wait
            finally:
                db.session.remove()

    with ThreadPoolExecutor(12) as pool:
        waits = [done.result() for done in [pool.submit(Context().run, knock, number) for number in range(12)]]
    assert sum(wait == timedelta(0) for wait in waits) == 5
    assert count(session) == 5
    throttled = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.SIGN_IN_THROTTLED)
    assert session.scalar(throttled) == 7


@pytest.mark.postgres
def test_of_many_from_one_address_fifty_are_looked_at(app, session):
    barrier = Barrier(8)

    def knock(worker: int):
        barrier.wait()
        with app.app_context():
            try:
                return [actions.reserve_attempt(f"{worker}-{number}", HERE, NOW).wait for number in range(8)]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        answers = [done.result() for done in [pool.submit(Context().run, knock, worker) for worker in range(8)]]
    assert sum(wait == timedelta(0) for waits in answers for wait in waits) == 50


@pytest.mark.postgres
def test_wrong_sign_ins_at_once_do_not_slip_past_the_limit(app, session, client_for):
    email, barrier = make_person(password=PASSWORD).email, Barrier(8)
    clients = [client_for(None) for _ in range(8)]
    forms = [client.get("/login").form("/login") for client in clients]

    def send(client: Client, form) -> int:
        barrier.wait()
        fields = dict(form.with_values(email=email, password="not the password"))
        return client.http.post("/login", data=fields).status_code

    with ThreadPoolExecutor(8) as pool:
        pairs = zip(clients, forms, strict=True)
        answers = [done.result() for done in [pool.submit(Context().run, send, *pair) for pair in pairs]]
    assert (answers.count(401), answers.count(429)) == (5, 3)
    assert count(session) == 5


def test_count_is_shared_by_processes_and_survives_a_restart(app, make_app, clock, client_for):
    person, other = make_person(password=PASSWORD), make_person(password=PASSWORD)
    for _ in range(3):
        assert sign_in(client_for(None), person, "not the password").status == 401
    second = make_app()
    for _ in range(2):
        assert sign_in(Client(second), person, "not the password").status == 401
    for one in (app, second, make_app()):
        page = sign_in(Client(one), person)
        assert page.status == 429
        assert page.headers["Retry-After"] == "60"
    assert sign_in(Client(second), other).status == 302


def test_right_password_forgets_the_failures_before(app, session, client_for):
    person = make_person(password=PASSWORD)
    for _ in range(4):
        sign_in(client_for(None), person, "not the password")
    assert sign_in(client_for(None), person).status == 302
    assert count(session) == 0
    for _ in range(5):
        assert sign_in(client_for(None), person, "not the password").status == 401


def test_form_that_is_not_filled_in_is_no_attempt(app, session, client_for):
    for _ in range(7):
        client = client_for(None)
        assert client.send(client.get("/login").form("/login"), email="", password="").status == 422
    assert count(session) == 0


def test_delayed_attempt_makes_the_delay_no_longer(app, clock, client_for):
    person = make_person(password=PASSWORD)
    for _ in range(5):
        sign_in(client_for(None), person, "not the password")
    for second in (10, 20, 30, 59):
        clock.stand_still(NOW + timedelta(seconds=second))
        assert sign_in(client_for(None), person, "not the password").status == 429
    clock.stand_still(NOW + timedelta(seconds=60))
    assert sign_in(client_for(None), person).status == 302


def test_delay_doubles_up_to_fifteen_minutes(app, clock):
    moment, waits = NOW, []
    for _ in range(5):
        attempt("somebody")
    for _ in range(5):
        wait = attempt("somebody", at=moment).wait
        waits.append(wait)
        moment += wait
        assert attempt("somebody", at=moment).wait == timedelta(0)
    assert [wait / timedelta(minutes=1) for wait in waits] == [1, 2, 4, 8, 15]


def test_clock_set_back_locks_nobody_out(app):
    for _ in range(9):
        attempt("somebody", at=NOW + timedelta(days=10))
    assert attempt("somebody").wait == timedelta(0)
    for _ in range(9):
        attempt("another", "192.0.2.2", at=NOW + timedelta(minutes=14))
    assert attempt("another", "192.0.2.2").wait <= queries.LONGEST_DELAY


def test_fault_of_ours_counts_as_an_attempt(app, session, client_for, monkeypatch):
    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "find_account", break_down)
    with pytest.raises(ZeroDivisionError):
        sign_in(client_for(None), make_person(password=PASSWORD))
    assert count(session) == 1


def test_unknown_and_known_take_the_same_statements(app, client_for):
    known, left = make_person(password=PASSWORD), make_person(password=PASSWORD, left_on=NOW.date())
    found = []
    for email in (known.email, "nobody@larkspur.example", left.email):
        client = client_for(None)
        form = client.get("/login").form("/login")
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_, seen=statements) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        client.send(form, email=email, password="not the password")
        event.remove(db.engine, "before_cursor_execute", note)
        found.append(statements)
    assert found[0] == found[1] == found[2] != []
