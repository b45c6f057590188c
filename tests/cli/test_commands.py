"""The command line: exit status 0 done, 1 faults in the input, 2 cannot start; every act audited as `cli:<user>`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from app.access.actor import Role
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth.models import Account, RoleGrant
from app.auth.sealing import Sealer
from app.cli import context
from app.cli.main import main
from app.evidence.models import Evidence
from app.infra.db import db, writing
from app.infra.unit_of_work import transaction
from app.people.models import Person
from config import Settings
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factor import SECRET as TOTP_SECRET
from tests.factories.second_factor import account_of, give_second_factor

SECRET = "Zc8Qw1-RkT5vYb7Nm3Xp9LsHd2Fg6Ja4Ue0Oi"


@pytest.fixture
def belay(app, databases, monkeypatch, tmp_path):
    """Return a function that runs a command on the test's database."""
    monkeypatch.setenv("BELAY_DATABASE_URL", databases.url)
    monkeypatch.setenv("BELAY_DATA", str(tmp_path))
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        made.append(create_app(settings))
        return made[-1]

    monkeypatch.setattr(context, "create_app", make)

    def run(*words: str, typed: str = "") -> Result:
        with writing():
            result = CliRunner().invoke(main, words, input=typed, catch_exceptions=False)
        # A real command ends with its process; here its connections are closed by hand.
        for one in made:
            with one.app_context():
                db.engine.dispose()
        made.clear()
        db.session.rollback()
        return result

    return run


def new_user(**changed: str) -> list[str]:
    values = {"--name": "Ada Admin", "--email": "Ada@Larkspur.example", "--password": PASSWORD} | changed
    return ["user", "create", *(word for pair in values.items() for word in pair)]


def test_first_account_is_administrator_and_hr(belay, session, client_for):
    assert belay(*new_user()).exit_code == 0
    person = session.scalars(select(Person)).one()
    assert (person.email, person.employee_id) == ("ada@larkspur.example", None)
    assert set(session.scalars(select(RoleGrant.role))) == {Role.ADMIN, Role.HR}
    labels = set(session.scalars(select(AuditEvent.actor_label)))
    assert len(labels) == 1
    assert labels.pop().startswith("cli:")
    client = client_for(None)
    form = client.get("/login").form("/login")
    # An administrator's first sign-in ends with setting up the second factor.
    assert client.send(form, email=person.email, password=PASSWORD).location == "/login/second/set-up?next=/"


def test_account_asks_for_what_is_not_given(belay, session):
    result = belay("user", "create", typed=f"Ada Admin\nada@larkspur.example\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert session.scalar(select(func.count()).select_from(Account)) == 1


@pytest.mark.parametrize(
    "password", ["short", "belaybelaybelay", "aaaaaaaaaaaaaaaa", "adaadmin adaadmin", "1234567890123"]
)
def test_weak_password_makes_no_account(belay, session, password):
    result = belay(*new_user(**{"--password": password}))
    assert result.exit_code == 1
    assert "No account was made" in result.output
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_second_account_of_one_person_is_refused(belay):
    belay(*new_user())
    result = belay(*new_user())
    assert result.exit_code == 1
    assert "has an account already" in result.output


def test_person_without_a_password_gets_one(belay, session, client_for):
    person = make_person("Amara Diallo")
    assert belay(*new_user(**{"--name": "Amara Diallo", "--email": person.email, "--role": "none"})).exit_code == 0
    client = client_for(None)
    form = client.get("/login").form("/login")
    assert client.send(form, email=person.email, password=PASSWORD).location == "/"
    assert session.scalar(select(func.count()).select_from(RoleGrant)) == 0


def test_new_password_ends_every_session(belay, session, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    email, inside = person.email, client_for(person)
    new = "four copper kettles whistle"
    assert belay("user", "password", "--email", email, "--password", "short").exit_code == 1
    assert inside.get("/account").status == 200
    assert belay("user", "password", "--email", email, "--password", new).exit_code == 0
    assert inside.get("/account").status == 302
    client = client_for(None)
    form = client.get("/login").form("/login")
    assert client.send(form, email=email, password=new).location == "/"
    assert belay("user", "password", "--email", "nobody@larkspur.example", "--password", new).exit_code == 1


def test_nonsense_for_an_address_is_wrong_usage(belay):
    assert belay(*new_user(**{"--email": "nobody"})).exit_code == 2


def test_seed_fills_an_empty_database_the_same_every_time(belay, session, databases, app):
    belay("db", "upgrade")
    result = belay("seed", "--people", "12", "--random-seed", "7")
    assert result.exit_code == 0
    first = fingerprint(session)
    assert first["people"] == 12
    db.session.remove()
    db.engine.dispose()
    databases.refresh()
    belay("db", "upgrade")
    belay("seed", "--people", "12", "--random-seed", "7")
    assert fingerprint(db.session()) == first


def fingerprint(session) -> dict[str, object]:
    rows = session.execute(select(Evidence.id, Evidence.title, Evidence.narrative).order_by(Evidence.id)).all()
    return {
        "people": session.scalar(select(func.count()).select_from(Person)),
        "evidence": [tuple(row) for row in rows],
        "persons": sorted(session.scalars(select(Person.id))),
    }


def test_seed_refuses_a_database_with_people(belay, session):
    make_person()
    belay("db", "upgrade")
    result = belay("seed", "--people", "8")
    assert result.exit_code == 1
    assert "Nothing was changed" in result.output
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_audit_verify_holds_and_names_the_broken_row(belay, session):
    make_person()
    make_person()
    assert belay("audit", "verify").exit_code == 0
    with writing(), db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_event_refuse_update"))
        connection.execute(text("UPDATE audit_event SET tag = 'people:person:leave' WHERE seq = 2"))
    result = belay("audit", "verify")
    assert result.exit_code == 1
    assert "broken at row 2" in result.output
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.PERSON_LEFT)) == 1


