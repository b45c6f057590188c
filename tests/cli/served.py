"""Real processes of the command line, as a supervisor starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from sqlalchemy import create_engine

from app.infra import schema
from app.infra.db import writing
from tests.postgres import PostgresServer, session_server, wait_for

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zc8Qw1-RkT5vYb7Nm3Xp9LsHd2Fg6Ja4Ue0Oi"
LONGEST = 30


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(url: str, data: Path, **more: str) -> dict[str, str]:
    """Return the settings of a deployment on this machine, and nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BELAY_", "FLASK_", "PYTEST"))}
    own = {
        "BELAY_DATABASE_URL": url,
        "BELAY_DATA": str(data),
        "BELAY_SECRET_KEY": SECRET,
        "BELAY_BASE_URL": "http://127.0.0.1:8000",
        "BELAY_PLAIN_HTTP": "1",
    }
    return kept | own | more


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process for as long as the block runs; what it prints is in one stream."""
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def own_postgres(monkeypatch) -> Iterator[tuple[PostgresServer, str]]:
    """Give a PostgreSQL that only this test uses and may stop, and the address of a migrated database in it."""
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", f"own-{os.getpid()}")
    with session_server() as server:
        url = server.create_database("belay_own")
        engine = create_engine(url)
        with writing():
            schema.upgrade(engine)
        engine.dispose()
        yield server, url


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a process to its end."""
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=LONGEST
    )


def status_of(address: str, seconds: float = LONGEST) -> int | None:
    """Return the status that an address answers with; None while nobody answers within so many seconds."""
    try:
        with urlopen(address, timeout=seconds) as answer:  # noqa: S310 - our own server
            return answer.status
    except HTTPError as error:
        error.close()
        return error.code
    except (URLError, ConnectionError, TimeoutError):
        return None


def wait_until_served(process: subprocess.Popen[str], port: int) -> None:
    """Wait until a server answers; what it printed says why when it ends instead."""

    def answers() -> bool:
        assert process.poll() is None, process.communicate()[0]
        return status_of(f"http://127.0.0.1:{port}/healthz/live") == 200

    wait_for(answers, LONGEST, "The server does not answer.")


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> str:
    """Ask a process to end, and return what it printed."""
    with suppress(ProcessLookupError):
        process.send_signal(number)
    return process.communicate(timeout=LONGEST + 15)[0]
