"""Turns an error into an answer: a rule's refusal, a missing page, a busy database, a fault of ours.

A refused object and a missing one get the same bytes. What a person typed is never lost: pages that follow a failed
submit carry the fields and offer to send them again.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, current_app, make_response, render_template, request
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.domain.errors import ConflictError, DomainError, MissingError
from app.infra.unit_of_work import rollback

NOT_CARRIED = frozenset({"csrf_token", "idempotency_key", "version"})
SECRET_FIELDS = frozenset({"password", "old_password", "again", "one_time_code", "recovery_code"})
RETRY_AFTER_SECONDS = "5"
NOT_FOUND, CONFLICT = 404, 409
PAGES = frozenset({400, 404, 405, 413, 429, 503})
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConflictField:
    """One field that two people changed: what is stored now and what this person sent."""

    name: str
    label: str
    stored: str
    yours: str
    choices: tuple[tuple[str, str], ...] = ()


def carried_fields() -> list[tuple[str, str]]:
    """Return what was typed, field by field, without the tokens that belong to one submit. Files are left out."""
    if request.method in {"GET", "HEAD"}:
        return []
    left_out = NOT_CARRIED | SECRET_FIELDS
    return [(name, value) for name, value in _sent_form().items(multi=True) if name not in left_out]


def _sent_form() -> MultiDict[str, str]:
    """Return what was sent; nothing where it was too much to be read, and asking again would fail again."""
    try:
        return request.form
    except RequestEntityTooLarge:
        return MultiDict()


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _answer(code: int, message: str) -> Response:
    if _wants_json():
        response = make_response({"error": message}, code)
    else:
        context = {
            # Nothing may tell refused from missing.
            "message": "" if code == NOT_FOUND else message,
            "fields": carried_fields(),
            "action": request.path,
            "version": _sent_form().get("version"),
            "key": _sent_form().get("idempotency_key"),
        }
        if code == CONFLICT:
            response = make_response(render_template("errors/409.html", **context), code)
        else:
            template = f"errors/{code}.html" if code in PAGES else "errors/400.html"
            response = make_response(_plain(template, **context), code)
    return response


def _plain(template: str, **context: object) -> str:
    """Render a page that asks nobody anything: the frame of the other pages reads the database, which may be gone."""
    return current_app.jinja_env.get_template(template).render(**context)


def _sent(name: str) -> str:
    """Return what a field carried, to compare with what is stored: several values stand on lines of their own."""
    return "\n".join(request.form.getlist(name)).replace("\r\n", "\n")


def show_conflict(error: ConflictError) -> Response:
    """Answer 409 with both texts; the person chooses or merges, and nothing is overwritten before that."""
    rollback()
    if _wants_json():
        return make_response({"error": error.message, "version": error.version}, 409)
    fields = [
        ConflictField(
            name,
            error.labels.get(name, name.replace("_", " ").capitalize()),
            stored,
            _sent(name),
            error.choices.get(name, ()),
        )
        for name, stored in error.stored.items()
        if _sent(name) != stored
    ]
    others = [(name, value) for name, value in carried_fields() if name not in {field.name for field in fields}]
    page = render_template(
        "errors/409_conflict.html",
        message=error.message,
        conflicts=fields,
        others=others,
        version=error.version,
        action=request.full_path.rstrip("?"),
    )
    return make_response(page, 409)


def show_missing(error: MissingError) -> Response:
    """Answer 404: refused and missing are the same bytes."""
    rollback()
    return _answer(404, error.message)


def show_gone(error: ObjectDeletedError) -> Response:
    """Answer 404 when somebody else took the row away between reading and using it within one request."""
    del error
    rollback()
    return _answer(404, "")


def show_refusal(error: DomainError) -> Response:
    """Answer 409 with the rule's own sentence: the act is not possible in this state."""
    rollback()
    return _answer(409, error.message)


def show_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error with its page; the text never repeats the address."""
    rollback()
    if error.response is not None:
        return make_response(error.response)
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - redirects are no errors
        return make_response(error.get_response())
    response = _answer(code, error.description or "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def show_stale(error: StaleDataError) -> Response:
    """Answer 409 when the row changed between reading and writing it within one request."""
    del error
    rollback()
    return _answer(409, "Somebody else changed this at the same moment. Open the page again and repeat your change.")


def show_unstorable(error: DataError) -> Response:
    """Answer 400 when the database takes a value for none of its kind; PostgreSQL refuses a NUL even in a search."""
    rollback()
    logger.warning("value refused by the database: %s", type(error.orig).__name__)
    return _answer(400, "Something that was sent holds an invisible control character. Take it out and send it again.")


def show_busy(error: DBAPIError) -> Response:
    """Answer 503 when the database is locked, full, restarting or gone; what was typed stays in the page."""
    rollback()
    if not isinstance(error, OperationalError) and not error.connection_invalidated:
        return show_fault(error)
    logger.warning("database not available: %s", type(error.orig).__name__)
    response = _answer(503, "The database did not answer in time.")
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def show_fault(error: Exception) -> Response:
    """Answer 500 with a reference that stands in the log; no detail leaves the server."""
    rollback()
    reference = secrets.token_hex(4)
    logger.error("unexpected fault %s", reference, exc_info=error)
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    return make_response(_plain("errors/500.html", reference=reference), 500)


def register(app: Flask) -> None:
    """Join the error pages to the application."""
    app.register_error_handler(ConflictError, show_conflict)
    app.register_error_handler(MissingError, show_missing)
    app.register_error_handler(DomainError, show_refusal)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(ObjectDeletedError, show_gone)
    app.register_error_handler(StaleDataError, show_stale)
    app.register_error_handler(DataError, show_unstorable)
    app.register_error_handler(DBAPIError, show_busy)
    app.register_error_handler(Exception, show_fault)
