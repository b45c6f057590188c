"""Which servers may run Belay: not a development server, and not with the framework's debug mode.

Both show a stranger more than they should. Source: reliability checklist, item 38 (ASVS 13.4.2).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from config import Settings, SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REFUSAL = b"Belay does not run on a development server. Start it with: belay serve\n"
logger = logging.getLogger(__name__)


def _without_development_server(wsgi: WSGIApplication) -> WSGIApplication:
    """Answer nothing but a refusal when a development server calls."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if str(environ.get("SERVER_SOFTWARE", "")).startswith("Werkzeug"):
            logger.critical("a development server was refused")
            start_response("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
            return [REFUSAL]
        return wsgi(environ, start_response)

    return call


def register(app: Flask) -> None:
    """Refuse to start in debug mode or under `flask run`, and to answer a development server. Tests may do both."""
    settings: Settings = app.config["SETTINGS"]
    if settings.testing or settings.debug:
        return
    if app.debug:
        raise SettingsError("FLASK_DEBUG is set; take it out. To work on Belay itself, use: belay serve --debug")
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        raise SettingsError("`flask run` is a development server; use: belay serve")
    app.wsgi_app = _without_development_server(app.wsgi_app)  # type: ignore[method-assign, assignment]
