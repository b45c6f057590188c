"""What somebody finds under “Mentoring”: their own mentorships as dates and counts, and what waits for them in them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, case, func, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.mentorship import MentorshipState, PairSide
from app.infra.clock import now, today
from app.infra.db import db
from app.mentoring.models import MentoringSession, Mentorship, MentorshipGoal, SessionState
from app.mentoring.queries.profiles import key_of
from app.mentoring.queries.requests import open_on
from app.notices.queries import list_waiting
from app.notices.sources import Waiting, every_source
from app.people.models import Person

KINDS = "mentoring."
"""What the names of everything that waits in mentoring begin with."""


@dataclass(frozen=True, slots=True)
class OwnPair:
    """One mentorship as one of the two finds it in a list. `side` is what the reader is; `goals` are keys, in order."""

    id: uuid.UUID
    side: PairSide
    other: str
    state: MentorshipState
    proposed_on: datetime
    answer_by: date
    is_request: bool
    """Whether the mentee asked for it; False where a round proposed it, and once the two have begun."""
    is_my_turn: bool
    began_on: date | None
    mid_point_on: date | None
    ends_on: date | None
    ended_on: date | None
    next_session_at: datetime | None
    sessions: int
    """How many sessions have taken place."""
    last_session_on: date | None
    goals: tuple[str, ...]

    @property
    def is_underway(self) -> bool:
        """Say whether the two are a pair now."""
        return self.state.is_underway


def select_pairs(person_id: uuid.UUID) -> Select[Any]:
    """Return the mentorships of somebody, with the other one's name, sessions in dates and counts; a row for each goal.

    Plain columns and in no order, so that another statement can take them in; `pairs_in` reads them.
    """
    mine = (Mentorship.mentee_id == person_id) | (Mentorship.mentor_id == person_id)
    other = case((Mentorship.mentor_id == person_id, Mentorship.mentee_id), else_=Mentorship.mentor_id)
    own = MentoringSession.mentorship_id == Mentorship.id
    held = MentoringSession.state == SessionState.HELD
    planned = (MentoringSession.state == SessionState.PLANNED) & (MentoringSession.starts_at >= now())
    is_mentee = Mentorship.mentee_id == person_id
    consented_at = case((is_mentee, Mentorship.mentee_consented_at), else_=Mentorship.mentor_consented_at)
    return (
        select(
            Mentorship.id,
            Person.name.label("other"),
            Person.sort_name,
            is_mentee.label("is_mentee"),
            Mentorship.state.label("state"),
            Mentorship.proposed_at,
            Mentorship.answer_by,
            Mentorship.waits_for,
            consented_at.label("consented_at"),
            Mentorship.began_on,
            Mentorship.mid_point_on,
            Mentorship.ends_on,
            Mentorship.ended_on,
            select(func.min(MentoringSession.starts_at)).where(own, planned).scalar_subquery().label("next_session_at"),
            select(func.count()).select_from(MentoringSession).where(own, held).scalar_subquery().label("sessions"),
            select(func.max(MentoringSession.held_on)).where(own, held).scalar_subquery().label("last_session_on"),
            MentorshipGoal.lineage,
            MentorshipGoal.expectation_id,
            MentorshipGoal.position,
        )
        .select_from(Mentorship)
        .join(Person, Person.id == other)
        # Whoever was the mentor reads the goals no more (access matrix, note 9).
        .outerjoin(
            MentorshipGoal,
            (MentorshipGoal.mentorship_id == Mentorship.id) & (is_mentee | Mentorship.is_not_over),
        )
        .where(mine, Mentorship.has_begun | open_on(today()))
    )


def list_own_pairs(person_id: uuid.UUID) -> list[OwnPair]:
    """Return the mentorships of somebody that run, wait for an answer or are past, by the other one's name."""
    found = select_pairs(person_id)
    order = (Person.sort_name, Mentorship.proposed_at.desc(), Mentorship.id, MentorshipGoal.position, MentorshipGoal.id)
    return pairs_in(db.session.execute(found.order_by(*order)))


