"""`belay serve`: the production server on the configured database."""

from __future__ import annotations

import logging
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from app.cli.context import open_app, read_settings, stop
from app.infra.db import db
from config import SettingsError

THREADS = 8
DRAIN_SECONDS = 30


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our application and settings; it reads no file of its own."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        """Take the joined application."""
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def _drop_inherited_connections(app: Flask) -> None:
    """Close what the parent opened: a database connection must never be shared by two processes."""
    with app.app_context():
        db.engine.dispose(close=False)


def run(app: Flask, *, host: str, port: int, workers: int) -> None:
    """Serve until a signal says stop; requests that run then may finish for half a minute."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "graceful_timeout": DRAIN_SECONDS,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 8190,
        "post_fork": lambda _server, _worker: _drop_inherited_connections(app),
        "proc_name": "belay",
        # A file in memory: the heartbeat of a worker must not wait for a slow disk.
        "worker_tmp_dir": None,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    Server(app, options).run()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; keep it behind a proxy.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve Belay. Refuses an unfit secret, and a schema that is not its own."""
    settings = read_settings()
    try:
        settings.check_fit_to_serve()
    except SettingsError as error:
        stop(str(error))
    if settings.plain_http and host not in {"127.0.0.1", "localhost", "::1"}:
        stop("BELAY_PLAIN_HTTP=1 listens on a loopback address only; leave --host out, or serve behind TLS.")
    app = open_app(settings)
    click.echo(f"Belay serves {settings.base_url} from {host}:{port}.")
    run(app, host=host, port=port, workers=workers)
