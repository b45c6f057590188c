"""The door in front of every view: load the object, decide, and hand it over. Refused looks exactly like missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access.actor import Actor
from app.access.policy import POLICY, can
from app.domain.errors import MissingError
from app.infra import idempotency
from app.infra.clock import now
from app.infra.db import db

View = Callable[..., ResponseReturnValue]
FRESH_FOR = timedelta(minutes=10)
Denied = Callable[[Actor, StrEnum, Any], None]
_on_denied: list[Denied] = []


class UnguardedEndpointError(Exception):
    """An endpoint has no declared permission. The application does not start with one."""


def on_denied(listener: Denied) -> None:
    """Let the audit hear of every refusal."""
    if listener not in _on_denied:
        _on_denied.append(listener)


def current_actor() -> Actor | None:
    """Return who acts in this request, None before sign-in."""
    user = current_user._get_current_object()  # noqa: SLF001 - the proxy's own way to its object
    return user if isinstance(user, Actor) else None


def actor() -> Actor:
    """Return who acts in this request; only behind a guarded view, where somebody has signed in."""
    found = current_actor()
    if found is None:
        abort(401)
    return found


def may(permission: StrEnum, thing: Any = None) -> bool:  # noqa: ANN401 - any object
    """Answer a template's or view's question whether to offer something to the signed-in person."""
    return can(current_actor(), permission, thing)


def public(view: View) -> View:
    """Declare that a view is open to anybody, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def requires(
    permission: StrEnum,
    *,
    on: Callable[..., Any] | None = None,
    fresh: bool = False,
) -> Callable[[View], View]:
    """Declare the permission of a view. `on` loads the object from the address; the view gets it in its place.

    `fresh`: the act weighs so much that the person must have proved who they are within the last ten minutes; otherwise
    they are asked to, and come back. Source: reliability checklist, item 16.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def decide(**address: Any) -> ResponseReturnValue:
            who = current_actor()
            if who is None:
                return current_app.extensions["belay.ask_to_sign_in"]()  # type: ignore[no-any-return]
            try:
                thing = on(**address) if on else None
            except MissingError:
                return _first_answer() or abort(404)
            if not can(who, permission, thing):
                if (answer := _first_answer()) is not None:
                    return answer
                for listener in _on_denied:
                    listener(who, permission, thing)
                abort(404)
            if fresh and not is_fresh(who):
                return current_app.extensions["belay.ask_for_proof"]()  # type: ignore[no-any-return]
            return view(thing) if on else view(**address)

        decide.permission = permission  # type: ignore[attr-defined]
        return decide

    return guard


def _first_answer() -> Response | None:
    """Return where the first of two equal submits of this person led; it may have taken away the object or the right.

    Only where it led elsewhere: a page that was shown then may say what this person may no longer read.
    """
    answer = idempotency.find_answer(db.session()) if request.method == "POST" else None
    return answer if answer is not None and answer.location else None


def is_fresh(who: Actor) -> bool:
    """Say whether somebody has proved who they are within the last ten minutes."""
    return who.proved_at is not None and abs(now() - who.proved_at) <= FRESH_FOR


def check_every_endpoint(app: Flask) -> None:
    """Refuse to start with an endpoint that declares neither a permission nor that it is public."""
    for url_rule in app.url_map.iter_rules():
        view = app.view_functions[url_rule.endpoint]
        permission = getattr(view, "permission", None)
        if permission is None and not getattr(view, "is_public", False):
            raise UnguardedEndpointError(f"{url_rule.endpoint} ({url_rule.rule}) declares no permission.")
        if permission is not None and permission not in POLICY:
            raise UnguardedEndpointError(f"{url_rule.endpoint} needs {permission}, which the policy does not know.")


def _refuse_undeclared() -> None:
    """Deny by default at run time too."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not (hasattr(view, "permission") or getattr(view, "is_public", False)):
        abort(404)


def register(app: Flask) -> None:
    """Join the guard to the application."""
    app.before_request(_refuse_undeclared)
    app.jinja_env.globals["may"] = may