def pairs_in(rows: Iterable[Any]) -> list[OwnPair]:
    """Return the mentorships of rows that `select_pairs` made, in their order; those of one stand together."""
    return [_own(list(group)) for _, group in groupby(rows, key=lambda row: row.id)]


def _own(rows: list[Any]) -> OwnPair:
    row = rows[0]
    side = PairSide.MENTEE if row.is_mentee else PairSide.MENTOR
    return OwnPair(
        id=row.id,
        side=side,
        other=row.other,
        state=row.state,
        proposed_on=row.proposed_at,
        answer_by=row.answer_by,
        is_request=row.waits_for is not None,
        is_my_turn=row.waits_for is side if row.waits_for else row.consented_at is None,
        began_on=row.began_on,
        mid_point_on=row.mid_point_on,
        ends_on=row.ends_on,
        ended_on=row.ended_on,
        next_session_at=row.next_session_at,
        sessions=row.sessions,
        last_session_on=row.last_session_on,
        goals=_goals(rows),
    )


def _goals(rows: Iterable[Any]) -> tuple[str, ...]:
    return tuple(key_of(row.lineage, row.expectation_id) for row in rows if row.expectation_id is not None)


def list_waiting_here(person_id: uuid.UUID, on: date | None = None) -> list[Waiting]:
    """Return what waits for somebody in mentoring, as their inbox says it."""
    kinds = [source.kind for source in every_source() if source.kind.startswith(KINDS)]
    return list_waiting(person_id, on or today(), kinds=kinds) if kinds else []


@dataclass(frozen=True, slots=True)
class KnownPair:
    """That somebody is or was in a mentorship, for whoever may know of it (access matrix, row 18)."""

    id: uuid.UUID
    side: PairSide
    other: str
    state: MentorshipState
    began_on: date | None
    ends_on: date | None
    ended_on: date | None
    proposed_on: datetime
    goals: tuple[str, ...]
    """The goals as keys, where the reader may see them."""


def list_of_person(actor: Actor, person_id: uuid.UUID) -> list[KnownPair]:
    """Return the mentorships of somebody that the actor may know of, newest first: dates and state, never a word.

    What came to nothing is left out. Goals are there for the two themselves, and for the line manager while the mentee
    shares them.
    """
    other = case((Mentorship.mentor_id == person_id, Mentorship.mentee_id), else_=Mentorship.mentor_id)
    of = (Mentorship.mentee_id == person_id) | (Mentorship.mentor_id == person_id)
    shown = visible_to(actor, Permission.Mentorship.READ, Mentorship)
    with_goals = visible_to(actor, Permission.Mentorship.READ_GOALS, Mentorship)
    rows = db.session.execute(
        select(Mentorship, Person.name, MentorshipGoal.lineage, MentorshipGoal.expectation_id)
        .join(Person, Person.id == other)
        .outerjoin(MentorshipGoal, (MentorshipGoal.mentorship_id == Mentorship.id) & with_goals)
        .where(of, shown, Mentorship.has_begun | open_on(today()))
        .order_by(Mentorship.proposed_at.desc(), Mentorship.id, MentorshipGoal.position, MentorshipGoal.id)
    ).all()
    return [_known(list(group), person_id) for _, group in groupby(rows, key=lambda row: row.Mentorship.id)]


def _known(rows: list[Any], person_id: uuid.UUID) -> KnownPair:
    row: Mentorship = rows[0].Mentorship
    return KnownPair(
        id=row.id,
        side=row.side_of(person_id) or PairSide.MENTEE,
        other=rows[0].name,
        state=row.state,
        began_on=row.began_on,
        ends_on=row.ends_on,
        ended_on=row.ended_on,
        proposed_on=row.proposed_at,
        goals=_goals(rows),
    )
