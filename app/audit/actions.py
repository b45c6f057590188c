"""Writing the record: noted with the change, chained just before the commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit.chain import canonical, link
from app.audit.models import AuditEvent, AuditHead
from app.audit.second_copy import hold, needs_copy
from app.audit.tags import Tag
from app.infra.bulk import BulkInsert
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import record

WAITING = "audit_events"
COLUMNS = (
    "seq", "at", "tag", "actor_id", "actor_label", "subject_id", "object_id", "address", "details", "previous_hash",
    "hash",
)  # fmt: skip
IDS = ("actor_id", "subject_id", "object_id")


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts: a person at an address, or the command line of a system user (`cli:ruth`)."""

    person_id: uuid.UUID | None
    label: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One act that waits for its place in the chain."""

    tag: Tag
    at: datetime
    author: Author
    subject_id: uuid.UUID | None = None
    object_id: uuid.UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def log(
    tag: Tag,
    *,
    by: Author,
    at: datetime,
    subject_id: uuid.UUID | None = None,
    object_id: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Note an act in the running unit of work; it is kept if and only if the change is."""
    note_in(db.session(), Note(tag, at, by, subject_id, object_id, details))


def note_in(session: Session, note: Note) -> None:
    """Note an act in a given session."""
    session.info.setdefault(WAITING, []).append(note)


def chain_events(session: Session) -> None:
    """Give the waiting notes their numbers and hashes. Locks the head row until the commit."""
    waiting: Iterable[Note] = session.info.pop(WAITING, ())
    if not waiting:
        return
    head = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()).one()
    seq, previous = head.seq, head.hash
    insert = BulkInsert(session, AuditEvent, COLUMNS)
    is_copied = needs_copy()
    for note in waiting:
        seq += 1
        row: dict[str, Any] = {
            "seq": seq,
            "at": note.at,
            "tag": note.tag.value,
            "actor_id": note.author.person_id,
            "actor_label": note.author.label,
            "subject_id": note.subject_id,
            "object_id": note.object_id,
            "address": note.author.address,
            "details": canonical(note.details),
            "previous_hash": previous,
        }
        row["hash"] = previous = link(**row)
        if is_copied:
            hold(session, row)
        for name in IDS:
            row[name] = row[name].hex if row[name] else None
        insert.add(*row.values())
    insert.flush()
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, hash=previous))


def forget_waiting(session: Session) -> None:
    """Drop notes of a unit of work that was rolled back."""
    session.info.pop(WAITING, None)


def record_refusal(actor: Actor, permission: StrEnum, thing: Any) -> None:  # noqa: ANN401 - any object
    """Keep that somebody asked for what is not theirs to see or do."""
    note = Note(
        Tag.REFUSED,
        now(),
        Author(actor.person_id, address=actor.address),
        subject_id=getattr(thing, "subject_id", None),
        object_id=getattr(thing, "id", None),
        details={"permission": permission.value},
    )
    record(lambda session: note_in(session, note))
