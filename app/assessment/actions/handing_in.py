"""Handing one side in, and taking it back while the other one is out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.assessment.actions.rows import (
    OTHER,
    author_id,
    check_is_out,
    check_is_running,
    lock,
    note,
    submitted_at,
    tell_others,
)
from app.assessment.actions.signing import tell_both_to_sign
from app.assessment.actions.writing import Entry, save_draft
from app.assessment.models import Assessment, Side
from app.assessment.queries import list_answers, needed_ids
from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import IncompleteError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import counted
from app.infra.unit_of_work import touch


class UnansweredError(IncompleteError):
    """A side was handed in before every expectation that is asked has an answer; `expectation_ids` names them."""

    def __init__(self, expectation_ids: tuple[str, ...]) -> None:
        """Keep which answers are missing, in ladder order."""
        number = len(expectation_ids)
        super().__init__(f"{counted(number, 'answer is', 'answers are')} missing.")
        self.expectation_ids = expectation_ids


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

    `may_open`: the author knows that this opens both sides for good. Without that a second side stays a draft. What a
    former line manager handed in is replaced by the side of the one of today, and stays stored as its author's draft.
    UnansweredError names what is missing; NotAllowedNowError when the side is in already; ConflictError as for a draft.
    """
    lock(assessment)
    check_is_out(assessment, side, author_id(by))
    # What is missing is said before anything is written: a refused page shows what was typed and claims nothing saved.
    stored = list_answers(assessment.id, side, author_id(by))
    given = {one for one, row in stored.items() if row.answer} | {one for one, entry in entries.items() if entry.answer}
    missing = tuple(one for one in needed_ids(assessment, given) if one not in given)
    if missing:
        raise UnansweredError(missing)
    save_draft(assessment, side, entries, revision=revision, window=window, by=by, at=at)
    # Decided under the lock: the other side may have come in since the page was shown.
    if submitted_at(assessment, OTHER[side]) is not None and not may_open:
        return assessment
    replaced: dict[str, object] = {}
    if side is Side.SELF:
        assessment.self_submitted_at = at
    else:
        if assessment.manager_id is not None:
            replaced["replaces"] = assessment.manager_id
        assessment.manager_submitted_at, assessment.manager_id = at, by.person_id
    note(Tag.ASSESSMENT_SUBMITTED, assessment, by=by, at=at, side=side.value, answers=len(given), **replaced)
    if assessment.is_revealed:
        assessment.submitted_on = local(at).date()
        touch(assessment.subject_id)
        note(Tag.ASSESSMENT_REVEALED, assessment, by=by, at=at)
        tell_both_to_sign(assessment, by=by, at=at)
    db.session.flush()
    # Now it waits for the other side alone; where nobody owes one any more, nobody is told.
    tell_others(assessment, by=by, at=at)
    return assessment


def reopen_side(assessment: Assessment, side: Side, *, by: Author, at: datetime) -> Assessment:
    """Take one's own side back for changes, as long as the other one is not in. NotAllowedNowError afterwards."""
    lock(assessment)
    check_is_running(assessment)
    if submitted_at(assessment, side) is None:
        raise NotAllowedNowError("This side is open already.")
    if side is Side.MANAGER and assessment.manager_id != by.person_id:
        raise NotAllowedNowError("Only whoever handed this side in can take it back.")
    if side is Side.SELF:
        assessment.self_submitted_at = None
    else:
        assessment.manager_submitted_at = assessment.manager_id = None
    # Whoever takes a side back was not among those who were reminded while it was in.
    assessment.reminded_at = None
    note(Tag.ASSESSMENT_REOPENED, assessment, by=by, at=at, side=side.value)
    db.session.flush()
    return assessment
