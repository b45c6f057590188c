"""What the page of a pair reads beside its sessions and words, and what waits for the two because of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, case, cast, literal, null, or_, select
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.mentorship import MentorshipState
from app.infra.clock import moment
from app.infra.db import db
from app.mentoring.models import MentoringSession, Mentorship, MentorshipGoal, SessionAction, SessionState
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries import has_not_left

SESSION, ACTION = "mentoring.session", "mentoring.action"
AHEAD, BEHIND = "ahead", "behind"
SOON = timedelta(days=2)
"""How long before its day a session or an action waits for the two."""


def list_goals(actor: Actor, mentorship_id: uuid.UUID) -> Sequence[MentorshipGoal]:
    """Return the goals of a mentorship in the order that the mentee gave them; none to whoever may not read them."""
    rows = (
        select(MentorshipGoal)
        .join(Mentorship, Mentorship.id == MentorshipGoal.mentorship_id)
        .where(Mentorship.id == mentorship_id, visible_to(actor, Permission.Mentorship.READ_GOALS, Mentorship))
    )
    return db.session.scalars(rows.order_by(MentorshipGoal.position, MentorshipGoal.id)).all()


def select_sessions(on: date) -> Select[Any]:
    """Return planned sessions for both of the two: from two days before on, and until one says whether it took place.

    `who` is the other one, `words` the number of the session, `code` whether it lies ahead or behind. A pause keeps
    what lies ahead from waiting.
    """
    reader, other = aliased(Person), aliased(Person)
    starts = MentoringSession.starts_at
    days = [on + timedelta(days=step) for step in range(SOON.days + 1)]
    is_behind = starts < _begin(on)
    due = case(
        (is_behind, cast(null(), Date)),
        *((starts < _begin(day + timedelta(days=1)), literal(day, Date)) for day in days[:-1]),
        else_=literal(days[-1], Date),
    )
    return (
        select(
            *waiting_columns(
                SESSION,
                person_id=reader.id,
                object_id=MentoringSession.id,
                who=other.name,
                words=cast(MentoringSession.number, String),
                code=case((is_behind, BEHIND), else_=AHEAD),
                since=case((is_behind, starts), else_=MentoringSession.created_at),
                due_on=due,
            )
        )
        .select_from(MentoringSession)
        .join(Mentorship, Mentorship.id == MentoringSession.mentorship_id)
        .join(reader, or_(reader.id == Mentorship.mentee_id, reader.id == Mentorship.mentor_id))
        .join(other, other.id == _other_than(reader))
        .where(
            MentoringSession.state == SessionState.PLANNED,
            starts < _begin(days[-1] + timedelta(days=1)),
            Mentorship.is_underway,
            or_(is_behind, Mentorship.state != MentorshipState.PAUSED),
            has_not_left(on, reader),
        )
    )


def select_actions(on: date) -> Select[Any]:
    """Return the open actions of pairs that are due within two days, for who owns them.

    `who` is the other one; what is to be done stands on the page of the pair and nowhere else.
    """
    reader, other = aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                ACTION,
                person_id=reader.id,
                object_id=Mentorship.id,
                who=other.name,
                code=cast(SessionAction.id, String),
                since=SessionAction.written_at,
                due_on=SessionAction.due_on,
            )
        )
        .select_from(SessionAction)
        .join(Mentorship, Mentorship.id == SessionAction.mentorship_id)
        .join(reader, reader.id == SessionAction.owner_id)
        .join(other, other.id == _other_than(reader))
        .where(
            SessionAction.done_at.is_(None),
            SessionAction.removed_at.is_(None),
            SessionAction.due_on <= on + SOON,
            Mentorship.is_underway,
            has_not_left(on, reader),
        )
    )


def _begin(day: date) -> datetime:
    """Return the moment at which a day begins in the company's time zone."""
    return moment(day, time())


def _other_than(reader: Any) -> ColumnElement[uuid.UUID]:  # noqa: ANN401 - an alias of the people
    return case((reader.id == Mentorship.mentee_id, Mentorship.mentor_id), else_=Mentorship.mentee_id)
