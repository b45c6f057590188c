"""Belay: career ladders, evidence, promotion and mentoring. `create_app` is the one place that joins the parts."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import URL, make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    admin,
    assessment,
    audit,
    auth,
    evidence,
    home,
    jobs,
    ladders,
    mentoring,
    notices,
    people,
    policies,
    promotion,
    reports,
)
from app.access import guard, large_requests
from app.auth.passwords import Passwords
from app.infra import (
    assets,
    clock,
    csrf,
    errors,
    health,
    logs,
    security_headers,
    server,
    single_values,
    templating,
    unit_of_work,
)
from app.infra.db import db
from config import Settings

ROOT = Path(__file__).resolve().parent.parent
MAX_BODY = 2 * 1024 * 1024
MAX_FORM_MEMORY = 1024 * 1024
FEATURES = (
    audit,
    jobs,
    notices,
    policies,
    ladders,
    people,
    auth,
    evidence,
    assessment,
    promotion,
    mentoring,
    reports,
    home,
    admin,
)


def create_app(settings: Settings) -> Flask:
    """Join the application. It does not start while an endpoint declares no permission."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(make_url(settings.database_url)),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_MEMORY,
        MAX_FORM_PARTS=1000,
        PROPAGATE_EXCEPTIONS=settings.testing,
        PREFERRED_URL_SCHEME="http" if settings.plain_http else "https",
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    clock.clock.use_zone(settings.timezone)
    db.init_app(app)
    app.extensions["belay.passwords"] = Passwords(settings.password_cost)
    server.register(app)
    # Answers pass the hooks in reverse order: the unit of work ends first, headers come last, then it is logged.
    logs.register(app)
    security_headers.register(app)
    errors.register(app)
    unit_of_work.register(app)
    large_requests.register(app)
    csrf.register(app)
    single_values.register(app)
    guard.register(app)
    templating.register(app)
    assets.register(app)
    health.register(app)
    for feature in FEATURES:
        feature.register(app)
    guard.check_every_endpoint(app)
    return app


def engine_options(url: URL) -> dict[str, object]:
    """Return the options of the connection pool: PostgreSQL connections are tried before use, after a restart too.

    Faults carry no values of a statement. A database behind a dead network is given up after seconds, not minutes.
    """
    if url.get_backend_name() == "sqlite":
        return {"hide_parameters": True}
    limits = {"connect_timeout": 5, "tcp_user_timeout": 20_000, "application_name": "belay"}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "connect_args": {name: value for name, value in limits.items() if name not in url.query},
    }
