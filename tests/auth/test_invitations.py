"""Letters with links, and asking for a new password: the same answer and the same work for everybody who asks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, letters, queries
from app.auth.models import LinkPurpose, OneTimeLink
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs.actions import run_next
from app.jobs.models import Job
from app.notices.actions import put
from app.notices.models import Mail
from app.people import actions as people
from tests.conftest import NOW
from tests.factories.links import make_link, sending_mail
from tests.factories.people import PASSWORD, SYSTEM, make_person

NEW = "four copper kettles whistle"


def compose(kind: str, person):
    composers = {
        "auth.invitation": letters.compose_invitation,
        "auth.reset": letters.compose_reset,
        "auth.password_changed": letters.compose_password_changed,
    }
    with transaction():
        return composers[kind](put(kind, person.id, {}, by=SYSTEM, at=NOW))


def path_in(text: str) -> str:
    base = "http://127.0.0.1:8000"
    line = next(line for line in text.splitlines() if line.startswith(base))
    return line.removeprefix(base)


# Letters --------------------------------------------------------------------------


def test_invitation_letter_holds_a_link_that_works_and_its_row_holds_none(app, session, client_for):
    person = make_person("Amara Diallo")
    letter = compose("auth.invitation", person)
    assert (letter.to_name, letter.to_address) == ("Amara Diallo", person.email)
    assert "once, for 24 hours" in letter.body
    path = path_in(letter.body)
    assert client_for(None).get(path).status == 200
    mail = session.scalars(select(Mail)).one()
    assert path.rpartition("/")[2] not in str(vars(mail))
    assert "/invite/" not in letter.subject


def test_reset_letter_holds_a_link_for_an_hour(app, client_for):
    letter = compose("auth.reset", make_person(password=PASSWORD))
    assert "for 1 hour" in letter.body
    assert client_for(None).get(path_in(letter.body)).status == 200


def test_letter_sent_again_ends_the_link_of_the_first(app, client_for):
    person = make_person()
    first, second = (path_in(compose("auth.invitation", person).body) for _ in range(2))
    assert client_for(None).get(first).status == 404
    assert client_for(None).get(second).status == 200


@pytest.mark.parametrize("kind", ["auth.invitation", "auth.reset", "auth.password_changed"])
def test_letter_to_somebody_who_left_or_is_disabled_is_dropped(app, session, kind):
    password = None if kind == "auth.invitation" else PASSWORD
    left = make_person(password=password, left_on=NOW.date())
    disabled = make_person(password=password)
    with transaction():
        actions.disable_account(queries.get_account(disabled.id), disabled, by=SYSTEM, at=NOW)
    assert compose(kind, left) is None
    assert compose(kind, disabled) is None
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_letter_that_lost_its_reason_is_dropped(app):
    assert compose("auth.invitation", make_person(password=PASSWORD)) is None
    assert compose("auth.reset", make_person()) is None


def test_no_letter_holds_what_a_name_could_break(app):
    person = make_person("Amara <b> {{ 7 * 7 }}")
    letter = compose("auth.invitation", person)
    assert "Hello Amara <b> {{ 7 * 7 }}," in letter.body


# Asking for a reset ------------------------------------------------------------------


def ask(client, email: str):
    return client.send(client.get("/reset").form("/reset"), email=email)


def counted_ask(app, client_for, email: str, monkeypatch) -> tuple[int, str, list[str], int]:
    """Return status and words of the answer, and the work: every statement, and how often a password was hashed."""
    client = client_for(None)
    form = client.get("/reset").form("/reset")
    statements: list[str] = []
    hashes: list[str] = []
    hasher = app.extensions["belay.passwords"]
    monkeypatch.setattr(hasher, "matches", lambda *_: hashes.append("matches"))
    monkeypatch.setattr(hasher, "hash", lambda *_: hashes.append("hash"))

    def note(*parameters) -> None:
        statements.append(parameters[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page = client.send(form, email=email)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        monkeypatch.undo()
    return page.status, page.text.replace(email, ""), statements, len(hashes)


def test_known_unknown_disabled_and_uninvited_get_the_same_answer_for_the_same_work(app, client_for, monkeypatch):
    known, disabled, new = make_person(password=PASSWORD), make_person(password=PASSWORD), make_person()
    with transaction():
        queries.get_account(disabled.id).disabled_at = NOW
    with sending_mail(app):
        emails = [known.email, disabled.email, new.email, "nobody@larkspur.example"]
        answers = [counted_ask(app, client_for, email, monkeypatch) for email in emails]
    assert {status for status, *_ in answers} == {200}
    assert len({text for _, text, *_ in answers}) == 1
    assert len({tuple(statements) for _, _, statements, _ in answers}) == 1
    assert {hashes for *_, hashes in answers} == {0}


def test_the_worker_alone_tells_known_from_unknown(app, session, client_for):
    known, disabled, new = make_person(password=PASSWORD), make_person(password=PASSWORD), make_person()
    with transaction():
        queries.get_account(disabled.id).disabled_at = NOW
    with sending_mail(app):
        for email in (known.email, disabled.email, new.email, "nobody@larkspur.example"):
            ask(client_for(None), email)
    payloads = [json.loads(job.payload) for job in session.scalars(select(Job).order_by(Job.id))]
    assert len(payloads) == 4
    assert "larkspur" not in str(payloads)
    while run_next("w", NOW):
        pass
    mails = session.scalars(select(Mail)).all()
    assert [(mail.kind, mail.person_id) for mail in mails] == [("auth.reset", known.id)]


def test_only_one_reset_letter_waits_for_somebody(app, session, client_for):
    person = make_person(password=PASSWORD)
    with sending_mail(app):
        for _ in range(3):
            ask(client_for(None), person.email)
    while run_next("w", NOW):
        pass
    assert session.scalars(select(Mail.kind)).all() == ["auth.reset"]


def test_asking_too_often_for_one_address_waits_and_others_do_not(app, client_for):
    with sending_mail(app):
        for _ in range(5):
            assert ask(client_for(None), "amara@larkspur.example").status == 200
        page = ask(client_for(None), "Amara@larkspur.example")
        assert page.status == 429
        assert page.headers["Retry-After"]
        assert page.all("input", name="email")[0].get("value") == "Amara@larkspur.example"
        assert ask(client_for(None), "noor@larkspur.example").status == 200


def test_asking_is_recorded_without_the_address(app, session, client_for):
    with sending_mail(app):
        ask(client_for(None), "amara@larkspur.example")
    asked = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.PASSWORD_RESET_ASKED)).one()
    assert "amara" not in asked.details


def test_without_mail_the_page_says_whom_to_ask_and_takes_no_address(app, session, client_for):
    page = client_for(None).get("/reset")
    assert "Ask HR or an administrator" in page.words("main")
    assert not page.has_form("/reset")
    assert client_for(None).post("/reset", {"email": "amara@larkspur.example"}).status == 200
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_empty_address_is_said_at_the_field(app, client_for):
    with sending_mail(app):
        page = ask(client_for(None), "")
    assert page.status == 422
    assert page.all("input", name="email", aria_invalid="true")


def test_forged_host_stands_in_no_letter_and_on_no_page(app, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(None)
    with sending_mail(app):
        client.get("/reset")
        headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-CSRF-Token": client.token()}
        page = client.post("/reset", {"email": person.email}, headers=headers)
    assert "evil.example" not in page.text
    letter = compose("auth.reset", person)
    assert "evil.example" not in letter.body
    assert path_in(letter.body).startswith("/reset/")


def test_used_reset_tells_the_person_by_mail(app, session, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    path = make_link(person, LinkPurpose.RESET)
    with sending_mail(app):
        client = client_for(None)
        assert client.send(client.get(path).form(path), password=NEW, again=NEW).status == 302
    assert session.scalars(select(Mail.kind)).all() == ["auth.password_changed"]
    assert "every other session that was open has ended" in compose("auth.password_changed", person).body


# Leaving and coming back (T5) ----------------------------------------------------------


def test_mail_that_waits_for_somebody_who_then_leaves_is_dropped(app):
    person = make_person()
    with transaction():
        mail = put("auth.invitation", person.id, {}, by=SYSTEM, at=NOW)
        people.record_leaving(person, on=NOW.date() - timedelta(days=1), by=SYSTEM, at=NOW)
        assert letters.compose_invitation(mail) is None
