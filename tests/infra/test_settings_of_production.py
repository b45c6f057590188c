"""Settings that decide whether production is safe: each fault names its variable and never repeats a secret."""

from __future__ import annotations

import pytest

from config import Settings, SettingsError, read_mail_url

SECRET = "Zc8Qw1-RkT5vYb7Nm3Xp9LsHd2Fg6Ja4Ue0Oi"
BASE = "https://belay.example"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example:99999",
        "smtp://mail.example:0",
        "smtp://mail.example/other",
        "smtp://name@mail.example",
        "smtp://:hunter2@mail.example",
        "smtp://name:hunter2?x@mail.example",
        "smtp://name:hunter2#x@mail.example",
        "smtp://name:hunter2%C3%A4@mail.example",
        "smtp://name:hunter2%0d%0a@mail.example",
        "smtp://mail.example?to=a@b.example",
        "smtp://mail.example?from=nobody",
        "smtp://mail.example?from=a@b.example%0d%0aBcc:%20e@e.example",
        "file://folder",
        "file:///",
        "smtp://[half",
    ],
)
def test_a_faulty_mail_address_is_named_and_not_repeated(url):
    with pytest.raises(SettingsError, match="BELAY_MAIL_URL") as refused:
        Settings.from_environment({"BELAY_MAIL_URL": url})
    assert "hunter2" not in str(refused.value)


def test_a_mail_address_says_server_port_and_sender():
    plain = read_mail_url("smtp://mail.example", BASE)
    assert (plain.scheme, plain.host, plain.port, plain.sender) == ("smtp", "mail.example", 25, "belay@belay.example")
    full = read_mail_url("smtps://a%40b:p%23w@mail.example:2465?from=a+b@company.example", BASE)
    assert (full.port, full.user, full.password, full.sender) == (2465, "a@b", "p#w", "a+b@company.example")
    assert read_mail_url("", BASE) is None
    assert not plain.is_loopback
    assert read_mail_url("smtp://localhost:2525", BASE).is_loopback


def test_no_secret_stands_in_what_settings_print():
    settings = Settings.from_environment(
        {
            "BELAY_SECRET_KEY": SECRET,
            "BELAY_SECRET_KEY_FALLBACKS": f"{SECRET}-old",
            "BELAY_MAIL_URL": "smtp://name:hunter2@mail.example",
            "BELAY_DATABASE_URL": "postgresql://belay:hunter2@db.example/belay",
        }
    )
    printed = repr(settings) + repr(settings.mail_server)
    assert "hunter2" not in printed
    assert SECRET not in printed


def test_the_secret_may_lie_in_a_file_that_only_its_owner_reads(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert Settings.from_environment({"BELAY_SECRET_KEY_FILE": str(file)}).secret_key == SECRET
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(SettingsError, match="chmod 600"):
            Settings.from_environment({"BELAY_SECRET_KEY_FILE": str(file)})


def test_a_secret_file_that_is_missing_or_beside_a_secret_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_environment({"BELAY_SECRET_KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(SettingsError, match="leave one of them out"):
        Settings.from_environment({"BELAY_SECRET_KEY_FILE": str(tmp_path / "none"), "BELAY_SECRET_KEY": SECRET})


def test_every_variable_at_fault_is_named_at_once():
    faulty = {
        "BELAY_TIMEZONE": "Moon",
        "BELAY_BASE_URL": "nowhere",
        "BELAY_PROXIES": "many",
        "BELAY_LOG": "loud",
        "BELAY_MAIL_URL": "pigeon",
    }
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(faulty)
    assert all(name in str(refused.value) for name in faulty)


@pytest.mark.parametrize(
    ("url", "is_weak"),
    [
        ("sqlite:///belay.db", False),
        ("postgresql:///belay", False),
        ("postgresql://belay@localhost/belay", False),
        ("postgresql://belay@/belay?host=/run/postgresql", False),
        ("postgresql://belay@db.example/belay?sslmode=verify-full", False),
        ("postgresql://belay@db.example/belay", True),
        ("postgresql://belay@db.example/belay?sslmode=require", True),
        ("postgresql+psycopg://belay@/belay?host=db.example", True),
    ],
)
def test_a_database_on_another_machine_without_checked_tls_is_pointed_out(url, is_weak, tmp_path):
    settings = Settings(database_url=url, data_dir=tmp_path)
    assert bool(settings.weaknesses()) == is_weak
