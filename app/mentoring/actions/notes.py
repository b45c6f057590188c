"""What a pair writes: agenda points and shared notes, each its author's own; and notes that nobody else ever reads.

The record says that a shared note was written or taken out, by whom and in which mentorship; of private notes it says
nothing at all, not even that there are any.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.infra.db import db
from app.mentoring.actions.sessions import check_underway
from app.mentoring.actions.steps import author_id, lock_mentorship
from app.mentoring.models import MentoringNote, Mentorship, NoteKind, PrivateNote, SessionAction
from app.mentoring.models.mentorships import WORDS_LENGTH
from app.mentoring.queries.mentorships import get_mentorship
from app.mentoring.queries.notes import count_notes, find_private
from app.mentoring.queries.sessions import PairSession

MOST_NOTES, MOST_AGENDA = 500, 50
"""How many shared notes a pair may have in all, and agenda points on one session (house)."""
KEPT_FOR = timedelta(days=1)
"""For how long what was taken out can be put back; then the daily sweep deletes it, the pair's own writing sooner."""
GONE = "This was taken out more than a day ago, so it can no longer be put back."


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server has of a private note. `is_late`: a newer draft of the same window was there already."""

    revision: int
    sequence: int
    saved_at: datetime
    is_late: bool = False


# Shared ------------------------------------------------------------------------------


def write_note(found: PairSession, kind: NoteKind, words: str, *, by: Author, at: datetime) -> MentoringNote:
    """Write a point of the agenda, or a shared note. InvalidError without words, or with more than 4000 characters."""
    lock_mentorship(found.mentorship)
    check_underway(found.mentorship)
    _check_room(found, kind)
    row = MentoringNote(
        mentorship_id=found.mentorship.id,
        session_id=found.meeting.id,
        author_id=author_id(by),
        kind=kind,
        words=_checked(words),
        written_at=at,
        changed_at=at,
    )
    db.session.add(row)
    delete_removed(found.mentorship, at)
    db.session.flush()
    _note(Tag.SHARED_NOTE_WRITTEN, row, by=by, at=at)
    return row


def change_note(note: MentoringNote, words: str, *, revision: int, by: Author, at: datetime) -> MentoringNote:
    """Change one's own note. ConflictError carries what is stored when it was changed since the form was filled."""
    _lock_own(note, by)
    if note.removed_at is not None:
        raise NotAllowedNowError("This note was taken out in the meantime. Write it anew; your words are below.")
    text = _checked(words)
    if note.revision != revision and note.words != text:
        raise ConflictError(
            "You have changed this note in the meantime, perhaps in another window.",
            stored={"words": note.words},
            version=note.revision,
            labels={"words": "Your note"},
        )
    if note.words != text:
        note.words, note.changed_at = text, at
        db.session.flush()
        _note(Tag.SHARED_NOTE_WRITTEN, note, by=by, at=at)
    return note


def remove_note(note: MentoringNote, *, by: Author, at: datetime) -> None:
    """Take one's own note out: nobody reads it any more. It can be put back for a day."""
    _lock_own(note, by)
    if note.removed_at is None:
        note.removed_at = at
        db.session.flush()
        _note(Tag.SHARED_NOTE_REMOVED, note, by=by, at=at)


def restore_note(note: MentoringNote, *, by: Author, at: datetime) -> None:
    """Put a note back that its author took out, within a day. NotAllowedNowError later."""
    _lock_own(note, by)
    if note.removed_at is not None:
        check_restorable(note.removed_at, at)
        note.removed_at = None
        db.session.flush()
        _note(Tag.SHARED_NOTE_WRITTEN, note, by=by, at=at)


def _check_room(found: PairSession, kind: NoteKind) -> None:
    """Refuse one more than anybody needs. The row of the mentorship is locked."""
    if kind is NoteKind.AGENDA and count_notes(found.mentorship.id, kind, session_id=found.id) >= MOST_AGENDA:
        raise InvalidError(
            f"This session has {MOST_AGENDA} points, which is the most. Take one out first.", field="words"
        )
    if count_notes(found.mentorship.id) >= MOST_NOTES:
        raise InvalidError(
            f"The two of you have {MOST_NOTES} notes, which is the most. Take one out first.", field="words"
        )


