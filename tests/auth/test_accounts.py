"""Accounts of people who leave and come back: nothing old opens anything, and nothing old comes back by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.models import AuthSession, LinkPurpose, OneTimeLink, RecoveryCode, RoleGrant
from app.infra.unit_of_work import transaction
from app.people import hooks
from tests.conftest import NOW
from tests.factories.links import make_link
from tests.factories.people import PASSWORD, SYSTEM, make_person


def test_leaving_ends_sessions_and_links_in_the_same_transaction(app, session, client_for):
    person = make_person(password=PASSWORD)
    client_for(person)
    make_link(person, LinkPurpose.RESET)
    with transaction():
        session.merge(person).left_on = NOW.date()
        session.flush()
        hooks.tell_of_leaving(frozenset({person.id}), SYSTEM, NOW)
    assert session.scalars(select(AuthSession.ended_at)).all() == [NOW]
    assert session.scalars(select(OneTimeLink.ended_at)).all() == [NOW]


def test_leaving_later_lets_the_session_live_until_then(app, session, clock, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(person)
    with transaction():
        session.merge(person).left_on = NOW.date() + timedelta(days=1)
        session.flush()
        hooks.tell_of_leaving(frozenset({person.id}), SYSTEM, NOW)
    assert client.get("/account").status == 200
    clock.stand_still(NOW + timedelta(hours=14))
    assert client_for(person).get("/account").status == 302


def test_return_takes_password_second_factor_and_roles(app, session, client_for):
    person = make_person(password=PASSWORD, roles=(Role.HR, Role.LADDER_EDITOR))
    client = client_for(person)
    with transaction():
        account = queries.get_account(person.id)
        account.totp_secret, account.totp_confirmed_at, account.totp_last_step = "sealed", NOW, 7
        session.add(RecoveryCode(person_id=person.id, code_hash="x", created_at=NOW))
        account.invited_at = NOW
    reset = make_link(person, LinkPurpose.RESET)
    with transaction():
        hooks.tell_of_return(frozenset({person.id}), SYSTEM, NOW)
    account = queries.get_account(person.id)
    assert (account.password_hash, account.totp_secret, account.totp_confirmed_at, account.invited_at) == (None,) * 4
    assert account.first_seen_at is None
    assert session.scalars(select(RecoveryCode)).all() == []
    assert session.scalars(select(RoleGrant.superseded_at)).all() == [NOW, NOW]
    assert client.get("/account").status == 302
    assert client_for(None).get(reset).status == 404
    assert client_for(None).get(make_link(person)).status == 200
    tags = set(session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == person.id)))
    assert {Tag.ACCOUNT_RENEWED, Tag.ROLE_REVOKED, Tag.SESSION_ENDED} <= tags


def test_return_of_somebody_disabled_leaves_the_account_disabled(app):
    person = make_person(password=PASSWORD)
    with transaction():
        actions.disable_account(queries.get_account(person.id), person, by=SYSTEM, at=NOW)
        hooks.tell_of_return(frozenset({person.id}), SYSTEM, NOW)
    assert queries.get_account(person.id).disabled_at == NOW


def test_last_administrator_objects_to_leaving_through_the_hook(app):
    admin = make_person("Lucia Ferrandez", roles=(Role.ADMIN,), password=PASSWORD)
    why = hooks.objections_to_leaving(frozenset({admin.id}))
    assert "last administrator" in why[admin.id]


def test_role_that_is_granted_twice_is_one(app, session):
    person = make_person(roles=(Role.HR,))
    with transaction():
        actions.grant_role(person, Role.HR, by=SYSTEM, at=NOW)
    assert len(session.scalars(select(RoleGrant)).all()) == 1
