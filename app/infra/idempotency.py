"""One form, one effect: a repeated submit gets the first answer.

Every form carries a key. The key is claimed at the start of the unit of work: a second submit waits for the first
one's transaction, then finds the claim and its answer. Keys are kept for 24 hours. What is claimed is the key together
with what was sent: whoever goes back in the browser and sends the same form with another text repeats nothing, and
must not be told that the new text is stored.

An answer that shows a secret once, such as a one-time link or recovery codes, is not stored: `keep_nothing` says where
a repeat is sent instead.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest, sha256

from flask import Response, g, has_request_context, request
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.infra.clock import now
from app.infra.db import Model, short

KEPT_FOR = timedelta(hours=24)
MAX_KEY = 64
LEFT_OUT = "csrf_token"
"""The one field that differs when the same submit is sent again from a new session."""
SEE_OTHER = 303
NOT_KEPT = "idempotency_elsewhere"
HTML, JSON = "text/html", "application/json"


class IdempotencyKey(Model):
    """A submitted form and the answer that it got."""

    __tablename__ = "idempotency_key"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    endpoint: Mapped[str] = mapped_column(short(100), primary_key=True)
    key: Mapped[str] = mapped_column(short(MAX_KEY), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    location: Mapped[str | None]
    body: Mapped[str | None]


@dataclass
class Claim:
    """The right to carry out a submit, or the answer that the first one got."""

    session: Session
    row: tuple[uuid.UUID, str, str] | None = None
    answer: Response | None = None

    def keep(self, response: Response) -> None:
        """Keep the answer with the claim, in the same transaction as the change itself."""
        if self.row is None:
            return
        stored = self.session.get_one(IdempotencyKey, self.row)
        elsewhere: str | None = g.get(NOT_KEPT)
        if elsewhere is not None:
            stored.status, stored.location, stored.body = SEE_OTHER, elsewhere, None
            return
        stored.status = response.status_code
        stored.location = response.headers.get("Location")
        stored.body = None if stored.location else response.get_data(as_text=True)


def new_key() -> str:
    """Return a fresh key for one rendered form."""
    return uuid.uuid4().hex


def forget_old(session: Session, at: datetime) -> None:
    """Forget every key that is older than a day; claiming forgets only those of the person who submits."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < at - KEPT_FOR))


def keep_nothing(location: str) -> None:
    """Keep this request's answer out of the database, because it shows a secret; a repeat is sent to `location`."""
    setattr(g, NOT_KEPT, location)


def _key_of_submit() -> str:
    """Return the key of the submitted form joined with its content; an empty text where the form carries none."""
    if not request.form.get("idempotency_key"):
        return ""
    fields = [(name, text.replace("\r\n", "\n")) for name, text in request.form.items(multi=True) if name != LEFT_OUT]
    return sha256(json.dumps([request.path, sorted(fields + _files_of_submit())]).encode()).hexdigest()


def _files_of_submit() -> list[tuple[str, str]]:
    """Return the files that were sent, each as the hash of its bytes: another file is another submit."""
    found = []
    for name, file in request.files.items(multi=True):
        found.append((name, file_digest(file.stream, "sha256").hexdigest()))  # type: ignore[arg-type]
        file.stream.seek(0)
    return found


def claim(session: Session) -> Claim:
    """Claim the key of the submitted form; without a signed-in person or a key there is nothing to claim."""
    person_id = g.get("actor_id") if has_request_context() else None
    key = _key_of_submit() if has_request_context() else ""
    endpoint = request.endpoint or ""
    if person_id is None or not key:
        return Claim(session)
    moment = now()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    taken = session.execute(
        insert(IdempotencyKey)
        .values(person_id=person_id, endpoint=endpoint, key=key, created_at=moment)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key),
    ).scalar_one_or_none()
    if taken is not None:
        session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.person_id == person_id,
                IdempotencyKey.created_at < moment - KEPT_FOR,
            ),
        )
        return Claim(session, row=(person_id, endpoint, key))
    return Claim(session, answer=_answer_of(session, (person_id, endpoint, key)))


def find_answer(session: Session) -> Response | None:
    """Return the answer that this very submit of this very person got before; None where there was none.

    For a submit whose object is gone by now because the first one took it away.
    """
    person_id = g.get("actor_id") if has_request_context() else None
    key = _key_of_submit() if person_id is not None else ""
    return _answer_of(session, (person_id, request.endpoint or "", key)) if person_id is not None and key else None


def _answer_of(session: Session, row: tuple[uuid.UUID, str, str]) -> Response | None:
    person_id, endpoint, key = row
    first = session.execute(
        select(IdempotencyKey.status, IdempotencyKey.location, IdempotencyKey.body).where(
            IdempotencyKey.person_id == person_id,
            IdempotencyKey.endpoint == endpoint,
            IdempotencyKey.key == key,
        ),
    ).one_or_none()
    if first is None:
        return None
    body = first.body or ""
    # A page begins with its doctype or a tag; what a script was answered is an object.
    answer = Response(body, status=first.status or 200, mimetype=JSON if body.startswith("{") else HTML)
    if first.location:
        answer.headers["Location"] = first.location
    return answer
