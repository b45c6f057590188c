"""Proposing the pairs of a run to the people in them: all of them, or none."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.domain.matching import Mentee, Mentor, Parts, judge
from app.domain.mentorship import MAX_GOALS, MentorshipState, answer_day
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.mentoring.actions.expiry import expire_one
from app.mentoring.actions.rounds import be_open, lock_round
from app.mentoring.actions.steps import author_id, lock_profiles, note
from app.mentoring.models import MatchPair, MatchRun, MentoringRound, Mentorship, MentorshipGoal, RoundState
from app.mentoring.queries.pool import Gathered, gather
from app.mentoring.queries.requests import PROPOSAL
from app.mentoring.queries.rounds import list_lapsed_of
from app.mentoring.queries.runs import find_last, pairs_of
from app.notices.actions import tell
from app.policies.queries import value_of

MOVED_ON = (
    "The pool has changed, and what is not shown may have changed: not all of these pairs are possible any more. "
    "Match again, then propose."
)


def publish(row: MentoringRound, number: int, *, by: Author, at: datetime) -> list[Mentorship]:
    """Propose the pairs of the last run, `number`, and tell both people of each; both have to agree for themselves.

    The round is locked, so that it is published once, and so are the profiles of everybody in the pairs: nobody of them
    asks or begins elsewhere in the meantime. NotAllowedNowError when another run was made since, when nobody
    was paired, or when a pair is not possible any more: then nothing is proposed.
    """
    lock_round(row)
    # Whoever waited for the lock reads the pool as it is now.
    forget_answers()
    be_open(row)
    run = find_last(row.id)
    if run is None or run.number != number:
        raise NotAllowedNowError("The matching has been run again in the meantime. Read its result, then propose.")
    pairs = pairs_of(run.id)
    if not pairs:
        raise NotAllowedNowError("Nobody is paired, so there is nothing to propose.")
    gathered = _gather_locked(row, pairs, by=by, at=at)
    _check(gathered, pairs)
    proposed = [_propose(row, pair, goals, by=by, at=at) for pair, goals in _with_goals(gathered, pairs)]
    row.state, row.published_at, row.published_by_id = RoundState.PUBLISHED, at, author_id(by)
    row.published_run_id = run.id
    log(Tag.ROUND_PUBLISHED, by=by, at=at, object_id=row.id, run=run.number, pairs=len(proposed))
    return proposed


def _gather_locked(row: MentoringRound, pairs: list[MatchPair], *, by: Author, at: datetime) -> Gathered:
    """Return the pool as it is with everybody of the pairs held; what lapsed between two of them is written down."""
    lock_profiles(person_id for pair in pairs for person_id in (pair.mentee_id, pair.mentor_id))
    # Whoever waited for the locks reads the pool as it is now.
    forget_answers()
    between = {(pair.mentee_id, pair.mentor_id) for pair in pairs}
    for lapsed in list_lapsed_of(frozenset(mentee_id for mentee_id, _ in between), local(at).date()):
        if (lapsed.mentee_id, lapsed.mentor_id) in between:
            expire_one(lapsed, by=by, at=at)
    return gather(row)


def is_still_possible(gathered: Gathered, run: MatchRun) -> bool:
    """Say whether every pair of a run could be proposed today."""
    return not _broken(gathered, pairs_of(run.id))


def _check(gathered: Gathered, pairs: list[MatchPair]) -> None:
    if _broken(gathered, pairs):
        raise NotAllowedNowError(MOVED_ON)


def _broken(gathered: Gathered, pairs: list[MatchPair]) -> bool:
    """Say whether a pair, or a mentor's number of places, is not possible any more. Which one and why is not said."""
    mentees: dict[str, Mentee] = {one.id: one for one in gathered.pool.mentees}
    mentors: dict[str, Mentor] = {one.id: one for one in gathered.pool.mentors}
    keys = {person_id: one.key for person_id, one in gathered.by_id.items()}
    places = {one.id: one.free for one in gathered.pool.mentors}
    for pair in pairs:
        mentee = mentees.get(keys.get(pair.mentee_id, ""))
        mentor = mentors.get(keys.get(pair.mentor_id, ""))
        if mentee is None or mentor is None or not isinstance(judge(gathered.pool, mentee, mentor), Parts):
            return True
        places[mentor.id] -= 1
    return any(left < 0 for left in places.values())


def _with_goals(gathered: Gathered, pairs: list[MatchPair]) -> list[tuple[MatchPair, list[str]]]:
    """Return the pairs with what each mentee still seeks today and the mentor still holds."""
    seeking = {gathered.members[one.id].id: one.goals for one in gathered.pool.mentees}
    held = {gathered.members[one.id].id: one.holds for one in gathered.pool.mentors}
    return [(pair, [goal for goal in seeking[pair.mentee_id] if goal in held[pair.mentor_id]]) for pair in pairs]


def _propose(row: MentoringRound, pair: MatchPair, goals: list[str], *, by: Author, at: datetime) -> Mentorship:
    mentorship = Mentorship(
        id=uuid.uuid4(),
        mentee_id=pair.mentee_id,
        mentor_id=pair.mentor_id,
        round_id=row.id,
        state=MentorshipState.PROPOSED,
        proposed_at=at,
        proposed_by_id=author_id(by),
        answer_by=answer_day(local(at).date(), row.answer_days),
        waits_for=None,
        months=row.months,
        session_weeks=int(value_of("mentoring_session_weeks")),
        is_cross_ladder=pair.is_cross_ladder,
        score=pair.score,
    )
    db.session.add(mentorship)
    db.session.flush()
    for place, goal in enumerate(goals[:MAX_GOALS]):
        lineage, _, expectation_id = goal.partition(":")
        db.session.add(
            MentorshipGoal(mentorship_id=mentorship.id, lineage=lineage, expectation_id=expectation_id, position=place)
        )
    note(Tag.PAIR_PROPOSED, mentorship, by=by, at=at, round=str(row.id))
    for person_id in (pair.mentee_id, pair.mentor_id):
        tell(PROPOSAL, person_id, mentorship.id, by=by, at=at)
    return mentorship
