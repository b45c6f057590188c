"""What engineer and manager agree on once both sides are revealed: joint notes, signatures, and who owes one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, case, func, not_, select, union_all
from sqlalchemy.orm import aliased

from app.assessment.models import WHOLE, Assessment, AssessmentNote, AssessmentSignature, Side
from app.assessment.queries.comparison import Names, Voices, names_of, voices_of
from app.infra.clock import local
from app.infra.db import db
from app.notices.sources import waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on, was_line_manager

TO_SIGN = "assessment.to_sign"
REFUSED = "-refused"
"""Stands behind a side in the code of what waits where the other side does not sign."""
ASKED_FOR = timedelta(days=90)
"""House rule: for so long after the reveal a signature is asked for. Later it can be given, and nobody is reminded."""


@dataclass(frozen=True, slots=True)
class Note:
    """A joint note as it is stored. `by` is the name of whoever changed it last."""

    expectation_id: str
    words: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Signature:
    """That one side has signed, or has recorded why not. `holds`: what stands there now is what was signed."""

    side: Side
    person_id: uuid.UUID
    name: str
    at: datetime
    refusal: str
    holds: bool


@dataclass(frozen=True)
class Result:
    """Notes and signatures of a revealed assessment, and the SHA-256 of what a signature would stand for now.

    `version` is that of all notes, as a form carries it. `answered` counts the sides that have signed or refused. Of
    those a former signer sees what came in their own period alone, see `as_former_signer`.
    """

    notes: Mapping[str, Note]
    signatures: Mapping[Side, Signature]
    digest: str
    answered: int
    version: int = 0
    is_former: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether notes may still be changed: nobody has signed or refused yet."""
        return not self.answered

    @property
    def is_closed(self) -> bool:
        """Say whether both have signed, or recorded why not."""
        return self.answered == len(Side)

    def note(self, expectation_id: str) -> Note | None:
        """Return the note on an expectation, None where nobody has written one or its words were taken out."""
        found = self.notes.get(expectation_id)
        return found if found is not None and found.words else None

    @property
    def whole(self) -> Note | None:
        """Return the note on the assessment as a whole."""
        return self.note(WHOLE)


def has_signed(person_id: uuid.UUID, assessment_id: uuid.UUID) -> bool:
    """Say whether somebody has signed an assessment, or recorded why not."""
    row = select_signed_by(person_id).where(AssessmentSignature.assessment_id == assessment_id)
    return db.session.scalar(row.limit(1)) is not None


