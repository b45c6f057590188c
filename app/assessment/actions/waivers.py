"""Waivers: asking that an expectation does not apply to somebody, answering that, and ending what holds.

The line manager and HR decide together: whoever asks has approved, the other one approves or refuses with a word.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from app.assessment.models import Waiver
from app.assessment.queries import TO_APPROVE, find_asked_to_approve, find_opening, find_waiver, lock_waiver
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import local
from app.infra.db import db
from app.infra.unit_of_work import touch
from app.notices.actions import tell
from app.people.models import Person
from app.people.queries import get_person

ONE_PERSON = "The line manager and HR approve a waiver; one person cannot be both."


class Approver(StrEnum):
    """In which role somebody approves a waiver."""

    MANAGER = "manager"
    HR = "hr"


def ask_waiver(
    subject: Person, expectation_id: str, *, role: Approver, reason: str, by: Author, at: datetime
) -> Waiver:
    """Ask that an expectation does not apply to somebody, and approve it in one's own role.

    It waits for the other role from then on. InvalidError as for `approve_waiver`, and for an expectation that the
    ladder of the person has not; NotAllowedNowError where one waits or holds already.
    """
    opening = find_opening(subject.id, local(at).date())
    if opening is None or not opening.edition.ladder.has_expectation(expectation_id):
        raise InvalidError(f"The ladder of {subject.name} has no such expectation.", field="expectation")
    _hold(subject.id)
    if find_waiver(subject.id, expectation_id) is not None:
        raise NotAllowedNowError("A waiver of this expectation waits or holds already.")
    waiver = approve_waiver(subject, expectation_id, role=role, reason=reason, by=by, at=at)
    for person_id in find_asked_to_approve(waiver.id, local(at).date()):
        tell(TO_APPROVE, person_id, waiver.id, by=by, at=at)
    return waiver


def approve_waiver(
    subject: Person, expectation_id: str, *, role: Approver, reason: str = "", by: Author, at: datetime
) -> Waiver:
    """Approve that an expectation does not apply to somebody. It holds once the line manager and HR both have.

    The first to approve gives the reason; the second approves that one. InvalidError without a reason, for oneself,
    and when one person approves in both roles.
    """
    _check_is_not_own(subject.id, by)
    _hold(subject.id)
    waiver = find_waiver(subject.id, expectation_id)
    if waiver is None:
        if not reason:
            raise InvalidError("Say why the expectation does not apply.", field="reason")
        waiver = Waiver(
            id=uuid.uuid4(), subject_id=subject.id, expectation_id=expectation_id, reason=reason, asked_at=at
        )
        db.session.add(waiver)
    if by.person_id == (waiver.hr_id if role is Approver.MANAGER else waiver.manager_id):
        raise InvalidError(ONE_PERSON)
    if role is Approver.MANAGER:
        waiver.manager_id, waiver.manager_approved_at = by.person_id, at
    else:
        waiver.hr_id, waiver.hr_approved_at = by.person_id, at
    db.session.flush()
    # Even where the other approval is not seen: it may have been given at this very moment.
    touch(subject.id)
    _note(Tag.WAIVER_APPROVED, waiver, role, by=by, at=at)
    return waiver


def answer_waiver(
    waiver: Waiver, *, role: Approver, is_approved: bool, words: str = "", by: Author, at: datetime
) -> Waiver:
    """Approve or refuse a waiver that waits for one's role. A refusal says why, and ends it.

    NotAllowedNowError when it does not wait for that role any more; InvalidError for oneself, for whoever has asked for
    it in the other role, and for a refusal without a word.
    """
    waiver = lock_waiver(waiver)
    _check_is_not_own(waiver.subject_id, by)
    waits = waiver.waits_for_manager if role is Approver.MANAGER else waiver.waits_for_hr
    if not waits:
        raise NotAllowedNowError("This waiver does not wait for an answer any more.")
    if by.person_id in {waiver.manager_id, waiver.hr_id}:
        raise InvalidError(ONE_PERSON)
    if is_approved:
        subject = get_person(waiver.subject_id)
        return approve_waiver(subject, waiver.expectation_id, role=role, by=by, at=at)
    if not words:
        raise InvalidError("Say why not; whoever asked reads it, and the engineer too.", field="words")
    _close(waiver, words=words, by=by, at=at)
    db.session.flush()
    touch(waiver.subject_id)
    _note(Tag.WAIVER_REFUSED, waiver, role, by=by, at=at)
    return waiver


def end_waiver(waiver: Waiver, *, role: Approver, by: Author, at: datetime) -> Waiver:
    """End a waiver: the expectation applies again. One that still waits is so taken back.

    NotAllowedNowError when it has ended already, and where it waits for the answer of this very role; InvalidError for
    oneself.
    """
    waiver = lock_waiver(waiver)
    _check_is_not_own(waiver.subject_id, by)
    if waiver.superseded_at is not None:
        raise NotAllowedNowError("This waiver has ended already.")
    if waiver.waits_for_manager if role is Approver.MANAGER else waiver.waits_for_hr:
        raise NotAllowedNowError("This waiver waits for your answer: approve or refuse it.")
    _close(waiver, by=by, at=at)
    db.session.flush()
    touch(waiver.subject_id)
    _note(Tag.WAIVER_ENDED, waiver, role, by=by, at=at)
    return waiver


def _close(waiver: Waiver, *, words: str = "", by: Author, at: datetime) -> None:
    waiver.superseded_at, waiver.ended_by_id, waiver.ended_words = at, by.person_id, words


def _hold(subject_id: uuid.UUID) -> None:
    """Let two who ask at the same moment come one after the other."""
    db.session.execute(select(Person.id).where(Person.id == subject_id).with_for_update(key_share=True)).one()


def _check_is_not_own(subject_id: uuid.UUID, by: Author) -> None:
    if by.person_id == subject_id:
        raise InvalidError("Nobody approves a waiver for themselves.")


def _note(tag: Tag, waiver: Waiver, role: Approver, *, by: Author, at: datetime) -> None:
    log(
        tag,
        by=by,
        at=at,
        subject_id=waiver.subject_id,
        object_id=waiver.id,
        expectation=waiver.expectation_id,
        role=role.value,
    )
