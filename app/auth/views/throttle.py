"""The delay in front of every view that looks at a password or a code."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, g, make_response, request
from flask.typing import ResponseReturnValue

from app.auth import actions
from app.infra.clock import now
from app.infra.templating import counted

View = Callable[..., ResponseReturnValue]
TOO_MANY = 429


def throttled(key_of: Callable[[], str | None], page: Callable[[str], Response]) -> Callable[[View], View]:
    """Count an attempt before the view looks at it; too many get the page with a sentence, and 429.

    `key_of` names whose attempts are counted together, None when there is nothing to look at. The view calls `refused`
    or `accepted`; an attempt of which it says neither is not counted, and one that ends in a fault is.
    It stands above `writes`: the count must be stored before the view's own unit of work begins.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def count_first(*args: Any, **address: Any) -> ResponseReturnValue:
            key = key_of()
            if key is None:
                return view(*args, **address)
            attempt = actions.reserve_attempt(key, request.remote_addr or "", now(), by=g.get("actor_id"))
            if attempt.wait > timedelta(0):
                return _too_often(page, attempt.wait)
            g.attempt = attempt
            response = make_response(view(*args, **address))
            actions.settle_attempt(attempt)
            return response

        return count_first

    return guard


def _too_often(page: Callable[[str], Response], wait: timedelta) -> Response:
    seconds = math.ceil(wait.total_seconds())
    minutes = counted(math.ceil(seconds / 60), "minute", "minutes")
    response = page(f"Too many attempts. Try again in {minutes}; others are not affected.")
    response.status_code = TOO_MANY
    response.headers["Retry-After"] = str(seconds)
    return response


def attempt() -> actions.Attempt:
    """Return the attempt of this request, in a view that is throttled."""
    found: actions.Attempt = g.attempt
    return found