def _lock_own(note: MentoringNote, by: Author) -> None:
    mentorship = get_mentorship(note.mentorship_id)
    lock_mentorship(mentorship)
    check_underway(mentorship)
    db.session.refresh(note, with_for_update=True)
    if note.author_id != author_id(by):
        raise MissingError


def _checked(words: str) -> str:
    if not words:
        raise InvalidError("Write a few words first.", field="words")
    _check_length(words)
    return words


def _check_length(words: str) -> None:
    if len(words) > WORDS_LENGTH:
        raise InvalidError(
            f"This has {len(words)} characters; at most {WORDS_LENGTH} fit. Shorten it by {len(words) - WORDS_LENGTH}.",
            field="words",
        )


def check_restorable(removed_at: datetime, at: datetime) -> None:
    """Refuse with NotAllowedNowError to put back what was taken out more than a day ago, deleted already or not."""
    if removed_at < at - KEPT_FOR:
        raise NotAllowedNowError(GONE)


def delete_all_removed(at: datetime) -> None:
    """Delete for good whatever was taken out more than a day ago, in every mentorship, over or not."""
    for table in (MentoringNote, SessionAction):
        db.session.execute(
            delete(table).where(table.removed_at < at - KEPT_FOR), execution_options={"synchronize_session": False}
        )


def delete_removed(mentorship: Mentorship, at: datetime) -> None:
    """Delete for good what was taken out in a mentorship more than a day ago. The row of the mentorship is locked."""
    for table in (MentoringNote, SessionAction):
        db.session.execute(
            delete(table).where(table.mentorship_id == mentorship.id, table.removed_at < at - KEPT_FOR),
            execution_options={"synchronize_session": False},
        )


def _note(tag: Tag, note: MentoringNote, *, by: Author, at: datetime) -> None:
    log(tag, by=by, at=at, object_id=note.mentorship_id)


# Private -----------------------------------------------------------------------------


def save_private_note(
    mentorship: Mentorship,
    session_id: uuid.UUID | None,
    words: str,
    *,
    revision: int,
    window: str = "",
    sequence: int | None = None,
    by: Author,
    at: datetime,
) -> Kept:
    """Keep what somebody writes for themselves, on a session or, without one, on the whole.

    `revision` is that which the window was filled from. `sequence` is the number that the window gave to an autosave,
    None when the author saves with the button: a late autosave changes nothing, and where another window has saved
    other words in the meantime, ConflictError carries the stored ones.
    """
    lock_mentorship(mentorship)
    check_underway(mentorship)
    _check_length(words)
    row = find_private(mentorship.id, author_id(by), session_id)
    is_same_window = row is not None and bool(window) and row.window_key == window
    if row is not None and is_same_window and sequence is not None and sequence <= row.sequence:
        return Kept(row.revision, row.sequence, row.changed_at, is_late=True)
    if row is not None and not is_same_window and row.revision > revision and row.words != words:
        raise ConflictError(
            "You have saved something else here in the meantime, perhaps in another window.",
            stored={"words": row.words},
            version=row.revision,
            labels={"words": "Your private note"},
        )
    if row is None:
        row = PrivateNote(
            mentorship_id=mentorship.id,
            session_id=session_id,
            author_id=author_id(by),
            words="",
            written_at=at,
            changed_at=at,
            sequence=0,
        )
        db.session.add(row)
    # Saved with the button: whatever that window still sends by itself comes late, and is judged as another's.
    row.words, row.changed_at, row.window_key = words, at, window if sequence is not None else ""
    row.sequence = max(row.sequence, sequence or 0)
    db.session.flush()
    return Kept(row.revision, row.sequence, at)
