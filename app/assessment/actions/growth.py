"""Growth plans: opening one, changing it, ticking an action, closing it.

Both the engineer and their line manager write. Records hold the plan alone: not even which expectations it names, for
HR reads the record and nothing of a plan.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.assessment.actions.rows import author_id
from app.assessment.models import GrowthAction, GrowthGoal, GrowthPlan
from app.assessment.queries import find_last_closed, find_open_plan, growth_standing, lock_plan
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import ConflictError, InvalidError, MissingError, NotAllowedNowError
from app.domain.growth import GoalState, goal_state
from app.domain.readiness import Readiness
from app.infra.clock import local
from app.infra.db import db
from app.infra.templating import long_date
from app.people.models import Person

MOST_GOALS, MOST_ACTIONS = 12, 20
GOAL_WORDS, ACTION_WORDS, ACTION_DUE, NEW_WORDS, NEW_DUE = "goal-", "act-", "due-", "new-", "newdue-"
"""Beginnings of the names of fields. Each goes on with an expectation, those of an action first with its id."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action as somebody wrote it; without words it is none, and a stored one is taken out."""

    words: str
    due_on: date | None = None


@dataclass(frozen=True)
class PlanContent:
    """What somebody saves of a plan. What is not named stays as it is.

    `words` maps expectations to what one wants to be able to show, `steps` pairs of a stored action's id and its
    expectation to what it says now, `new_steps` expectations to actions to add. `added` and `dropped` are goals. What
    the other one has taken out in the meantime, and this one keeps, comes back.
    """

    review_on: date | None
    words: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], Step] = field(default_factory=dict)
    new_steps: Mapping[str, Sequence[Step]] = field(default_factory=dict)
    added: Sequence[str] = ()
    dropped: Sequence[str] = ()


def open_plan(
    subject: Person,
    *,
    target: str,
    goals: Sequence[str],
    review_on: date | None,
    carries_over: bool = False,
    by: Author,
    at: datetime,
) -> GrowthPlan:
    """Open the growth plan of a person towards a level, with some of its expectations as goals.

    `carries_over`: the goals of the plan that was closed last come along where they are still open, with their actions
    that are not done. NotAllowedNowError while a plan is open; InvalidError for a level or an expectation that the
    ladder has not, for no goal, and for a review day that has passed.
    """
    # Two people open at the same moment: the second waits here, and finds the first one's.
    db.session.execute(select(Person.id).where(Person.id == subject.id).with_for_update(key_share=True)).one()
    if find_open_plan(subject.id) is not None:
        raise NotAllowedNowError("A growth plan is open already. Change that one, or close it first.")
    today = local(at).date()
    found = growth_standing(subject.id, today, target=target)
    if found.edition is None or found.report is None:
        raise InvalidError("The ladder has no such level. Choose from the list.", field="target")
    check_review_day(review_on, today)
    plan = GrowthPlan(
        id=uuid.uuid4(),
        subject_id=subject.id,
        lineage=found.edition.ladder.lineage,
        target_level=found.report.target.id,
        review_on=review_on,
        created_at=at,
        created_by_id=author_id(by),
        changed_at=at,
        goals=[],
    )
    if carries_over:
        _carry_over(plan, subject, found.report, at)
    _add_goals(plan, goals, found.report)
    if not plan.goals:
        raise InvalidError("Choose at least one expectation to work on.", field="goals")
    db.session.add(plan)
    db.session.flush()
    _note(Tag.GROWTH_PLAN_OPENED, plan, by=by, at=at)
    return plan


def check_review_day(review_on: date | None, today: date) -> None:
    """Raise InvalidError for a review day that lies behind."""
    if review_on is not None and review_on < today:
        raise InvalidError(
            f"That day has passed. Today, {long_date(today)}, is the first possible one.", field="review_on"
        )


