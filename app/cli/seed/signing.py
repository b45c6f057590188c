"""What engineers and managers of the example company agreed on once both sides were open, and who signed it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.assessment.models import WHOLE, Assessment, AssessmentNote, AssessmentSignature, Side
from app.assessment.queries import result_hash
from app.cli.seed.plan import PlannedAssessment
from app.infra.db import Model

Key = Callable[..., uuid.UUID]
Rows = Iterator[tuple[type[Model], dict[str, Any]]]
OLD = timedelta(days=10)
"""What has been open for longer is signed by both, unless it is told otherwise below."""
NOTED, SIGNED = timedelta(days=1, hours=2), timedelta(days=3, hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of somebody’s latest assessment: notes on the widest difference and on the whole, a refusal."""

    difference: str = ""
    whole: str = ""
    refusal: str = ""


TOLD: Mapping[str, Told] = {
    "chioma": Told(
        difference="We read the review comments of October together. They show it; the design of the next change, "
        "from the first sketch on, will show the rest.",
        whole="We meet again when the settlement change is out, at the latest in the second week of January.",
    ),
    "maximiliane": Told(
        difference="We saw the same two incidents and drew different lines from them. One more, led from start to "
        "end, and we look again.",
        whole="The goals of the growth plan hold. Nothing here was a surprise to either of us.",
    ),
    "benedikt": Told(
        whole="We talked for an hour and did not come to one view on how far the work reached beyond Billing.",
        refusal="The workshop with the finance board in May is not in it, and it was the largest thing I did this "
        "year. I asked for it to be weighed and it was not.",
    ),
}


def agreed_rows(
    key: Key, own: tuple[object, ...], plan: PlannedAssessment, version_id: uuid.UUID, at: datetime
) -> Rows:
    """Return the joint notes and signatures of an assessment; none while it is sealed.

    `own` are the parts of the assessment's key, `version_id` is the ladder version it is pinned to.
    """
    if plan.revealed_at is None:
        return
    is_latest = plan.revealed_at > at - timedelta(days=90)
    told = TOLD.get(plan.subject_key, Told()) if is_latest else Told()
    assessment_id = key(*own)
    notes = [(one, words) for one, words in ((_widest(plan), told.difference), (WHOLE, told.whole)) if words]
    for place, (expectation_id, words) in enumerate(notes):
        author = plan.subject_key if place % 2 else plan.manager_key
        yield (
            AssessmentNote,
            {
                "id": key(*own, "note", expectation_id),
                "assessment_id": assessment_id,
                "expectation_id": expectation_id,
                "words": words,
                "changed_by_id": key("person", author),
                "changed_at": min(plan.revealed_at + NOTED, at),
                "version": 1,
            },
        )
    if plan.revealed_at > at - OLD:
        return
    digest = _digest(assessment_id, plan, version_id, notes)
    for side, signer, refusal, days in (
        (Side.SELF, plan.subject_key, told.refusal, 0),
        (Side.MANAGER, plan.manager_key, "", 1),
    ):
        yield (
            AssessmentSignature,
            {
                "id": key(*own, side.value, "signature"),
                "assessment_id": assessment_id,
                "side": side,
                "person_id": key("person", signer),
                "signed_at": plan.revealed_at + SIGNED + timedelta(days=days),
                "refusal": refusal,
                "result_hash": digest,
            },
        )


def _widest(plan: PlannedAssessment) -> str:
    """Return the expectation on which the two lie furthest apart, the first of several."""

    def apart(expectation_id: str) -> int:
        mine = plan.self_answers[expectation_id].answer
        theirs = plan.manager_answers[expectation_id].answer
        if mine is None or theirs is None or mine.rating is None or theirs.rating is None:
            return 0
        return abs(mine.rating.steps_above(theirs.rating))

    both = [one for one in plan.manager_answers if one in plan.self_answers]
    return max(both, key=apart, default=WHOLE)


def _digest(
    assessment_id: uuid.UUID, plan: PlannedAssessment, version_id: uuid.UUID, notes: list[tuple[str, str]]
) -> str:
    answers = [
        (side.value, expectation_id, given.answer.value if given.answer else "", given.comment)
        for side, sheet in ((Side.SELF, plan.self_answers), (Side.MANAGER, plan.manager_answers))
        for expectation_id, given in sheet.items()
        if given.answer is not None or given.comment
    ]
    pinned = Assessment(id=assessment_id, ladder_version_id=version_id, target_level=plan.target)
    return result_hash(pinned, answers, notes)
