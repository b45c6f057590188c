"""Proposing the pairs of a run to the people in them: all of them, or none."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import NotAllowedNowError
from app.domain.matching import Mentee, Mentor, Parts, judge
from app.domain.mentorship import MAX_GOALS, MentorshipState, answer_day
from app.infra.clock import local
from app.infra.db import db, forget_answers
from app.mentoring.actions.rounds import be_open, lock_round
from app.mentoring.actions.steps import author_id, note
from app.mentoring.models import MatchPair, MatchRun, MentoringRound, Mentorship, MentorshipGoal, RoundState
from app.mentoring.queries.pool import Gathered, gather
from app.mentoring.queries.requests import PROPOSAL
from app.mentoring.queries.runs import find_last, pairs_of
from app.notices.actions import tell

MOVED_ON = "The pool has changed, and not all of these pairs are possible any more. Match again, then propose."


def publish(row: MentoringRound, number: int, *, by: Author, at: datetime) -> list[Mentorship]:
    """Propose the pairs of the last run, `number`, and tell both people of each; both have to agree for themselves.

    The round is locked, so that it is published once. NotAllowedNowError when another run was made since, when nobody
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
    _check(gather(row), pairs)
    proposed = [_propose(row, pair, by=by, at=at) for pair in pairs]
    row.state, row.published_at, row.published_by_id = RoundState.PUBLISHED, at, author_id(by)
    row.published_run_id = run.id
    log(Tag.ROUND_PUBLISHED, by=by, at=at, object_id=row.id, run=run.number, pairs=len(proposed))
    return proposed


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


def _propose(row: MentoringRound, pair: MatchPair, *, by: Author, at: datetime) -> Mentorship:
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
        is_cross_ladder=pair.is_cross_ladder,
        score=pair.score,
    )
    db.session.add(mentorship)
    db.session.flush()
    for place, goal in enumerate(json.loads(pair.detail)["held"][:MAX_GOALS]):
        lineage, _, expectation_id = goal.partition(":")
        db.session.add(
            MentorshipGoal(mentorship_id=mentorship.id, lineage=lineage, expectation_id=expectation_id, position=place)
        )
    note(Tag.PAIR_PROPOSED, mentorship, by=by, at=at, round=str(row.id))
    for person_id in (pair.mentee_id, pair.mentor_id):
        tell(PROPOSAL, person_id, mentorship.id, by=by, at=at)
    return mentorship
