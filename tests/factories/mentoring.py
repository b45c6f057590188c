"""Profiles, mentorships and sessions in any state, put straight into the tables. Everything is committed.

No rule is checked here: a test of a rule goes through the actions.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from app.domain.mentorship import MentorshipState, PairSide, add_months, mid_point
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import (
    MentoringCoordinator,
    MentoringNote,
    MentoringOffer,
    MentoringProfile,
    MentoringRound,
    MentoringSession,
    MentoringWish,
    Mentorship,
    MentorshipGoal,
    NoteKind,
    PrivateNote,
    SessionState,
)
from app.people.models import Person
from tests.factories.people import make_person

AT = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
TODAY = date(2026, 11, 21)
NEXT_TIME = datetime.fromisoformat("2026-12-01T13:00:00+00:00")
LINEAGE = "software-engineer"
GOALS = ("swe.coach-juniors", "swe.lead-design-discussions")
"""What blocks somebody at L2, and is banked at L3."""


def make_coordinator(person: Person, *, named_by: Person | None = None) -> MentoringCoordinator:
    """Name a coordinator."""
    row = MentoringCoordinator(person_id=person.id, named_at=AT, named_by_id=named_by.id if named_by else None)
    with transaction():
        db.session.add(row)
    return row


def make_profile(
    person: Person,
    *,
    offers: tuple[str, ...] = (),
    wishes: tuple[str, ...] = (),
    lineage: str = LINEAGE,
    mentors: bool | None = None,
    seeks: bool | None = None,
    **columns: Any,
) -> MentoringProfile:
    """Say of somebody what they offer and seek; opted in to what they say something of, unless told otherwise."""
    values: dict[str, Any] = {
        "time_zone": "Europe/Berlin",
        "languages": "en",
        "mentors_since": AT if (bool(offers) if mentors is None else mentors) else None,
        "seeks_since": AT if (bool(wishes) if seeks is None else seeks) else None,
        "changed_at": AT,
    } | columns
    row = MentoringProfile(person_id=person.id, **values)
    with transaction():
        db.session.add(row)
        for one in offers:
            db.session.add(MentoringOffer(person_id=person.id, lineage=lineage, expectation_id=one))
        for place, one in enumerate(wishes):
            db.session.add(MentoringWish(person_id=person.id, lineage=lineage, expectation_id=one, position=place))
    return row


def make_mentorship(
    mentee: Person,
    mentor: Person,
    *,
    state: MentorshipState = MentorshipState.ACTIVE,
    began_on: date = date(2026, 9, 1),
    goals: tuple[str, ...] = (),
    lineage: str = LINEAGE,
    **columns: Any,
) -> Mentorship:
    """Put a mentorship into a state, with the dates that it needs to be believable."""
    values: dict[str, Any] = {
        "proposed_at": AT,
        "proposed_by_id": mentee.id,
        "answer_by": TODAY + timedelta(days=13),
        "months": 6,
    }
    never_began = (
        MentorshipState.PROPOSED,
        MentorshipState.DECLINED,
        MentorshipState.WITHDRAWN,
        MentorshipState.EXPIRED,
    )
    if state in never_began:
        values |= {"mentee_consented_at": AT, "waits_for": PairSide.MENTOR}
    else:
        ends_on = add_months(began_on, 6)
        values |= {
            "mentee_consented_at": AT,
            "mentor_consented_at": AT,
            "began_on": began_on,
            "mid_point_on": mid_point(began_on, ends_on),
            "ends_on": ends_on,
        }
    if state in (MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY):
        values["ended_on"] = TODAY - timedelta(days=10)
    if state is MentorshipState.PAUSED:
        values |= {"left_state": MentorshipState.ACTIVE, "paused_on": TODAY - timedelta(days=7)}
    row = Mentorship(mentee_id=mentee.id, mentor_id=mentor.id, state=state, **values | columns)
    with transaction():
        db.session.add(row)
        db.session.flush()
        for place, one in enumerate(goals):
            goal = MentorshipGoal(mentorship_id=row.id, lineage=lineage, expectation_id=one, position=place)
            db.session.add(goal)
    return row


def make_session(
    mentorship: Mentorship,
    *,
    number: int = 1,
    starts_at: datetime = NEXT_TIME,
    state: SessionState = SessionState.PLANNED,
    **columns: Any,
) -> MentoringSession:
    """Plan or hold a session of a pair."""
    values = {
        "created_by_id": mentorship.mentee_id,
        "created_at": AT,
        "changed_at": AT,
        "held_on": starts_at.date() if state is SessionState.HELD else None,
    }
    row = MentoringSession(
        mentorship_id=mentorship.id, number=number, starts_at=starts_at, state=state, **values | columns
    )
    with transaction():
        db.session.add(row)
    return row


def make_note(
    session: MentoringSession, author: Person, words: str, *, kind: NoteKind = NoteKind.NOTE
) -> MentoringNote:
    """Let one of a pair write for both."""
    row = MentoringNote(
        mentorship_id=session.mentorship_id,
        session_id=session.id,
        author_id=author.id,
        kind=kind,
        words=words,
        written_at=AT,
        changed_at=AT,
    )
    with transaction():
        db.session.add(row)
    return row


def make_private_note(
    mentorship: Mentorship, author: Person, words: str, *, session: MentoringSession | None = None
) -> PrivateNote:
    """Let one of a pair write for themselves."""
    row = PrivateNote(
        mentorship_id=mentorship.id,
        session_id=session.id if session else None,
        author_id=author.id,
        words=words,
        written_at=AT,
        changed_at=AT,
    )
    with transaction():
        db.session.add(row)
    return row


def make_round(name: str = "Winter 2026", **columns: Any) -> MentoringRound:
    """Open a round."""
    row = MentoringRound(name=name, opened_at=AT, **columns)
    with transaction():
        db.session.add(row)
    return row


def make_mentee(name: str = "Amara Diallo", *, wishes: tuple[str, ...] = GOALS, **columns: Any) -> Person:
    """Return somebody at L2 who seeks help with goals that `make_mentor` can help with; the ladder is published."""
    person = make_person(name, level="L2", manager=columns.pop("manager", None))
    make_profile(person, wishes=wishes, **columns)
    return person


def make_mentor(name: str = "Kofi Mensah", *, offers: tuple[str, ...] = GOALS, **columns: Any) -> Person:
    """Return somebody at L3 who offers what `make_mentee` seeks; the ladder is published."""
    person = make_person(name, level="L3", manager=columns.pop("manager", None))
    make_profile(person, offers=offers, **columns)
    return person
