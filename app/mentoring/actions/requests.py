"""Requests outside rounds: a mentee asks one mentor, and the mentor may ask back before they answer.

The asking is the mentee's own consent. Whoever's turn it is has two weeks, counted anew from each turn.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import InvalidError, MissingError, NotAllowedNowError
from app.domain.mentorship import MAX_GOALS, MentorshipState, PairSide, answer_day
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.mentoring.actions.consents import check_answerable, side_of, write
from app.mentoring.actions.expiry import expire_one
from app.mentoring.actions.steps import author_id, lock_mentorship, lock_profiles, note
from app.mentoring.models import Mentorship, MentorshipGoal, MessageKind
from app.mentoring.queries.finding import NOT_POSSIBLE, is_cross_ladder, is_possible, live_wishes
from app.mentoring.queries.requests import (
    AGAIN_AFTER,
    MOST_A_DAY,
    MOST_OPEN,
    MOST_QUESTIONS,
    QUESTION,
    REQUEST,
    count_asked_since,
    count_open_requests,
    count_questions,
    has_mentor,
    last_withdrawn_at,
    list_lapsed_between,
)
from app.notices.actions import tell
from app.policies.queries import value_of

NOT_SOUGHT = "You do not look for a mentor at the moment. Say in your mentoring profile that you do, then ask."
TOO_MANY = f"You have {MOST_OPEN} requests open, which is the most at once. Withdraw one, or wait for an answer."
TOO_FAST = f"You have sent {MOST_A_DAY} requests within a day, which is the most. Ask again tomorrow."
ASKED_ENOUGH = f"You have asked back {MOST_QUESTIONS} times, which is the most. Say yes or no now: both are fine."
NOT_LIVE = "Choose among the goals of your profile that you have not met yet."
HAS_MENTOR = "You have a mentor already, and one at a time is the rule."


def ask_mentor(mentor_id: uuid.UUID, *, goals: Sequence[str], words: str, by: Author, at: datetime) -> Mentorship:
    """Ask somebody to be one's mentor, for one to three goals; `goals` are `lineage:expectation`.

    They are among one's wishes and still keep one from the next level: what was met meanwhile needs no mentor.

    What stands in the way of the mentee is said in full. Everything that stands in the way of the mentor has one
    answer: full, away, not offering, or an exclusion of either of the two cannot be told apart.
    """
    mentee_id = author_id(by)
    profiles = lock_profiles((mentee_id, mentor_id))
    mentee, on = profiles.get(mentee_id), local(at).date()
    if has_mentor(mentee_id):
        raise InvalidError(HAS_MENTOR)
    if mentee is None or mentee.seeks_since is None:
        raise InvalidError(NOT_SOUGHT)
    if count_open_requests(mentee_id, on) >= MOST_OPEN:
        raise InvalidError(TOO_MANY)
    chosen = list(dict.fromkeys(goals))
    if not 1 <= len(chosen) <= MAX_GOALS:
        raise InvalidError(f"Choose one to {MAX_GOALS} goals.", field="goals")
    if not set(chosen) <= set(live_wishes(mentee_id)):
        raise InvalidError(NOT_LIVE, field="goals")
    _check_pace(mentee_id, mentor_id, at)
    for lapsed in list_lapsed_between(mentee_id, mentor_id, on):
        expire_one(lapsed, by=by, at=at)
    asked = Mentorship(
        id=uuid.uuid4(),
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        state=MentorshipState.PROPOSED,
        proposed_at=at,
        proposed_by_id=mentee_id,
        answer_by=answer_day(on),
        waits_for=PairSide.MENTOR,
        mentee_consented_at=at,
        months=int(value_of("mentoring_months")),
        session_weeks=int(value_of("mentoring_session_weeks")),
    )
    if mentor_id not in profiles or mentor_id == mentee_id or not is_possible(asked, chosen, on=on):
        raise InvalidError(NOT_POSSIBLE)
    asked.is_cross_ladder = is_cross_ladder(asked, on=on)
    db.session.add(asked)
    db.session.flush()
    for place, goal in enumerate(chosen):
        lineage, _, expectation_id = goal.partition(":")
        db.session.add(
            MentorshipGoal(mentorship_id=asked.id, lineage=lineage, expectation_id=expectation_id, position=place)
        )
    write(asked, MessageKind.REQUEST, words, by=by, at=at)
    note(Tag.PAIR_PROPOSED, asked, by=by, at=at)
    tell(REQUEST, mentor_id, asked.id, by=by, at=at)
    return asked


def _check_pace(mentee_id: uuid.UUID, mentor_id: uuid.UUID, at: datetime) -> None:
    """Refuse what would press people: many requests in a day, or the same one again. The profiles are locked."""
    if count_asked_since(mentee_id, at - timedelta(days=1)) >= MOST_A_DAY:
        raise InvalidError(TOO_FAST)
    withdrawn_at = last_withdrawn_at(mentee_id, mentor_id)
    if withdrawn_at is not None and at < withdrawn_at + AGAIN_AFTER:
        again = long_date(local(withdrawn_at + AGAIN_AFTER).date())
        raise InvalidError(
            f"You took a request to them back less than {AGAIN_AFTER.days} days ago. You can ask them again on {again}."
        )


def ask_back(mentorship: Mentorship, *, words: str, by: Author, at: datetime) -> None:
    """Ask the mentee something before deciding; it is their turn then, for two weeks from today."""
    _turn(mentorship, PairSide.MENTOR, MessageKind.QUESTION, words, by=by, at=at)


def answer_back(mentorship: Mentorship, *, words: str, by: Author, at: datetime) -> None:
    """Answer the mentor's question; it is their turn again, for two weeks from today."""
    _turn(mentorship, PairSide.MENTEE, MessageKind.ANSWER, words, by=by, at=at)


def _turn(mentorship: Mentorship, side: PairSide, kind: MessageKind, words: str, *, by: Author, at: datetime) -> None:
    if side_of(mentorship, by) is not side:
        raise MissingError
    lock_mentorship(mentorship)
    check_answerable(mentorship, at)
    if mentorship.waits_for is not side:
        raise NotAllowedNowError("It is not your turn: the other one is asked, and you will hear when they answer.")
    if side is PairSide.MENTOR and count_questions(mentorship.id) >= MOST_QUESTIONS:
        raise NotAllowedNowError(ASKED_ENOUGH)
    mentorship.waits_for = side.other
    mentorship.answer_by = answer_day(local(at).date())
    write(mentorship, kind, words, by=by, at=at)
    kind_of_wait = QUESTION if side is PairSide.MENTOR else REQUEST
    tell(kind_of_wait, mentorship.other_than(author_id(by)), mentorship.id, by=by, at=at)
