"""`belay serve`: the production server on the configured database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app.cli.context import open_app, read_settings, say_weaknesses, stop
from app.infra import logs
from app.infra.db import db
from config import LOOPBACK, Settings, SettingsError

THREADS = 8
DRAIN_SECONDS = 30


class ServerLog(Logger):  # type: ignore[misc]
    """What the server itself has to say goes where everything goes, in the same form; it logs no request."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn's own
        """Hand everything on to our handler."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
        self.access_log.disabled = True


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


def run(
    app: Flask,
    *,
    host: str,
    port: int,
    workers: int,
    beside: Callable[[], None] | None = None,
) -> None:
    """Serve until a signal says stop; requests that run then may finish for half a minute.

    `beside` is called in every process that serves, once it is ready.
    """

    def begin(_server: object) -> None:
        if beside is not None:
            beside()

    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "graceful_timeout": DRAIN_SECONDS,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 8190,
        "post_worker_init": begin,
        "logger_class": ServerLog,
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
@click.option("--debug", is_flag=True, help="To work on Belay itself: reloads what changes; on this machine only.")
def serve(*, host: str, port: int, workers: int, debug: bool) -> None:
    """Serve Belay. Refuses an unfit secret, debug mode, and a schema that is not its own."""
    settings = read_settings()
    if debug:
        settings = replace(settings, debug=True, plain_http=True, log_format="text")
    try:
        settings.check_fit_to_serve()
    except SettingsError as error:
        stop(str(error))
    if settings.plain_http and host not in LOOPBACK:
        stop("--debug and BELAY_PLAIN_HTTP=1 listen on a loopback address only; leave --host out, or serve behind TLS.")
    app = open_app(settings)
    say_weaknesses(settings)
    click.echo(f"Belay serves {settings.base_url} from {host}:{port}.")
    logs.set_up(settings.log_format, with_messages=debug)
    if debug:
        run_for_development(app, settings, host=host, port=port)
    else:
        run(app, host=host, port=port, workers=workers)


def run_for_development(app: Flask, settings: Settings, *, host: str, port: int) -> None:
    """Serve in one process that begins anew whenever a file changes; without the debugger, which runs code."""
    import logging

    from werkzeug.serving import run_simple

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app.jinja_env.auto_reload = settings.debug
    run_simple(host, port, app, use_reloader=True, use_debugger=False, threaded=True)
