"""Running the matching of a round, and keeping what it gave."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.infra.db import db
from app.mentoring.actions.rounds import WEIGHTS, be_open, lock_round, weights_in
from app.mentoring.matching_run import (
    Outcome,
    broken_pins,
    could_be_asked,
    detail_of,
    match,
    needs_of,
    next_best,
    reasons_of,
    rivals_of,
    strengths,
)
from app.mentoring.models import MatchLeft, MatchPair, MatchRun, MentoringRound
from app.mentoring.queries.pool import count_pool, digest_of, gather
from app.mentoring.queries.runs import find_last


def run_matching(row: MentoringRound, *, by: Author, at: datetime) -> MatchRun:
    """Match the pool of today and keep the result with everything that its page says; earlier runs stay.

    The same pool, weights, pins and bans give the same digest and the same pairs. NotAllowedNowError once the round is
    not open any more.
    """
    lock_round(row)
    be_open(row)
    outcome = match(gather(row))
    last = find_last(row.id)
    run = MatchRun(
        id=uuid.uuid4(),
        round_id=row.id,
        number=last.number + 1 if last else 1,
        at=at,
        by_id=by.person_id,
        digest=digest_of(outcome.found.pool),
        mentees=len(outcome.found.pool.mentees),
        mentors=len(outcome.available),
        places=sum(one.free for one in outcome.available),
        admissible=len(outcome.found.pairs),
        matched=outcome.whole.matched,
        worst=outcome.whole.worst,
        total=outcome.whole.total,
        explanation=json.dumps(_explanation(row, outcome, at), sort_keys=True),
    )
    session = db.session()
    session.add(run)
    session.flush()
    session.add_all(_pairs(run, outcome))
    session.add_all(_left(run, outcome))
    session.flush()
    log(
        Tag.ROUND_MATCHED,
        by=by,
        at=at,
        object_id=row.id,
        run=run.number,
        mentees=run.mentees,
        matched=run.matched,
    )
    return run


def _explanation(row: MentoringRound, outcome: Outcome, at: datetime) -> dict[str, Any]:
    pool, members = outcome.found.pool, outcome.gathered.members
    return {
        "asked": could_be_asked(outcome),
        "aside": dict(outcome.gathered.aside),
        "bans": len(pool.banned),
        "broken": broken_pins(outcome),
        "figures": count_pool(at),
        "competing": {
            str(members[one.id].id): cut["number"] for one in outcome.left if (cut := rivals_of(outcome, one))
        },
        "needs": {str(members[one.id].id): needs_of(one) for one in outcome.left},
        "pins": len(pool.pinned),
        "strengths": strengths(outcome),
        "unheld": list(outcome.found.unheld),
        "weights": weights_in(row),
    }


def _pairs(run: MatchRun, outcome: Outcome) -> list[MatchPair]:
    pool, members = outcome.found.pool, outcome.gathered.members
    mentees, mentors = {one.id: one for one in pool.mentees}, {one.id: one for one in pool.mentors}
    rows = []
    for pair in outcome.whole.pairs.items():
        mentee, mentor, parts = mentees[pair[0]], mentors[pair[1]], outcome.found.pairs[pair]
        following = next_best(outcome, mentee.id)
        rows.append(
            MatchPair(
                run_id=run.id,
                mentee_id=members[mentee.id].id,
                mentor_id=members[mentor.id].id,
                **{f"{part}_part": getattr(parts, part) for part in WEIGHTS},
                score=parts.score,
                is_pinned=pair in outcome.found.pins,
                is_cross_ladder=mentee.ladder != mentor.ladder,
                next_mentor_id=members[following[0]].id if following else None,
                next_score=following[1] if following else None,
                detail=json.dumps(detail_of(outcome, mentee, mentor), sort_keys=True),
            )
        )
    return rows


def _left(run: MatchRun, outcome: Outcome) -> list[MatchLeft]:
    rows = []
    for mentee in outcome.left:
        cut = rivals_of(outcome, mentee)
        row = MatchLeft(
            run_id=run.id,
            mentee_id=outcome.gathered.members[mentee.id].id,
            unheld=json.dumps(outcome.found.pool.unheld(mentee)),
        )
        if cut is None:
            row.reasons = json.dumps(reasons_of(outcome, mentee))
        else:
            row.rivals, row.mentors = json.dumps(cut["rivals"]), json.dumps(cut["mentors"])
            row.places = cut["places"]
        rows.append(row)
    return rows
