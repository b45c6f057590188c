"""One form, one commit, one effect; what must be kept is kept; a page that reads changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from datetime import date, timedelta

import pytest
from flask import Response, g
from sqlalchemy import create_engine, func, select
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import OperationalError

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth.models import Account
from app.evidence.models import Evidence
from app.infra import db as infra_db
from app.infra import idempotency, unit_of_work
from app.infra.db import db, writing
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from app.people.models import Team
from tests.conftest import BACKEND, NOW
from tests.factories.assessments import make_assessment
from tests.factories.editions import adopted
from tests.factories.people import PASSWORD, make_person


def test_same_key_gives_the_first_answer_and_one_effect(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    new = "four copper kettles whistle"
    values = {"old_password": PASSWORD, "password": new, "again": new}
    first, second = client.send(form, **values), client.send(form, **values)
    # Carried out twice, the second would have failed: the old password is no longer right.
    assert (first.status, first.location) == (second.status, second.location) == (302, "/account")
    changes = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.PASSWORD_CHANGED)
    assert session.scalar(changes) == 1


def test_same_key_with_another_text_is_another_submit(app, session, client_for):
    client = client_for(make_person())
    form = client.get("/account").form("/account/theme")
    # As when somebody goes back in the browser: the page is the old one, and so is its key.
    for theme in ("dark", "light"):
        assert client.send(form, theme=theme).status == 302
    assert session.scalar(select(Account.theme).order_by(Account.id)) == "light"


def test_twenty_identical_submits_at_once_have_one_effect(app, session, client_for):
    # Evidence and not a password: a password's attempts are counted before the form is known to be a repeat, and more
    # than five at once are asked to wait.
    adopted()
    client = client_for(make_person(level="L2", since=date(2025, 2, 3)))
    form = client.get("/evidence/new").form("/evidence/new")
    what = {"title": "Moved the invoices", "kind": "pull_request", "occurred_on": "2026-11-20"}
    fields = dict(form.with_values(**what))
    cookie = client.http.get_cookie("session").decoded_value

    def submit(_: int) -> tuple[int, str]:
        http = app.test_client()
        http.set_cookie("session", cookie)
        answer = Context().run(http.post, form.action, data=fields)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(20)))
    assert answers == [(302, answers[0][1])] * 20
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_a_script_that_repeats_itself_gets_the_first_answer_as_what_it_was(app, session, client_for):
    person = make_person(level="L2", since=date(2025, 2, 3))
    row = make_assessment(person, adopted(), "L3", opened_on=NOW.date())
    client = client_for(person)
    form = client.get(f"/assessments/{row.id}").form(f"/assessments/{row.id}/self")
    fields = dict(form.fields) | {"window": "one", "sequence": "1", "words-swe.coach-juniors": "Paired"}
    first, second = (
        client.post(f"{form.action}/draft", fields, headers={"Accept": "application/json"}) for _ in range(2)
    )
    assert (first.status, first.headers["Content-Type"]) == (200, "application/json")
    assert (second.status, second.headers["Content-Type"]) == (200, "application/json")
    assert second.response.get_json() == first.response.get_json()


def test_a_page_that_is_shown_again_is_a_page(app, session, client_for):
    person = make_person(level="L2", since=date(2025, 2, 3))
    make_assessment(person, adopted(), "L3", opened_on=NOW.date())
    person_id = person.id
    with app.test_request_context("/", method="POST", data={"idempotency_key": "once"}), transaction() as writer:
        g.actor_id = person_id
        idempotency.claim(writer).keep(Response("<!doctype html><title>Asked</title>"))
        repeat = idempotency.claim(writer).answer
    assert repeat.content_type == "text/html; charset=utf-8"


def test_refused_form_keeps_no_key_and_changes_nothing(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/password")
    assert client.send(form, old_password="wrong", password="x" * 20, again="x" * 20).status == 422
    assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_keys_are_forgotten_after_a_day(app, session, clock, client_for):
    person = make_person()
    client = client_for(person)
    client.send(client.get("/account").form("/account/theme"), theme="dark")
    clock.stand_still(NOW + timedelta(hours=25))
    client = client_for(person)
    client.send(client.get("/account").form("/account/theme"), theme="light")
    assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


def test_answer_that_shows_a_secret_is_not_kept_and_a_repeat_is_sent_elsewhere(app, session):
    person = make_person()
    for _ in range(2):
        with app.test_request_context("/", method="POST", data={"idempotency_key": "once"}), transaction() as writer:
            g.actor_id = person.id
            claim = idempotency.claim(writer)
            if claim.answer is None:
                idempotency.keep_nothing("/there")
                claim.keep(Response("a link that is good once"))
    assert claim.answer is not None
    assert (claim.answer.status_code, claim.answer.headers["Location"]) == (303, "/there")
    kept = session.scalars(select(IdempotencyKey)).one()
    assert (kept.status, kept.location, kept.body) == (303, "/there", None)


def test_page_that_reads_cannot_write(app, session):
    with pytest.raises(RuntimeError, match="only reads"):
        db.session.add(Team(name="x", created_at=NOW))
        db.session.flush()
    db.session.rollback()
    with pytest.raises(RuntimeError, match="only reads"):
        db.session.execute(Team.__table__.delete())


def test_record_survives_a_rolled_back_request(app, session, client_for):
    client = client_for(None)
    form = client.get("/login").form("/login")
    assert client.send(form, email="nobody@larkspur.example", password="not the password").status == 401
    assert session.scalar(select(AuditEvent.tag)) == Tag.SIGN_IN_FAILED


def test_failed_commit_is_503_with_what_was_typed_but_no_password(app, session, client_for, monkeypatch):
    client = client_for(make_person(password=PASSWORD))
    form = client.get("/account").form("/account/theme")

    def lost() -> None:
        raise OperationalError("COMMIT", {}, Exception("gone"))

    monkeypatch.setattr(unit_of_work, "commit", lost)
    page = client.send(form, theme="dark", password="a secret that was typed")
    assert page.status == 503
    assert page.headers["Retry-After"]
    assert 'value="dark"' in page.text
    assert "a secret that was typed" not in page.text
    monkeypatch.undo()
    again = client.send(page.form("/account/theme"))
    assert again.status == 302


def test_database_locked_from_outside_is_503_and_reading_goes_on(app, client_for, monkeypatch):
    client = client_for(make_person())
    form = client.get("/account").form("/account/theme")
    with locked_from_outside(monkeypatch):
        page = client.send(form, theme="dark")
        assert page.status == 503
        assert 'value="dark"' in page.text
        assert client.get("/account").status == 200
    assert client.send(page.form("/account/theme")).status == 302


@contextmanager
def locked_from_outside(monkeypatch) -> Iterator[None]:
    """Hold the accounts as a backup or a shell would, and let writers wait a tenth of a second only."""
    other = create_engine(db.engine.url)
    if BACKEND == "postgres":
        listen(db.engine, "begin", _wait_briefly)
    else:
        monkeypatch.setattr(infra_db, "BUSY_TIMEOUT_MS", 100)
        db.engine.dispose()
    with writing(), other.begin() as connection:
        connection.execute(Account.__table__.update().values(created_at=NOW))
        yield
    if BACKEND == "postgres":
        remove(db.engine, "begin", _wait_briefly)
    other.dispose()
    db.engine.dispose()


def _wait_briefly(connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")


def test_transaction_leaves_nothing_of_a_failed_block(app, session):
    with pytest.raises(ZeroDivisionError), unit_of_work.transaction() as inside:
        inside.add(Team(name="x", created_at=NOW))
        inside.flush()
        raise ZeroDivisionError
    assert session.scalar(select(func.count()).select_from(Team)) == 0


def test_disabled_account_is_out_at_the_next_request(app, session, client_for):
    person = make_person()
    client = client_for(person)
    assert client.get("/account").status == 200
    with writing(), db.engine.begin() as connection:
        connection.execute(Account.__table__.update().values(disabled_at=NOW))
    assert client.get("/account").status == 302
