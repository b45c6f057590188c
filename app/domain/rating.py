"""The scale on which an expectation is rated, and truth that may be unknown.

Source of the rules: domain specification, sections 4.1 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

CONVERSATION_STEPS = 2
"""A self-rating this many steps above the manager's is a reason to talk (domain specification, section 4.2)."""


class Rating(StrEnum):
    """How far somebody meets one expectation. The members stand in order, lowest first."""

    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    MET = "met"
    EXCEEDED = "exceeded"

    @property
    def order(self) -> int:
        """Return the place on the scale: 0 for not met, 3 for exceeded. Only ever compared, never added up."""
        return _ORDER[self]

    @property
    def is_met(self) -> bool:
        """Say whether the rating is met or better."""
        return self is Rating.MET or self is Rating.EXCEEDED

    def steps_above(self, other: Rating) -> int:
        """Return how many steps this rating lies above another; negative when it lies below.

        >>> Rating.MET.steps_above(Rating.NOT_MET)
        2
        """
        return _ORDER[self] - _ORDER[other]


_ORDER = {rating: place for place, rating in enumerate(Rating)}


class Answer(StrEnum):
    """What may be answered about one expectation: the four ratings, or that there was no opportunity to show it."""

    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    MET = "met"
    EXCEEDED = "exceeded"
    NO_OPPORTUNITY = "no_opportunity"

    @property
    def rating(self) -> Rating | None:
        """Return the rating that the answer gives; None for `no_opportunity`, which is an answer but no rating."""
        return _RATING[self]


_RATING = {answer: None if answer is Answer.NO_OPPORTUNITY else Rating(answer.value) for answer in Answer}


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer about one expectation, from a revealed assessment.

    `given_at` (aware, UTC) puts answers in order. `given_on` is the same moment as the company's calendar day.
    `author_id` is the person who answered: a rating keeps its author when the manager changes.
    """

    answer: Answer
    given_on: date
    given_at: datetime
    author_id: UUID

    @property
    def rating(self) -> Rating | None:
        """Return the rating that was given, None when the answer was `no_opportunity`."""
        return _RATING[self.answer]


def latest_answer(answers: Iterable[GivenAnswer], on: date) -> GivenAnswer | None:
    """Return the last answer given up to a day, None when there is none. The order of the input is irrelevant."""
    latest = None
    for given in answers:
        if given.given_on <= on and (latest is None or _recency(given) > _recency(latest)):
            latest = given
    return latest


def latest_rating(answers: Iterable[GivenAnswer], on: date) -> GivenAnswer | None:
    """Return the last answer up to a day that gives a rating: `no_opportunity` never replaces an earlier rating."""
    return latest_answer((given for given in answers if given.answer is not Answer.NO_OPPORTUNITY), on)


def _recency(given: GivenAnswer) -> tuple[datetime, int]:
    # Of two answers given at the very same moment the lower one counts, whichever is read first.
    rating = _RATING[given.answer]
    return given.given_at, 1 if rating is None else -_ORDER[rating]


class Truth(StrEnum):
    """Kleene's three values. Compare with `is`: every member is truthy, unknown included."""

    FALSE = "false"
    UNKNOWN = "unknown"
    TRUE = "true"


def at_least(needed: int, *, true: int, unknown: int) -> Truth:
    """Say whether `needed` of some values hold, of which `true` do and `unknown` may yet.

    >>> at_least(2, true=1, unknown=1)
    <Truth.UNKNOWN: 'unknown'>
    """
    if true >= needed:
        return Truth.TRUE
    return Truth.FALSE if true + unknown < needed else Truth.UNKNOWN


def conjunction(values: Iterable[Truth]) -> Truth:
    """Join values by Kleene's “and”: any false gives false, else any unknown gives unknown, else true.

    >>> conjunction([Truth.UNKNOWN, Truth.FALSE])
    <Truth.FALSE: 'false'>
    """
    present = set(values)
    if Truth.FALSE in present:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in present else Truth.TRUE
