"""A field of a form is sent once. A second value of the same name is refused, but where a field takes several.

Source: reliability checklist, item 9. Two values under one name are read differently by different parts of a program,
and so they are a way round a check.
"""

from __future__ import annotations

from flask import Flask, abort, request

_several: set[str] = set()


def take_several(*names: str) -> None:
    """Let a feature declare fields that may be sent more than once, such as ticks in a list."""
    _several.update(names)


def _check() -> None:
    if request.routing_exception is not None:
        return
    if any(len(values) > 1 and name not in _several for name, values in request.form.lists()):
        abort(400, "A field was sent twice. Open the page again and send it once more.")


def register(app: Flask) -> None:
    """Join the check to the application."""
    app.before_request(_check)
