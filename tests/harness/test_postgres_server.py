"""The PostgreSQL of the tests serves one session, fills a template once, survives a crash, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server():
    with postgres.session_server() as running:
        yield running


def fill(url):
    with psycopg.connect(url) as connection:
        connection.execute("create table climber (name text primary key)")
        connection.execute("insert into climber values ('Ada')")


def climbers(url):
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select name from climber order by name")]


def test_all_users_of_a_session_share_one_server(server):
    with postgres.session_server() as again:
        assert again == server
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("show server_version_num").fetchone()[0] >= "150000"
        assert connection.execute("show listen_addresses").fetchone()[0] == ""


def test_a_template_is_filled_once_and_each_copy_is_its_own(server):
    filled = []
    for _ in range(2):
        server.template("belay_harness_once", lambda url: filled.append(url) or fill(url))
    with (
        server.database("belay_harness_one", "belay_harness_once") as one,
        server.database("belay_harness_two", "belay_harness_once") as two,
    ):
        with psycopg.connect(one) as connection:
            connection.execute("insert into climber values ('Grace')")

        assert len(filled) == 1
        assert (climbers(one), climbers(two)) == (["Ada", "Grace"], ["Ada"])


def test_a_template_that_could_not_be_filled_is_filled_anew(server):
    def fail(url):
        fill(url)
        raise ValueError(url)

    with pytest.raises(ValueError, match="belay_harness_anew"):
        server.template("belay_harness_anew", fail)
    server.template("belay_harness_anew", fill)

    with server.database("belay_harness_three", "belay_harness_anew") as url:
        assert climbers(url) == ["Ada"]


def test_a_dropped_database_is_gone_also_with_a_connection_open(server):
    url = server.create_database("belay_harness_open")
    connection = psycopg.connect(url)
    server.drop_database("belay_harness_open")

    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_server_of_its_own_restarts_after_a_crash_with_its_data(tmp_path):
    """A session of its own: a restart must not meet the other tests."""
    said = run_python(
        tmp_path,
        "with session_server() as server:\n"
        "    url = server.create_database('kept')\n"
        "    with psycopg.connect(url) as connection:\n"
        "        connection.execute('create table kept (id int)')\n"
        "    server.restart('immediate')\n"
        "    with psycopg.connect(url) as connection:\n"
        "        connection.execute('select * from kept')\n"
        "    print(server.folder)\n",
    )

    assert not Path(said.strip()).exists()


def test_a_killed_test_run_leaves_no_server_and_no_folder(tmp_path):
    script = tmp_path / "hold.py"
    script.write_text(PRELUDE + "with session_server() as server:\n    print(server.folder, flush=True)\n    input()\n")
    with subprocess.Popen(
        [sys.executable, script], cwd=ROOT, env=own_session(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        folder = Path(holder.stdout.readline().strip())
        assert folder.is_dir()
        holder.send_signal(signal.SIGKILL)

    postgres.wait_for(lambda: not folder.exists(), 20, "The folder of a killed run is still there.")


def test_a_server_that_is_there_already_is_used_and_not_stopped(server, monkeypatch):
    monkeypatch.setenv("BELAY_TEST_POSTGRES", server.base_url)
    with postgres.session_server() as existing:
        with existing.database("belay_harness_existing") as url, psycopg.connect(url) as connection:
            connection.execute("select 1")
        with pytest.raises(postgres.PostgresUnavailableError, match="not ours to stop"):
            existing.restart()
    with psycopg.connect(server.url()) as connection:
        connection.execute("select 1")


def test_an_unknown_version_is_an_error_that_names_those_there_are(monkeypatch):
    monkeypatch.setenv("BELAY_TEST_POSTGRES_MAJOR", "9")

    with pytest.raises(postgres.PostgresUnavailableError, match=r"holds PostgreSQL \[.*\d.*\], not 9"):
        postgres.packaged_programs()


def test_a_server_that_cannot_start_says_what_it_said_and_leaves_nothing(tmp_path):
    said = run_python(
        tmp_path,
        "from tests import postgres\n"
        "postgres.SETTINGS['shared_buffers'] = 'plenty'\n"
        "try:\n"
        "    with session_server():\n"
        "        pass\n"
        "except postgres.PostgresUnavailableError as error:\n"
        "    print(str(error).replace(chr(10), ' '))\n"
        "print(sorted(path.name for path in postgres.scratch_root().glob(f'*{os.getpid()}*')))\n",
    )

    message, left = said.strip().splitlines()
    assert "cannot start" in message
    assert "shared_buffers" in message
    assert left == "[]"


PRELUDE = "import os, psycopg\nfrom tests.postgres import session_server\n"


def own_session():
    """Return an environment in which a test run is a session of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_XDIST_TESTRUNUID"}
    return environment | {"PYTHONPATH": str(ROOT)}


def run_python(tmp_path, body):
    script = tmp_path / "session.py"
    script.write_text(PRELUDE + body)
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, env=own_session(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
