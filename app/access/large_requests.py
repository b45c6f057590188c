"""How large a request may be: small everywhere, larger where a view takes a file, and there for nobody else.

The token of a form stands in its body, so the body is read before any view runs. Therefore the larger limit is given
before that, and only to who holds the permission of the view on its object: a stranger cannot make the server read
32 MB, and nobody learns from a limit whether an object exists. Source: reliability checklist, item 31.

Whatever becomes of a request, the temporary files that it was read into end with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

from flask import Flask, Request, current_app, request

from app.access.guard import View, current_actor
from app.access.policy import can
from app.domain.errors import MissingError


class TidyRequest(Request):
    """A request that closes its temporary files, also those of a body that was refused while it was being read."""

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        stream = super()._get_file_stream(*args, **kwargs)
        self.__dict__.setdefault("spooled", []).append(stream)
        return stream

    def close(self) -> None:
        """Close every file."""
        super().close()
        for stream in self.__dict__.get("spooled", []):
            stream.close()


def takes_at_most(most_bytes: int, *, on: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Declare how large a request to a view may be. It stands above `requires`, with the same `on`."""

    def declare(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        view.loads = on  # type: ignore[attr-defined]
        return view

    return declare


def _allow() -> None:
    if request.routing_exception is not None:
        return
    view: Any = current_app.view_functions.get(request.endpoint or "")
    most_bytes = getattr(view, "most_bytes", None)
    who = current_actor()
    if most_bytes is None or who is None:
        return
    try:
        thing = view.loads(**(request.view_args or {})) if view.loads else None
    except MissingError:
        return
    if can(who, view.permission, thing):
        request.max_content_length = most_bytes


def register(app: Flask) -> None:
    """Join the limits to the application, before anything reads what was sent."""
    app.request_class = TidyRequest
    app.before_request(_allow)
