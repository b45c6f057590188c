"""Who mentors whom, and who coordinates, as facts that access, recusal and matching read."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ColumnElement, Select, case, exists, or_, select

from app.access.relations import Fact, ObjectRelation, PersonRelation, relations
from app.domain.mentorship import RECENT_MONTHS, add_months
from app.infra.clock import today
from app.infra.db import db, once_per_transaction
from app.mentoring.models import MentoringCoordinator, Mentorship


def publish_relations() -> None:
    """Tell access, recusal and matching who mentors whom, whose words are whose, and who coordinates."""
    relations.between_people[Fact.MENTORS] = PersonRelation(_has_mentored, select_mentored, pairs=select_pairs)
    relations.about_objects[Fact.PAIRED] = ObjectRelation(
        lambda actor_id, mentorship_id: mentorship_id in _paired(actor_id), select_paired
    )
    relations.of_actor[Fact.COORDINATES] = is_coordinator


def counts_on(day: date) -> ColumnElement[bool]:
    """Return the condition that two people are mentor and mentee on a day, or were within the last twelve months."""
    recent = add_months(day, -RECENT_MONTHS)
    return Mentorship.has_begun & (Mentorship.is_underway | (Mentorship.ended_on > recent))


def select_mentored(person_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return everybody whom somebody mentors or who mentors them, today or within the last twelve months.

    Takes a column as well as a value, which is why nothing is nested: a column is found one level up and no further.
    """
    other = case((Mentorship.mentor_id == person_id, Mentorship.mentee_id), else_=Mentorship.mentor_id)
    return select(other).where(
        or_(Mentorship.mentor_id == person_id, Mentorship.mentee_id == person_id), counts_on(today())
    )


def select_pairs() -> Select[uuid.UUID, uuid.UUID]:
    """Return the same pairs for everybody at once: mentor and mentee."""
    return select(Mentorship.mentor_id, Mentorship.mentee_id).where(counts_on(today()))


@once_per_transaction
def _has_mentored(actor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    pair = or_(
        (Mentorship.mentor_id == actor_id) & (Mentorship.mentee_id == person_id),
        (Mentorship.mentee_id == actor_id) & (Mentorship.mentor_id == person_id),
    )
    return bool(db.session.scalar(select(exists().where(pair, counts_on(today())))))


def select_paired(actor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return the mentorships whose shared words somebody reads: those of the mentee, and those a mentor is still in.

    Access matrix, row 16 and note 9: a mentor's reading ends with the pairing, and with a request or proposal that
    comes to nothing; their own words stay theirs.
    """
    return select(Mentorship.id).where(
        or_(
            Mentorship.mentee_id == actor_id,
            (Mentorship.mentor_id == actor_id) & Mentorship.is_not_over,
        )
    )


@once_per_transaction
def _paired(actor_id: uuid.UUID) -> frozenset[uuid.UUID]:
    return frozenset(db.session.scalars(select_paired(actor_id)))


@once_per_transaction
def is_coordinator(person_id: uuid.UUID) -> bool:
    """Say whether HR has named somebody to coordinate mentoring."""
    return bool(
        db.session.scalar(
            select(exists().where(MentoringCoordinator.person_id == person_id, MentoringCoordinator.ended_at.is_(None)))
        )
    )
