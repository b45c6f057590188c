"""Belay as it runs in earnest: real processes on a database of their own, and eight people who write all the time.

Every writer notes what was acknowledged. What was sent and not acknowledged is sent again with the same key, so that
at the end exactly what was acknowledged must be stored, once.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import create_app
from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.evidence.models import Evidence
from app.infra import schema
from app.infra.db import db, set_may_write, writing
from tests.conftest import test_settings
from tests.factories.people import PASSWORD, make_person

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zc8Qw1-RkT5vYb7Nm3Xp9LsHd2Fg6Ja4Ue0Oi"
WRITERS = 8
START_SECONDS = 60
ANSWER_SECONDS = 30
GONE = (OSError, http.client.HTTPException)


@dataclass
class Site:
    """A database with its data folder, and the environment in which `belay` works on it."""

    url: str
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BELAY_")}
        return kept | {
            "BELAY_DATABASE_URL": self.url,
            "BELAY_DATA": str(self.folder),
            "BELAY_SECRET_KEY": SECRET,
            "BELAY_PLAIN_HTTP": "1",
            "PYTHONPATH": str(ROOT),
        } | self.more  # fmt: skip

    def run(self, *words: str, program: Sequence[str] = ("-m", "app.cli")) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, *program, *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads."""
        set_may_write(value=False)
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def make_site(url: str, folder: Path) -> tuple[Site, list[str]]:
    """Return a site with the schema and eight people, and the addresses with which they sign in."""
    folder.mkdir(mode=0o700, exist_ok=True)
    app = create_app(test_settings(url, folder))
    with app.app_context():
        with writing():
            schema.upgrade(db.engine)
            people = [make_person(f"Writer {number}", password=PASSWORD) for number in range(WRITERS)]
            addresses = [person.email for person in people]
        db.session.remove()
        db.engine.dispose()
    return Site(url, folder), addresses


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`belay serve` with two workers, in a process group of its own."""

    def __init__(self, site: Site, program: Sequence[str] = ("-m", "app.cli")) -> None:
        """Take the site; `program` is what Python runs."""
        self.site = site
        self.port = free_port()
        self.up = threading.Event()
        self.starts: list[float] = []
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it says that it is ready; notes how long that took."""
        began = time.monotonic()
        command = [sys.executable, *self._program, "serve", "--port", str(self.port), "--workers", "2"]
        environment = self.site.environment() | {"BELAY_BASE_URL": f"http://127.0.0.1:{self.port}"}
        with (self.site.folder.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        pause = threading.Event()
        while not self._is_ready():
            assert self._process.poll() is None, self.said()
            assert time.monotonic() - began < START_SECONDS, "the server did not come up"
            pause.wait(0.02)
        self.starts.append(time.monotonic() - began)
        self.up.set()

    def said(self) -> str:
        """Return the end of what it has logged."""
        return (self.site.folder.parent / "server.log").read_text()[-6000:]

    def _is_ready(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            answer = connection.getresponse().status == 200
            connection.close()
        except GONE:
            return False
        return answer

    def kill(self) -> None:
        """Kill every process of it, with nothing said before."""
        if self._process is None:
            return
        self.up.clear()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


@contextmanager
def serving(site: Site, program: Sequence[str] = ("-m", "app.cli")) -> Iterator[Server]:
    """Serve a site for as long as the block runs."""
    server = Server(site, program)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str


class Browser:
    """One person at the server: keeps the cookie and the token of forms."""

    def __init__(self, port: int) -> None:
        """Begin as nobody."""
        self.port = port
        self.cookie = ""
        self.token = ""

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """Send one request over a connection of its own and return the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**fields, "csrf_token": self.token})
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read().decode()
        finally:
            connection.close()
        given = response.getheader("Set-Cookie")
        if given:
            self.cookie = given.partition(";")[0]
        return Answer(response.status, dict(response.getheaders()), content)

    def sign_in(self, address: str) -> None:
        """Sign in with the password of the tests."""
        self._take_token("/login")
        answer = self.ask("POST", "/login", {"email": address, "password": PASSWORD})
        assert answer.status in {302, 303}, answer.body[-2000:]
        self._take_token("/evidence/new")

    def _take_token(self, path: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask("GET", path).body)
        assert found, path
        self.token = found[1]

    def log(self, title: str, key: str) -> Answer:
        """Log a piece of evidence."""
        fields = {"title": title, "kind": "ticket", "occurred_on": "2026-01-05", "narrative": "x" * 400}
        return self.ask("POST", "/evidence/new", fields | {"idempotency_key": key})


class Writer(threading.Thread):
    """Writes one piece after the other and notes which were acknowledged."""

    def __init__(self, server: Server, number: int, address: str) -> None:
        """Sign in."""
        super().__init__(name=f"writer {number}", daemon=True)
        self.number = number
        self.acknowledged: list[str] = []
        self.odd: list[str] = []
        self.retries = 0
        self._server = server
        self._browser = Browser(server.port)
        self._browser.sign_in(address)
        self._enough = threading.Event()

    def run(self) -> None:
        """Write until told to stop; what was begun is brought to its end first."""
        count = 0
        while not self._enough.is_set():
            count += 1
            self._write(f"Piece {self.number}-{count:06}", f"key-{self.number}-{count:06}")

    def _write(self, title: str, key: str) -> None:
        while not self._ends.is_set():
            self._server.up.wait(0.5)
            try:
                answer = self._browser.log(title, key)
            except GONE:
                self.retries += 1
                continue
            if answer.status in {302, 303} and "/login" not in answer.headers["Location"]:
                self.acknowledged.append(title)
                return
            if answer.status != 503:
                self.odd.append(f"{title}: {answer.status} {answer.body[:300]}")
                return
            self.retries += 1
            self._enough.wait(0.05)

    _ends = threading.Event()

    def stop(self) -> None:
        """Begin nothing new."""
        self._enough.set()


class Writers:
    """All of them."""

    def __init__(self, server: Server, addresses: Sequence[str]) -> None:
        """Sign everybody in and begin."""
        self._ends = threading.Event()
        self._server = server
        self.all = [Writer(server, number, address) for number, address in enumerate(addresses)]
        for writer in self.all:
            writer._ends = self._ends
            writer.start()

    def acknowledged(self) -> list[str]:
        """Return what was acknowledged until now."""
        return [title for writer in self.all for title in list(writer.acknowledged)]

    def odd(self) -> list[str]:
        """Return the answers that there should not have been, and the end of the server's log with them."""
        found = [fault for writer in self.all for fault in writer.odd]
        return [*found, self._server.said()] if found else []

    def wait_for(self, count: int) -> None:
        """Wait until so many more pieces were acknowledged."""
        wanted, pause, deadline = len(self.acknowledged()) + count, threading.Event(), time.monotonic() + 120
        while len(self.acknowledged()) < wanted:
            assert not self.odd(), self.odd()[-3:]
            assert time.monotonic() < deadline, "nothing is acknowledged any more"
            pause.wait(0.01)

    def finish(self) -> list[str]:
        """Let everybody bring to its end what was begun; return what was acknowledged."""
        for writer in self.all:
            writer.stop()
        for writer in self.all:
            writer.join(ANSWER_SECONDS * 3)
            assert not writer.is_alive(), f"{writer.name} hangs"
        assert not self.odd(), self.odd()[-3:]
        return self.acknowledged()

    def abandon(self) -> list[str]:
        """Stop without bringing anything to its end, because there is no server any more."""
        self._ends.set()
        return self.finish()


def check_whole(site: Site) -> Counter[str]:
    """Prove that a database is sound and holds no half transaction; return the titles of its pieces."""
    with site.reading() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        pieces = connection.execute(select(Evidence.id, Evidence.title)).all()
        logged = select(AuditEvent.object_id).where(AuditEvent.tag == Tag.EVIDENCE_LOGGED)
        assert sorted(connection.scalars(logged)) == sorted(piece.id for piece in pieces)
        assert verify_chain(Session(connection)).fault is None
    return Counter(piece.title for piece in pieces)
