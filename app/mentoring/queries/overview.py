"""Mentoring at a glance, for coordinators and HR: facts, dates and counts, and no word of anybody.

A fixed number of questions, whatever the size of the company. Who ended a mentorship, why somebody declined and what a
pair wrote is in none of them. Source: access matrix, row 40.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from app.domain.mentorship import RECENT_MONTHS, MentorshipState, add_months
from app.infra.db import db
from app.mentoring.models import (
    GoalOutcome,
    MentoringProfile,
    MentoringRound,
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    SessionState,
)
from app.people.models import ManagerLink, Person
from app.people.queries import has_not_left, holds_on

NEWEST = 8
"""How many rounds the filter offers, the newest first."""
NO_ROUND = "none"
"""The filter for mentorships that somebody asked for outside rounds."""
Wanted = uuid.UUID | str | None
"""Which mentorships: of a round, outside rounds, or all."""


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two who are a pair now: dates and the number of their sessions. A `next_at` is planned and not past."""

    id: uuid.UUID
    mentee_id: uuid.UUID
    mentor_id: uuid.UUID
    mentee: str
    mentor: str
    state: MentorshipState
    round_id: uuid.UUID | None
    began_on: date
    ends_on: date
    resumed_on: date | None
    paused_on: date | None
    held: int
    last_on: date | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """Two who are asked: since when and until when. Who of the two has answered is theirs."""

    id: uuid.UUID
    mentee_id: uuid.UUID
    mentee: str
    mentor: str
    proposed_at: datetime
    answer_by: date
    round_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A mentor with mentees or questions: how many they take on, and how many questions with them are open.

    `proposals` are those of them that a round has made. Who of the two has answered is theirs, so all of them count.
    """

    person_id: uuid.UUID
    name: str
    capacity: int
    requests: int
    proposals: int


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Somebody who looks for a mentor and has none, and since when."""

    person_id: uuid.UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended within the last twelve months, counted by state."""

    completed: int
    early: int


@dataclass(frozen=True, slots=True)
class Concluded:
    """What became of the goals of the first so many mentorships that were ever completed, counted by outcome."""

    mentorships: int
    goals: Mapping[GoalOutcome | None, int]


def _of(wanted: Wanted) -> ColumnElement[bool]:
    if wanted is None:
        return true()
    return Mentorship.round_id.is_(None) if wanted == NO_ROUND else Mentorship.round_id == wanted


def list_newest_rounds() -> Sequence[tuple[uuid.UUID, str]]:
    """Return the newest rounds, each with its name."""
    rows = select(MentoringRound.id, MentoringRound.name).order_by(MentoringRound.opened_at.desc(), MentoringRound.id)
    return [(row[0], row[1]) for row in db.session.execute(rows.limit(NEWEST))]


def list_pairs(at: datetime) -> Sequence[PairLine]:
    """Return every pair of today, by the names of mentee and mentor."""
    mentee, mentor = aliased(Person), aliased(Person)
    held = _held().subquery()
    planned = (
        select(MentoringSession.mentorship_id, func.min(MentoringSession.starts_at).label("next_at"))
        .where(MentoringSession.state == SessionState.PLANNED, MentoringSession.starts_at >= at)
        .group_by(MentoringSession.mentorship_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Mentorship.id,
            Mentorship.mentee_id,
            Mentorship.mentor_id,
            mentee.name,
            mentor.name,
            Mentorship.state,
            Mentorship.round_id,
            Mentorship.began_on,
            Mentorship.ends_on,
            Mentorship.resumed_on,
            Mentorship.paused_on,
            func.coalesce(held.c.held, 0),
            held.c.last_on,
            planned.c.next_at,
        )
        .join(mentee, mentee.id == Mentorship.mentee_id)
        .join(mentor, mentor.id == Mentorship.mentor_id)
        .outerjoin(held, held.c.mentorship_id == Mentorship.id)
        .outerjoin(planned, planned.c.mentorship_id == Mentorship.id)
        .where(Mentorship.is_underway)
        .order_by(mentee.sort_name, mentee.id, mentor.sort_name, Mentorship.id)
    )
    return [PairLine(*cast("Any", row)) for row in rows]


def _held() -> Select[uuid.UUID, int, date | None]:
    return (
        select(
            MentoringSession.mentorship_id,
            func.count().label("held"),
            func.max(MentoringSession.held_on).label("last_on"),
        )
        .where(MentoringSession.state == SessionState.HELD)
        .group_by(MentoringSession.mentorship_id)
    )


def _is_asked(on: date) -> ColumnElement[bool]:
    """Return the condition that a question waits for an answer: what has lapsed does not, noticed or not."""
    return and_(Mentorship.state == MentorshipState.PROPOSED, Mentorship.answer_by >= on)


def list_proposals(on: date) -> Sequence[ProposalLine]:
    """Return requests and proposals that wait for an answer, the oldest first."""
    mentee, mentor = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            Mentorship.id,
            Mentorship.mentee_id,
            mentee.name,
            mentor.name,
            Mentorship.proposed_at,
            Mentorship.answer_by,
            Mentorship.round_id,
        )
        .join(mentee, mentee.id == Mentorship.mentee_id)
        .join(mentor, mentor.id == Mentorship.mentor_id)
        .where(_is_asked(on))
        .order_by(Mentorship.proposed_at, mentee.sort_name, Mentorship.id)
    )
    return [ProposalLine(*cast("Any", row)) for row in rows]


def list_loads(on: date) -> Sequence[LoadLine]:
    """Return the mentors who have mentees now or are asked, by name."""
    asked = (
        select(
            Mentorship.mentor_id,
            func.count().label("requests"),
            func.count(Mentorship.round_id).label("proposals"),
        )
        .where(_is_asked(on))
        .group_by(Mentorship.mentor_id)
        .subquery()
    )
    mentors = exists().where(Mentorship.mentor_id == Person.id, Mentorship.is_underway)
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            MentoringProfile.capacity,
            func.coalesce(asked.c.requests, 0),
            func.coalesce(asked.c.proposals, 0),
        )
        .join(MentoringProfile, MentoringProfile.person_id == Person.id)
        .outerjoin(asked, asked.c.mentor_id == Person.id)
        .where(or_(mentors, asked.c.requests > 0))
        .order_by(Person.sort_name, Person.id)
    )
    return [LoadLine(*row) for row in rows]


def list_waiting_mentees(on: date) -> Sequence[WaitingLine]:
    """Return who looks for a mentor and has none, whoever has waited longest first."""
    rows = db.session.execute(
        select(Person.id, Person.name, MentoringProfile.seeks_since)
        .join(MentoringProfile, MentoringProfile.person_id == Person.id)
        .where(
            MentoringProfile.seeks_since.is_not(None),
            has_not_left(on),
            ~exists().where(Mentorship.mentee_id == Person.id, Mentorship.is_underway),
        )
        .order_by(MentoringProfile.seeks_since, Person.sort_name, Person.id)
    )
    return [WaitingLine(*cast("Any", row)) for row in rows]


def count_ended(wanted: Wanted, on: date) -> Ended:
    """Return what ended within the last twelve months, counted."""
    recent = and_(Mentorship.ended_on > add_months(on, -RECENT_MONTHS), Mentorship.has_begun, _of(wanted))
    states = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Mentorship.state, func.count()).where(recent).group_by(Mentorship.state).order_by(Mentorship.state)
        )
    }
    return Ended(states.get(MentorshipState.COMPLETED, 0), states.get(MentorshipState.ENDED_EARLY, 0))


def count_concluded(on: date, step: int) -> Concluded:
    """Return what became of the goals of mentorships that completed before a day, up to the last multiple of `step`.

    They are taken in the order of completion, from the first that there ever was, and only those of days that are over:
    so nothing is ever added but at the end, nothing falls out, and two counts of different days differ by none or by a
    whole step. What a single pair came to is theirs. Source: access matrix, row 18.
    """
    completed = and_(Mentorship.state == MentorshipState.COMPLETED, Mentorship.ended_on < on)
    total = db.session.scalar(select(func.count()).select_from(Mentorship).where(completed)) or 0
    counted = total - total % step
    first = select(Mentorship.id).where(completed).order_by(Mentorship.ended_on, Mentorship.id).limit(counted)
    rows = db.session.execute(
        select(MentorshipGoal.outcome, func.count())
        .where(MentorshipGoal.mentorship_id.in_(first))
        .group_by(MentorshipGoal.outcome)
        .order_by(MentorshipGoal.outcome)
    )
    return Concluded(counted, {row[0]: row[1] for row in rows})


def managers_today(on: date) -> Mapping[uuid.UUID, uuid.UUID]:
    """Return the line manager of everybody who has one."""
    rows = db.session.execute(
        select(ManagerLink.person_id, ManagerLink.manager_id)
        .where(holds_on(ManagerLink, on))
        .order_by(ManagerLink.person_id, ManagerLink.id)
    )
    return {row[0]: row[1] for row in rows}
