"""What the line manager sets aside, for one expectation and with a reason that the engineer sees and may answer."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.evidence.actions.content import company_day
from app.evidence.models import Claim, Evidence, SettingAside
from app.evidence.queries import find_live_setting_aside, get_claim, lock_evidence
from app.infra.db import db
from app.infra.unit_of_work import touch
from app.notices.actions import tell
from app.people.queries import find_manager

SET_ASIDE, ASIDE_ANSWERED = "evidence.set_aside", "evidence.aside_answered"


def set_aside(
    piece: Evidence, *, expectation_id: str, reason: str, version: int, by: Author, at: datetime
) -> SettingAside:
    """Let a shared piece no longer count for one expectation. IncompleteError without a reason.

    `version` is that of the piece as the manager read it: InvalidError when it has changed since.
    """
    claim = get_claim(piece := lock_evidence(piece), expectation_id)
    if not piece.is_shared:
        raise NotAllowedNowError(f"{piece.ref} is not shared now.")
    if find_live_setting_aside(claim) is not None:
        raise NotAllowedNowError(f"{piece.ref} is set aside for this expectation already.")
    if piece.version != version:
        raise InvalidError("The piece has changed since you read it. Read it again, then decide.")
    if not reason.strip():
        raise IncompleteError("Say why; the engineer reads it and may answer.", field="reason")
    if by.person_id is None or by.person_id == piece.subject_id:
        raise NotAllowedNowError("Only the line manager sets a piece aside.")
    row = SettingAside(id=uuid.uuid4(), by_id=by.person_id, reason=reason.strip(), set_at=at)
    claim.settings_aside.append(row)
    db.session.flush()
    touch(piece.subject_id)
    _note(Tag.EVIDENCE_SET_ASIDE, piece, claim, by=by, at=at)
    tell(SET_ASIDE, piece.subject_id, piece.id, by=by, at=at)
    return row


def take_back(piece: Evidence, *, expectation_id: str, by: Author, at: datetime) -> None:
    """Let the piece count for the expectation again. What was said stays in the history."""
    claim, row = _live(piece := lock_evidence(piece), expectation_id)
    row.superseded_at = at
    touch(piece.subject_id)
    _note(Tag.EVIDENCE_TAKEN_BACK, piece, claim, by=by, at=at)


def answer_setting_aside(
    piece: Evidence, *, expectation_id: str, answer: str, version: int | None = None, by: Author, at: datetime
) -> None:
    """Let the engineer answer a setting aside; a later answer replaces the earlier one.

    `version` is the `answer_version` that the form showed: ConflictError carries the stored text when it is another by
    now. None where no earlier answer was shown.
    """
    claim, row = _live(piece := lock_evidence(piece), expectation_id)
    if not answer.strip():
        raise IncompleteError("Write your answer first.", field="answer")
    if version is not None and version != row.answer_version:
        raise ConflictError(
            "You have answered in the meantime, perhaps in another window.",
            stored={"answer": row.answer},
            version=row.answer_version,
            labels={"answer": "Your answer"},
        )
    row.answer, row.answered_at = answer.strip(), at
    _note(Tag.EVIDENCE_OBJECTED, piece, claim, by=by, at=at)
    if manager := find_manager(piece.subject_id, company_day(at)):
        tell(ASIDE_ANSWERED, manager.id, piece.id, by=by, at=at)


def _live(piece: Evidence, expectation_id: str) -> tuple[Claim, SettingAside]:
    claim = get_claim(piece, expectation_id)
    row = find_live_setting_aside(claim)
    if row is None:
        raise NotAllowedNowError(f"{piece.ref} is not set aside for this expectation any more.")
    return claim, row


def _note(tag: Tag, piece: Evidence, claim: Claim, *, by: Author, at: datetime) -> None:
    log(tag, by=by, at=at, subject_id=piece.subject_id, object_id=piece.id, expectation=claim.expectation_id)
