"""Requests and proposals: who is asked, whose turn it is, and what the two wrote while they made up their minds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.mentorship import MentorshipEvent, MentorshipState, PairSide, has_lapsed
from app.infra.clock import clock
from app.infra.db import db
from app.mentoring.models import (
    MentoringOffer,
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipStep,
    MessageKind,
)
from app.notices.sources import waiting_columns
from app.people.models import Person
from app.people.queries.persons import has_not_left

REQUEST = "mentoring.request"
QUESTION = "mentoring.question"
PROPOSAL = "mentoring.proposal"
BEGUN = "mentoring.begun"
ANSWERED = "mentoring.answered"
MOST_OPEN = 3
"""How many requests of one mentee may be open at once (house)."""
MOST_A_DAY = 10
"""How many requests one mentee may send within 24 hours, whatever becomes of them (house)."""
MOST_QUESTIONS = 5
"""How often a mentor may ask back before they say yes or no (house)."""
AGAIN_AFTER = timedelta(days=14)
"""How long after taking a request back the same mentor is not asked again (house)."""
FOUND_ANOTHER = "found_another"
"""Why Belay withdraws a request by itself: the mentee has a mentor now."""
STOPPED = "stopped"
"""The same: the mentee does not look for a mentor any more."""
AGREED = "agreed"
"""What became of a proposal for the mentor who had agreed to it, when the mentee let its day pass."""
NEWS_FOR = timedelta(days=14)
BEFORE = (MessageKind.REQUEST, MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.DECLINE)
"""What the two write before they are a pair."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one of the two wrote, and when. Read by the pair alone."""

    author_id: uuid.UUID
    author: str
    kind: MessageKind
    words: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is open, as its mentee sees it in a list."""

    id: uuid.UUID
    mentor: str
    asked_at: datetime
    answer_by: date
    waits_for: PairSide | None


def is_answerable(mentorship: Mentorship, on: date) -> bool:
    """Say whether the two may still answer: nothing is decided, and the day is not past, job or no job."""
    return mentorship.state is MentorshipState.PROPOSED and not has_lapsed(mentorship.answer_by, on)


def state_on(mentorship: Mentorship, on: date) -> MentorshipState:
    """Return the state of a mentorship on a day: a question whose day is past has expired before the job says so."""
    lapsed = mentorship.state is MentorshipState.PROPOSED and has_lapsed(mentorship.answer_by, on)
    return MentorshipState.EXPIRED if lapsed else mentorship.state


def thread_of(mentorship: Mentorship, reader_id: uuid.UUID) -> Sequence[Message]:
    """Return what the two wrote before they were a pair and one of them may read, oldest first.

    A mentor's reading ends when it is over: their own words stay, and a no of the mentee, which was written to them to
    be read then. Access matrix, note 9.
    """
    is_open = or_(Mentorship.is_not_over, Mentorship.mentee_id == reader_id)
    kept = or_(MentorshipMessage.author_id == reader_id, MentorshipMessage.kind == MessageKind.DECLINE)
    rows = db.session.execute(
        select(
            MentorshipMessage.author_id,
            Person.name,
            MentorshipMessage.kind,
            MentorshipMessage.words,
            MentorshipMessage.written_at,
        )
        .join(Person, Person.id == MentorshipMessage.author_id)
        .join(Mentorship, Mentorship.id == MentorshipMessage.mentorship_id)
        .where(Mentorship.id == mentorship.id, MentorshipMessage.kind.in_(BEFORE), or_(is_open, kept))
        .order_by(MentorshipMessage.written_at, MentorshipMessage.id)
    )
    return [Message(*row) for row in rows]


def goals_of(mentorship_id: uuid.UUID) -> list[str]:
    """Return the goals of a mentorship as `lineage:expectation`, in the order in which the mentee gave them."""
    rows = db.session.execute(
        select(MentorshipGoal.lineage, MentorshipGoal.expectation_id)
        .where(MentorshipGoal.mentorship_id == mentorship_id)
        .order_by(MentorshipGoal.position, MentorshipGoal.id)
    )
    return [f"{lineage}:{expectation_id}" for lineage, expectation_id in rows]


def goals_offered(mentorship: Mentorship) -> dict[str, bool]:
    """Return the goals of a mentorship in the mentee's order, and of each whether its mentor offers to help with it."""
    offered = exists().where(
        MentoringOffer.person_id == mentorship.mentor_id,
        MentoringOffer.lineage == MentorshipGoal.lineage,
        MentoringOffer.expectation_id == MentorshipGoal.expectation_id,
    )
    rows = db.session.execute(
        select(MentorshipGoal.lineage, MentorshipGoal.expectation_id, offered)
        .where(MentorshipGoal.mentorship_id == mentorship.id)
        .order_by(MentorshipGoal.position, MentorshipGoal.id)
    )
    return {f"{lineage}:{expectation_id}": bool(is_offered) for lineage, expectation_id, is_offered in rows}


