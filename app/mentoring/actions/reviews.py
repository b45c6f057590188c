"""Looking back: at the mid-point and at the end, each for oneself; what became of the goals; and the completion.

What somebody answers is a draft of their own until they give it, and stays as it is then: the other one reads it once
both have given theirs, so that neither answers to the answers. Source of the rules: domain specification, 6.2.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import update

from app.audit.actions import Author
from app.audit.tags import Tag
from app.domain.errors import ConflictError, IncompleteError, NotAllowedNowError
from app.domain.mentorship import MentorshipEvent, MentorshipState, closing_is_done, review_is_done
from app.infra.clock import local
from app.infra.db import db
from app.mentoring.actions.steps import MOVED_ON, advance, author_id, lock_mentorship, note
from app.mentoring.models import GoalOutcome, Mentorship, MentorshipGoal, MentorshipReview, ReviewKind
from app.mentoring.queries.course import (
    CHANGED,
    CLOSING,
    MID_POINT,
    answers_in,
    count_given,
    count_open_goals,
    find_review,
)
from app.mentoring.wording import OUTCOME, QUESTIONS
from app.notices.actions import tell

STATES = {
    ReviewKind.MID_POINT: (MentorshipState.ACTIVE, MentorshipState.MID_POINT_DONE),
    ReviewKind.CLOSING: (MentorshipState.CLOSING,),
}
"""In which states the two may look back."""
_WAITS = {ReviewKind.MID_POINT: MID_POINT, ReviewKind.CLOSING: CLOSING}
GIVEN = "Your answers are in already; they stay as they are."
EMPTY = "Answer at least one of the questions. The others may stay empty."


def answer_field(number: int) -> str:
    """Return the name of the form field of a question, counted from 1."""
    return f"answer_{number}"


def keep_review(
    mentorship: Mentorship, kind: ReviewKind, answers: Sequence[str], *, revision: int, by: Author, at: datetime
) -> None:
    """Keep the answers of one of the two as a draft that only they read.

    ConflictError where another window of theirs has kept something else since `revision`.
    """
    lock_mentorship(mentorship)
    _write(mentorship, kind, answers, revision=revision, by=by, at=at)


def give_review(
    mentorship: Mentorship, kind: ReviewKind, answers: Sequence[str], *, revision: int, by: Author, at: datetime
) -> None:
    """Give the answers of one of the two, for good. What follows from it follows at once: mid-point done, completed.

    IncompleteError where all of them are empty.
    """
    lock_mentorship(mentorship)
    row = _write(mentorship, kind, answers, revision=revision, by=by, at=at)
    if not any(answers):
        raise IncompleteError(EMPTY, field=answer_field(1))
    row.given_at = at
    db.session.flush()
    note(Tag.LOOKED_BACK, mentorship, by=by, at=at, kind=kind.value)
    settle_reviews(mentorship, by=by, at=at)
    if count_given(mentorship.id, kind) == 1:
        tell(_WAITS[kind], mentorship.other_than(author_id(by)), mentorship.id, by=by, at=at)


def _write(
    mentorship: Mentorship, kind: ReviewKind, answers: Sequence[str], *, revision: int, by: Author, at: datetime
) -> MentorshipReview:
    if mentorship.state not in STATES[kind]:
        raise NotAllowedNowError(MOVED_ON)
    row = find_review(mentorship.id, author_id(by), kind)
    if row is None:
        row = MentorshipReview(mentorship_id=mentorship.id, author_id=author_id(by), kind=kind, written_at=at)
        db.session.add(row)
    elif row.given_at is not None:
        raise NotAllowedNowError(GIVEN)
    else:
        _check_unseen(row, kind, answers, revision)
    row.answers, row.written_at = json.dumps(list(answers), ensure_ascii=False), at
    db.session.flush()
    return row


def _check_unseen(row: MentorshipReview, kind: ReviewKind, answers: Sequence[str], revision: int) -> None:
    stored = answers_in(row)
    places = [place for place, text in enumerate(stored) if place < len(answers) and text != answers[place]]
    if row.revision != revision and places:
        raise ConflictError(
            "You have kept something else here in the meantime, perhaps in another window.",
            stored={answer_field(place + 1): stored[place] for place in places},
            version=row.revision,
            labels={answer_field(place + 1): QUESTIONS[kind][place].text for place in places},
        )


# Goals -----------------------------------------------------------------------------------


def set_outcome(
    mentorship: Mentorship, goal: MentorshipGoal, outcome: GoalOutcome, *, version: int, by: Author, at: datetime
) -> None:
    """Say what became of a goal, as either of the two while it closes; whoever says it last is written down.

    ConflictError where the other one has said something else since `version`.
    """
    lock_mentorship(mentorship)
    if mentorship.state is not MentorshipState.CLOSING:
        raise NotAllowedNowError(MOVED_ON)
    db.session.refresh(goal)
    if goal.version != version and goal.outcome not in (None, outcome):
        raise ConflictError(
            "The other one of you has said something else of this goal in the meantime.",
            stored={"outcome": goal.outcome.value if goal.outcome else ""},
            version=goal.version,
            labels={"outcome": "What became of the goal"},
            choices={"outcome": tuple((one.value, OUTCOME[one]) for one in GoalOutcome)},
        )
    goal.outcome, goal.outcome_by_id, goal.outcome_at = outcome, author_id(by), at
    db.session.flush()
    note(Tag.GOAL_CONCLUDED, mentorship, by=by, at=at)
    settle_reviews(mentorship, by=by, at=at)


# What follows ----------------------------------------------------------------------------


def settle_reviews(mentorship: Mentorship, *, by: Author, at: datetime) -> None:
    """Move a locked mentorship on where everything is in, or its days are past: mid-point done, completed."""
    today = local(at).date()
    if mentorship.state is MentorshipState.ACTIVE and _is_reviewed(mentorship, today):
        advance(mentorship, MentorshipEvent.REVIEW, by=by, at=at)
    elif mentorship.state is MentorshipState.CLOSING and _is_closed(mentorship, today):
        advance(mentorship, MentorshipEvent.COMPLETE, by=by, at=at)
        mentorship.ended_on = today
        db.session.flush()
        # What the other one answered can be read from now on: whoever has not done this last step hears of it.
        for person_id in {mentorship.mentee_id, mentorship.mentor_id} - {by.person_id}:
            tell(CHANGED, person_id, mentorship.id, by=by, at=at)
    db.session.flush()


def _is_reviewed(mentorship: Mentorship, today: date) -> bool:
    given = count_given(mentorship.id, ReviewKind.MID_POINT)
    return review_is_done(given, mentorship.mid_point_on or today, today)


def _is_closed(mentorship: Mentorship, today: date) -> bool:
    given = count_given(mentorship.id, ReviewKind.CLOSING)
    return closing_is_done(given, count_open_goals(mentorship.id), mentorship.closing_on or today, today)


def reopen_closing(mentorship: Mentorship) -> None:
    """Make the closing answers of both drafts again, each its author's: the mentorship goes on."""
    db.session.execute(
        update(MentorshipReview)
        .where(MentorshipReview.mentorship_id == mentorship.id, MentorshipReview.kind == ReviewKind.CLOSING)
        .values(given_at=None, revision=MentorshipReview.revision + 1)
    )
