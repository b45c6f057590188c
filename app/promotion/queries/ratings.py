"""Ratings of a case once they are no longer blind, and before that how many have come in, and nothing else.

Access matrix, rows 9 to 12 with note 7: before the lifting nobody reads another's rating, nor that there is one. The
statement itself says so: it names only lifted cases, so that the database hands over no row of any other, whoever asks.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, func, or_, select

from app.domain.blind_round import BlindRound
from app.domain.committee import CommitteeRating, Recommendation, Recommended, recommend
from app.infra.db import db, once_per_transaction
from app.people.models import Person
from app.people.queries import sort_key
from app.promotion.models import GivenRating, PanelSeat, PromotionCase, PromotionCycle, Recusal
from app.promotion.queries.relations import recusal_conditions


@dataclass(frozen=True, slots=True)
class Given:
    """One rating that counts: the first has number 1, each later one says why it differs."""

    case_id: uuid.UUID
    seat_id: uuid.UUID
    reviewer_id: uuid.UUID
    reviewer: str
    expectation_id: str
    number: int
    rating: CommitteeRating
    rationale: str
    missing: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """All ratings of one reviewer for one expectation of one case, oldest first; the last one counts."""

    rows: tuple[Given, ...]

    @property
    def case_id(self) -> uuid.UUID:
        """Return the case that is rated."""
        return self.first.case_id

    @property
    def expectation_id(self) -> str:
        """Return the expectation that is rated."""
        return self.first.expectation_id

    @property
    def reviewer_id(self) -> uuid.UUID:
        """Return whose it is."""
        return self.first.reviewer_id

    @property
    def reviewer(self) -> str:
        """Return the name of whose it is."""
        return self.first.reviewer

    @property
    def first(self) -> Given:
        """Return the blind rating; agreement and severity are computed on it."""
        return self.rows[0]

    @property
    def latest(self) -> Given:
        """Return the rating that counts for the recommendation."""
        return self.rows[-1]

    @property
    def is_changed(self) -> bool:
        """Say whether it was changed after the blind round."""
        return len(self.rows) > 1


@dataclass(frozen=True, slots=True)
class CaseRatings:
    """All ratings of one case by reviewers who hold their seats, in the order of their names and numbers."""

    rows: tuple[Given, ...] = ()

    @property
    def reviewers(self) -> dict[uuid.UUID, str]:
        """Return who has rated, in the order of names."""
        return {one.reviewer_id: one.reviewer for one in self.rows}

    @property
    def opinions(self) -> list[Opinion]:
        """Return the ratings by reviewer and expectation, reviewers by name."""
        found: dict[tuple[uuid.UUID, str], list[Given]] = {}
        for one in self.rows:
            found.setdefault((one.reviewer_id, one.expectation_id), []).append(one)
        return [Opinion(tuple(rows)) for rows in found.values()]

    def first(self) -> dict[str, tuple[Given, ...]]:
        """Return the blind ratings by expectation, one a reviewer: those on which agreement is computed."""
        return _by_expectation(one for one in self.rows if one.number == 1)

    def latest(self) -> dict[str, tuple[Given, ...]]:
        """Return the last word of each reviewer by expectation: those on which the recommendation rests."""
        return _by_expectation(one.latest for one in self.opinions)

    def all_of(self, expectation_id: str, reviewer_id: uuid.UUID) -> tuple[Given, ...]:
        """Return all that one reviewer has said of one expectation, the first rating first."""
        return tuple(
            one for one in self.rows if one.expectation_id == expectation_id and one.reviewer_id == reviewer_id
        )

    def recommended(self, rated: Sequence[str]) -> Recommended:
        """Return what the latest ratings of the expectations that the committee rates amount to."""
        return recommended_of(rated, self.opinions)


def recommended_of(rated: Sequence[str], given: Iterable[Opinion], *, is_incomplete: bool = False) -> Recommended:
    """Return what the latest ratings amount to. An incomplete case is not rated, and so nothing is said of it."""
    if is_incomplete:
        return Recommended(Recommendation.CANNOT_TELL, {})
    latest: dict[str, list[CommitteeRating]] = {one: [] for one in rated}
    for one in given:
        if one.expectation_id in latest:
            latest[one.expectation_id].append(one.latest.rating)
    return recommend(latest)


def _by_expectation(rows: Iterable[Given]) -> dict[str, tuple[Given, ...]]:
    found: dict[str, list[Given]] = {}
    for one in rows:
        found.setdefault(one.expectation_id, []).append(one)
    return {expectation: tuple(given) for expectation, given in found.items()}


def _takes_part() -> ColumnElement[bool]:
    """Return the condition that the holder of a seat is not recused today, written down or by the facts.

    The seat itself ends when the panel is settled; what they rated counts no more from the moment it became so.
    """
    written = select(Recusal.case_id).where(Recusal.person_id == PanelSeat.person_id)
    # The conditions compare with one person; here with the person of each row.
    facts = recusal_conditions(cast("Any", PanelSeat.person_id)).values()
    return ~or_(PromotionCase.id.in_(written), *facts)


def ratings_of(case_id: uuid.UUID) -> CaseRatings:
    """Return all ratings of a lifted case; nothing of any other. Only behind `Case.READ_RATINGS`."""
    return ratings_of_cases([case_id])[case_id]


def ratings_of_cases(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, CaseRatings]:
    """Return the ratings of several cases, read at once; of those that are still blind, none."""
    found: dict[uuid.UUID, list[Given]] = {one: [] for one in case_ids}
    if not found:
        return {}
    rows = db.session.execute(
        select(GivenRating, Person.name)
        .join(PanelSeat, PanelSeat.id == GivenRating.seat_id)
        .join(PromotionCase, PromotionCase.id == GivenRating.case_id)
        .join(Person, Person.id == GivenRating.reviewer_id)
        .where(
            GivenRating.case_id.in_(found),
            PanelSeat.ended_at.is_(None),
            PromotionCase.is_lifted,
            _takes_part(),
        )
        .order_by(GivenRating.number, GivenRating.id)
    ).all()
    for row, name in sorted(rows, key=lambda one: (sort_key(one[1]), one[0].reviewer_id.hex)):
        found[row.case_id].append(
            Given(
                row.case_id,
                row.seat_id,
                row.reviewer_id,
                name,
                row.expectation_id,
                row.number,
                row.rating,
                row.rationale,
                row.missing,
                row.reason,
                row.at,
            )
        )
    return {case_id: CaseRatings(tuple(given)) for case_id, given in found.items()}


@once_per_transaction
def count_of(case_id: uuid.UUID) -> BlindRound:
    """Return how many reviewers of a case have handed in: all that chair and HR learn while rating is blind."""
    return counts_of((case_id,))[case_id]


def counts_of(case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, BlindRound]:
    """Return for several cases how many reviewers have handed in; it reads seats alone, and no rating."""
    takes_part = _takes_part()
    held = func.count(case((takes_part, PanelSeat.id)))
    submitted = func.count(case((takes_part, PanelSeat.submitted_at)))
    rows = db.session.execute(
        select(PromotionCase.id, PromotionCycle.quorum, held, submitted)
        .join(PromotionCycle, PromotionCycle.id == PromotionCase.cycle_id)
        .outerjoin(PanelSeat, (PanelSeat.case_id == PromotionCase.id) & PanelSeat.ended_at.is_(None))
        .where(PromotionCase.id.in_(case_ids))
        .group_by(PromotionCase.id, PromotionCycle.quorum)
        .order_by(PromotionCase.id)
    )
    return {row[0]: BlindRound(held=row[2], submitted=row[3], quorum=row[1]) for row in rows}