def last_step(mentorship_id: uuid.UUID) -> MentorshipStep | None:
    """Return the last thing that happened to a mentorship; None as long as it is proposed."""
    rows = select(MentorshipStep).where(MentorshipStep.mentorship_id == mentorship_id)
    return db.session.scalars(rows.order_by(MentorshipStep.at.desc(), MentorshipStep.id.desc()).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mentee has going: requests and proposals that may still be answered, and whether they have a mentor."""

    open: Sequence[OpenRequest]
    has_mentor: bool

    @property
    def own(self) -> int:
        """Return how many of the open ones the mentee asked for; what a round proposed does not count."""
        return sum(one.waits_for is not None for one in self.open)


def what_is_asked(mentee_id: uuid.UUID, on: date) -> Asked:
    """Return what a mentee has going, by the mentor's name."""
    rows = db.session.execute(
        select(
            Mentorship.id,
            Person.name,
            Mentorship.proposed_at,
            Mentorship.answer_by,
            Mentorship.waits_for,
            Mentorship.is_underway.label("is_underway"),
        )
        .join(Person, Person.id == Mentorship.mentor_id)
        .where(Mentorship.mentee_id == mentee_id, or_(open_on(on), Mentorship.is_underway))
        .order_by(Person.sort_name, Person.id, Mentorship.id)
    ).all()
    return Asked([OpenRequest(*row[:5]) for row in rows if not row.is_underway], any(row.is_underway for row in rows))


def open_on(on: date) -> ColumnElement[bool]:
    """Return the condition that a mentorship may still be answered on a day."""
    return (Mentorship.state == MentorshipState.PROPOSED) & (Mentorship.answer_by >= on)


def count_open_requests(mentee_id: uuid.UUID, on: date) -> int:
    """Return how many requests of a mentee's own are open; what a round proposed does not count."""
    rows = select(func.count()).where(Mentorship.mentee_id == mentee_id, Mentorship.round_id.is_(None), open_on(on))
    return db.session.scalar(rows) or 0


def count_asked_since(mentee_id: uuid.UUID, since: datetime) -> int:
    """Return how many requests somebody has sent after a moment, whatever became of them."""
    rows = select(func.count()).where(
        Mentorship.mentee_id == mentee_id, Mentorship.round_id.is_(None), Mentorship.proposed_at > since
    )
    return db.session.scalar(rows) or 0


def last_withdrawn_at(mentee_id: uuid.UUID, mentor_id: uuid.UUID) -> datetime | None:
    """Return when a mentee last took a request to a mentor back; None for never, and for what Belay withdrew."""
    rows = (
        select(func.max(MentorshipStep.at, type_=MentorshipStep.at.type))
        .join(Mentorship, Mentorship.id == MentorshipStep.mentorship_id)
        .where(
            Mentorship.mentee_id == mentee_id,
            Mentorship.mentor_id == mentor_id,
            MentorshipStep.event == MentorshipEvent.WITHDRAW.value,
            MentorshipStep.by_id == mentee_id,
            MentorshipStep.code == "",
        )
    )
    return db.session.scalar(rows)


def count_questions(mentorship_id: uuid.UUID) -> int:
    """Return how often the mentor has asked back."""
    rows = select(func.count()).where(
        MentorshipMessage.mentorship_id == mentorship_id, MentorshipMessage.kind == MessageKind.QUESTION
    )
    return db.session.scalar(rows) or 0


def has_mentor(mentee_id: uuid.UUID) -> bool:
    """Say whether somebody has a mentor now, paused or not."""
    return bool(db.session.scalar(select(exists().where(Mentorship.mentee_id == mentee_id, Mentorship.is_underway))))


def open_requests(mentee_id: uuid.UUID, on: date) -> Sequence[Mentorship]:
    """Return the requests of a mentee's own that may still be answered, in the order of their ids."""
    rows = select(Mentorship).where(Mentorship.mentee_id == mentee_id, Mentorship.round_id.is_(None), open_on(on))
    return db.session.scalars(rows.order_by(Mentorship.id)).all()


def others_proposed(mentorship: Mentorship, on: date) -> Sequence[Mentorship]:
    """Return the other requests and proposals of its mentee that may still be answered, in the order of their ids."""
    rows = select(Mentorship).where(
        Mentorship.mentee_id == mentorship.mentee_id, Mentorship.id != mentorship.id, open_on(on)
    )
    return db.session.scalars(rows.order_by(Mentorship.id)).all()


def list_lapsed(on: date, *, limit: int) -> Sequence[Mentorship]:
    """Return some of the requests and proposals whose day is past and which nobody has moved on."""
    rows = select(Mentorship).where(Mentorship.state == MentorshipState.PROPOSED, Mentorship.answer_by < on)
    return db.session.scalars(rows.order_by(Mentorship.answer_by, Mentorship.id).limit(limit)).all()


def list_lapsed_between(mentee_id: uuid.UUID, mentor_id: uuid.UUID, on: date) -> Sequence[Mentorship]:
    """Return what lapsed between two people and the job has not passed over yet: it must not bar asking again."""
    rows = select(Mentorship).where(
        Mentorship.mentee_id == mentee_id,
        Mentorship.mentor_id == mentor_id,
        Mentorship.state == MentorshipState.PROPOSED,
        Mentorship.answer_by < on,
    )
    return db.session.scalars(rows.order_by(Mentorship.id)).all()


# What waits ------------------------------------------------------------------


def select_requests(on: date) -> Select[Any]:
    """Return the requests that wait for the mentor: asked, or the mentee has answered a question."""
    return _turns(REQUEST, on, PairSide.MENTOR)


def select_questions(on: date) -> Select[Any]:
    """Return the requests in which the mentor has asked back and the mentee's answer is wanted."""
    return _turns(QUESTION, on, PairSide.MENTEE)


def _turns(kind: str, on: date, side: PairSide) -> Select[Any]:
    asked, other = Mentorship.mentor_id, Mentorship.mentee_id
    if side is PairSide.MENTEE:
        asked, other = other, asked
    written = (
        select(func.max(MentorshipMessage.written_at, type_=MentorshipMessage.written_at.type))
        .where(MentorshipMessage.mentorship_id == Mentorship.id)
        .correlate(Mentorship)
        .scalar_subquery()
    )
    since = func.coalesce(written, Mentorship.proposed_at, type_=Mentorship.proposed_at.type)
    reader, person = aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                kind,
                person_id=asked,
                object_id=Mentorship.id,
                since=since,
                who=person.name,
                due_on=Mentorship.answer_by,
            )
        )
        .join(person, person.id == other)
        .join(reader, reader.id == asked)
        .where(Mentorship.round_id.is_(None), Mentorship.waits_for == side, open_on(on), has_not_left(on, reader))
    )