def select_signed_by(person_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the select of the assessments that somebody has signed, or recorded why not."""
    return select(AssessmentSignature.assessment_id).where(AssessmentSignature.person_id == person_id)


def find_note(assessment_id: uuid.UUID, expectation_id: str) -> AssessmentNote | None:
    """Return the row of one joint note; None where nobody has written one."""
    row = select(AssessmentNote).where(
        AssessmentNote.assessment_id == assessment_id, AssessmentNote.expectation_id == expectation_id
    )
    return db.session.scalars(row).one_or_none()


def list_signatures(assessment_id: uuid.UUID) -> dict[Side, AssessmentSignature]:
    """Return the signatures under an assessment and the recorded refusals, by side."""
    rows = db.session.scalars(
        select(AssessmentSignature)
        .where(AssessmentSignature.assessment_id == assessment_id)
        .order_by(AssessmentSignature.side, AssessmentSignature.id)
    )
    return {row.side: row for row in rows}


def result_of(assessment: Assessment, voices: Voices | None = None, known: Names | None = None) -> Result:
    """Return notes and signatures of an assessment. `voices`, `known`: answers and names that were read already."""
    notes = list_notes(assessment.id)
    signatures = list_signatures(assessment.id)
    digest = _digest(assessment, voices_of(assessment.id) if voices is None else voices, notes)
    people = {row.changed_by_id for row in notes.values()} | {row.person_id for row in signatures.values()}
    names = names_of(people, known or {})
    return Result(
        notes={
            key: Note(key, row.words, names[row.changed_by_id], row.changed_at, row.version)
            for key, row in notes.items()
        },
        signatures={
            side: Signature(
                side, row.person_id, names[row.person_id], row.signed_at, row.refusal, row.result_hash == digest
            )
            for side, row in signatures.items()
        },
        digest=digest,
        answered=len(signatures),
        version=notes_version(notes),
    )


def as_former_signer(result: Result, person_id: uuid.UUID, subject_id: uuid.UUID) -> Result:
    """Return of a result what a line manager of another time keeps of it (note 4 of the access specification).

    That is what they signed, and the other answer where it was given while they were the line manager. Notes are
    fixed from the first signature on, so those that stand there are those of then.
    """
    kept = {
        side: one
        for side, one in result.signatures.items()
        if one.person_id == person_id or was_line_manager(person_id, subject_id, local(one.at).date())
    }
    return replace(result, signatures=kept, is_former=True)


def digest_of(assessment: Assessment) -> str:
    """Return the SHA-256 of what a signature would stand for now: answers, comments and notes."""
    return _digest(assessment, voices_of(assessment.id), list_notes(assessment.id))


def list_notes(assessment_id: uuid.UUID) -> dict[str, AssessmentNote]:
    """Return the rows of all joint notes of an assessment by expectation, also those whose words were taken out."""
    rows = db.session.scalars(
        select(AssessmentNote)
        .where(AssessmentNote.assessment_id == assessment_id)
        .order_by(AssessmentNote.expectation_id, AssessmentNote.id)
    )
    return {row.expectation_id: row for row in rows}


def notes_version(rows: Mapping[str, AssessmentNote]) -> int:
    """Return the version of all notes of an assessment taken together: it grows with each change of any of them."""
    return sum(row.version for row in rows.values())


def note_sign(words: str) -> str:
    """Return a short sign of the words of a note, by which a form tells what was changed in it."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _digest(assessment: Assessment, voices: Voices, notes: Mapping[str, AssessmentNote]) -> str:
    return result_hash(
        assessment,
        [
            (side.value, expectation_id, voice.answer.value if voice.answer else "", voice.comment)
            for expectation_id, sides in voices.items()
            for side, voice in sides.items()
        ],
        [(key, row.words) for key, row in notes.items() if row.words],
    )


def result_hash(assessment: Assessment, answers: list[tuple[str, str, str, str]], notes: list[tuple[str, str]]) -> str:
    """Return the SHA-256 of a result as canonical JSON: the same answers, comments and notes give the same sign.

    `answers` are (side, expectation, answer, comment), `notes` are (expectation, words), in any order.
    """
    content = {
        "assessment": assessment.id.hex,
        "against": [assessment.ladder_version_id.hex, assessment.target_level],
        "answers": sorted(map(list, answers)),
        "notes": sorted(map(list, notes)),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def select_to_sign(on: date) -> Select[Any]:
    """Return for everybody at once which revealed assessments wait for their signature, as the inbox reads it.

    The code is the side, with `REFUSED` behind it where the other one does not sign. Of each person only the latest
    revealed one is asked for, and for as long as `ASKED_FOR` after the reveal.
    """
    arms = union_all(_to_sign(Side.SELF, on), _to_sign(Side.MANAGER, on)).subquery()
    return select(
        *waiting_columns(
            TO_SIGN,
            person_id=arms.c.person_id,
            object_id=arms.c.object_id,
            since=arms.c.since,
            who=arms.c.who,
            words=arms.c.target,
            code=arms.c.side,
        )
    )


def _to_sign(side: Side, on: date) -> Select[Any]:
    newer = aliased(Assessment)
    self_at = func.coalesce(Assessment.self_submitted_at, Assessment.self_closed_at)
    manager_at = func.coalesce(Assessment.manager_submitted_at, Assessment.manager_closed_at)
    signed = select(AssessmentSignature.id).where(
        AssessmentSignature.assessment_id == Assessment.id, AssessmentSignature.side == side
    )
    refused = select(AssessmentSignature.id).where(
        AssessmentSignature.assessment_id == Assessment.id,
        AssessmentSignature.side != side,
        AssessmentSignature.refusal != "",
    )
    has_newer = select(newer.id).where(
        newer.subject_id == Assessment.subject_id, newer.is_revealed, newer.submitted_on > Assessment.submitted_on
    )
    who_signs = Assessment.subject_id if side is Side.SELF else ManagerLink.manager_id
    rows = (
        select(
            who_signs.label("person_id"),
            Assessment.id.label("object_id"),
            case((self_at > manager_at, self_at), else_=manager_at).label("since"),
            Person.name.label("who"),
            Assessment.target_level.label("target"),
            case((refused.exists(), f"{side.value}{REFUSED}"), else_=side.value).label("side"),
        )
        .select_from(Assessment)
        .join(Person, Person.id == Assessment.subject_id)
        .where(
            Assessment.is_revealed,
            Assessment.submitted_on > on - ASKED_FOR,
            has_not_left(on),
            not_(signed.exists()),
            not_(has_newer.exists()),
        )
    )
    if side is Side.MANAGER:
        leader = aliased(Person)
        rows = rows.join(
            ManagerLink, and_(ManagerLink.person_id == Assessment.subject_id, holds_on(ManagerLink, on))
        ).join(leader, and_(leader.id == ManagerLink.manager_id, has_not_left(on, leader)))
    return rows
