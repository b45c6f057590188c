"""The log: one line an event on standard error, as JSON or for people, without anything that somebody wrote.

A request is named by its route rule, never by its address, because addresses hold ids and search words. A fault is
named by its class and where it arose, never by its message, because messages repeat values. Control characters are
escaped, so that no text can begin a line of its own. Source: reliability checklist, items 42 and 43.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parent.parent.parent
OUR_LOGGERS = ("app.", "belay.")
HIDDEN = "…"
FIELDS = "belay_fields"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
QUIET_ROUTES = ("/healthz", "/assets/")
PUT_IN = re.compile(r"[:=]")
CAUSES = 8
BEGAN, REQUEST_ID = "belay.began", "belay.request_id"
access = logging.getLogger("belay.access")


def fields(**values: object) -> dict[str, object]:
    """Return what a logging call takes as `extra`, so that the values become fields of the line."""
    return {FIELDS: values}


def message_of(record: logging.LogRecord) -> str:
    """Return the message of a record. Of libraries only the pattern and its numbers count: they log addresses."""
    if record.name.startswith(OUR_LOGGERS):
        return record.getMessage()
    args = record.args
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if not args:
        # What a library has put into the text itself stands behind a colon or an equals sign.
        return PUT_IN.split(record.msg, maxsplit=1)[0]
    try:
        if isinstance(args, Mapping):
            return str(record.msg) % {name: _number_or_hidden(value) for name, value in args.items()}
        return str(record.msg) % tuple(_number_or_hidden(value) for value in args)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def describe_fault(error: BaseException) -> dict[str, object]:
    """Return the classes of a fault and of its causes, and the lines of code that led there."""
    chain = list(_causes(error))
    frames = [
        f"{_place(frame.filename)}:{frame.lineno} in {frame.name}"
        for one in reversed(chain)
        for frame in traceback.extract_tb(one.__traceback__)
    ]
    return {"fault": [_class_of(one) for one in chain], "trace": frames}


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = _head(record) | _of_request() | getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[1]:
            line |= describe_fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


class TextFormatter(logging.Formatter):
    """A line for people; a fault adds lines of its own. `with_messages` also shows what faults say: example data only.

    Everything but our own line breaks is escaped.
    """

    def __init__(self, *, with_messages: bool = False) -> None:
        """Choose whether messages of faults are shown."""
        super().__init__()
        self._with_messages = with_messages

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and those of a fault."""
        head = _head(record)
        values = {name: value for name, value in getattr(record, FIELDS, {}).items() if value is not None}
        values |= {name: value for name, value in _of_request().items() if name != "request_id"}
        told = " ".join(f"{name}={value}" for name, value in values.items())
        lines = [f"{head['time']} {head['level']:7} {head['logger']}: {head['message']} {told}".rstrip()]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and self._with_messages:
            lines += "".join(traceback.format_exception(error)).splitlines()
        elif error is not None:
            fault = describe_fault(error)
            lines += [f"    {place}" for place in fault["trace"]]  # type: ignore[attr-defined]
            lines.append(f"    {' from '.join(fault['fault'])}")  # type: ignore[arg-type]
        return "\n".join(one_line(line) for line in lines)


def one_line(text: str) -> str:
    r"""Return a text that stays on its line: control characters are written as their numbers.

    >>> one_line("a\nb\x1b[2J")
    'a\\x0ab\\x1b[2J'
    """
    return CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def set_up(log_format: str, *, with_messages: bool = False, stream: TextIO | None = None) -> logging.Handler:
    """Send everything that is logged to standard error, once, and return the handler that does it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    as_text = log_format == "text"
    handler.setFormatter(TextFormatter(with_messages=with_messages) if as_text else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It tells of every look at the schema, and readiness looks often.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # A failing handler must not print the record, which holds what is left out above.
    logging.raiseExceptions = False
    return handler


def _head(record: logging.LogRecord) -> dict[str, object]:
    moment = datetime.fromtimestamp(record.created, UTC)
    return {
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
        "level": record.levelname,
        "logger": record.name,
        "process": record.process,
        "message": message_of(record),
    }


def _of_request() -> dict[str, object]:
    """Return which request a line belongs to."""
    if not has_request_context() or REQUEST_ID not in request.environ:
        return {}
    return {"request_id": request.environ[REQUEST_ID], "method": request.method, "route": _route()}


def _route() -> str | None:
    return request.url_rule.rule if request.url_rule else None


def _number_or_hidden(value: object) -> object:
    return value if isinstance(value, int | float) else HIDDEN


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield a fault, what caused it, what caused that, and so on; not for ever."""
    current: BaseException | None = error
    for _ in range(CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _class_of(error: BaseException) -> str:
    """Return the class of a fault, and what the database or the system calls it by its code."""
    name = type(error).__name__
    if isinstance(error, DBAPIError) and error.orig is not None:
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        return f"{name} ({code})" if code else name
    return f"{name} ({error.errno})" if isinstance(error, OSError) and error.errno else name


def _place(file: str) -> str:
    """Return a file as it is called in the checkout or among the installed packages."""
    path = Path(file)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _numbered(wsgi: WSGIApplication) -> WSGIApplication:
    """Give every request a number of ours, before anything else is done for it."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[REQUEST_ID], environ[BEGAN] = secrets.token_hex(8), time.monotonic()
        return wsgi(environ, start_response)

    return call


def _tell(response: Response) -> Response:
    route = _route()
    level = logging.DEBUG if (route or "").startswith(QUIET_ROUTES) and response.status_code < 400 else logging.INFO  # noqa: PLR2004 - good answers
    if access.isEnabledFor(level) and BEGAN in request.environ:
        told: dict[str, Any] = {
            "status": response.status_code,
            "ms": round((time.monotonic() - request.environ[BEGAN]) * 1000, 1),
            "person_id": g.get("actor_id"),
        }
        access.log(level, "request", extra=fields(**told))
    return response


def register(app: Flask) -> None:
    """Join the access log to the application, before every other hook: it measures what those take."""
    app.wsgi_app = _numbered(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.after_request(_tell)
