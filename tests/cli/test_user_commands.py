"""`belay user role` and `belay user enable`, and the words for people whom an account opens nothing."""

from __future__ import annotations

from sqlalchemy import select

from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.models import RoleGrant
from app.infra.unit_of_work import transaction
from app.people import actions as people
from tests.cli.test_commands import belay, new_user  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person


def roles_of(session, person) -> set[Role]:
    held = select(RoleGrant.role).where(RoleGrant.person_id == person.id, RoleGrant.superseded_at.is_(None))
    return set(session.scalars(held))


def test_role_is_granted_and_taken_from_the_shell(belay, session, client_for):  # noqa: F811
    person = make_person("Paul Plain", password=PASSWORD)
    inside = client_for(person)
    done = belay("user", "role", "--email", person.email, "--grant", "admin")
    assert (done.exit_code, done.output) == (0, "Paul Plain holds the role Administrator.\n")
    assert inside.get("/account").status == 302
    assert roles_of(session, person) == {Role.ADMIN}
    make_person(roles=(Role.ADMIN,), password=PASSWORD)
    done = belay("user", "role", "--email", person.email, "--grant", "hr", "--revoke", "admin")
    assert done.exit_code == 0
    assert roles_of(session, person) == {Role.HR}
    labels = session.scalars(
        select(AuditEvent.actor_label).where(
            AuditEvent.tag.in_([Tag.ROLE_GRANTED, Tag.ROLE_REVOKED]), AuditEvent.subject_id == person.id
        )
    ).all()
    assert len(labels) == 3
    assert all(label.startswith("cli:") for label in labels)


def test_role_for_somebody_without_an_account_makes_one_and_says_what_is_next(belay, session):  # noqa: F811
    with transaction():
        person = people.add_person(
            name="Nina New", email="nina@larkspur.example", employee_id="N-1", hired_on=None, by=SYSTEM, at=NOW
        )
    done = belay("user", "role", "--email", "nina@larkspur.example", "--grant", "hr")
    assert done.exit_code == 0
    assert "has no password yet" in done.output
    assert queries.get_account(person.id).password_hash is None


def test_last_administrator_keeps_the_role_in_the_shell_too(belay, session):  # noqa: F811
    person = make_person(roles=(Role.ADMIN,), password=PASSWORD)
    done = belay("user", "role", "--email", person.email, "--revoke", "admin")
    assert done.exit_code == 1
    assert "last administrator" in done.output
    assert roles_of(session, person) == {Role.ADMIN}


def test_role_command_names_what_is_missing(belay):  # noqa: F811
    person = make_person()
    assert belay("user", "role", "--email", person.email).exit_code == 2
    assert belay("user", "role", "--email", person.email, "--grant", "king").exit_code == 2
    assert belay("user", "role", "--email", "nobody@larkspur.example", "--grant", "hr").exit_code == 1
    assert "does not hold" in belay("user", "role", "--email", person.email, "--revoke", "hr").output


def test_disabled_account_is_enabled_from_the_shell(belay):  # noqa: F811
    person = make_person("Paul Plain", password=PASSWORD)
    assert belay("user", "enable", "--email", person.email).exit_code == 1
    with transaction():
        actions.disable_account(queries.get_account(person.id), person, by=SYSTEM, at=NOW)
    refused = belay(*new_user(**{"--email": person.email}))
    assert "is disabled" in refused.output
    assert "belay user enable" in refused.output
    new = belay("user", "password", "--email", person.email, "--password", "four copper kettles whistle")
    assert "belay user enable" in new.output
    assert belay("user", "enable", "--email", person.email).exit_code == 0
    assert queries.get_account(person.id).disabled_at is None
    assert belay("user", "enable", "--email", "nobody@larkspur.example").exit_code == 1


def test_account_for_a_leaver_is_refused_with_what_to_do(belay):  # noqa: F811
    person = make_person("Lena Left", left_on=NOW.date())
    refused = belay(*new_user(**{"--email": person.email}))
    assert refused.exit_code == 1
    assert "Lena Left has left" in refused.output


def test_account_that_is_there_leads_to_the_commands_for_it(belay):  # noqa: F811
    person = make_person(password=PASSWORD)
    refused = belay(*new_user(**{"--email": person.email}))
    assert "has an account already" in refused.output
    assert "belay user role" in refused.output
