"""Writing the joint notes of a revealed assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.assessment.actions.rows import author_id, lock, note
from app.assessment.models import WHOLE, Assessment, AssessmentNote
from app.assessment.queries import list_notes, list_signatures, note_sign, notes_version
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.ladders.queries import get_edition

ON_THE_WHOLE = "The assessment as a whole"
NOTE_FIELD = "note-"
"""Beginning of the names of fields, and of places in the page. It goes on as `note_field` says."""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What stands in the field of one note, and the sign (`note_sign`) of what the page had put there."""

    words: str
    shown: str


@dataclass(frozen=True, slots=True)
class NotesSaved:
    """The notes that a form has changed: which expectations have other words now, and which have none any more."""

    written: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()


def note_field(expectation_id: str) -> str:
    """Return the name of the field of a note, which is its place in the page too."""
    return f"{NOTE_FIELD}{expectation_id or 'whole'}"


def write_notes(
    assessment: Assessment, drafts: Mapping[str, NoteDraft], *, version: int, by: Author, at: datetime
) -> NotesSaved:
    """Keep all joint notes that somebody has changed, by expectation or `WHOLE`. Empty words take a note out.

    What nobody touched stays as it is, whatever the other has made of it. `version` is `notes_version` of what the page
    showed: ConflictError carries the other texts when somebody else has written into the same notes in the meantime.
    NotAllowedNowError before the reveal, and once somebody has signed: a signature stands for the notes as they were
    then.
    """
    lock(assessment)
    if not assessment.is_revealed:
        raise NotAllowedNowError("Joint notes are written once both sides are open.")
    if list_signatures(assessment.id):
        raise NotAllowedNowError(
            "The result is signed as it stands, so its notes cannot be changed. Whoever signed may take that back "
            "while the other has not signed."
        )
    labels = _labels(assessment)
    if not labels.keys() >= drafts.keys():
        raise InvalidError(
            f"{get_edition(assessment.ladder_version_id).name} asks something else for {assessment.target_level}. "
            "Open the page again."
        )
    rows = list_notes(assessment.id)
    stored = {key: rows[key].words if key in rows else "" for key in drafts}
    changed = {
        key: draft.words
        for key, draft in drafts.items()
        if draft.words != stored[key] and note_sign(draft.words) != draft.shown
    }
    now = notes_version(rows)
    unseen = [key for key in changed if note_sign(stored[key]) != drafts[key].shown]
    if unseen and version != now:
        raise ConflictError(
            "The other of you has written here in the meantime.",
            stored={note_field(key): stored[key] for key in unseen},
            version=now,
            labels={note_field(key): labels[key] for key in unseen},
        )
    for key, words in changed.items():
        _write(assessment, rows.get(key), key, words, by=by, at=at)
    return NotesSaved(
        tuple(key for key, words in changed.items() if words), tuple(key for key, words in changed.items() if not words)
    )


def _write(
    assessment: Assessment, row: AssessmentNote | None, key: str, words: str, *, by: Author, at: datetime
) -> None:
    if row is None:
        row = AssessmentNote(assessment_id=assessment.id, expectation_id=key)
        db.session.add(row)
    row.words, row.changed_by_id, row.changed_at = words, author_id(by), at
    db.session.flush()
    note(Tag.NOTE_WRITTEN, assessment, by=by, at=at, expectation=key)


def _labels(assessment: Assessment) -> dict[str, str]:
    """Return on what a note may be written, with what a page calls it."""
    edition = get_edition(assessment.ladder_version_id)
    asked = edition.ladder.requirement(assessment.target_level)
    return {WHOLE: ON_THE_WHOLE} | {expectation.id: expectation.text for expectation in asked}
