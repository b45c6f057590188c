"""What somebody is told by mail of their own account, and what another address means for links and roles."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.auth import letters
from app.auth.letters import Change
from app.auth.models import LinkPurpose
from app.infra.unit_of_work import transaction
from app.notices.actions import put
from app.notices.models import Mail
from app.people import hooks
from app.people.queries import get_person
from tests.conftest import NOW
from tests.factories.links import make_link, sending_mail
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.factories.second_factor import code_at, give_second_factor, secret_on

NEW = "four copper kettles whistle"


def change_password(client) -> None:
    form = client.get("/account").form("/account/password")
    assert client.send(form, old_password=PASSWORD, password=NEW, again=NEW).status == 302


# Passwords ------------------------------------------------------------------------


def test_own_new_password_ends_links_and_is_told_by_mail(app, session, client_for):
    person = make_person(password=PASSWORD)
    reset = make_link(person, LinkPurpose.RESET)
    with sending_mail(app):
        change_password(client_for(person))
    assert client_for(None).get(reset).status == 404
    assert session.scalars(select(Mail.kind)).all() == ["auth.password_changed"]


def test_without_mail_nothing_is_put_into_the_outbox(app, session, client_for):
    change_password(client_for(make_person(password=PASSWORD)))
    assert session.scalars(select(Mail)).all() == []


# The second factor ----------------------------------------------------------------


def test_each_change_of_the_second_factor_is_told_by_mail(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    with sending_mail(app):
        page = client.get("/account/second")
        client.send(page.form("/account/second"), one_time_code=code_at(NOW, secret_on(page)))
        client.send(client.get("/account").form("/account/second/codes"))
        client.send(client.get("/account/second/off").form("/account/second/off"))
    told = sorted(json.loads(mail.payload)["change"] for mail in session.scalars(select(Mail)))
    assert told == ["factor-off", "factor-set", "recovery-codes"]


@pytest.mark.parametrize("change", list(Change))
def test_letter_says_what_was_changed(app, change):
    person = make_person("Amara Diallo", password=PASSWORD)
    with transaction():
        mail = put("auth.account_changed", person.id, {"change": change.value}, by=SYSTEM, at=NOW)
        letter = letters.compose_account_changed(mail)
    assert letter.to_address == person.email
    assert change.sentence in letter.body


def test_letter_to_somebody_who_left_is_dropped(app):
    person = make_person(password=PASSWORD, left_on=NOW.date())
    with transaction():
        mail = put("auth.account_changed", person.id, {"change": "factor-set"}, by=SYSTEM, at=NOW)
        assert letters.compose_account_changed(mail) is None
        mail = put("auth.address_changed", person.id, {"former": "old@larkspur.example"}, by=SYSTEM, at=NOW)
        assert letters.compose_address_changed(mail) is None


# Another address ------------------------------------------------------------------


def tell_of(person, former: str) -> None:
    with transaction():
        hooks.tell_of_address_change({person.id: former}, SYSTEM, NOW)


def test_another_address_ends_links_and_tells_the_former_one(app, session, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    reset = make_link(person, LinkPurpose.RESET)
    with sending_mail(app):
        tell_of(person, "former@larkspur.example")
    assert client_for(None).get(reset).status == 404
    with transaction():
        letter = letters.compose_address_changed(session.scalars(select(Mail)).one())
    assert letter.to_address == "former@larkspur.example"
    assert person.email not in letter.body


def test_former_address_of_somebody_who_never_came_in_is_told_nothing(app, session):
    person = make_person()
    with sending_mail(app):
        tell_of(person, "mistaken@larkspur.example")
    with transaction():
        assert letters.compose_address_changed(session.scalars(select(Mail)).one()) is None


def test_address_of_a_role_holder_without_second_factor_stays(app):
    bare = make_person(roles=(Role.ADMIN,), password=PASSWORD)
    invited = make_person(roles=(Role.LADDER_EDITOR,))
    safe = make_person(roles=(Role.HR,), password=PASSWORD)
    give_second_factor(safe)
    everybody = frozenset({bare.id, invited.id, safe.id, make_person(password=PASSWORD).id})
    why = hooks.objections_to_address_change(everybody)
    assert set(why) == {bare.id, invited.id}
    assert "belay people import" in why[bare.id]
    assert get_person(bare.id).email == bare.email
