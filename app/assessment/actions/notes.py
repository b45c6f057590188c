"""Writing the joint notes of a revealed assessment."""

from __future__ import annotations

from datetime import datetime

from app.assessment.actions.rows import author_id, lock, note
from app.assessment.models import WHOLE, Assessment, AssessmentNote
from app.assessment.queries import find_note, list_signatures
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.ladders.queries import get_edition

ON_THE_WHOLE = "The assessment as a whole"


def write_note(
    assessment: Assessment, expectation_id: str, words: str, *, version: int, by: Author, at: datetime
) -> AssessmentNote | None:
    """Keep a joint note on one expectation, or on the whole (`WHOLE`); None where there is none, and nothing is said.

    `version` is that of the note which the page showed, 0 where it showed none: ConflictError carries the other text
    when somebody else has written in the meantime. NotAllowedNowError before the reveal, and once somebody has signed:
    a signature stands for the notes as they were then. Empty words take the note out.
    """
    lock(assessment)
    if not assessment.is_revealed:
        raise NotAllowedNowError("Joint notes are written once both sides are open.")
    if list_signatures(assessment.id):
        raise NotAllowedNowError(
            "The result is signed as it stands, so its notes cannot be changed. Whoever signed may take that back "
            "while the other has not signed."
        )
    label = _label(assessment, expectation_id)
    stored = find_note(assessment.id, expectation_id)
    if stored is not None and stored.words == words:
        return stored
    if stored is None and not words:
        return None
    if version != (stored.version if stored else 0):
        raise ConflictError(
            "The other of you has written here in the meantime.",
            stored={"words": stored.words if stored else ""},
            version=stored.version if stored else 0,
            labels={"words": label},
        )
    if stored is None:
        stored = AssessmentNote(assessment_id=assessment.id, expectation_id=expectation_id)
        db.session.add(stored)
    stored.words, stored.changed_by_id, stored.changed_at = words, author_id(by), at
    db.session.flush()
    note(Tag.NOTE_WRITTEN, assessment, by=by, at=at, expectation=expectation_id)
    return stored


def _label(assessment: Assessment, expectation_id: str) -> str:
    """Return how a page calls the note; InvalidError where the target asks no such expectation."""
    if expectation_id == WHOLE:
        return ON_THE_WHOLE
    edition = get_edition(assessment.ladder_version_id)
    for expectation in edition.ladder.requirement(assessment.target_level):
        if expectation.id == expectation_id:
            return expectation.text
    raise InvalidError(f"{edition.name} asks something else for {assessment.target_level}. Open the page again.")
