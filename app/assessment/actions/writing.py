"""Writing one side: a draft is kept, and never overwrites what its author has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.assessment.actions.rows import author_id as id_of
from app.assessment.actions.rows import check_is_out, lock
from app.assessment.models import Assessment, AssessmentAnswer, AssessmentSheet, Side
from app.assessment.queries import find_sheet, list_answers
from app.audit.actions import Author
from app.domain.errors import ConflictError, InvalidError
from app.domain.rating import Answer
from app.infra.db import db
from app.infra.templating import ANSWER_LABELS
from app.ladders.queries import Edition, get_edition

ANSWER_CHOICES = tuple((answer.value, ANSWER_LABELS[answer]) for answer in Answer)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a form says about one expectation. None in either place: the form says nothing about it."""

    answer: Answer | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server has after a draft. `is_late`: a newer draft of the same window was there already."""

    revision: int
    sequence: int
    saved_at: datetime
    is_late: bool = False


def answer_name(expectation_id: str) -> str:
    """Return the name of the field that holds the answer to an expectation."""
    return f"answer-{expectation_id}"


def words_name(expectation_id: str) -> str:
    """Return the name of the field that holds the comment on an expectation."""
    return f"words-{expectation_id}"


def save_draft(
    assessment: Assessment,
    side: Side,
    entries: Mapping[str, Entry],
    *,
    revision: int,
    window: str = "",
    sequence: int | None = None,
    by: Author,
    at: datetime,
) -> Kept:
    """Keep what an author has written so far. What the form does not name stays as it is.

    `revision` is that of the sheet which the window was filled from. `sequence` is the number that the window gave to
    an autosave, None when the author saves with the button: a late autosave changes nothing, and where another window
    has saved another text in the meantime, ConflictError carries the stored one. NotAllowedNowError once the side is
    in.
    """
    lock(assessment)
    author_id = id_of(by)
    check_is_out(assessment, side, author_id)
    sheet = find_sheet(assessment.id, side, author_id)
    if sheet is None:
        sheet = AssessmentSheet(
            assessment_id=assessment.id,
            side=side,
            author_id=author_id,
            revision=0,
            window_key="",
            sequence=0,
            saved_at=at,
        )
        db.session.add(sheet)
    is_same_window = bool(window) and sheet.window_key == window
    if is_same_window and sequence is not None and sequence <= sheet.sequence:
        return Kept(sheet.revision, sheet.sequence, sheet.saved_at, is_late=True)
    stored = list_answers(assessment.id, side, author_id)
    edition = get_edition(assessment.ladder_version_id)
    _check_known(entries, edition, assessment.target_level)
    if not is_same_window:
        _check_unseen(entries, stored, edition, revision=revision, now_at=sheet.revision)
    if _write(assessment, side, entries, stored, number=sheet.revision + 1, by=by, at=at):
        sheet.revision += 1
    # Saved with the button: whatever that window still sends by itself comes late, and is judged as another's.
    sheet.window_key = window if sequence is not None else ""
    sheet.sequence = max(sheet.sequence, sequence or 0)
    sheet.saved_at = at
    db.session.flush()
    return Kept(sheet.revision, sheet.sequence, at)


def _check_known(entries: Mapping[str, Entry], edition: Edition, target: str) -> None:
    asked = {expectation.id for expectation in edition.ladder.requirement(target)}
    if not asked.issuperset(entries):
        raise InvalidError(f"{edition.name} asks something else for {target}. Open the page again.")


def _check_unseen(
    entries: Mapping[str, Entry],
    stored: Mapping[str, AssessmentAnswer],
    edition: Edition,
    *,
    revision: int,
    now_at: int,
) -> None:
    texts: dict[str, str] = {}
    labels: dict[str, str] = {}
    for expectation_id, entry in entries.items():
        row = stored.get(expectation_id)
        if row is None or row.sequence <= revision:
            continue
        text = edition.ladder.expectation(expectation_id).text
        if entry.answer is not None and row.answer is not None and entry.answer is not row.answer:
            texts[answer_name(expectation_id)] = row.answer.value
            labels[answer_name(expectation_id)] = text
        if entry.comment is not None and entry.comment != row.comment:
            texts[words_name(expectation_id)] = row.comment
            labels[words_name(expectation_id)] = f"Comment: {text}"
    if texts:
        raise ConflictError(
            "You have saved something else here in the meantime, perhaps in another window.",
            stored=texts,
            version=now_at,
            labels=labels,
            choices={name: ANSWER_CHOICES for name in texts if name.startswith("answer-")},
        )


def _write(
    assessment: Assessment,
    side: Side,
    entries: Mapping[str, Entry],
    stored: Mapping[str, AssessmentAnswer],
    *,
    number: int,
    by: Author,
    at: datetime,
) -> bool:
    """Store what differs; return whether anything did."""
    has_changed = False
    for expectation_id, entry in entries.items():
        row = stored.get(expectation_id)
        answer = entry.answer or (row.answer if row else None)
        comment = entry.comment if entry.comment is not None else (row.comment if row else "")
        if (answer, comment) == ((row.answer, row.comment) if row else (None, "")):
            continue
        has_changed = True
        if row is None:
            row = AssessmentAnswer(
                assessment_id=assessment.id, side=side, author_id=by.person_id, expectation_id=expectation_id
            )
            db.session.add(row)
        row.answer, row.comment, row.sequence, row.changed_at = answer, comment, number, at
    return has_changed
