"""Changing assessments: opening, writing a draft, handing a side in, reopening it; and approving a waiver.

Records hold ids and counts, never a rating or a word of anybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from app.assessment.models import Assessment, AssessmentAnswer, AssessmentSheet, Side, Waiver
from app.assessment.queries import find_opening, find_running, find_sheet, find_waiver, list_answers, needed_ids
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.rating import Answer
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import ANSWER_LABELS, counted
from app.ladders.queries import Edition, get_edition
from app.people.models import Person
from app.people.queries import find_manager

_OTHER = {Side.SELF: Side.MANAGER, Side.MANAGER: Side.SELF}
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


class UnansweredError(IncompleteError):
    """A side was handed in before every expectation that is asked has an answer; `expectation_ids` names them."""

    def __init__(self, expectation_ids: tuple[str, ...]) -> None:
        """Keep which answers are missing, in ladder order."""
        number = len(expectation_ids)
        super().__init__(f"{counted(number, 'answer is', 'answers are')} missing.")
        self.expectation_ids = expectation_ids


def answer_name(expectation_id: str) -> str:
    """Return the name of the field that holds the answer to an expectation."""
    return f"answer-{expectation_id}"


def words_name(expectation_id: str) -> str:
    """Return the name of the field that holds the comment on an expectation."""
    return f"words-{expectation_id}"


# Opening -------------------------------------------------------------------------


def open_assessment(subject: Person, *, target: str = "", by: Author, at: datetime) -> Assessment:
    """Return the running assessment of a person against a level, opened now if there is none.

    Without a target it is against the next level, at the top against the level held. It pins the version that is
    adopted today. InvalidError where the person holds no level, the ladder branches, or has no such level.
    """
    # Two people open at the same moment: the second waits here, and finds the first one's.
    db.session.execute(select(Person.id).where(Person.id == subject.id).with_for_update(key_share=True)).one()
    opening = find_opening(subject.id, local(at).date())
    if opening is None:
        raise InvalidError(f"{subject.name} holds no level of a ladder in use; HR records it first.", field="target")
    edition, level = opening.edition, target or opening.usual
    if level is None:
        raise InvalidError("The ladder branches here; choose the level.", field="target")
    if not edition.ladder.has_level(level):
        raise InvalidError(f"{edition.name} has no level {level}.", field="target")
    running = find_running(subject.id, edition.ladder.lineage, level)
    if running is not None:
        return running
    opened = Assessment(
        id=uuid.uuid4(),
        subject_id=subject.id,
        ladder_version_id=edition.id,
        lineage=edition.ladder.lineage,
        target_level=level,
        opened_at=at,
        opened_by_id=by.person_id,
    )
    db.session.add(opened)
    db.session.flush()
    _note(Tag.ASSESSMENT_OPENED, opened, by=by, at=at, target=level, ladder=edition.ladder.slug)
    return opened


def ask_for_rating(subject: Person, *, target: str = "", by: Author, at: datetime) -> Assessment:
    """Let an engineer ask their manager for a rating: an assessment runs, and it waits for the manager.

    NotAllowedNowError without a line manager, and where the manager's side is in already.
    """
    if find_manager(subject.id, local(at).date()) is None:
        raise NotAllowedNowError("Nobody is recorded as your line manager, so there is nobody to ask. HR records it.")
    found = open_assessment(subject, target=target, by=by, at=at)
    if found.manager_submitted_at is not None:
        raise NotAllowedNowError("Your manager’s side is in already. It opens as soon as yours is in too.")
    _note(Tag.RATING_ASKED, found, by=by, at=at, target=found.target_level)
    return found


# Writing -------------------------------------------------------------------------


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
    _lock(assessment)
    _check_is_out(assessment, side)
    author_id = _author_id(by)
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


def _lock(assessment: Assessment) -> None:
    """Read the assessment as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(assessment, with_for_update=True)


def _author_id(by: Author) -> uuid.UUID:
    if by.person_id is None:
        raise MissingError
    return by.person_id


def _submitted_at(assessment: Assessment, side: Side) -> datetime | None:
    return assessment.self_submitted_at if side is Side.SELF else assessment.manager_submitted_at


def _check_is_out(assessment: Assessment, side: Side) -> None:
    if _submitted_at(assessment, side) is not None:
        raise NotAllowedNowError("This side is in and sealed. Until the other one is in you may reopen it.")


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


# Handing in ------------------------------------------------------------------------