def select_proposals(on: date) -> Select[Any]:
    """Return the proposals of rounds for each of the two who has not said yes or no."""
    reader, other = aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                PROPOSAL,
                person_id=reader.id,
                object_id=Mentorship.id,
                since=Mentorship.proposed_at,
                who=other.name,
                code=_side(reader),
                due_on=Mentorship.answer_by,
            )
        )
        .select_from(Mentorship)
        .join(
            reader,
            or_(
                and_(reader.id == Mentorship.mentee_id, Mentorship.mentee_consented_at.is_(None)),
                and_(reader.id == Mentorship.mentor_id, Mentorship.mentor_consented_at.is_(None)),
            ),
        )
        .join(other, other.id == _other_than(reader))
        .where(Mentorship.round_id.is_not(None), open_on(on), has_not_left(on, reader))
    )


def select_begun(on: date) -> Select[Any]:
    """Return what has begun within two weeks, for both of the two, until they have planned a session."""
    reader, other = aliased(Person), aliased(Person)
    since = case(
        (Mentorship.mentee_consented_at > Mentorship.mentor_consented_at, Mentorship.mentee_consented_at),
        else_=Mentorship.mentor_consented_at,
    )
    planned = exists().where(MentoringSession.mentorship_id == Mentorship.id)
    return (
        select(
            *waiting_columns(
                BEGUN,
                person_id=reader.id,
                object_id=Mentorship.id,
                since=since,
                who=other.name,
                code=_side(reader),
            )
        )
        .select_from(Mentorship)
        .join(reader, or_(reader.id == Mentorship.mentee_id, reader.id == Mentorship.mentor_id))
        .join(other, other.id == _other_than(reader))
        .where(
            Mentorship.state == MentorshipState.ACTIVE,
            Mentorship.began_on > on - NEWS_FOR,
            ~planned,
            has_not_left(on, reader),
        )
    )


