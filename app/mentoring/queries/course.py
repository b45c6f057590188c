"""The course of a mentorship: its days, what the two answered when looking back, its goals, and when they met."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.mentorship import (
    CLOSING_DAYS,
    MID_POINT_WEEKS,
    UNDERWAY,
    Course,
    MentorshipState,
    silent_before,
)
from app.infra.db import db
from app.mentoring.models import (
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipReview,
    MentorshipStep,
    MessageKind,
    ReviewKind,
    SessionState,
)
from app.people.models import Person
from app.policies.queries import value_of

MID_POINT, CLOSING, SILENT, CHANGED = (
    "mentoring.mid_point",
    "mentoring.closing",
    "mentoring.silent",
    "mentoring.changed",
)
"""The kinds of what waits because of the course of a mentorship."""
REMINDED = "remind"
"""The step that notes a reminder of silence. It is no event: it changes no state."""
RESTED = "rested"
"""Why Belay let a mentorship go on: it had rested for as long as a pause may last, and nobody had named a day."""
LEFT = "left"
"""Why Belay ended a mentorship or withdrew a proposal: one of the two works here no more."""
LONG_PAUSE = timedelta(days=365)
"""No pause that is shorter can be over without a day; whether a longer one is, the rule says."""
MEETING = (MentorshipState.ACTIVE, MentorshipState.MID_POINT_DONE)
"""The states in which the two are meant to meet."""


def course_of(mentorship: Mentorship) -> Course:
    """Return the days by which a mentorship that has begun is planned."""
    if mentorship.mid_point_on is None or mentorship.ends_on is None:
        raise AssertionError("A mentorship that has begun has its days.")
    return Course(mentorship.mid_point_on, mentorship.ends_on, mentorship.closing_on)


# Looking back ----------------------------------------------------------------------------


def find_review(mentorship_id: uuid.UUID, author_id: uuid.UUID, kind: ReviewKind) -> MentorshipReview | None:
    """Return what one of the two has answered, given or not, as it is stored now; None where they have not begun."""
    return db.session.scalars(
        select(MentorshipReview)
        .where(
            MentorshipReview.mentorship_id == mentorship_id,
            MentorshipReview.author_id == author_id,
            MentorshipReview.kind == kind,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


def who_has_given(mentorship_id: uuid.UUID) -> frozenset[tuple[ReviewKind, uuid.UUID]]:
    """Return which of the two has given which answers, by kind and author, and no answer."""
    rows = db.session.execute(
        select(MentorshipReview.kind, MentorshipReview.author_id)
        .where(MentorshipReview.mentorship_id == mentorship_id, MentorshipReview.given_at.is_not(None))
        .order_by(MentorshipReview.kind, MentorshipReview.author_id, MentorshipReview.id)
    )
    return frozenset((row.kind, row.author_id) for row in rows)


def open_reviews(
    mentorship: Mentorship, kind: ReviewKind, reader_id: uuid.UUID
) -> Mapping[uuid.UUID, MentorshipReview]:
    """Return the given answers of one kind that one of the two may read, by author; no other leaves the database.

    The reader's own always. Those of the other one once both are in, the mid-point's to a mentor only as long as the
    mentorship lasts; and those of a closing that has completed. Access matrix, row 16 and note 9.
    """
    own = aliased(MentorshipReview)
    has_given = exists().where(
        own.mentorship_id == mentorship.id, own.kind == kind, own.author_id == reader_id, own.given_at.is_not(None)
    )
    is_theirs_open: ColumnElement[bool] = has_given
    if kind is ReviewKind.CLOSING and mentorship.state is MentorshipState.COMPLETED:
        is_theirs_open = true()
    elif kind is ReviewKind.MID_POINT and mentorship.mentor_id == reader_id and not mentorship.is_underway:
        is_theirs_open = false()
    rows = db.session.scalars(
        select(MentorshipReview)
        .where(
            MentorshipReview.mentorship_id == mentorship.id,
            MentorshipReview.kind == kind,
            MentorshipReview.given_at.is_not(None),
            or_(MentorshipReview.author_id == reader_id, is_theirs_open),
        )
        .order_by(MentorshipReview.author_id, MentorshipReview.id)
    )
    return {row.author_id: row for row in rows}


def answers_in(review: MentorshipReview) -> list[str]:
    """Return the answers of a review, in the order of its questions."""
    return [str(one) for one in json.loads(review.answers)]


def count_given(mentorship_id: uuid.UUID, kind: ReviewKind) -> int:
    """Return how many of the two have given their answers."""
    rows = select(func.count()).where(
        MentorshipReview.mentorship_id == mentorship_id,
        MentorshipReview.kind == kind,
        MentorshipReview.given_at.is_not(None),
    )
    return db.session.scalar(rows) or 0


def count_open_goals(mentorship_id: uuid.UUID) -> int:
    """Return how many goals have no outcome yet."""
    rows = select(func.count()).where(MentorshipGoal.mentorship_id == mentorship_id, MentorshipGoal.outcome.is_(None))
    return db.session.scalar(rows) or 0


def list_goals(actor: Actor, mentorship_id: uuid.UUID) -> Sequence[tuple[MentorshipGoal, str | None]]:
    """Return the goals of a mentorship in their order, each with the name of whoever set its outcome.

    None to whoever may not read them: to a former mentor neither goals nor outcomes.
    """
    rows = db.session.execute(
        select(MentorshipGoal, Person.name)
        .join(Mentorship, Mentorship.id == MentorshipGoal.mentorship_id)
        .outerjoin(Person, Person.id == MentorshipGoal.outcome_by_id)
        .where(Mentorship.id == mentorship_id, visible_to(actor, Permission.Mentorship.READ_GOALS, Mentorship))
        .order_by(MentorshipGoal.position, MentorshipGoal.id)
    )
    return [(row[0], row[1]) for row in rows]


def find_goal(mentorship_id: uuid.UUID, goal_id: uuid.UUID) -> MentorshipGoal | None:
    """Return one goal of a mentorship; None where it has no such goal."""
    rows = select(MentorshipGoal).where(MentorshipGoal.mentorship_id == mentorship_id, MentorshipGoal.id == goal_id)
    return db.session.scalars(rows).one_or_none()


def find_parting(mentorship_id: uuid.UUID) -> MentorshipMessage | None:
    """Return the parting words of a mentorship that ended early; None where there are none."""
    return db.session.scalars(
        select(MentorshipMessage)
        .where(MentorshipMessage.mentorship_id == mentorship_id, MentorshipMessage.kind == MessageKind.PARTING)
        .order_by(MentorshipMessage.written_at, MentorshipMessage.id)
        .limit(1)
    ).first()


# When they met ---------------------------------------------------------------------------


def last_session_on(mentorship_id: uuid.UUID) -> date | None:
    """Return the day of the last session that took place; None before the first."""
    held = select(func.max(MentoringSession.held_on)).where(
        MentoringSession.mentorship_id == mentorship_id, MentoringSession.state == SessionState.HELD
    )
    return db.session.scalar(held)


def next_session_at(mentorship_id: uuid.UUID, at: datetime) -> datetime | None:
    """Return the beginning of the next session that is planned after a moment; None where there is none."""
    planned = select(func.min(MentoringSession.starts_at)).where(
        MentoringSession.mentorship_id == mentorship_id,
        MentoringSession.state == SessionState.PLANNED,
        MentoringSession.starts_at >= at,
    )
    return db.session.scalar(planned)


def overdue_weeks() -> int:
    """Return after how many weeks without a session a pair is silent, by the company's policy of today."""
    return int(value_of("mentoring_overdue_weeks"))