def submit_side(
    assessment: Assessment,
    side: Side,
    entries: Mapping[str, Entry],
    *,
    revision: int,
    window: str = "",
    may_open: bool = True,
    by: Author,
    at: datetime,
) -> Assessment:
    """Keep the last words and hand the side in: sealed until the other side is in too, then both are revealed.

    `may_open`: the author knows that this opens both sides for good. Without that a second side stays a draft.
    UnansweredError names what is missing; NotAllowedNowError when the side is in already; ConflictError as for a draft.
    """
    _lock(assessment)
    _check_is_out(assessment, side)
    # What is missing is said before anything is written: a refused page shows what was typed and claims nothing saved.
    stored = list_answers(assessment.id, side, _author_id(by))
    given = {one for one, row in stored.items() if row.answer} | {one for one, entry in entries.items() if entry.answer}
    missing = tuple(one for one in needed_ids(assessment, given) if one not in given)
    if missing:
        raise UnansweredError(missing)
    save_draft(assessment, side, entries, revision=revision, window=window, by=by, at=at)
    # Decided under the lock: the other side may have come in since the page was shown.
    if _submitted_at(assessment, _OTHER[side]) is not None and not may_open:
        return assessment
    if side is Side.SELF:
        assessment.self_submitted_at = at
    else:
        assessment.manager_submitted_at, assessment.manager_id = at, by.person_id
    _note(Tag.ASSESSMENT_SUBMITTED, assessment, by=by, at=at, side=side.value, answers=len(given))
    if assessment.is_revealed:
        assessment.submitted_on = local(at).date()
        _note(Tag.ASSESSMENT_REVEALED, assessment, by=by, at=at)
    db.session.flush()
    return assessment


def reopen_side(assessment: Assessment, side: Side, *, by: Author, at: datetime) -> Assessment:
    """Take one's own side back for changes, as long as the other one is not in. NotAllowedNowError afterwards."""
    _lock(assessment)
    if assessment.is_revealed:
        raise NotAllowedNowError("Both sides are in and open to both; ratings stay as they were given.")
    if _submitted_at(assessment, side) is None:
        raise NotAllowedNowError("This side is open already.")
    if side is Side.MANAGER and assessment.manager_id != by.person_id:
        raise NotAllowedNowError("Only whoever handed this side in can take it back.")
    if side is Side.SELF:
        assessment.self_submitted_at = None
    else:
        assessment.manager_submitted_at = assessment.manager_id = None
    _note(Tag.ASSESSMENT_REOPENED, assessment, by=by, at=at, side=side.value)
    db.session.flush()
    return assessment


def _note(tag: Tag, assessment: Assessment, *, by: Author, at: datetime, **details: object) -> None:
    log(tag, by=by, at=at, subject_id=assessment.subject_id, object_id=assessment.id, **details)


# Waivers ---------------------------------------------------------------------------


class Approver(StrEnum):
    """In which role somebody approves a waiver."""

    MANAGER = "manager"
    HR = "hr"


def approve_waiver(
    subject: Person, expectation_id: str, *, role: Approver, reason: str = "", by: Author, at: datetime
) -> Waiver:
    """Approve that an expectation does not apply to somebody. It holds once the line manager and HR both have.

    The first to approve gives the reason; the second approves that one. InvalidError without a reason, for oneself,
    and when one person approves in both roles.
    """
    if by.person_id == subject.id:
        raise InvalidError("Nobody approves a waiver for themselves.")
    waiver = find_waiver(subject.id, expectation_id)
    if waiver is None:
        if not reason:
            raise InvalidError("Say why the expectation does not apply.", field="reason")
        waiver = Waiver(
            id=uuid.uuid4(), subject_id=subject.id, expectation_id=expectation_id, reason=reason, asked_at=at
        )
        db.session.add(waiver)
    if by.person_id == (waiver.hr_id if role is Approver.MANAGER else waiver.manager_id):
        raise InvalidError("The line manager and HR approve a waiver; one person cannot be both.")
    if role is Approver.MANAGER:
        waiver.manager_id, waiver.manager_approved_at = by.person_id, at
    else:
        waiver.hr_id, waiver.hr_approved_at = by.person_id, at
    db.session.flush()
    log(
        Tag.WAIVER_APPROVED,
        by=by,
        at=at,
        subject_id=subject.id,
        object_id=waiver.id,
        expectation=expectation_id,
        role=role.value,
    )
    return waiver
