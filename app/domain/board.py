"""What a team board says of people beyond their verdict: who is close, who is stuck, whom nobody has looked at.

These are questions to a manager, never an order among people: nothing here compares one person with another. Each
definition stands here once, and the page says it in the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.evidence import Leave, counting_since
from app.domain.rating import Answer, GivenAnswer, latest_answer
from app.domain.readiness import Readiness, Status, Verdict

CLOSE_BLOCKERS = 2
STUCK_DAYS = 180
UNSEEN_DAYS = 90


class Question(StrEnum):
    """What a board can be narrowed to."""

    CLOSE = "close"
    STUCK = "stuck"
    UNSEEN = "unseen"


def is_close(report: Readiness) -> bool:
    """Say whether somebody is close to a level: the verdict is not ready, and at most two expectations block it."""
    return report.verdict is not Verdict.READY and len(report.blockers) <= CLOSE_BLOCKERS


def stuck_since(on: date, leaves: Iterable[Leave] = ()) -> date:
    """Return the day with which today is compared: 180 days back, days of recorded leave left out.

    >>> stuck_since(date(2026, 11, 21))
    datetime.date(2026, 5, 25)
    """
    return counting_since(STUCK_DAYS, on, leaves) - timedelta(days=1)


def is_stuck(now: Readiness, then: Readiness | None) -> bool:
    """Say whether somebody has not moved towards a level: whatever blocked it then blocks it still.

    `then` is the report for the same level on `stuck_since` by what is known today, None for whoever did not hold their
    level yet. Something may have come to block it since; whoever has lifted a single blocker has moved.
    """
    if then is None:
        return False
    before = {blocker.standing.expectation.id for blocker in then.blockers}
    return bool(before) and before <= {blocker.standing.expectation.id for blocker in now.blockers}


def is_unseen(last_looked_on: date | None, here_since: date | None, on: date) -> bool:
    """Say whether no line manager has looked at somebody for 90 days.

    Looking is an act that leaves a trace: to hand in a rating, to set a piece aside, to answer about one, or to approve
    a waiver. Whom nobody has ever looked at counts from their first day here.
    """
    since = last_looked_on or here_since
    return since is None or (on - since).days >= UNSEEN_DAYS


def shown_by(statuses: Iterable[Status]) -> bool:
    """Say whether anybody shows an expectation: met or exceeded now, or covered by the level held."""
    return any(status in _SHOWN for status in statuses)


_SHOWN = frozenset({Status.MET, Status.EXCEEDED, Status.BANKED})


@dataclass(frozen=True, slots=True)
class Opportunity:
    """How a team stands on one expectation for which somebody had no opportunity.

    `without` are those who had none by the latest answer of themselves or of their manager, `shown` those who show it,
    and `asked` all of whom their level or the next demands it.
    """

    expectation_id: str
    without: frozenset[UUID]
    shown: frozenset[UUID]
    asked: frozenset[UUID]

    @property
    def is_for_nobody(self) -> bool:
        """Say whether nobody in the team shows it."""
        return not self.shown


def had_none(own: Iterable[GivenAnswer], managers: Iterable[GivenAnswer], on: date) -> bool:
    """Say whether the latest answer of either side is that there was no opportunity to show an expectation."""
    latest = (latest_answer(own, on), latest_answer(managers, on))
    return any(given is not None and given.answer is Answer.NO_OPPORTUNITY for given in latest)


def opportunities(
    statuses: Mapping[UUID, Mapping[str, Status]], without: Mapping[UUID, Collection[str]]
) -> tuple[Opportunity, ...]:
    """Return the expectations for which somebody of a team had no opportunity, in the order of their first mention.

    `statuses` maps each person to how they stand on what is demanded of them; `without` to what they had no opportunity
    for. What is not demanded of a person is left out. It says nothing of anybody in particular: it is about the work
    that a team gives people to do.
    """
    order = dict.fromkeys(one for known in statuses.values() for one in known)
    found = []
    for one in order:
        asked = frozenset(person for person, known in statuses.items() if one in known)
        lacking = frozenset(person for person in asked if one in without.get(person, ()))
        if lacking:
            shown = frozenset(person for person in asked if shown_by([statuses[person][one]]))
            found.append(Opportunity(one, lacking, shown, asked))
    return tuple(found)
