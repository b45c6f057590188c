"""Asking colleagues about a case by rule, and what they answer. Source: domain specification, 3.2, 3.4 and 3.6."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm.attributes import flag_modified

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.collaborators import MOST_EXPECTATIONS, Collaborator, Tie, draw, share_out
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.notices.actions import tell
from app.people.models import Person
from app.promotion.actions.steps import author_id, lock_case, note
from app.promotion.models import (
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    PeerFeedback,
    PromotionCase,
)
from app.promotion.queries.cases import deadline_of, get_case, get_cycle
from app.promotion.queries.collaborators import asked_about, excluded_from, live_ties, pieces_of, pool_of
from app.promotion.queries.feedback import count_feedback, day_of, feedback_to, is_collected, is_over

ASKED = "promotion.feedback"
"""The kind of what waits for a colleague."""
NAMED = "named"
"""The rule of a colleague whom HR asked further."""
APART = timedelta(days=1)
Answer = tuple[FeedbackLeaning | None, str]


def ask_by_rule(case: PromotionCase, *, by: Author, at: datetime) -> list[PeerFeedback]:
    """Ask as many colleagues about a locked case as its cycle says, drawn by the rule of `domain.collaborators`.

    Whoever was asked before is not drawn again, and whoever is asked or has answered counts, so that a second call
    fills the places of those who declined. Fewer are asked where the candidate worked with too few. An incomplete case
    is not rated: nobody is asked about it, and that is recorded as a waiver.
    """
    if case.is_incomplete:
        _waive(case, "The packet is incomplete: the case is not rated, so nobody was asked.", by=by, at=at)
        return []
    on, ties = day_of(at), live_ties(case.id)
    drawn = draw(
        pool_of(case, on),
        wanted=get_cycle(case.cycle_id).feedback_asked - len(ties),
        excluded={*excluded_from(case.id, on), *_ever_asked(case)},
        has_unchosen=any(tie in {Tie.TEAM, NAMED} for tie in ties),
        cycle_id=case.cycle_id,
        case_id=case.id,
    )
    shares = share_out(drawn, expectations=[one.id for one in asked_about(case)], pieces=pieces_of(case))
    asked = [
        _put(case, one.person_id, one.tie.value, shares[one.person_id], by=by, at=at)
        for one in drawn
        if shares[one.person_id]
    ]
    _tell_asked(case, asked, by=by, at=at)
    return asked


def draw_another(case: PromotionCase, *, by: Author, at: datetime) -> list[PeerFeedback]:
    """Ask further colleagues by rule where places are free. NotAllowedNowError where the rule finds nobody more."""
    _check_collected(case)
    if not (asked := ask_by_rule(case, by=by, at=at)):
        raise NotAllowedNowError(
            "The rule finds nobody more: enough colleagues are asked, or the candidate worked with nobody else here."
        )
    return asked


def ask(
    case: PromotionCase, colleague: Person, expectations: Collection[str] = (), *, by: Author, at: datetime
) -> PeerFeedback:
    """Ask somebody further as HR, on at most three expectations; without any, those with the least evidence.

    InvalidError for whoever must not be asked: the candidate, the managers, direct reports, the committee, nominators,
    and who was asked already or does not work here.
    """
    _check_collected(case)
    on = day_of(at)
    if reason := excluded_from(case.id, on).get(colleague.id):
        raise InvalidError(f"{colleague.name} {reason} and cannot be asked.", field="colleague")
    if colleague.employee_id is None or (colleague.left_on is not None and colleague.left_on <= on):
        raise InvalidError(f"{colleague.name} does not work here any more.", field="colleague")
    possible = [one.id for one in asked_about(case)]
    chosen = [one for one in possible if one in set(expectations)]
    if len(chosen) > MOST_EXPECTATIONS:
        raise InvalidError(f"Choose at most {MOST_EXPECTATIONS} expectations.", field="expectations")
    if not chosen:
        lone = Collaborator(colleague.id, Tie.TEAM)
        chosen = list(share_out([lone], expectations=possible, pieces=pieces_of(case))[colleague.id])
    row = _put(case, colleague.id, NAMED, chosen, by=by, at=at)
    _tell_asked(case, [row], by=by, at=at)
    return row


def _put(
    case: PromotionCase, person_id: uuid.UUID, rule: str, expectations: Sequence[str], *, by: Author, at: datetime
) -> PeerFeedback:
    row = db.session.query(PeerFeedback).filter_by(case_id=case.id, author_id=person_id).one_or_none()
    if row is None:
        row = PeerFeedback(id=uuid.uuid4(), case_id=case.id, subject_id=case.subject_id, author_id=person_id)
        db.session.add(row)
    row.state, row.rule, row.expectations = FeedbackState.ASKED, rule, " ".join(expectations)
    row.asked_at, row.asked_by_id, row.reminded_at = at, by.person_id, None
    row.answered_at = row.declined_reason = None
    db.session.flush()
    return row


def _tell_asked(case: PromotionCase, asked: Sequence[PeerFeedback], *, by: Author, at: datetime) -> None:
    if not asked:
        return
    note(Tag.FEEDBACK_ASKED, case, by=by, at=at, people=[str(row.author_id) for row in asked])
    for row in asked:
        tell(ASKED, row.author_id, row.id, by=by, at=at)


def _ever_asked(case: PromotionCase) -> list[uuid.UUID]:
    asked = db.session.query(PeerFeedback.author_id).filter_by(case_id=case.id)
    return [person_id for (person_id,) in asked]


def _check_collected(case: PromotionCase) -> None:
    lock_case(case)
    if not is_collected(case, get_cycle(case.cycle_id)):
        raise NotAllowedNowError("Feedback on this case is not being collected now.")


def take_back(case: PromotionCase, person_id: uuid.UUID | None, *, by: Author, at: datetime) -> None:
    """Take back a request that was not answered. The colleague finds it no longer; what they began is kept for them."""
    row = _lock_open(case, person_id)
    row.state = FeedbackState.TAKEN_BACK
    db.session.flush()
    note(Tag.FEEDBACK_TAKEN_BACK, case, by=by, at=at, person=str(person_id))


def remind(case: PromotionCase, person_id: uuid.UUID | None, *, by: Author, at: datetime) -> None:
    """Remind a colleague. NotAllowedNowError within a day of asking or reminding."""
    row = _lock_open(case, person_id)
    if not may_be_reminded(row.reminded_at or row.asked_at, at):
        raise NotAllowedNowError("This colleague was asked or reminded within the last day. Give them a little time.")
    row.reminded_at = at
    db.session.flush()
    note(Tag.PROMOTION_REMINDED, case, by=by, at=at, person=str(person_id), owed="feedback")
    tell(ASKED, row.author_id, row.id, by=by, at=at)


def may_be_reminded(last: datetime, at: datetime) -> bool:
    """Say whether a colleague may be reminded who was last asked or reminded at a moment."""
    return at - last >= APART


def _lock_open(case: PromotionCase, person_id: uuid.UUID | None) -> PeerFeedback:
    _check_collected(case)
    row = feedback_to(case, person_id)
    if row.state is not FeedbackState.ASKED:
        raise NotAllowedNowError("There is no request to this colleague that waits for an answer.")
    return row


def waive_feedback(case: PromotionCase, *, reason: str, by: Author, at: datetime) -> None:
    """Let a case go on with fewer answers than its cycle asks for, with a reason."""
    _check_collected(case)
    if not reason.strip():
        raise IncompleteError("Say why this case can go on with less feedback.", field="reason")
    if count_feedback(case.id).given >= get_cycle(case.cycle_id).feedback_needed:
        raise NotAllowedNowError("This case has the feedback that it needs; there is nothing to waive.")
    _waive(case, reason.strip(), by=by, at=at)


def _waive(case: PromotionCase, reason: str, *, by: Author, at: datetime) -> None:
    case.feedback_waived_reason, case.feedback_waived_by_id = reason, author_id(by)
    db.session.flush()
    note(Tag.FEEDBACK_WAIVED, case, by=by, at=at)


def save_answers(
    feedback: PeerFeedback, answers: Mapping[str, Answer], *, version: int, by: Author, at: datetime
) -> None:
    """Keep what a colleague has written so far; nobody but them reads it. Expectations not asked about are passed over.

    ConflictError where it was changed in another window since `version`.
    """
    _lock_own(feedback, version=version, answers=answers, by=by, at=at)
    _write(feedback, answers)


def give(feedback: PeerFeedback, answers: Mapping[str, Answer], *, version: int, by: Author, at: datetime) -> None:
    """Give feedback, once and for all: from then on it is read-only to its author too.

    IncompleteError names an expectation without an answer, or “I saw it” and “I saw limits” without words.
    """
    _lock_own(feedback, version=version, answers=answers, by=by, at=at)
    for one in feedback.expectations.split():
        leaning, words = answers.get(one, (None, ""))
        if leaning is None:
            raise IncompleteError("Say for each expectation whether you saw it.", field="answers")
        if leaning is not FeedbackLeaning.NOT_SEEN and not words.strip():
            raise IncompleteError("Say in words what you saw, and when.", field="answers")
    _write(feedback, answers)
    feedback.state, feedback.answered_at = FeedbackState.GIVEN, at
    db.session.flush()
    note(Tag.FEEDBACK_GIVEN, get_case(feedback.case_id), by=by, at=at)


def decline_feedback(feedback: PeerFeedback, *, reason: str, by: Author, at: datetime) -> None:
    """Decline a request with a reason, which HR reads; the committee reads it with the answers of the others."""
    _lock_own(feedback, version=None, answers={}, by=by, at=at)
    if not reason.strip():
        raise IncompleteError("Say in a line why you cannot answer.", field="reason")
    feedback.state, feedback.answered_at = FeedbackState.DECLINED, at
    feedback.declined_reason = reason.strip()
    db.session.flush()
    note(Tag.FEEDBACK_DECLINED, get_case(feedback.case_id), by=by, at=at)


def _lock_own(
    feedback: PeerFeedback, *, version: int | None, answers: Mapping[str, Answer], by: Author, at: datetime
) -> None:
    case = get_case(feedback.case_id)
    lock_case(case)
    db.session.refresh(feedback, with_for_update=True)
    if feedback.author_id != by.person_id or feedback.state is not FeedbackState.ASKED:
        raise NotAllowedNowError("This request no longer waits for an answer, so nothing was changed.")
    if not is_collected(case, get_cycle(case.cycle_id)):
        raise NotAllowedNowError("Feedback on this case is no longer being collected, so nothing was changed.")
    if is_over(deadline_of(case.cycle_id, "feedback_due", case.id), day_of(at)):
        raise NotAllowedNowError("The last day for this feedback is over. HR can extend it for this case.")
    if version is not None and version != feedback.version:
        raise _conflict(feedback, answers)


def _write(feedback: PeerFeedback, answers: Mapping[str, Answer]) -> None:
    stored = {one.expectation_id: one for one in _stored(feedback)}
    for one in feedback.expectations.split():
        leaning, words = answers.get(one, (None, ""))
        row = stored.get(one)
        if row is None:
            row = FeedbackAnswer(feedback_id=feedback.id, expectation_id=one)
            db.session.add(row)
        row.leaning, row.words = leaning, words.strip()
    # The version moves with the answers, which are rows of their own.
    flag_modified(feedback, "expectations")
    db.session.flush()


def _stored(feedback: PeerFeedback) -> list[FeedbackAnswer]:
    return db.session.query(FeedbackAnswer).filter_by(feedback_id=feedback.id).all()


def _conflict(feedback: PeerFeedback, answers: Mapping[str, Answer]) -> ConflictError:
    words = {one.expectation_id: one.words for one in _stored(feedback)}
    return ConflictError(
        "You have changed this feedback in the meantime, perhaps in another window.",
        stored={words_name(one): words.get(one, "") for one in answers},
        version=feedback.version,
        labels={words_name(one): "In your words" for one in answers},
    )


def leaning_name(expectation_id: str) -> str:
    """Return the name of the form field that says whether a colleague saw an expectation."""
    return f"leaning_on_{expectation_id}"


def words_name(expectation_id: str) -> str:
    """Return the name of the form field that holds a colleague's words on an expectation."""
    return f"words_on_{expectation_id}"