def _carry_over(plan: GrowthPlan, subject: Person, report: Readiness, at: datetime) -> None:
    last = find_last_closed(subject.id)
    for goal in last.goals if last else ():
        if goal_state(report, goal.expectation_id) is not GoalState.OPEN:
            continue
        open_actions = [action for action in goal.actions if action.done_at is None]
        plan.goals.append(
            GrowthGoal(
                expectation_id=goal.expectation_id,
                position=len(plan.goals),
                words=goal.words,
                actions=[
                    GrowthAction(
                        position=place,
                        words=action.words,
                        due_on=action.due_on,
                        added_at=at,
                        added_by_id=action.added_by_id,
                    )
                    for place, action in enumerate(open_actions)
                ],
            )
        )


def _add_goals(plan: GrowthPlan, wanted: Sequence[str], report: Readiness) -> None:
    there = {goal.expectation_id for goal in plan.goals}
    known = {standing.expectation.id for standing in report.standings}
    place = max((goal.position for goal in plan.goals), default=-1) + 1
    for one in dict.fromkeys(wanted):
        if one not in known:
            message = f"{report.target.id} does not ask for one of these. Choose from the list."
            raise InvalidError(message, field="goals")
        if one not in there:
            plan.goals.append(GrowthGoal(expectation_id=one, position=place, words="", actions=[]))
            place += 1
    if len(plan.goals) > MOST_GOALS:
        raise InvalidError(f"A plan has at most {MOST_GOALS} goals. Fewer are easier to reach.", field="goals")


def change_plan(plan: GrowthPlan, content: PlanContent, *, version: int, by: Author, at: datetime) -> GrowthPlan:
    """Save a plan. ConflictError carries what is stored when it is no longer the version that the form was filled from.

    NotAllowedNowError once it is closed; InvalidError as for opening, and for a step without words that has a day.
    """
    plan = lock_plan(plan)
    _check_is_open(plan)
    if plan.version != version:
        raise _conflict(plan, content)
    if content.review_on != plan.review_on:
        check_review_day(content.review_on, local(at).date())
    dropped = set(content.dropped)
    _check_steps(plan, content, dropped)
    plan.review_on = content.review_on
    plan.goals = [goal for goal in plan.goals if goal.expectation_id not in dropped]
    kept = [one for one, words in content.words.items() if words]
    kept += [one for (_, one), step in content.steps.items() if step.words]
    kept += [one for one, steps in content.new_steps.items() if any(step.words for step in steps)]
    there = {goal.expectation_id for goal in plan.goals}
    if new := [one for one in (*kept, *content.added) if one not in dropped | there]:
        found = growth_standing(plan.subject_id, local(at).date(), lineage=plan.lineage, target=plan.target_level)
        if found.report is None:
            raise InvalidError("The ladder has no such level any more.", field="goals")
        _add_goals(plan, new, found.report)
    if not plan.goals:
        raise InvalidError("Keep at least one goal, or close the plan instead.", field="goals")
    for goal in plan.goals:
        _change_goal(goal, content, by=by, at=at)
    plan.changed_at = at
    # Goals and actions are rows of their own, yet whoever saves next must learn of any change to them.
    flag_modified(plan, "changed_at")
    db.session.flush()
    _note(Tag.GROWTH_PLAN_CHANGED, plan, by=by, at=at)
    return plan


def _check_steps(plan: GrowthPlan, content: PlanContent, dropped: set[str]) -> None:
    """Raise InvalidError at the field of a step whose day, or whose mark that it is done, would go without a word."""
    done = {str(action.id) for goal in plan.goals for action in goal.actions if action.done_at is not None}
    for (action_id, one), step in content.steps.items():
        if step.words or one in dropped:
            continue
        name, _ = action_names(action_id, one)
        if action_id in done:
            raise InvalidError(
                "This is done, and that would go with its words. Say “Not done yet” first to take it out.", field=name
            )
        if step.due_on is not None:
            raise InvalidError("Say what is to be done by that day, or empty the day too to take it out.", field=name)
    for one, steps in content.new_steps.items():
        if one not in dropped and any(step.due_on is not None and not step.words for step in steps):
            raise InvalidError("Say what is to be done by that day.", field=f"{NEW_WORDS}{one}")


