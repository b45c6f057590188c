"""Forgery protection: every form carries an HMAC of the session's id, checked on every method that may change."""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import Flask, abort, current_app, g, request

from app.infra import idempotency

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def token_for(session_key: str, secret: str) -> str:
    """Return the token that belongs to a session id."""
    return hmac.new(secret.encode(), b"csrf:" + session_key.encode(), sha256).hexdigest()


def csrf_token() -> str:
    """Return the token of the running session. Asking for it gives an anonymous visitor a session id."""
    return token_for(g.session_keys.current(), str(current_app.secret_key))


def is_valid(token: str) -> bool:
    """Say whether a token belongs to the session id that the request carries, under any secret still honoured."""
    carried = g.session_keys.carried
    if not carried or not token:
        return False
    secrets = [str(current_app.secret_key), *current_app.config["SECRET_KEY_FALLBACKS"]]
    return any(hmac.compare_digest(token_for(carried, secret), token) for secret in secrets)


def _check() -> None:
    # An address that takes no such request changes nothing; it is answered by what is wrong with it.
    if request.method in SAFE_METHODS or request.routing_exception is not None:
        return
    token = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    if not is_valid(token):
        abort(400, "The form had expired or came from elsewhere. Open the page again and send it once more.")


def register(app: Flask) -> None:
    """Join the check to the application; the session must have been opened before it."""
    app.before_request(_check)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["idempotency_key"] = idempotency.new_key