def silent_on(on: date) -> ColumnElement[bool]:
    """Return the condition that a mentorship is silent on a day: as `domain.mentorship.is_silent`, for many at once.

    Never while it is paused or closes. A pause that has ended begins the count anew.
    """
    before = silent_before(on, overdue_weeks())
    met = exists().where(
        MentoringSession.mentorship_id == Mentorship.id,
        MentoringSession.state == SessionState.HELD,
        MentoringSession.held_on >= before,
    )
    return and_(
        Mentorship.state.in_(MEETING),
        Mentorship.began_on < before,
        or_(Mentorship.resumed_on.is_(None), Mentorship.resumed_on < before),
        ~met,
    )


def has_plan_after(at: datetime) -> ColumnElement[bool]:
    """Return the condition that the two have planned a session after a moment."""
    return exists().where(
        MentoringSession.mentorship_id == Mentorship.id,
        MentoringSession.state == SessionState.PLANNED,
        MentoringSession.starts_at >= at,
    )


def list_silent(on: date, at: datetime) -> Sequence[uuid.UUID]:
    """Return the mentorships that are silent on a day and have no session planned."""
    rows = select(Mentorship.id).where(silent_on(on), ~has_plan_after(at)).order_by(Mentorship.id)
    return db.session.scalars(rows).all()