def _change_goal(goal: GrowthGoal, content: PlanContent, *, by: Author, at: datetime) -> None:
    goal.words = content.words.get(goal.expectation_id, goal.words)
    steps = {action_id: step for (action_id, one), step in content.steps.items() if one == goal.expectation_id}
    for action in list(goal.actions):
        step = steps.pop(str(action.id), None)
        if step is None:
            continue
        if not step.words:
            goal.actions.remove(action)
        else:
            action.words, action.due_on = step.words, step.due_on
    place = max((action.position for action in goal.actions), default=-1) + 1
    for step in (*steps.values(), *content.new_steps.get(goal.expectation_id, ())):
        if not step.words:
            continue
        goal.actions.append(
            GrowthAction(
                id=uuid.uuid4(),
                position=place,
                words=step.words,
                due_on=step.due_on,
                added_at=at,
                added_by_id=author_id(by),
            )
        )
        place += 1
    if len(goal.actions) > MOST_ACTIONS:
        raise InvalidError(f"A goal has at most {MOST_ACTIONS} actions. Take out what is done.")


def action_names(action_id: str, expectation_id: str) -> tuple[str, str]:
    """Return the names of the two fields of a stored action: what it says, and its day."""
    return f"{ACTION_WORDS}{action_id}-{expectation_id}", f"{ACTION_DUE}{action_id}-{expectation_id}"


def _conflict(plan: GrowthPlan, content: PlanContent) -> ConflictError:
    """Return what is stored in the fields that the form had; what it never showed stays as it is in any case."""
    stored = {"review_on": plan.review_on.isoformat() if plan.review_on else ""}
    labels = {"review_on": "Review day"}
    goals = {goal.expectation_id: goal for goal in plan.goals}
    actions = {str(action.id): action for goal in plan.goals for action in goal.actions}
    for place, one in enumerate(content.words, start=1):
        name = f"{GOAL_WORDS}{one}"
        stored[name] = goals[one].words if one in goals else ""
        labels[name] = f"What to be able to show, goal {place}"
    for place, key in enumerate(content.steps, start=1):
        action = actions.get(key[0])
        words, due = action_names(*key)
        stored[words] = action.words if action else ""
        stored[due] = action.due_on.isoformat() if action and action.due_on else ""
        labels |= {words: f"Action {place}", due: f"Day of action {place}"}
    return ConflictError(
        "The other one of you has saved this plan in the meantime, or you have in another window.",
        stored=stored,
        version=plan.version,
        labels=labels,
    )


def tick_action(plan: GrowthPlan, action_id: uuid.UUID, *, is_done: bool, by: Author, at: datetime) -> GrowthAction:
    """Say that an action is done, or that it is not after all. It says nothing of the goal.

    MissingError when the plan has no such action; NotAllowedNowError once it is closed.
    """
    plan = lock_plan(plan)
    _check_is_open(plan)
    action = next((one for goal in plan.goals for one in goal.actions if one.id == action_id), None)
    if action is None:
        raise MissingError
    if (action.done_at is not None) != is_done:
        action.done_at, action.done_by_id = (at, author_id(by)) if is_done else (None, None)
        db.session.flush()
        _note(Tag.GROWTH_PLAN_CHANGED, plan, by=by, at=at)
    return action


def close_plan(plan: GrowthPlan, *, by: Author, at: datetime) -> GrowthPlan:
    """Close a plan: it stays readable as it is. NotAllowedNowError when it is closed already."""
    plan = lock_plan(plan)
    _check_is_open(plan)
    plan.closed_at = plan.changed_at = at
    db.session.flush()
    _note(Tag.GROWTH_PLAN_CLOSED, plan, by=by, at=at)
    return plan


def _check_is_open(plan: GrowthPlan) -> None:
    if plan.closed_at is not None:
        raise NotAllowedNowError("This plan is closed and stays as it is. A new one can be opened.")


def _note(tag: Tag, plan: GrowthPlan, *, by: Author, at: datetime) -> None:
    log(tag, by=by, at=at, subject_id=plan.subject_id, object_id=plan.id)
