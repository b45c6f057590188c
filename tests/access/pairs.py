"""Mentoring in the company of the access suite: pairs in every state, and whatever one of a pair can write.

Nadia Mentor mentors Amara Diallo now, Farid Before did until ten days ago, and Cora Coordinator coordinates. Whatever
somebody wrote is a word of its own; of whom somebody does not want to be paired with, the row itself is the secret.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from app.domain.mentorship import MentorshipState, PairSide
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import (
    ChoiceKind,
    MatchLeft,
    MatchPair,
    MatchRun,
    MentoringExclusion,
    MentoringPreference,
    MentoringRound,
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipReview,
    MentorshipStep,
    MessageKind,
    NoteKind,
    ReviewKind,
    RoundChoice,
    RoundState,
    SessionAction,
    SessionState,
)
from app.people.models import Person
from tests.access.company import FIRST, SECOND, Company, canary
from tests.conftest import NOW
from tests.factories import mentoring as make

Everybody = dict[str, Person]
PAIRS: dict[str, tuple[str, str, MentorshipState, dict[str, Any]]] = {
    "pair": ("subject", "mentor", MentorshipState.ACTIVE, {}),
    "pair_over": ("subject", "former_mentor", MentorshipState.COMPLETED, {"began_on": date(2026, 2, 1)}),
    "pair_sharing": ("admin", "mentor", MentorshipState.ACTIVE, {"shares_goals": True}),
    "pair_of_hr": ("hr", "mentor", MentorshipState.ACTIVE, {}),
    "pair_closing": ("editor", "former_mentor", MentorshipState.CLOSING, {"closing_on": date(2026, 11, 20)}),
    "pair_asked": ("peer", "former_mentor", MentorshipState.PROPOSED, {}),
    "pair_proposed": (
        "stranger",
        "mentor",
        MentorshipState.PROPOSED,
        {"mentee_consented_at": None, "waits_for": None, "score": 700},
    ),
    # It never began, so that what was shared of it is nobody's.
    "pair_declined": ("subject", "chief", MentorshipState.DECLINED, {"shares_goals": True}),
}
"""Mentee, mentor, state, and what else is known of each pair."""
SESSIONS = {
    "session_next": ("pair", 2, datetime(2026, 12, 1, 13, tzinfo=UTC), SessionState.PLANNED),
    "session_held": ("pair", 1, datetime(2026, 11, 3, 13, tzinfo=UTC), SessionState.HELD),
    "session_over": ("pair_over", 1, datetime(2026, 3, 3, 13, tzinfo=UTC), SessionState.HELD),
    "session_of_hr": ("pair_of_hr", 1, datetime(2026, 12, 2, 13, tzinfo=UTC), SessionState.PLANNED),
}
NOTES = {
    "agenda_of_mentee": ("session_next", "subject", NoteKind.AGENDA),
    "agenda_of_mentor": ("session_next", "mentor", NoteKind.AGENDA),
    "note_of_mentee": ("session_held", "subject", NoteKind.NOTE),
    "note_of_mentor": ("session_held", "mentor", NoteKind.NOTE),
    "over_note_of_mentee": ("session_over", "subject", NoteKind.NOTE),
    "over_note_of_mentor": ("session_over", "former_mentor", NoteKind.NOTE),
    "note_of_hr": ("session_of_hr", "hr", NoteKind.AGENDA),
}
PRIVATE_NOTES = {
    "private_of_mentee": ("pair", "session_held", "subject"),
    "private_of_mentor": ("pair", "session_held", "mentor"),
    "private_whole_of_mentee": ("pair", None, "subject"),
    "private_whole_of_mentor": ("pair", None, "mentor"),
    "over_private_of_mentee": ("pair_over", "session_over", "subject"),
    "over_private_of_mentor": ("pair_over", "session_over", "former_mentor"),
    "private_of_hr": ("pair_of_hr", None, "hr"),
}
ACTIONS = (
    ("pair", "session_held", "subject", "mentor"),
    ("pair", "session_held", "mentor", "subject"),
    ("pair_over", "session_over", "subject", "subject"),
    ("pair_over", "session_over", "former_mentor", "subject"),
)
"""Pair, session, who wrote it, and whose it is to do."""
REVIEWS = (
    # Of the pair that is under way one has answered, so that neither reads the other.
    ("pair", ReviewKind.MID_POINT, "subject", True),
    ("pair", ReviewKind.MID_POINT, "mentor", False),
    ("pair_over", ReviewKind.MID_POINT, "subject", True),
    ("pair_over", ReviewKind.MID_POINT, "former_mentor", True),
    ("pair_over", ReviewKind.CLOSING, "subject", True),
    ("pair_over", ReviewKind.CLOSING, "former_mentor", True),
    ("pair_closing", ReviewKind.CLOSING, "editor", True),
    ("pair_closing", ReviewKind.CLOSING, "former_mentor", False),
)
MESSAGES = (
    ("pair", "subject", MessageKind.REQUEST),
    ("pair", "mentor", MessageKind.QUESTION),
    ("pair", "subject", MessageKind.ANSWER),
    ("pair_over", "subject", MessageKind.REQUEST),
    ("pair_over", "subject", MessageKind.PARTING),
    ("pair_over", "former_mentor", MessageKind.PARTING),
    ("pair_asked", "peer", MessageKind.REQUEST),
    ("pair_declined", "subject", MessageKind.REQUEST),
    ("pair_declined", "chief", MessageKind.DECLINE),
)
EXCLUSIONS = {
    "exclusion_of_mentee": ("subject", "stranger"),
    "exclusion_of_mentor": ("mentor", "asked"),
    "exclusion_of_former_mentor": ("former_mentor", "other"),
    "exclusion_of_hr": ("hr", "asked"),
}


def pair_up(company: Company, everybody: Everybody) -> None:
    """Write who offers and seeks, every pair with all that it wrote, and two rounds."""
    named = make.make_coordinator(everybody["coordinator"], named_by=everybody["hr"])
    keep(company, "named_coordinator", "coordinator", "coordinator", named)
    for name in ("mentor", "former_mentor", "chief"):
        make.make_profile(everybody[name], offers=(FIRST, SECOND), capacity=4)
    for name in ("subject", "peer", "stranger", "admin", "editor", "hr"):
        make.make_profile(everybody[name], wishes=(FIRST,), seeks=name in {"peer", "stranger"})
    hold_matching(company, everybody)
    for name, (mentee, mentor, state, columns) in PAIRS.items():
        is_of_round = name == "pair_proposed"
        row = make.make_mentorship(
            everybody[mentee],
            everybody[mentor],
            state=state,
            goals=(FIRST,),
            **columns | ({"round_id": company.objects["round_published"]} if is_of_round else {}),
        )
        keep(company, name, "mentorship", mentee, row)
        goals = select(MentorshipGoal.id).where(MentorshipGoal.mentorship_id == row.id)
        company.goals[name] = db.session.scalars(goals).one()
    write_for_both(company, everybody)
    write_apart(company, everybody)
    db.session.rollback()


def keep(company: Company, name: str, kind: str, subject: str, row: Any) -> None:
    """Remember an object by its name."""
    company.objects[name], company.kinds[name], company.subjects[name] = row.id, kind, subject
    company.versions[name] = getattr(row, "version", 0) or getattr(row, "revision", 0)


def loaded(company: Company, table: type[Any], name: str | None) -> Any:
    """Return a row that was written before."""
    return None if name is None else db.session.get_one(table, company.objects[name])


def write_for_both(company: Company, everybody: Everybody) -> None:
    """Plan and hold sessions, with agenda, notes and actions."""
    for name, (pair, number, starts_at, state) in SESSIONS.items():
        row = make.make_session(
            loaded(company, Mentorship, pair),
            number=number,
            starts_at=starts_at,
            state=state,
            place=canary(name, "place"),
        )
        keep(company, name, "mentoring_session", company.subjects[pair], row)
    for name, (session, author, kind) in NOTES.items():
        meeting = loaded(company, MentoringSession, session)
        keep(
            company, name, "note", author, make.make_note(meeting, everybody[author], canary(name, "words"), kind=kind)
        )
    for pair, session, author, owner in ACTIONS:
        row = SessionAction(
            mentorship_id=company.objects[pair],
            session_id=company.objects[session],
            author_id=everybody[author].id,
            owner_id=everybody[owner].id,
            words=canary(pair, f"action-{author}"),
            due_on=date(2026, 12, 1),
            written_at=NOW,
        )
        with transaction():
            db.session.add(row)
        keep(company, f"{pair}_action_of_{author}", "session_action", company.subjects[pair], row)
        company.asked[pair] = str(row.id)


def write_apart(company: Company, everybody: Everybody) -> None:
    """Let each write for themselves, look back, ask and answer, and say with whom they do not want to be paired."""
    for name, (pair, session, author) in PRIVATE_NOTES.items():
        row = make.make_private_note(
            loaded(company, Mentorship, pair),
            everybody[author],
            canary(name, "words"),
            session=loaded(company, MentoringSession, session),
        )
        keep(company, name, "private_note", author, row)
    with transaction() as session_:
        for pair, review_kind, author, is_given in REVIEWS:
            words = [canary(pair, f"{review_kind.value}-{author}-{place}") for place in range(4)]
            session_.add(
                MentorshipReview(
                    mentorship_id=company.objects[pair],
                    author_id=everybody[author].id,
                    kind=review_kind,
                    answers=json.dumps(words),
                    written_at=NOW,
                    given_at=NOW if is_given else None,
                )
            )
        for pair, author, message_kind in MESSAGES:
            session_.add(
                MentorshipMessage(
                    mentorship_id=company.objects[pair],
                    author_id=everybody[author].id,
                    kind=message_kind,
                    words=canary(pair, f"{message_kind.value}-{author}"),
                    written_at=NOW,
                )
            )
        declined = {"at": NOW, "by_id": everybody["chief"].id, "event": "decline", "code": "no_time"}
        session_.add(
            MentorshipStep(
                mentorship_id=company.objects["pair_declined"], source="proposed", target="declined", **declined
            )
        )
    for name, (person, other) in EXCLUSIONS.items():
        row_ = MentoringExclusion(person_id=everybody[person].id, other_id=everybody[other].id)
        with transaction():
            db.session.add(row_)
        keep(company, name, "exclusion", person, row_)
    with transaction() as session_:
        session_.add(
            MentoringPreference(
                person_id=everybody["stranger"].id, other_id=everybody["mentor"].id, side=PairSide.MENTEE
            )
        )


def hold_matching(company: Company, everybody: Everybody) -> None:
    """Open a round with a ban, and write another one whose pairs were proposed."""
    for name, state in (("round_open", RoundState.OPEN), ("round_published", RoundState.PUBLISHED)):
        row = make.make_round(canary(name, "name"), state=state, opened_by_id=everybody["coordinator"].id)
        add_run(row, everybody)
        keep(company, name, "mentoring_round", "coordinator", row)
        choice = RoundChoice(
            round_id=row.id,
            mentee_id=everybody["peer"].id,
            mentor_id=everybody["mentor"].id,
            kind=ChoiceKind.BAN,
            reason=canary(name, "ban"),
            made_at=NOW,
            made_by_id=everybody["coordinator"].id,
        )
        with transaction():
            db.session.add(choice)
        keep(company, f"{name}_choice", "round_choice", "coordinator", choice)


def add_run(row: MentoringRound, everybody: Everybody) -> None:
    """Write a run that matched Sten Stranger and left Ffion Prydderch without a mentor."""
    run = MatchRun(
        round_id=row.id,
        number=1,
        at=NOW,
        by_id=everybody["coordinator"].id,
        digest="0" * 64,
        mentees=2,
        mentors=3,
        places=9,
        admissible=1,
        matched=1,
        worst=700,
        total=700,
    )
    with transaction() as session:
        session.add(run)
        session.flush()
        session.add(
            MatchPair(
                run_id=run.id,
                mentee_id=everybody["stranger"].id,
                mentor_id=everybody["mentor"].id,
                goals_part=500,
                level_part=150,
                team_part=0,
                hours_part=0,
                preference_part=50,
                load_part=0,
                score=700,
            )
        )
        session.add(MatchLeft(run_id=run.id, mentee_id=everybody["peer"].id, reasons=json.dumps({"level": 3})))
        if row.state is RoundState.PUBLISHED:
            row.published_at, row.published_run_id = NOW, run.id
            row.published_by_id = everybody["coordinator"].id
            session.merge(row)
