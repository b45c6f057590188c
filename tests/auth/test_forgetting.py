"""Sessions, links and attempts go when nobody can use them any more; those that live stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.auth.actions.forgetting import forget_sign_ins
from app.auth.actions.links import make_link
from app.auth.models import AuthSession, LinkPurpose, OneTimeLink, SignInAttempt
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person


def rows_of(session):
    session.rollback()
    return {table: len(session.scalars(select(table)).all()) for table in (AuthSession, OneTimeLink, SignInAttempt)}


def test_what_is_long_over_is_forgotten_and_the_rest_stays(app, session, clock, client_for):
    person = make_person("Amara Diallo")
    with clock.standing_at(NOW - timedelta(days=40)):
        client_for(person)
        with transaction():
            make_link(person.id, LinkPurpose.RESET, by=SYSTEM, at=now())
    client_for(person)
    with transaction() as write:
        make_link(person.id, LinkPurpose.RESET, by=SYSTEM, at=NOW)
        write.add(SignInAttempt(account_key="a", address="192.0.2.1", at=NOW - timedelta(hours=2)))
        write.add(SignInAttempt(account_key="a", address="192.0.2.1", at=NOW - timedelta(minutes=2)))
    assert rows_of(session) == {AuthSession: 2, OneTimeLink: 2, SignInAttempt: 2}
    with transaction():
        forget_sign_ins(NOW)
    assert rows_of(session) == {AuthSession: 1, OneTimeLink: 1, SignInAttempt: 1}


def test_the_worker_forgets_by_itself():
    from app.jobs.kinds import known_kinds

    assert "auth.forget_sign_ins" in known_kinds()