def test_upgrade_twice_says_that_nothing_was_to_do(belay):
    belay("db", "upgrade")
    assert "The schema is " in belay("db", "upgrade").output


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "BELAY_SECRET_KEY is not set"),
        ({"BELAY_SECRET_KEY": "short"}, "BELAY_SECRET_KEY is"),
        ({"BELAY_SECRET_KEY": "x" * 64}, "is an example"),
        ({"BELAY_SECRET_KEY": SECRET}, "must begin with https://"),
        ({"BELAY_SECRET_KEY": SECRET, "BELAY_PLAIN_HTTP": "1", "BELAY_BASE_URL": "http://belay.example"}, "loopback"),
        ({"BELAY_SECRET_KEY": SECRET, "BELAY_TIMEZONE": "Mars/Olympus"}, "BELAY_TIMEZONE"),
        ({"BELAY_SECRET_KEY": SECRET, "BELAY_BASE_URL": "belay"}, "BELAY_BASE_URL"),
        ({"BELAY_SECRET_KEY": SECRET, "BELAY_PROXIES": "many"}, "BELAY_PROXIES"),
    ],
)
def test_server_refuses_unfit_settings_and_names_them(belay, monkeypatch, settings, said):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = belay("serve")
    assert result.exit_code == 2
    assert said in result.output


def test_server_refuses_a_schema_that_is_not_its_own(belay, monkeypatch):
    monkeypatch.setenv("BELAY_SECRET_KEY", SECRET)
    monkeypatch.setenv("BELAY_BASE_URL", "https://belay.example")
    with writing(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    result = belay("serve")
    assert result.exit_code == 2
    assert "belay db upgrade" in result.output


def test_every_command_has_help(belay):
    for words in (
        [],
        ["db"],
        ["audit"],
        ["user"],
        ["ladder"],
        ["seed"],
        ["serve"],
        ["user", "create"],
        ["db", "upgrade"],
    ):
        result = belay(*words, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_second_factor_is_reset_from_the_shell(belay, session):
    person = make_person(password=PASSWORD)
    words = ["user", "second-factor", "reset", "--email", person.email]
    assert "no second factor" in belay(*words).output
    give_second_factor(person)
    done = belay(*words)
    assert done.exit_code == 0
    assert person.name in done.output
    account = session.scalars(select(Account).where(Account.person_id == person.id)).one()
    assert account.totp_secret is None
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.SECOND_FACTOR_RESET)).one()
    assert event.actor_label.startswith("cli:")
    assert belay("user", "second-factor", "reset", "--email", "nobody@larkspur.example").exit_code == 1


def test_secrets_are_sealed_anew_after_the_key_was_changed(belay, app, session, monkeypatch):
    person, lost = make_person(password=PASSWORD), make_person(password=PASSWORD)
    give_second_factor(person)
    give_second_factor(lost)
    with transaction():
        account_of(lost).totp_secret = Sealer(["a-key-that-nobody-knows-any-more-0123456789"]).seal(TOTP_SECRET)
    newer = "a-newer-key-0123456789-abcdefghijklmnopqrstuv"
    monkeypatch.setenv("BELAY_SECRET_KEY", newer)
    monkeypatch.setenv("BELAY_SECRET_KEY_FALLBACKS", str(app.secret_key))
    done = belay("user", "second-factor", "reseal")
    assert done.exit_code == 1
    assert "1 sealed anew" in done.output
    assert "1 cannot be opened" in done.output
    assert Sealer([newer]).open(account_of(person).totp_secret) == TOTP_SECRET
