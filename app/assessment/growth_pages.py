"""Growth plans as their pages show them, and as the inbox says what waits. For views only: no database."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app.assessment import wording
from app.assessment.actions.growth import GOAL_WORDS, NEW_DUE, NEW_WORDS, action_names
from app.assessment.growth_forms import DROP
from app.assessment.models import GrowthAction, GrowthGoal, GrowthPlan
from app.assessment.pages import shown_status
from app.assessment.queries import OWN, GrowthStanding
from app.domain.growth import GoalState, goal_state, is_action_due, is_review_due
from app.domain.readiness import Blocker, Readiness
from app.infra.templating import counted, number_word, plural
from app.notices.sources import Waiting, WaitingRow

NOT_EARNED = {"waived", "banked"}
"""Statuses of a goal that needs nothing more and was not met by anything done about it."""


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action of a goal."""

    id: uuid.UUID
    words: str
    due_on: date | None
    is_done: bool
    is_pressing: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal: the expectation, where it stands now, what would show it, and what is done about it."""

    id: str
    text: str
    where: str
    href: str
    status: str
    state: str
    words: str
    unblock: str
    actions: tuple[ActionView, ...]
    names: Mapping[str, str]
    """The names of its fields in the form of the plan."""
    action_names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlanView:
    """A plan as its page shows it."""

    id: uuid.UUID
    target: str
    lead: str
    goals: tuple[GoalView, ...]
    review_on: date | None
    is_review_due: bool
    is_closed: bool
    reached: int


@dataclass(frozen=True, slots=True)
class Offered:
    """One expectation that may become a goal, with why it is wanted."""

    id: str
    text: str
    note: str


def plan_view(plan: GrowthPlan, found: GrowthStanding, on: date) -> PlanView:
    """Return a plan with where each of its goals stands today."""
    goals = tuple(_goal(goal, found, on) for goal in plan.goals)
    reached = sum(goal.state == GoalState.REACHED for goal in goals)
    return PlanView(
        id=plan.id,
        target=plan.target_level,
        lead=_lead(len(goals), reached, is_met=not any(goal.status in NOT_EARNED for goal in goals)),
        goals=goals,
        review_on=plan.review_on,
        is_review_due=plan.closed_at is None and is_review_due(plan.review_on, on),
        is_closed=plan.closed_at is not None,
        reached=reached,
    )


def _lead(goals: int, reached: int, *, is_met: bool) -> str:
    words = f"{number_word(goals).capitalize()} {plural(goals, 'goal', 'goals')}"
    if not reached:
        return f"{words}. Whether one is reached is what the standing says, never a tick."
    if reached and not is_met:
        return f"{words}; {number_word(reached)} of them {plural(reached, 'needs', 'need')} nothing more."
    if reached == goals:
        return f"{words}, {'all of them' if goals > 1 else 'and it is'} met now."
    return f"{words}; {number_word(reached)} of them {plural(reached, 'is', 'are')} met now."


def _goal(goal: GrowthGoal, found: GrowthStanding, on: date) -> GoalView:
    one = goal.expectation_id
    state = goal_state(found.report, one)
    text, where, href, status, unblock = one, "The ladder of today does not ask for it", "", "none", ""
    if found.report is not None and state is not GoalState.GONE:
        standing = found.report.standing(one)
        text, where = standing.expectation.text, f"{standing.competency.name}, {standing.level.id}"
        status = shown_status(standing)
        href = _href(found, one)
        blockers = [blocker for blocker in found.report.blockers if blocker.standing.expectation.id == one]
        unblock = wording.what_would_show(blockers[0], on) if blockers else ""
    return GoalView(
        id=one,
        text=text,
        where=where,
        href=href,
        status=status,
        state=state.value,
        words=goal.words,
        unblock=unblock,
        actions=tuple(_action(action, on) for action in goal.actions),
        names=field_names(one),
        action_names=tuple(action_names(str(action.id), one) for action in goal.actions),
    )


def field_names(one: str) -> dict[str, str]:
    """Return the names of the fields of a goal in the form of a plan."""
    return {
        "words": f"{GOAL_WORDS}{one}",
        "drop": f"{DROP}{one}",
        "new": f"{NEW_WORDS}{one}",
        "new_due": f"{NEW_DUE}{one}",
    }


def _action(action: GrowthAction, on: date) -> ActionView:
    is_done = action.done_at is not None
    is_pressing = not is_done and is_action_due(action.due_on, on)
    is_overdue = not is_done and action.due_on is not None and action.due_on < on
    return ActionView(action.id, action.words, action.due_on, is_done, is_pressing, is_overdue)


def _href(found: GrowthStanding, expectation_id: str) -> str:
    if found.edition is None:
        return ""
    ladder = found.edition.ladder
    return url_for(
        "ladders.show_expectation",
        slug=ladder.slug,
        version=ladder.version,
        expectation_id=expectation_id,
        _anchor=expectation_id,
    )


def offered(report: Readiness | None, on: date, *, besides: Sequence[str] = ()) -> list[Offered]:
    """Return the expectations that block a level, most pressing first, each with what would lift it."""
    if report is None:
        return []
    blockers = [one for one in report.blockers if one.standing.expectation.id not in besides]
    return [Offered(one.standing.expectation.id, one.standing.expectation.text, _note(one, on)) for one in blockers]


def _note(blocker: Blocker, on: date) -> str:
    standing = blocker.standing
    words = wording.what_would_show(blocker, on)
    return f"{standing.competency.name}, {standing.level.id}. {words}".strip()


def levels_ahead(found: GrowthStanding) -> list[str]:
    """Return the levels that a plan may aim at: those above the level held, nearest first."""
    if found.edition is None or found.held is None:
        return []
    return [level.id for level in found.edition.ladder.levels if level.rank > found.held.rank]


def carried_words(goals: int, actions: int) -> str:
    """Return what the closed plan would hand over."""
    words = counted(goals, "goal", "goals")
    return f"{words} with {counted(actions, 'action', 'actions')}" if actions else words


# What waits ----------------------------------------------------------------------


def say_review(row: WaitingRow) -> Waiting:
    """Put a plan whose review day has come into words."""
    is_own = row.code == OWN
    return Waiting(
        text="Review your growth plan" if is_own else f"Review the growth plan of {row.who}",
        detail=f"Towards {row.words}: look at it together, then set the next day or close it",
        href=url_for("assessment.show_plan", plan_id=row.object_id),
        icon="calendar",
        since=row.since,
        due_on=row.due_on,
    )


def say_action_due(row: WaitingRow) -> Waiting:
    """Put an action that is due soon into words; they are the engineer's own."""
    return Waiting(
        text=row.words,
        detail="An action of your growth plan",
        href=url_for("assessment.show_own_growth", _anchor=row.code),
        icon="calendar",
        since=row.since,
        due_on=row.due_on,
    )
