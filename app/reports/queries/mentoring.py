"""Mentoring in counts: pairs by state, who waits for how long, what mentors carry, sessions, and how a round came out.

Nothing here reads a word of a pair or a name. Source of the rules: domain specification, section 6.4; access matrix,
rows 18, 35 and 40.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Subquery, and_, case, distinct, extract, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.as_of import AsOf
from app.domain.mentorship import RECENT_MONTHS, MentorshipState, add_months
from app.infra.db import db
from app.mentoring.models import (
    MatchLeft,
    MatchPair,
    MentoringProfile,
    MentoringRound,
    MentoringSession,
    Mentorship,
    RoundState,
    SessionState,
)
from app.people.models import GroupMembership, LevelSpell, Person
from app.people.queries import held_as_of, works_here

MONTHS_SHOWN = 12
LEVEL, GROUP = "level", "group"


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many mentorships are in a state, and how many of them ended within the last twelve months."""

    state: MentorshipState
    number: int
    recent: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What counts of one profile, without whose it is. `mentees` and `has_mentor` are of today."""

    offers: bool
    capacity: int
    mentees: int
    seeks_since: datetime | None
    has_mentor: bool


@dataclass(frozen=True, slots=True)
class MonthOfSessions:
    """How many sessions were held in a month, and how many pairs met."""

    year: int
    month: int
    sessions: int
    pairs: int


@dataclass(frozen=True, slots=True)
class PublishedRound:
    """The round that was published last."""

    name: str
    published_at: datetime
    run_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Matched:
    """How many mentees of a kind a round had, how many of them it matched, and the sum of those pairs' scores."""

    mentees: int
    matched: int
    score: int


def count_states(on: date) -> Sequence[StateCount]:
    """Return how many mentorships are in which state."""
    recent = and_(Mentorship.has_begun, Mentorship.ended_on > add_months(on, -RECENT_MONTHS))
    rows = db.session.execute(
        select(Mentorship.state, func.count(), func.sum(case((recent, 1), else_=0)))
        .group_by(Mentorship.state)
        .order_by(Mentorship.state)
    )
    return [StateCount(state, number, int(recently)) for state, number, recently in rows]


def _underway(side: InstrumentedAttribute[uuid.UUID]) -> Subquery:
    return (
        select(side.label("person_id"), func.count().label("pairs"))
        .where(Mentorship.is_underway)
        .group_by(side)
        .subquery()
    )


def list_profiles(on: date) -> Sequence[Profile]:
    """Return what counts of the profiles of those who work here, in no order that tells of anybody."""
    mentoring, mentored = _underway(Mentorship.mentor_id), _underway(Mentorship.mentee_id)
    rows = db.session.execute(
        select(
            MentoringProfile.mentors_since.is_not(None),
            MentoringProfile.capacity,
            func.coalesce(mentoring.c.pairs, 0),
            MentoringProfile.seeks_since,
            mentored.c.pairs.is_not(None),
        )
        .join(Person, Person.id == MentoringProfile.person_id)
        .outerjoin(mentoring, mentoring.c.person_id == Person.id)
        .outerjoin(mentored, mentored.c.person_id == Person.id)
        .where(works_here(on))
        .order_by(MentoringProfile.id)
    )
    return [Profile(*row) for row in rows]


def list_months(on: date) -> Sequence[MonthOfSessions]:
    """Return the sessions that were held in the last months, this one included; months without any are left out."""
    first = add_months(on.replace(day=1), 1 - MONTHS_SHOWN)
    year, month = extract("year", MentoringSession.held_on), extract("month", MentoringSession.held_on)
    rows = db.session.execute(
        select(year, month, func.count(), func.count(distinct(MentoringSession.mentorship_id)))
        .where(
            MentoringSession.state == SessionState.HELD,
            MentoringSession.held_on >= first,
            MentoringSession.held_on <= on,
        )
        .group_by(year, month)
        .order_by(year, month)
    )
    return [MonthOfSessions(int(row[0]), int(row[1]), row[2], row[3]) for row in rows]


def find_published_round() -> PublishedRound | None:
    """Return the round that was published last, closed since or not; None where none ever was."""
    row = db.session.execute(
        select(MentoringRound.name, MentoringRound.published_at, MentoringRound.published_run_id)
        .where(
            MentoringRound.state.in_((RoundState.PUBLISHED, RoundState.CLOSED)),
            MentoringRound.published_at.is_not(None),
            MentoringRound.published_run_id.is_not(None),
        )
        .order_by(MentoringRound.published_at.desc(), MentoringRound.id)
        .limit(1)
    ).first()
    return None if row is None else PublishedRound(row[0], row[1], row[2])  # type: ignore[arg-type]


def _mentees(run_id: uuid.UUID) -> Subquery:
    """Return the mentees of a run, each with the score of the pair, or none where they were left."""
    return union_all(
        select(MatchPair.mentee_id, MatchPair.score).where(MatchPair.run_id == run_id),
        select(MatchLeft.mentee_id, null()).where(MatchLeft.run_id == run_id),
    ).subquery()


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """How a round came out: by ladder and level of the mentee, and by dimension and group. Empty words: held none."""

    by_level: Mapping[tuple[str, str], Matched]
    by_group: Mapping[tuple[str, str], Matched]


def read_round(run_id: uuid.UUID, levels_on: AsOf, groups_on: AsOf | None) -> RoundOutcome:
    """Return how a run came out, by the levels of one day and the groups of another; without it, by no group."""
    mentees = _mentees(run_id)
    sums = func.count(), func.count(mentees.c.score), func.coalesce(func.sum(mentees.c.score), 0)
    ladder, level = func.coalesce(LevelSpell.ladder, ""), func.coalesce(LevelSpell.level, "")
    held = and_(LevelSpell.person_id == mentees.c.mentee_id, held_as_of(LevelSpell, levels_on))
    parts = [
        select(literal(LEVEL).label("by"), ladder.label("one"), level.label("other"), *sums)
        .select_from(mentees)
        .outerjoin(LevelSpell, held)
        .group_by(ladder, level)
    ]
    if groups_on is not None:
        named = and_(GroupMembership.person_id == mentees.c.mentee_id, held_as_of(GroupMembership, groups_on))
        parts.append(
            select(literal(GROUP), GroupMembership.dimension, GroupMembership.value, *sums)
            .select_from(mentees)
            .join(GroupMembership, named)
            .group_by(GroupMembership.dimension, GroupMembership.value)
        )
    found = union_all(*parts).subquery()
    kinds: dict[str, dict[tuple[str, str], Matched]] = {LEVEL: {}, GROUP: {}}
    for row in db.session.execute(select(found).order_by(found.c.by, found.c.one, found.c.other)).all():
        kinds[row[0]][row[1], row[2]] = Matched(row[3], row[4], int(row[5]))
    return RoundOutcome(kinds[LEVEL], kinds[GROUP])
