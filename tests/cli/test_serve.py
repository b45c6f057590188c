"""`belay serve`: what it refuses, how it ends, and what it does while the database is away."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from app.cli import context
from app.cli.main import main
from config import Settings, SettingsError
from tests.cli.served import (
    LONGEST,
    ROOT,
    SECRET,
    end,
    environment,
    free_port,
    own_postgres,
    run,
    running,
    status_of,
    wait_until_served,
)
from tests.postgres import wait_for

SERVE = ["-m", "app.cli", "serve"]


@pytest.fixture
def env(app, databases, tmp_path) -> dict[str, str]:
    """Return the settings of a deployment on this test's database."""
    return environment(databases.url, tmp_path)


def refused(words: list[str], env: dict[str, str]) -> Result:
    """Run a command that stops before it opens anything, in this process: a process of its own takes a second."""
    before = os.umask(0o077)
    try:
        return CliRunner().invoke(main, words, env=env, catch_exceptions=False)
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"BELAY_SECRET_KEY": ""}, "BELAY_SECRET_KEY is not set"),
        ({"BELAY_SECRET_KEY": "change-me"}, "is an example"),
        ({"BELAY_SECRET_KEY": "a1B2c3D4e5F6"}, "is too short"),
        ({"BELAY_SECRET_KEY_FALLBACKS": "change-me"}, "BELAY_SECRET_KEY_FALLBACKS: number 1 is an example"),
        (
            {"BELAY_SECRET_KEY_FALLBACKS": "0123456789abcdef0123456789abcdef,a1B2c3D4e5F6"},
            "BELAY_SECRET_KEY_FALLBACKS: number 2 is too short",
        ),
        ({"BELAY_BASE_URL": "http://belay.example"}, "only for a loopback"),
        ({"BELAY_MAIL_URL": "pigeon://x"}, "BELAY_MAIL_URL"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is set"),
        ({"FLASK_RUN_FROM_CLI": "true"}, "use: belay serve"),
        ({"BELAY_LOG": "loud"}, "BELAY_LOG"),
    ],
)
def test_it_refuses_what_is_not_fit_to_serve(env, changed, told):
    done = refused(["serve"], env | changed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_it_refuses_a_schema_that_is_not_its_own_and_names_the_command(env, tmp_path):
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    done = run(SERVE, env | {"BELAY_DATABASE_URL": url})
    assert done.returncode == 2
    assert "belay db upgrade" in done.stderr


def test_it_refuses_a_database_that_is_not_there(env):
    done = run(SERVE, env | {"BELAY_DATABASE_URL": f"postgresql://belay@127.0.0.1:{free_port()}/belay"})
    assert done.returncode == 2
    assert "Check BELAY_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["--debug"], []])
def test_it_listens_on_other_addresses_only_behind_tls(env, words):
    done = refused(["serve", *words, "--host", "0.0.0.0"], env)  # noqa: S104 - it is refused
    assert done.exit_code == 2
    assert "loopback" in done.stderr


def production(databases, folder: Path, **changed: object) -> Settings:
    values = {"database_url": databases.url, "data_dir": folder, "secret_key": SECRET, "plain_http": True}
    return Settings(**(values | changed))


def test_a_development_server_gets_nothing_but_a_refusal(app, databases, tmp_path):
    served = create_app(production(databases, tmp_path))
    for software, status in (("Werkzeug/3.1", "500"), ("gunicorn/27", "200")):
        environ = EnvironBuilder("/healthz/live", environ_base={"SERVER_SOFTWARE": software}).get_environ()
        body, answered, _ = run_wsgi_app(served, environ, buffered=True)
        assert answered.startswith(status)
        assert (b"belay serve" in b"".join(body)) == (status == "500")


def test_debug_mode_does_not_start_in_production(app, databases, tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        create_app(production(databases, tmp_path))
    assert create_app(production(databases, tmp_path, debug=True)).debug


def test_running_requests_end_and_then_everything_is_gone(env, tmp_path):
    port = free_port()
    with running(["-m", "tests.cli.slow_server", str(port), str(tmp_path)], env) as process:
        wait_until_served(process, port)
        answers: list[bytes] = []

        def ask() -> None:
            with urlopen(f"http://127.0.0.1:{port}/slow", timeout=LONGEST) as answer:
                answers.append(answer.read())

        asking = Thread(target=ask)
        asking.start()
        wait_for((tmp_path / "began").exists, LONGEST, "The slow request did not begin.")
        process.send_signal(signal.SIGTERM)
        live = f"http://127.0.0.1:{port}/healthz/live"
        wait_for(lambda: status_of(live, 1) is None, LONGEST, "It still takes new requests.")
        (tmp_path / "go").touch()
        asking.join(LONGEST)
        printed = process.communicate(timeout=LONGEST)[0]
    assert answers == [b"done"]
    assert process.returncode == 0, printed
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    assert [line["status"] for line in lines if line.get("route") == "/slow"] == [200]
    for worker in {line["process"] for line in lines}:
        assert not Path(f"/proc/{worker}").exists()


def test_it_logs_json_lines_and_ends_on_a_signal(env):
    port = free_port()
    with running([*SERVE, "--port", str(port), "--workers", "1"], env) as process:
        wait_until_served(process, port)
        assert status_of(f"http://127.0.0.1:{port}/healthz") == 200
        assert status_of(f"http://127.0.0.1:{port}/people/?q=canary") == 200
        printed = end(process)
    assert process.returncode == 0, printed
    first, *rest = printed.splitlines()
    assert first.startswith("Belay serves http://127.0.0.1:8000")
    told = [json.loads(line) for line in rest]
    assert {"/login", "/people/"} <= {line.get("route") for line in told}
    assert "canary" not in printed


def test_files_of_the_embedded_database_are_their_owner_s_alone(tmp_path, capsys):
    file = tmp_path / "belay.db"
    for path in (file, tmp_path / "belay.db-wal"):
        path.touch()
        path.chmod(0o644)
    tmp_path.chmod(0o755)
    context.mend_modes(Settings(database_url=f"sqlite:///{file}", data_dir=tmp_path))
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert "chmod 700" in capsys.readouterr().err
    tmp_path.chmod(0o700)
    context.mend_modes(Settings(database_url=f"sqlite:///{file}", data_dir=tmp_path))
    assert capsys.readouterr().err == ""


def test_every_command_writes_for_its_owner_alone():
    before = os.umask(0o022)
    try:
        context.be_private()
        assert os.umask(0o022) == 0o077
    finally:
        os.umask(before)
    for module in ("main", "demo"):
        assert "be_private()" in (ROOT / "app" / "cli" / f"{module}.py").read_text(encoding="utf-8")


@pytest.mark.postgres
def test_it_outlives_its_database_and_recovers_by_itself(monkeypatch, tmp_path):
    port = free_port()
    ready, live = (f"http://127.0.0.1:{port}/healthz{ending}" for ending in ("", "/live"))
    with own_postgres(monkeypatch) as (server, url):
        command = [*SERVE, "--port", str(port), "--workers", "1"]
        with running(command, environment(url, tmp_path)) as process:
            wait_until_served(process, port)
            wait_for(lambda: status_of(ready) == 200, LONGEST, "It never was ready.")
            server.stop("immediate")
            wait_for(lambda: status_of(ready) == 503, LONGEST, "It still calls itself ready.")
            assert status_of(live) == 200
            server.start()
            wait_for(lambda: status_of(ready) == 200, LONGEST, "It did not recover.")
            printed = end(process)
    assert process.returncode == 0
    assert "Traceback" not in printed
