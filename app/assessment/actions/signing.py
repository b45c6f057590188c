"""Signing the result of an assessment, recording why not, and taking either back while the other has not signed."""

from __future__ import annotations

from datetime import datetime

from app.assessment.actions.rows import OTHER, author_id, lock, note
from app.assessment.models import Assessment, AssessmentSignature, Side
from app.assessment.queries import TO_SIGN, digest_of, list_signatures
from app.audit.actions import Author, Note, note_in
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.unit_of_work import record
from app.notices.actions import tell
from app.people.queries import find_manager

CHANGED = "Something of the result has changed since you opened this page. Read it again here, then sign."
NO_REASON = "Say in your own words why you do not sign."


def sign_result(assessment: Assessment, side: Side, *, seen: str, by: Author, at: datetime) -> AssessmentSignature:
    """Sign the result as it stands. `seen` is the digest of what the page showed: nothing else is ever signed.

    InvalidError when something has changed since; NotAllowedNowError before the reveal, and when this side has signed
    or refused already.
    """
    return _sign(assessment, side, seen=seen, refusal="", by=by, at=at)


def refuse_result(
    assessment: Assessment, side: Side, *, seen: str, reason: str, by: Author, at: datetime
) -> AssessmentSignature:
    """Record why one side does not sign, for all who may read the result. Otherwise as for a signature."""
    if not reason:
        raise InvalidError(NO_REASON, field="reason")
    return _sign(assessment, side, seen=seen, refusal=reason, by=by, at=at)


def _sign(
    assessment: Assessment, side: Side, *, seen: str, refusal: str, by: Author, at: datetime
) -> AssessmentSignature:
    lock(assessment)
    if not assessment.is_revealed:
        raise NotAllowedNowError("A result is signed once both sides are open.")
    there = list_signatures(assessment.id)
    if side in there:
        raise NotAllowedNowError("This side has signed already, or has recorded why not.")
    # What others wrote until now was waited for above, so what is compared here is what is signed.
    digest = digest_of(assessment)
    if seen != digest:
        raise InvalidError(CHANGED)
    row = AssessmentSignature(
        assessment_id=assessment.id,
        side=side,
        person_id=author_id(by),
        signed_at=at,
        refusal=refusal,
        result_hash=digest,
    )
    db.session.add(row)
    db.session.flush()
    tag = Tag.RESULT_NOT_SIGNED if refusal else Tag.RESULT_SIGNED
    note(tag, assessment, by=by, at=at, side=side.value)
    if OTHER[side] not in there:
        tell_who_signs(assessment, OTHER[side], by=by, at=at)
    return row


def take_signature_back(assessment: Assessment, side: Side, *, by: Author, at: datetime) -> None:
    """Take one's own signature or refusal back, so that notes can be changed. NotAllowedNowError once both are there.

    Only whoever signed can do so: a new line manager never takes the signature of the former one away.
    """
    lock(assessment)
    there = list_signatures(assessment.id)
    if side not in there:
        raise NotAllowedNowError("Nothing is signed here that could be taken back.")
    if len(there) == len(Side):
        raise NotAllowedNowError("Both of you have answered for the result. It is closed, and stays as it is.")
    if there[side].person_id != by.person_id:
        raise NotAllowedNowError("Only whoever signed can take that back.")
    db.session.delete(there[side])
    db.session.flush()
    note(Tag.SIGNATURE_TAKEN_BACK, assessment, by=by, at=at, side=side.value)


def tell_both_to_sign(assessment: Assessment, *, by: Author, at: datetime) -> None:
    """Tell both, but whoever acts, that both sides are open and the result waits for their signature."""
    for side in Side:
        tell_who_signs(assessment, side, by=by, at=at)


def tell_who_signs(assessment: Assessment, side: Side, *, by: Author, at: datetime) -> None:
    """Tell whoever signs for a side today that the result waits for it; nobody is told of their own act."""
    manager = find_manager(assessment.subject_id, local(at).date()) if side is Side.MANAGER else None
    person_id = assessment.subject_id if side is Side.SELF else manager.id if manager else None
    if person_id is not None and person_id != by.person_id:
        tell(TO_SIGN, person_id, assessment.id, by=by, at=at)


def record_export(assessment: Assessment, *, by: Author, at: datetime) -> None:
    """Keep that somebody took the result out as a file. A page that only reads may call it."""
    row = Note(Tag.RESULT_EXPORTED, at, by, assessment.subject_id, assessment.id)
    record(lambda session: note_in(session, row))
