"""Growth plans: what becomes of a goal, and when a plan or an action is due.

A goal is one expectation that somebody chose to work on. Whether it is reached is what its standing says today; nobody
ticks it.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from app.domain.rating import Truth
from app.domain.readiness import Readiness

DUE_WITHIN = timedelta(days=7)
"""An action waits for its owner from so long before its day."""


class GoalState(StrEnum):
    """What has become of a goal."""

    OPEN = "open"
    REACHED = "reached"
    GONE = "gone"


def goal_state(report: Readiness | None, expectation_id: str) -> GoalState:
    """Return what has become of a goal by the report for the plan's level; None where there is no such level now.

    `reached`: the expectation holds, be it met, covered by a level since granted, or waived. `gone`: the version that
    counts today does not ask for it any more.
    """
    if report is None:
        return GoalState.GONE
    for standing in report.standings:
        if standing.expectation.id == expectation_id:
            return GoalState.REACHED if standing.truth is Truth.TRUE else GoalState.OPEN
    return GoalState.GONE


def is_review_due(review_on: date | None, on: date) -> bool:
    """Say whether the day has come on which the two look at the plan together."""
    return review_on is not None and review_on <= on


def is_action_due(due_on: date | None, on: date) -> bool:
    """Say whether an action that is not done lies within seven days of its day, or behind it.

    >>> is_action_due(date(2026, 11, 28), date(2026, 11, 21)), is_action_due(date(2026, 11, 29), date(2026, 11, 21))
    (True, False)
    """
    return due_on is not None and due_on - on <= DUE_WITHIN