def select_answered(on: date) -> Select[Any]:
    """Return what came to nothing within two weeks, for whom it concerns.

    A no concerns the other one; what lapsed, whoever had agreed; what Belay withdrew because the mentee needs it no
    more, its mentor. For the mentee it rests as soon as they have asked somebody else since, or have a mentor.
    """
    reader, other, later = aliased(Person), aliased(Person), aliased(Mentorship)
    moved_on = exists().where(
        reader.id == Mentorship.mentee_id,
        later.mentee_id == Mentorship.mentee_id,
        or_(later.proposed_at > MentorshipStep.at, later.is_underway),
    )
    concerned = or_(
        and_(
            MentorshipStep.event == MentorshipEvent.DECLINE.value,
            or_(reader.id == Mentorship.mentee_id, reader.id == Mentorship.mentor_id),
            reader.id != MentorshipStep.by_id,
        ),
        and_(
            MentorshipStep.event == MentorshipEvent.EXPIRE.value,
            or_(
                and_(reader.id == Mentorship.mentee_id, Mentorship.mentee_consented_at.is_not(None)),
                and_(reader.id == Mentorship.mentor_id, Mentorship.mentor_consented_at.is_not(None)),
            ),
        ),
        and_(
            MentorshipStep.event == MentorshipEvent.WITHDRAW.value,
            MentorshipStep.code.in_((FOUND_ANOTHER, STOPPED)),
            reader.id == Mentorship.mentor_id,
        ),
    )
    # The reason of a no is a code as well, and for its page alone.
    lapsed_for_mentor = and_(MentorshipStep.event == MentorshipEvent.EXPIRE.value, reader.id == Mentorship.mentor_id)
    what = case(
        (MentorshipStep.event == MentorshipEvent.WITHDRAW.value, MentorshipStep.code),
        (lapsed_for_mentor, AGREED),
        else_=MentorshipStep.event,
    )
    first = clock.moment(on - NEWS_FOR, time())
    return (
        select(
            *waiting_columns(
                ANSWERED,
                person_id=reader.id,
                object_id=Mentorship.id,
                since=MentorshipStep.at,
                who=other.name,
                code=what,
            )
        )
        .select_from(MentorshipStep)
        .join(Mentorship, Mentorship.id == MentorshipStep.mentorship_id)
        .join(reader, concerned)
        .join(other, other.id == _other_than(reader))
        .where(MentorshipStep.at >= first, ~moved_on, has_not_left(on, reader))
    )


def _other_than(reader: Any) -> ColumnElement[uuid.UUID]:  # noqa: ANN401 - an alias of the people
    return case((Mentorship.mentee_id == reader.id, Mentorship.mentor_id), else_=Mentorship.mentee_id)


def _side(reader: Any) -> ColumnElement[str]:  # noqa: ANN401 - as above
    return case((Mentorship.mentee_id == reader.id, PairSide.MENTEE.value), else_=PairSide.MENTOR.value)
