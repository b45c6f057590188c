"""What a pair writes: shared notes, actions, and notes of one's own. The policy says who reads, row by row."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.errors import MissingError
from app.infra.db import db
from app.mentoring.models import (
    MentoringNote,
    MentoringSession,
    MentorshipMessage,
    MentorshipReview,
    MessageKind,
    NoteKind,
    PrivateNote,
    ReviewKind,
    SessionAction,
)

T = TypeVar("T", MentoringNote, SessionAction, PrivateNote, MentorshipMessage, MentorshipReview)


def get_note(note_id: uuid.UUID) -> MentoringNote:
    """Return a shared note, one that was taken out too; MissingError when there is none."""
    found = db.session.get(MentoringNote, note_id)
    if found is None:
        raise MissingError
    return found


def get_action(action_id: uuid.UUID) -> SessionAction:
    """Return an action, one that was taken out too; MissingError when there is none."""
    found = db.session.get(SessionAction, action_id)
    if found is None:
        raise MissingError
    return found


def count_notes(mentorship_id: uuid.UUID, kind: NoteKind | None = None, *, session_id: uuid.UUID | None = None) -> int:
    """Return how many shared notes a pair has that were not taken out; of one kind or session where those are named."""
    rows = select(func.count()).where(MentoringNote.mentorship_id == mentorship_id, MentoringNote.removed_at.is_(None))
    if kind is not None:
        rows = rows.where(MentoringNote.kind == kind)
    if session_id is not None:
        rows = rows.where(MentoringNote.session_id == session_id)
    return db.session.scalar(rows) or 0


def count_actions(mentorship_id: uuid.UUID) -> int:
    """Return how many actions a pair has that were not taken out."""
    rows = select(func.count()).where(SessionAction.mentorship_id == mentorship_id, SessionAction.removed_at.is_(None))
    return db.session.scalar(rows) or 0


def list_notes(actor: Actor, session_id: uuid.UUID) -> Sequence[MentoringNote]:
    """Return the shared notes of a session that somebody may read, in the order in which they were written."""
    return db.session.scalars(
        select(MentoringNote)
        .where(
            MentoringNote.session_id == session_id,
            MentoringNote.removed_at.is_(None),
            visible_to(actor, Permission.Note.READ, MentoringNote),
        )
        .order_by(MentoringNote.written_at, MentoringNote.id)
    ).all()


def list_actions(actor: Actor, mentorship_id: uuid.UUID) -> Sequence[SessionAction]:
    """Return the actions of a mentorship that somebody may read, in the order in which they were written."""
    return db.session.scalars(
        select(SessionAction)
        .where(
            SessionAction.mentorship_id == mentorship_id,
            SessionAction.removed_at.is_(None),
            visible_to(actor, Permission.Note.READ, SessionAction),
        )
        .order_by(SessionAction.written_at, SessionAction.id)
    ).all()


def find_private(mentorship_id: uuid.UUID, author_id: uuid.UUID, session_id: uuid.UUID | None) -> PrivateNote | None:
    """Return what somebody wrote for themselves on a session, or on the whole; for that person alone."""
    return db.session.scalars(
        select(PrivateNote)
        .where(
            PrivateNote.mentorship_id == mentorship_id,
            PrivateNote.author_id == author_id,
            PrivateNote.session_id == session_id if session_id else PrivateNote.session_id.is_(None),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


# One's own words ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One thing that somebody wrote: what it is, when, the words, and the number of its session, if it has one."""

    what: str
    at: datetime
    words: str
    number: int | None = None


NOTE_NAME = {NoteKind.AGENDA: "Agenda point", NoteKind.NOTE: "Shared note"}
MESSAGE_NAME = {
    MessageKind.REQUEST: "Request",
    MessageKind.QUESTION: "Question",
    MessageKind.ANSWER: "Answer",
    MessageKind.DECLINE: "Decline",
    MessageKind.PARTING: "Parting words",
}
REVIEW_NAME = {ReviewKind.MID_POINT: "Looking back at the mid-point", ReviewKind.CLOSING: "Looking back at the end"}


def own_words(mentorship_id: uuid.UUID, author_id: uuid.UUID) -> list[OwnWords]:
    """Return everything that somebody wrote in a mentorship themselves, oldest first. Access matrix, note 9."""
    numbers = {
        row.id: row.number
        for row in db.session.execute(
            select(MentoringSession.id, MentoringSession.number)
            .where(MentoringSession.mentorship_id == mentorship_id)
            .order_by(MentoringSession.number, MentoringSession.id)
        )
    }
    found = [
        OwnWords(NOTE_NAME[one.kind], one.written_at, one.words, numbers[one.session_id])
        for one in _written(MentoringNote, mentorship_id, author_id)
        if one.removed_at is None
    ]
    found += [
        OwnWords("Action", one.written_at, one.words, numbers.get(one.session_id) if one.session_id else None)
        for one in _written(SessionAction, mentorship_id, author_id)
        if one.removed_at is None
    ]
    found += [
        OwnWords("Private note", one.changed_at, one.words, numbers.get(one.session_id) if one.session_id else None)
        for one in _written(PrivateNote, mentorship_id, author_id)
        if one.words
    ]
    found += [
        OwnWords(MESSAGE_NAME[one.kind], one.written_at, one.words)
        for one in _written(MentorshipMessage, mentorship_id, author_id)
    ]
    for one in _written(MentorshipReview, mentorship_id, author_id):
        answers = [text for text in json.loads(one.answers) if text]
        if answers:
            found.append(OwnWords(REVIEW_NAME[one.kind], one.given_at or one.written_at, "\n\n".join(answers)))
    return sorted(found, key=lambda one: (one.at, one.what, one.words))


def _written(table: type[T], mentorship_id: uuid.UUID, author_id: uuid.UUID) -> Sequence[T]:
    rows = select(table).where(table.mentorship_id == mentorship_id, table.author_id == author_id)
    return db.session.scalars(rows.order_by(table.written_at, table.id)).all()


def own_of_session(session_id: uuid.UUID, author_id: uuid.UUID) -> list[tuple[uuid.UUID, str, str]]:
    """Return what somebody wrote on a session themselves, shared and private: id, what it is, and the words."""
    notes = db.session.scalars(
        select(MentoringNote)
        .where(
            MentoringNote.session_id == session_id,
            MentoringNote.author_id == author_id,
            MentoringNote.removed_at.is_(None),
        )
        .order_by(MentoringNote.written_at, MentoringNote.id)
    )
    private = db.session.scalars(
        select(PrivateNote)
        .where(PrivateNote.session_id == session_id, PrivateNote.author_id == author_id, PrivateNote.words != "")
        .order_by(PrivateNote.written_at, PrivateNote.id)
    )
    found = [(one.id, NOTE_NAME[one.kind], one.words) for one in notes]
    return found + [(one.id, "Private note", one.words) for one in private]
