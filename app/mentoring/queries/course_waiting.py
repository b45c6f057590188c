"""What waits because of the course of a mentorship, for everybody at once: names and days, and no word of a pair."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.mentorship import MentorshipEvent, MentorshipState, silent_before
from app.infra.clock import clock
from app.mentoring.models import Mentorship, MentorshipGoal, MentorshipReview, MentorshipStep, ReviewKind
from app.mentoring.queries.course import (
    CHANGED,
    CLOSING,
    LEFT,
    MID_POINT,
    REMINDED,
    RESTED,
    SILENT,
    has_plan_after,
    overdue_weeks,
    silent_on,
)
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries import has_not_left

NEWS_FOR = timedelta(days=7)
"""So long the other one's step stands among what waits."""
TOLD = tuple(
    event.value
    for event in (
        MentorshipEvent.PAUSE,
        MentorshipEvent.RESUME,
        MentorshipEvent.EXTEND,
        MentorshipEvent.COMPLETE,
        MentorshipEvent.END_EARLY,
    )
)
"""What one of the two does alone and the other one is told. The begin of a closing asks them for something itself."""
TO_ANSWER, TO_CONCLUDE = "answer", "conclude"


def _each_of_two(on: date, kind: str, **columns: Any) -> Select[Any]:
    """Return a select with a row for each of the two of a mentorship; `who` is the other one."""
    other = aliased(Person)
    return (
        select(*waiting_columns(kind, person_id=Person.id, object_id=Mentorship.id, who=other.name, **columns))
        .select_from(Mentorship)
        .join(Person, or_(Person.id == Mentorship.mentee_id, Person.id == Mentorship.mentor_id))
        .join(
            other,
            and_(
                or_(other.id == Mentorship.mentee_id, other.id == Mentorship.mentor_id),
                other.id != Person.id,
            ),
        )
        .where(has_not_left(on))
    )


def _has_given(kind: ReviewKind) -> ColumnElement[bool]:
    return exists().where(
        MentorshipReview.mentorship_id == Mentorship.id,
        MentorshipReview.author_id == Person.id,
        MentorshipReview.kind == kind,
        MentorshipReview.given_at.is_not(None),
    )


def _last(event: str) -> Any:  # noqa: ANN401 - a column of moments
    """Return the moment of the last step of a kind; where a test put no step there, when it was proposed."""
    step = select(func.max(MentorshipStep.at)).where(
        MentorshipStep.mentorship_id == Mentorship.id, MentorshipStep.event == event
    )
    return func.coalesce(step.correlate(Mentorship).scalar_subquery(), Mentorship.proposed_at)


def select_mid_point(on: date) -> Select[Any]:
    """Return for each of two who has not looked back that the mid-point has come."""
    return _each_of_two(on, MID_POINT, since=_last(MentorshipEvent.BEGIN.value), due_on=Mentorship.mid_point_on).where(
        Mentorship.state == MentorshipState.ACTIVE, Mentorship.mid_point_on <= on, ~_has_given(ReviewKind.MID_POINT)
    )


def select_closing(on: date) -> Select[Any]:
    """Return what each of two still owes a closing: own answers, or an outcome for a goal that has none.

    `due_on` is the day on which the closing began; whoever says it adds the days that it takes.
    """
    given = _has_given(ReviewKind.CLOSING)
    open_goal = exists().where(MentorshipGoal.mentorship_id == Mentorship.id, MentorshipGoal.outcome.is_(None))
    return _each_of_two(
        on,
        CLOSING,
        since=_last(MentorshipEvent.START_CLOSING.value),
        code=case((~given, TO_ANSWER), else_=TO_CONCLUDE),
        due_on=Mentorship.closing_on,
    ).where(Mentorship.state == MentorshipState.CLOSING, or_(~given, open_goal))


def select_silent(on: date) -> Select[Any]:
    """Return for both that they have not met for long and have planned nothing, once they were reminded of it.

    `words` are the weeks after which a pair is silent. Whoever is silent has met before those weeks, so a reminder that
    is younger is of this silence, and an older one of another.
    """
    weeks = overdue_weeks()
    reminded = exists().where(
        MentorshipStep.mentorship_id == Mentorship.id,
        MentorshipStep.event == REMINDED,
        MentorshipStep.at >= _beginning_of(silent_before(on, weeks)),
    )
    return _each_of_two(on, SILENT, since=_last(REMINDED), words=str(weeks)).where(
        silent_on(on), ~has_plan_after(_beginning_of(on)), reminded
    )


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(clock.zone))


def select_changed(on: date) -> Select[Any]:
    """Return the last step of a mentorship that the other one took within the last days; `code` is the event.

    To have left counts as the other one's step. An early end is told to both, so that nothing says who chose it. What
    Belay does on a day that both know is no news to either; that a forgotten pause is over and that a closing has
    completed is to both.
    """
    first = _beginning_of(on - NEWS_FOR)
    later = aliased(MentorshipStep)
    return (
        _each_of_two(on, CHANGED, since=MentorshipStep.at, code=MentorshipStep.event)
        .join(MentorshipStep, MentorshipStep.mentorship_id == Mentorship.id)
        .where(
            MentorshipStep.event.in_(TOLD),
            or_(
                MentorshipStep.by_id != Person.id,
                MentorshipStep.code.in_((LEFT, RESTED)),
                and_(MentorshipStep.event == MentorshipEvent.COMPLETE.value, MentorshipStep.by_id.is_(None)),
                MentorshipStep.event == MentorshipEvent.END_EARLY.value,
            ),
            MentorshipStep.at >= first,
            ~exists().where(later.mentorship_id == Mentorship.id, later.event.in_(TOLD), later.at > MentorshipStep.at),
        )
    )
