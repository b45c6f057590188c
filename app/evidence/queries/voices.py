"""What colleagues say about a piece, as its page shows it: who, when, for which expectations, and whether it counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.evidence import CorroborationAnswer
from app.evidence.models import Corroboration, Evidence
from app.evidence.queries.marks import Marks
from app.people.models import Person

WHOLE, PART, NOTHING = "whole", "part", "nothing"
"""What a limited answer says of one expectation. What stands in part stays standing, with words on how far."""
REMINDED_AGAIN = timedelta(days=1)
"""An author reminds a colleague no sooner than this after asking or reminding."""
GIVING = (CorroborationAnswer.CONFIRMED, CorroborationAnswer.LIMITED)


@dataclass(frozen=True, slots=True)
class PointView:
    """What an answer says of one expectation. `stands`: `WHOLE`, `PART` or `NOTHING`."""

    id: str
    text: str
    stands: str
    words: str


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A colleague who was asked, the answer, and whether it counts. `remark` says why it does not, or for what.

    `points` are what a limited answer says of each expectation. `may_remind`, `may_ask_again`: what its author can do.
    """

    colleague_id: uuid.UUID
    name: str
    asked_at: datetime
    asking: str
    reminded_at: datetime | None
    is_open: bool
    outcome: CorroborationAnswer | None
    words: str
    answered_at: datetime | None
    points: tuple[PointView, ...]
    remark: str
    may_remind: bool
    may_ask_again: bool


def voice_views(
    piece: Evidence,
    people: Mapping[uuid.UUID, Person],
    voices: Mapping[uuid.UUID, frozenset[str]],
    marks: Marks,
    at: datetime,
) -> tuple[VoiceView, ...]:
    """Return everybody who was asked about a loaded piece. `voices`: whose answer counts, and for what."""
    views = []
    for row in piece.corroborations:
        person, supported = people[row.colleague_id], voices.get(row.colleague_id, frozenset())
        views.append(
            VoiceView(
                colleague_id=row.colleague_id,
                name=person.name,
                asked_at=row.asked_at,
                asking=row.asking,
                reminded_at=row.reminded_at if row.is_open else None,
                is_open=row.is_open,
                outcome=row.outcome,
                words=row.words,
                answered_at=row.answered_at,
                points=tuple(point_views(piece, row, marks)) if row.outcome is CorroborationAnswer.LIMITED else (),
                remark=_remark(piece, row, supported),
                may_remind=may_be_reminded(row, at),
                may_ask_again=_may_ask_again(piece, row, supported, person, marks.on),
            )
        )
    return tuple(views)


def point_views(piece: Evidence, row: Corroboration, marks: Marks) -> Iterable[PointView]:
    """Yield what a loaded answer says of each expectation that the piece shows now; all stand before there is any."""
    words = limit_words(row)
    for claim in piece.claims:
        one = claim.expectation_id
        yield PointView(one, marks.mark(one).text, point_of(row, one), words.get(one, ""))


def limit_words(row: Corroboration) -> dict[str, str]:
    """Return the words of a loaded answer by expectation."""
    return {limit.expectation_id: limit.words for limit in row.limits}


def point_of(row: Corroboration, expectation_id: str) -> str:
    """Return what a loaded answer says of one expectation: `WHOLE`, `PART` or `NOTHING`."""
    if row.outcome is not CorroborationAnswer.LIMITED:
        return WHOLE
    if expectation_id not in row.left_standing:
        return NOTHING
    return PART if expectation_id in limit_words(row) else WHOLE


def may_be_reminded(row: Corroboration, at: datetime) -> bool:
    """Say whether an answer is owed, and a day has gone since the colleague was asked or reminded."""
    return row.is_open and at - max(row.asked_at, row.reminded_at or row.asked_at) >= REMINDED_AGAIN


def _given(piece: Evidence, row: Corroboration) -> frozenset[str]:
    there = frozenset(claim.expectation_id for claim in piece.claims)
    return row.left_standing & there if row.outcome is CorroborationAnswer.LIMITED else there


def _may_ask_again(piece: Evidence, row: Corroboration, supported: frozenset[str], person: Person, on: date) -> bool:
    """Say whether an answer has lost some of its weight because the piece was changed after it."""
    if not piece.is_shared or row.is_open or row.outcome not in GIVING or row.was_line_manager:
        return False
    has_left = person.left_on is not None and person.left_on <= on
    return not has_left and supported != _given(piece, row)


def _remark(piece: Evidence, row: Corroboration, supported: frozenset[str]) -> str:
    if row.outcome not in GIVING:
        return ""
    if row.was_line_manager:
        return "Does not count as a second voice: given as line manager."
    total = len(piece.claims)
    if not supported:
        return "No longer counts: the piece was changed after the answer."
    if supported != _given(piece, row):
        return f"Counts for {len(supported)} of {total}: the rest was changed after the answer."
    return f"Counts for {len(supported)} of {total} expectations." if total > 1 else ""
