"""The session of a browser: its cookie, the row behind it, and what is remembered between two pages.

Before sign-in the cookie is a random id with a signature and there is no row. Sign-in makes a new id and a row.
There is no other cookie.
"""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager
from itsdangerous import BadSignature, Signer
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as DbSession
from werkzeug.datastructures import CallbackDict

from app.access.actor import Actor, Nobody
from app.auth import actions, queries
from app.auth.models import AuthSession
from app.infra.clock import now
from app.infra.unit_of_work import record_now
from config import Settings

GOOD = 400
MAX_DATA = 8000
PROBES = frozenset({"/healthz", "/healthz/live"})


class RowSession(CallbackDict[str, Any], SessionMixin):
    """What the framework remembers between two pages (flash messages); kept in the session's row."""

    def __init__(self, initial: dict[str, Any] | None = None, row_id: uuid.UUID | None = None) -> None:
        """Take what the row holds; an anonymous visitor has no row and nothing is kept."""

        def changed(_: object) -> None:
            self.modified = True

        super().__init__(initial or {}, changed)
        self.row_id = row_id
        self.modified = False


class SessionKeys:
    """The id that the request's cookie carries, and the one that its answer will."""

    def __init__(self, carried: str | None) -> None:
        """Begin with the id of the cookie, if it carries a valid one."""
        self.carried = carried
        self.fresh: str | None = None
        self.is_anonymous = True
        self.must_clear = False

    def current(self) -> str:
        """Return the id that the next form's token belongs to; a visitor without one gets a new anonymous id."""
        if self.fresh is None and self.carried is None:
            self.fresh = secrets.token_urlsafe(24)
        return self.fresh or self.carried or ""

    def start(self, token: str) -> None:
        """Give the browser the id of a session that was just opened."""
        self.fresh, self.is_anonymous = token, False

    def clear(self) -> None:
        """Take the id away from the browser."""
        self.fresh, self.must_clear = None, True


class RowSessions(SessionInterface):
    """Opens and saves sessions for the framework."""

    def __init__(self, settings: Settings) -> None:
        """Choose the cookie: `__Host-` and Secure, but for the explicit plain-HTTP mode on a loopback address."""
        self.is_secure = not settings.plain_http
        self.cookie = "__Host-session" if self.is_secure else "session"

    def _signer(self, app: Flask) -> Signer:
        return Signer([*reversed(app.config["SECRET_KEY_FALLBACKS"]), str(app.secret_key)], salt="anonymous-session")

    def open_session(self, app: Flask, request: Request) -> RowSession:
        """Find out who asks. The result stands in `g`: keys, actor, whose session it was when it is over.

        Somebody half-way in is no actor: `g.half_signed_in` opens the next step of signing in and nothing else.
        """
        g.actor = g.actor_id = g.dead_session_of = g.half_signed_in = g.session_fault = None
        kind, _, rest = request.cookies.get(self.cookie, "").partition(".")
        if kind == "a":
            g.session_keys = SessionKeys(self._anonymous_id(app, rest))
            return RowSession()
        is_named = kind == "s" and not request.path.startswith("/assets/") and request.path not in PROBES
        found = self._look_up(app, rest, request) if is_named else None
        g.session_keys = SessionKeys(rest if found or g.session_fault else None)
        if found is None:
            return RowSession()
        if found.half is not None:
            g.half_signed_in = found.half
            return RowSession({}, found.row_id)
        if found.actor is None:
            g.dead_session_of = found.person_id
            return RowSession()
        g.actor, g.actor_id, g.seen_at = found.actor, found.person_id, found.seen_at
        return RowSession(json.loads(found.data) if found.data else {}, found.row_id)

    def _anonymous_id(self, app: Flask, signed: str) -> str | None:
        try:
            return self._signer(app).unsign(signed).decode()
        except BadSignature:
            return None

    def _look_up(self, app: Flask, token: str, request: Request) -> queries.OpenSession | None:
        try:
            is_demo = "belay.demo" in app.extensions
            return queries.find_session(token, now(), request.remote_addr or "", is_demo=is_demo)
        except DBAPIError as fault:
            # The framework turns an error into a page only once the request has begun; `_raise_fault` says it there.
            g.session_fault = fault
            return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed in the row, and set the cookie when there is a new id."""
        if isinstance(session, RowSession) and session.modified and session.row_id and response.status_code < GOOD:
            text = json.dumps(dict(session), ensure_ascii=False) if session else ""
            if len(text) > MAX_DATA:
                # Half of it could not be read again, and every later page would fail.
                text = ""
            row_id = session.row_id

            def store(database: DbSession) -> None:
                database.execute(update(AuthSession).where(AuthSession.id == row_id).values(data=text))

            record_now(store)
        keys: SessionKeys = g.session_keys
        if keys.must_clear:
            self._set(response, "", max_age=0)
        elif keys.fresh and (keys.is_anonymous or response.status_code < GOOD):
            # A session that was just opened, in an answer that is none: nothing of it was stored.
            value = f"a.{self._signer(app).sign(keys.fresh).decode()}" if keys.is_anonymous else f"s.{keys.fresh}"
            self._set(response, value, max_age=None)

    def _set(self, response: Response, value: str, *, max_age: int | None) -> None:
        response.set_cookie(
            self.cookie,
            value,
            max_age=max_age,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="Lax",
        )


def _raise_fault() -> None:
    """Say that the database was gone when it was asked who this is: nobody is taken for a stranger because of that."""
    fault: DBAPIError | None = g.get("session_fault")
    if fault is not None:
        raise fault


def _load_actor(_request: Request) -> Actor | None:
    actor: Actor | None = g.get("actor")
    return actor


def _note_seen() -> None:
    actor: Actor | None = g.get("actor")
    if actor and actor.session_id and request.endpoint:
        seen_at: datetime = g.seen_at
        actions.note_seen(actor.session_id, seen_at, now())


def register(app: Flask) -> None:
    """Join sessions to the application."""
    app.session_interface = RowSessions(app.config["SETTINGS"])
    manager = LoginManager()
    manager.anonymous_user = Nobody
    manager.session_protection = None
    manager.request_loader(_load_actor)
    manager.init_app(app)
    # Before the guard, which would send a person whom nobody could look up to the sign-in page.
    app.before_request_funcs.setdefault(None, []).insert(0, _raise_fault)
    app.before_request(_note_seen)
