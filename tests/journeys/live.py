"""The application as a server on this machine, in a thread of the test process, so that its clock is the test's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.infra.db import db, set_may_write
from tests.conftest import Databases

LONGEST_SILENCE = 30
POLL_SECONDS = 0.02


class LiveServer:
    """A running server. `url` has no slash at its end; `faults` are the tracebacks of what it could not answer."""

    def __init__(self, app: Flask) -> None:
        """Listen on a free port of the loopback address; `start` begins to answer."""
        self.app = app
        self.faults: list[str] = []
        faults = self.faults

        class Handler(WSGIRequestHandler):
            """Keeps faults for the test and stays quiet about everything else."""

            timeout = LONGEST_SILENCE

            def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is given.
                if type == "error":
                    faults.append(message % args if args else message)

        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
        # Closing the server then waits for the answers that are still being written.
        self._server.daemon_threads = False
        self._thread = Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), name="live server")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the last answer has been written."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def serving(app: Flask) -> Iterator[LiveServer]:
    """Serve an application for as long as the block runs; a fault of the server fails the test."""
    server = LiveServer(app)
    server.start()
    try:
        yield server
    finally:
        server.stop()
    assert not server.faults, "\n".join(server.faults)


@contextmanager
def fresh_database(app: Flask, databases: Databases) -> Iterator[Flask]:
    """Give an application a fresh database for as long as the block runs, its context pushed; as the fixture `app`."""
    databases.refresh()
    set_may_write(value=False)
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def chromium() -> str:
    """Return the path of the browser: the one that BELAY_CHROMIUM names, else Debian's."""
    return os.environ.get("BELAY_CHROMIUM") or "/usr/bin/chromium"
