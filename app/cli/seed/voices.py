"""What colleagues and authors of the example company did besides: limits in words, reminders, words said anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.cli.seed.plan import PlannedCorroboration, PlannedEvidence
from app.domain.evidence import CorroborationAnswer
from app.evidence.models import CorroborationLimit, EvidenceRevision
from app.infra.clock import local
from app.infra.db import Model

Row = dict[str, Any]
Key = Callable[..., UUID]
REMINDED_AFTER = timedelta(days=7)
ASKING = (
    "You were in the room for this; is it told as it was?",
    "You reviewed most of it. Two minutes are enough.",
    "Could you say whether the second half is fair?",
)
IN_PART = "I saw the outcome of this, not the work before it."
NOT_SEEN = "I was not there for this part and cannot say."
SAID_FIRST = "First note: {title}"
"""How a piece began that was told better some days after it was shared."""
TOLD_AFTER = timedelta(days=2)
EVERY = 5
"""One shared piece in so many was told anew, of those that nobody was asked about."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The line to a colleague, and when they were reminded."""

    asking: str
    reminded_at: datetime | None


def asking_of(piece: PlannedEvidence, asked: PlannedCorroboration, at: datetime) -> Asking:
    """Return what belongs to a question: a line for some, a reminder for an answer that is owed after a week."""
    line = ASKING[piece.number % len(ASKING)] if piece.number % 2 else ""
    reminded = asked.asked_at + REMINDED_AFTER
    return Asking(line, reminded if asked.outcome is None and reminded < at else None)


def limit_rows(key: Key, piece: PlannedEvidence, asked: PlannedCorroboration) -> Iterator[tuple[type[Model], Row]]:
    """Yield the words of a limited answer on each expectation that it does not leave wholly standing."""
    if asked.outcome is not CorroborationAnswer.LIMITED:
        return
    question = key("evidence", piece.author_key, piece.number, "asked", asked.colleague_key)
    for place, claim in enumerate(piece.claims):
        stands = claim.expectation_id in asked.standing
        if stands and place:
            continue
        yield (
            CorroborationLimit,
            {
                "id": key("limit", piece.author_key, piece.number, asked.colleague_key, claim.expectation_id),
                "corroboration_id": question,
                "expectation_id": claim.expectation_id,
                "words": IN_PART if stands else NOT_SEEN,
            },
        )


def told_anew_at(piece: PlannedEvidence, at: datetime) -> datetime | None:
    """Return when a shared piece was told anew; None for most.

    A piece that somebody has answered for is left as it is: a change would have ended what they confirmed.
    """
    if piece.shared_at is None or piece.withdrawn_at or piece.corroborations or piece.set_aside:
        return None
    moment = piece.shared_at + TOLD_AFTER
    return moment if piece.number % EVERY == 1 and moment < at else None


def revision_rows(key: Key, piece: PlannedEvidence, at: datetime) -> Iterator[tuple[type[Model], Row]]:
    """Yield what a shared piece has said: for most what it says now, for some a first note before it."""
    if piece.shared_at is None:
        return
    anew = told_anew_at(piece, at)
    sayings = [(piece.shared_at, SAID_FIRST.format(title=piece.title), "")] if anew else []
    sayings.append((anew or piece.shared_at, piece.title, piece.narrative))
    for number, (moment, title, narrative) in enumerate(sayings, 1):
        yield (
            EvidenceRevision,
            {
                "id": key("revision", piece.author_key, piece.number, number),
                "evidence_id": key("evidence", piece.author_key, piece.number),
                "number": number,
                "said_at": moment,
                "said_on": local(moment).date(),
                "content": _content(piece, title[:200], narrative),
            },
        )


def _content(piece: PlannedEvidence, title: str, narrative: str) -> str:
    return json.dumps(
        {
            "title": title,
            "narrative": narrative,
            "kind": piece.kind.value,
            "occurred_from": piece.occurred_from and piece.occurred_from.isoformat(),
            "occurred_on": piece.occurred_on.isoformat(),
            "links": list(piece.links),
            "claims": [{"expectation": claim.expectation_id, "line": claim.line} for claim in piece.claims],
        },
        ensure_ascii=False,
    )
