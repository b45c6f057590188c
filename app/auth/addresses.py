"""Where sign-in may lead: a path of this application and nothing else; and what was typed before a session ran out."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from urllib.parse import unquote

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

MAX_PATH = 2000
PATH = re.compile(r"^/(?![/\\])[\x21-\x7e]*$")
CARRIED_FOR_SECONDS = 24 * 3600
NOT_CARRIED = frozenset({"csrf_token"})


def safe_next(text: str | None) -> str:
    """Return the path if it is one of ours that can be opened, else the start page.

    Source: reliability checklist, item 29: two slashes, backslashes, encoded slashes, schemes and control characters
    lead home.
    """
    if not text or len(text) > MAX_PATH:
        return "/"
    path, _, query = text.partition("?")
    plain = path
    for _ in range(3):
        if not PATH.match(plain) and plain != "/":
            return "/"
        plain = unquote(plain)
    if not PATH.match(plain) and plain != "/":
        return "/"
    if query and not PATH.match("/" + query):
        return "/"
    try:
        current_app.create_url_adapter(request).match(plain, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return "/"
    return text


@dataclass(frozen=True)
class Carried:
    """A form that was sent after its session had run out."""

    person_id: uuid.UUID
    path: str
    fields: tuple[tuple[str, str], ...]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="carried-form")


def pack_form(person_id: uuid.UUID) -> str:
    """Return the form of the running request, signed for the one person whose session it was."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    return str(_serializer().dumps({"person": str(person_id), "path": request.path, "fields": fields}))


def unpack_form(text: str, person_id: uuid.UUID) -> Carried | None:
    """Return a carried form for the same person; None for anybody else, or when it was altered or is a day old."""
    if not text:
        return None
    try:
        found = _serializer().loads(text, max_age=CARRIED_FOR_SECONDS)
    except BadSignature:
        return None
    if found["person"] != str(person_id):
        return None
    return Carried(person_id, found["path"], tuple((name, value) for name, value in found["fields"]))
