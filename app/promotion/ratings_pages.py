"""All ratings of a case as its page shows them, once they are open: what fails first, and what they amount to.

For views only.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.committee import Finding, Recommendation, finding
from app.infra.templating import counted, join_words, plural
from app.promotion.queries.ratings import CaseRatings, Given
from app.promotion.wording import RATING, finding_words


@dataclass(frozen=True, slots=True)
class VoiceView:
    """What one reviewer says of one expectation: the rating that stands, and those before it where it changed."""

    reviewer: str
    given: Given
    words: str
    earlier: tuple[tuple[str, Given], ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One expectation with everybody's rating, and what they say together."""

    place: int
    id: str
    text: str
    where: str
    finding: Finding
    finding_words: str
    spread: int
    voices: tuple[VoiceView, ...]


@dataclass(frozen=True, slots=True)
class RecommendedView:
    """What the ratings of a case amount to, with the expectations that decide it."""

    recommendation: Recommendation
    reason: str
    because: tuple[RowView, ...]


def rows_of(packet: Mapping[str, Any], given: CaseRatings, reader_id: uuid.UUID) -> list[RowView]:
    """Return the expectations: those that fail first, then those without a finding, then by how far they differ."""
    asked = {one["id"]: one for one in packet["expectations"]}
    latest = given.latest()
    rows = [
        _row(place, asked[one], given, latest.get(one, ()), reader_id) for place, one in enumerate(packet["rated"], 1)
    ]
    return sorted(rows, key=lambda row: (_FIRST.get(row.finding, len(_FIRST)), -row.spread, row.place))


_FIRST = {Finding.FAILS: 0, Finding.NONE: 1}


def _row(
    place: int, one: Mapping[str, Any], given: CaseRatings, latest: Sequence[Given], reader_id: uuid.UUID
) -> RowView:
    usable = [value for last in latest if (value := last.rating.value_on_scale) is not None]
    return RowView(
        place=place,
        id=one["id"],
        text=one["text"],
        where=f"{one['competency']}, {one['level']}",
        finding=finding([last.rating for last in latest]),
        finding_words=finding_words([last.rating for last in latest]),
        spread=max(usable) - min(usable) if usable else 0,
        voices=tuple(_voice(given, last, reader_id) for last in latest),
    )


def _voice(given: CaseRatings, last: Given, reader_id: uuid.UUID) -> VoiceView:
    before = [one for one in given.all_of(last.expectation_id, last.reviewer_id) if one.number < last.number]
    return VoiceView(
        reviewer=last.reviewer,
        given=last,
        words=RATING[last.rating],
        earlier=tuple((RATING[one.rating], one) for one in before),
        is_own=last.reviewer_id == reader_id,
    )


def recommended_view(rows: Sequence[RowView], given: CaseRatings, rated: Sequence[str]) -> RecommendedView:
    """Return what the ratings amount to, in a sentence, and which expectations decide it."""
    found = given.recommended(rated).recommendation
    in_order = sorted(rows, key=lambda row: row.place)
    fails = tuple(row for row in in_order if row.finding is Finding.FAILS)
    open_ones = tuple(row for row in in_order if row.finding is Finding.NONE)
    if found is Recommendation.PROMOTE:
        return RecommendedView(found, f"{_all(len(rows))} the median of the ratings is “met” or above.", ())
    if found is Recommendation.NOT_YET:
        number = counted(len(fails), "expectation", "expectations")
        reason = f"{number} of {len(rows)} {plural(len(fails), 'does', 'do')} not pass: the median is below “met”."
        return RecommendedView(found, reason, fails)
    if not rows:
        return RecommendedView(found, "Nothing is rated: all that is asked for is granted already, or waived.", ())
    lacking = [f"{counted(len(open_ones), 'expectation has', 'expectations have')} fewer than two usable ratings"]
    if fails:
        lacking.append(f"{len(fails)} {plural(len(fails), 'does', 'do')} not pass")
    return RecommendedView(found, f"{join_words(lacking)}. A decision has to say why.", (*open_ones, *fails))


def _all(number: int) -> str:
    return "On the one expectation" if number == 1 else f"On all {number} expectations"
