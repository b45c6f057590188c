"""Rounds by their id, the coordinator's choices in them, and how the proposed pairs have answered."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.domain.errors import MissingError
from app.domain.mentorship import MentorshipState, has_lapsed
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.mentoring.models import MatchRun, MentoringRound, Mentorship, RoundChoice, RoundState
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the list, with how many times it was matched and what its last run reached."""

    row: MentoringRound
    runs: int
    matched: int | None
    mentees: int | None
    answers: Mapping[MentorshipState, int]


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A pin or a ban with the names of the two, and of who made it."""

    row: RoundChoice
    mentee: str
    mentor: str
    by: str | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """How a proposed pair stands: state and days, never who said no, nor why."""

    mentee_id: uuid.UUID
    mentee: str
    mentor_id: uuid.UUID
    mentor: str
    row: Mentorship
    state: MentorshipState
    """As it stands today: what nobody answered in time is over, whether or not the daily job has passed over it."""


def get_round(round_id: uuid.UUID) -> MentoringRound:
    """Return a round; MissingError when there is none."""
    found = db.session.get(MentoringRound, round_id)
    if found is None:
        raise MissingError
    return found


def get_choice(choice_id: uuid.UUID) -> RoundChoice:
    """Return a pin or a ban; MissingError when there is none."""
    found = db.session.get(RoundChoice, choice_id)
    if found is None:
        raise MissingError
    return found


def list_rounds(page: int = 1, *, on: date) -> Page[RoundLine]:
    """Return one page of all rounds, the newest first, with the last run of each and how its pairs stand on a day."""
    last = select(MatchRun.round_id, func.max(MatchRun.number).label("number")).group_by(MatchRun.round_id).subquery()
    total = db.session.scalar(select(func.count()).select_from(MentoringRound)) or 0
    rows = db.session.execute(
        select(MentoringRound, last.c.number, MatchRun.matched, MatchRun.mentees)
        .outerjoin(last, last.c.round_id == MentoringRound.id)
        .outerjoin(MatchRun, and_(MatchRun.round_id == MentoringRound.id, MatchRun.number == last.c.number))
        .order_by(MentoringRound.opened_at.desc(), MentoringRound.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    answers = _count_answers([row[0].id for row in rows if row[0].published_at is not None], on)
    lines = [RoundLine(row[0], row[1] or 0, row[2], row[3], answers.get(row[0].id, {})) for row in rows]
    return Page(lines, page, total)


def _count_answers(round_ids: list[uuid.UUID], on: date) -> dict[uuid.UUID, dict[MentorshipState, int]]:
    found: dict[uuid.UUID, dict[MentorshipState, int]] = {}
    if not round_ids:
        return found
    rows = (
        select(Mentorship.round_id, Mentorship.state, Mentorship.answer_by, func.count())
        .where(Mentorship.round_id.in_(round_ids))
        .group_by(Mentorship.round_id, Mentorship.state, Mentorship.answer_by)
        .order_by(Mentorship.round_id, Mentorship.state, Mentorship.answer_by)
    )
    for round_id, state, answer_by, number in db.session.execute(rows):
        if round_id is None:
            continue
        answers, stands = found.setdefault(round_id, {}), _on_day(state, answer_by, on)
        answers[stands] = answers.get(stands, 0) + number
    return found


def _on_day(state: MentorshipState, answer_by: date, on: date) -> MentorshipState:
    """Return the state in which a proposal stands on a day."""
    is_over = state is MentorshipState.PROPOSED and has_lapsed(answer_by, on)
    return MentorshipState.EXPIRED if is_over else state


def list_choices(round_id: uuid.UUID) -> list[ChoiceLine]:
    """Return the live pins and bans of a round, by the mentee's name and then the mentor's."""
    mentee, mentor, maker = aliased(Person), aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(RoundChoice, mentee.name, mentor.name, maker.name)
        .join(mentee, mentee.id == RoundChoice.mentee_id)
        .join(mentor, mentor.id == RoundChoice.mentor_id)
        .outerjoin(maker, maker.id == RoundChoice.made_by_id)
        .where(RoundChoice.round_id == round_id, RoundChoice.ended_at.is_(None))
        .order_by(mentee.sort_name, mentee.id, mentor.sort_name, mentor.id, RoundChoice.id)
    )
    return [ChoiceLine(*row) for row in rows]


def live_choices(round_id: uuid.UUID, mentee_id: uuid.UUID) -> list[RoundChoice]:
    """Return the live pins and bans of one mentee in a round, oldest first."""
    rows = select(RoundChoice).where(
        RoundChoice.round_id == round_id, RoundChoice.mentee_id == mentee_id, RoundChoice.ended_at.is_(None)
    )
    return list(db.session.scalars(rows.order_by(RoundChoice.made_at, RoundChoice.id)))


def list_answers(round_id: uuid.UUID, *, on: date) -> list[AnswerLine]:
    """Return the pairs that a round has proposed, by the mentee's name, with the state of a day, and days."""
    mentee, mentor = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(mentee.id, mentee.name, mentor.id, mentor.name, Mentorship)
        .join(mentee, mentee.id == Mentorship.mentee_id)
        .join(mentor, mentor.id == Mentorship.mentor_id)
        .where(Mentorship.round_id == round_id)
        .order_by(mentee.sort_name, mentee.id, Mentorship.id)
    )
    return [AnswerLine(*row, _on_day(row[4].state, row[4].answer_by, on)) for row in rows]


def are_all_answered(round_id: uuid.UUID) -> bool:
    """Say whether no proposal of a round waits for anybody."""
    waiting = select(Mentorship.id).where(Mentorship.round_id == round_id, Mentorship.state == MentorshipState.PROPOSED)
    return db.session.scalar(waiting.limit(1)) is None


def answered_rounds() -> list[MentoringRound]:
    """Return the published rounds of which no proposal waits for anybody, oldest first."""
    waiting = select(Mentorship.id).where(
        Mentorship.round_id == MentoringRound.id, Mentorship.state == MentorshipState.PROPOSED
    )
    rows = select(MentoringRound).where(MentoringRound.state == RoundState.PUBLISHED, ~waiting.exists())
    return list(db.session.scalars(rows.order_by(MentoringRound.opened_at, MentoringRound.id)))


def list_lapsed_of(mentee_ids: Collection[uuid.UUID], on: date) -> list[Mentorship]:
    """Return what nobody answered some mentees in time and the daily job has not passed over yet, by id."""
    rows = select(Mentorship).where(
        Mentorship.mentee_id.in_(mentee_ids),
        Mentorship.state == MentorshipState.PROPOSED,
        Mentorship.answer_by < on,
    )
    return list(db.session.scalars(rows.order_by(Mentorship.id)))
