"""Forms of growth plans: choosing goals, and a whole plan with a field for each goal and each action."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.assessment.actions import PlanContent, Step
from app.assessment.actions.growth import (
    ACTION_WORDS,
    GOAL_WORDS,
    MOST_ACTIONS,
    MOST_GOALS,
    NEW_DUE,
    NEW_WORDS,
    action_names,
)
from app.assessment.models import GrowthPlan
from app.assessment.models.growth import WORDS_LENGTH
from app.infra.forms import UNCUT, DayField, Form, StorableText, clean_line, clean_text

DROP = "drop-"
ID_LENGTH = len(str(uuid.UUID(int=0)))
MOST_FIELDS = MOST_GOALS * (MOST_ACTIONS + 2) * 2
TOO_LONG = f"This has at most {WORDS_LENGTH} characters."


def _ticks(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        validators=[Length(max=MOST_GOALS, message=f"Choose at most {MOST_GOALS}. Fewer are easier to reach.")],
    )


def _line(label: str) -> StringField:
    return StringField(
        label,
        filters=[clean_line],
        validators=[Length(max=WORDS_LENGTH, message=TOO_LONG), StorableText()],
        render_kw=UNCUT,
    )


class OpenPlanForm(Form):
    """Towards which level, what to work on, and when to look at it together."""

    target = StringField("Level", filters=[clean_line], validators=[Length(max=32)])
    goals = _ticks("What do you want to work on?")
    review_on = DayField("Review day", validators=[Optional()])
    carries_over = BooleanField("Take over the goals that are still open, with their actions that are not done")

    def offer(self, choices: Iterable[tuple[str, str]]) -> OpenPlanForm:
        """Offer the expectations to choose from."""
        self.goals.choices = list(choices)
        return self


class PlanForm(Form):
    """A whole plan. The fields of its goals and actions are added for each plan, see `plan_form`."""

    review_on = DayField("Review day", validators=[Optional()])
    goals = _ticks("More to work on")

    def line(self, name: str) -> Any:  # noqa: ANN401 - WTForms has no types
        """Return a field of a goal or an action, by its name."""
        return self._fields[name]

    def has_goal(self, one: str) -> bool:
        """Say whether the form has fields for a goal, be it in the plan or about to come into it."""
        return f"{GOAL_WORDS}{one}" in self._fields

    def _day(self, name: str) -> date | None:
        field = self._fields.get(name)
        return field.data if field is not None else None

    def content(self) -> PlanContent:
        """Return what was sent; call it on a form that is valid."""
        words: dict[str, str] = {}
        steps: dict[tuple[str, str], Step] = {}
        new_steps: dict[str, list[Step]] = {}
        dropped = []
        for name, field in self._fields.items():
            if name.startswith(GOAL_WORDS):
                words[name.removeprefix(GOAL_WORDS)] = field.data or ""
            elif name.startswith(ACTION_WORDS):
                key = action_key(name)
                steps[key] = Step(field.data or "", self._day(action_names(*key)[1]))
            elif name.startswith(NEW_WORDS):
                one = name.removeprefix(NEW_WORDS)
                new_steps[one] = [Step(field.data or "", self._day(f"{NEW_DUE}{one}"))]
            elif name.startswith(DROP) and field.data:
                dropped.append(name.removeprefix(DROP))
        return PlanContent(self.review_on.data, words, steps, new_steps, tuple(self.goals.data or ()), tuple(dropped))


def action_key(name: str) -> tuple[str, str]:
    """Return the id and the expectation of an action from the name of the field that holds its words."""
    rest = name.removeprefix(ACTION_WORDS)
    return rest[:ID_LENGTH], rest[ID_LENGTH + 1 :]


def plan_form(plan: GrowthPlan, *, is_sent: bool = False, more: Iterable[str] = ()) -> PlanForm:
    """Return the form of a loaded plan, filled with it or with what was sent. `more` are goals ticked beforehand.

    What was sent and is no part of the plan any more keeps its field, so that no text is lost to a change by the other.
    """
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"review_on": plan.review_on, "goals": list(more), "version": str(plan.version)}
    for goal in plan.goals:
        _add_goal(fields, data, goal.expectation_id, goal.words)
        for action in goal.actions:
            words, due = action_names(str(action.id), goal.expectation_id)
            _add_action(fields, words, due)
            data[words], data[due] = action.words, action.due_on
    for one in data["goals"]:
        if one and f"{GOAL_WORDS}{one}" not in fields:
            _add_goal(fields, data, one, "")
    if is_sent:
        _add_sent(fields, data)
    form_class: type[PlanForm] = type("OnePlanForm", (PlanForm,), fields)
    return form_class() if is_sent else form_class(formdata=None, data=data)


def _add_goal(fields: dict[str, Any], data: dict[str, Any], one: str, words: str) -> None:
    name = f"{GOAL_WORDS}{one}"
    fields[name] = TextAreaField(
        "What do you want to be able to show?",
        filters=[clean_text],
        validators=[Length(max=WORDS_LENGTH, message=TOO_LONG), StorableText()],
        render_kw=UNCUT,
    )
    fields[f"{DROP}{one}"] = BooleanField("Take this goal out of the plan")
    _add_action(fields, f"{NEW_WORDS}{one}", f"{NEW_DUE}{one}", "One more action")
    data[name] = words


def _add_action(fields: dict[str, Any], words: str, due: str, label: str = "Action") -> None:
    fields[words] = _line(label)
    fields[due] = DayField("By", validators=[Optional()])


def _add_sent(fields: dict[str, Any], data: dict[str, Any]) -> None:
    for name in list(request.form)[:MOST_FIELDS]:
        if name in fields or len(name) > 2 * WORDS_LENGTH:
            continue
        if name.startswith(GOAL_WORDS):
            _add_goal(fields, data, name.removeprefix(GOAL_WORDS), "")
        elif name.startswith(ACTION_WORDS):
            _add_action(fields, name, action_names(*action_key(name))[1])