def last_reminded_at(mentorship_id: uuid.UUID) -> datetime | None:
    """Return when the two were last reminded that they have not met; None for never."""
    rows = select(func.max(MentorshipStep.at)).where(
        MentorshipStep.mentorship_id == mentorship_id, MentorshipStep.event == REMINDED
    )
    return db.session.scalar(rows)


# What is due -----------------------------------------------------------------------------


def list_due(on: date) -> Sequence[uuid.UUID]:
    """Return the mentorships for which something may have come on a day, so that Belay looks at each."""
    looked_back = exists().where(
        MentorshipReview.mentorship_id == Mentorship.id,
        MentorshipReview.kind == ReviewKind.MID_POINT,
        MentorshipReview.given_at.is_not(None),
    )
    rows = select(Mentorship.id).where(
        or_(
            and_(
                Mentorship.state == MentorshipState.PAUSED,
                or_(Mentorship.resumes_on <= on, Mentorship.paused_on <= on - LONG_PAUSE),
            ),
            and_(Mentorship.state.in_(MEETING), Mentorship.ends_on <= on),
            and_(Mentorship.state == MentorshipState.CLOSING, Mentorship.closing_on < on - timedelta(CLOSING_DAYS)),
            and_(
                Mentorship.state == MentorshipState.ACTIVE,
                Mentorship.mid_point_on <= on - timedelta(weeks=MID_POINT_WEEKS),
                looked_back,
            ),
            _is_left(on),
        )
    )
    return db.session.scalars(rows.order_by(Mentorship.id)).all()


def _is_left(on: date) -> ColumnElement[bool]:
    """Return the condition that one of the two works here no more, and the mentorship is not over."""
    gone = aliased(Person)
    return and_(
        Mentorship.state.in_((MentorshipState.PROPOSED, *UNDERWAY)),
        exists().where(
            or_(gone.id == Mentorship.mentee_id, gone.id == Mentorship.mentor_id),
            gone.left_on.is_not(None),
            gone.left_on <= on,
        ),
    )


def has_left(mentorship: Mentorship, on: date) -> bool:
    """Say whether one of the two works here no more."""
    rows = select(Person.id).where(
        Person.id.in_((mentorship.mentee_id, mentorship.mentor_id)), Person.left_on.is_not(None), Person.left_on <= on
    )
    return db.session.scalars(rows.order_by(Person.id).limit(1)).first() is not None


def has_some_of(people: frozenset[uuid.UUID]) -> bool:
    """Say whether one of some people is asked for a mentorship, or in one."""
    of = or_(Mentorship.mentee_id.in_(people), Mentorship.mentor_id.in_(people))
    return bool(
        db.session.scalar(select(exists().where(of, Mentorship.state.in_((MentorshipState.PROPOSED, *UNDERWAY)))))
    )
