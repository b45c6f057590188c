"""Growth plans: reading one, opening one, changing it, ticking an action, closing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.actions import PlanContent
from app.assessment.growth_forms import OpenPlanForm, PlanForm, plan_form
from app.assessment.growth_pages import carried_words, field_names, levels_ahead, offered, plan_view
from app.assessment.models import GrowthPlan
from app.assessment.views.blueprint import author, bp, load_person, load_plan, load_self
from app.domain.errors import MissingError
from app.domain.growth import GoalState, goal_state
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.people.models import Person


@bp.get("/people/growth")
@requires(Permission.GrowthPlan.READ, on=load_self)
def show_own_growth(person: Person) -> ResponseReturnValue:
    """Show one's own growth plan, at an address that the navigation knows."""
    return _growth_page(person, queries.list_plans(person.id))


@bp.get("/people/<uuid:person_id>/growth")
@requires(Permission.GrowthPlan.READ, on=load_person)
def show_growth(person: Person) -> ResponseReturnValue:
    """Show the open growth plan of somebody, or how to begin one, and those that are closed."""
    return _growth_page(person, queries.list_plans(person.id))


@bp.get("/growth/<uuid:plan_id>")
@requires(Permission.GrowthPlan.READ, on=load_plan)
def show_plan(plan: GrowthPlan) -> ResponseReturnValue:
    """Show one growth plan, open or closed."""
    return _growth_page(plan.subject, queries.list_plans(plan.subject_id), plan)


def _growth_page(person: Person, plans: Sequence[GrowthPlan], wanted: GrowthPlan | None = None) -> ResponseReturnValue:
    plan = wanted or next((one for one in plans if one.closed_at is None), None)
    view = None
    if plan is not None:
        found = queries.growth_standing(person.id, today(), lineage=plan.lineage, target=plan.target_level)
        view = plan_view(plan, found, today())
    others = [one for one in plans if one.closed_at is not None and (plan is None or one.id != plan.id)]
    return render_template(
        "assessment/growth.html",
        person=person,
        plan=plan,
        view=view,
        others=others,
        may_edit=may(Permission.GrowthPlan.EDIT, person),
        is_own=actor().person_id == person.id,
    )


# Opening -----------------------------------------------------------------------------


@bp.get("/people/<uuid:person_id>/growth/new")
@requires(Permission.GrowthPlan.EDIT, on=load_person)
def show_new_plan(person: Person) -> ResponseReturnValue:
    """Show the form that opens a plan; where one is open, lead to changing that."""
    goal = request.args.get("goal", "")
    plan = queries.find_open_plan(person.id)
    if plan is not None and goal in {one.expectation_id for one in plan.goals}:
        return redirect(url_for("assessment.show_plan", plan_id=plan.id, _anchor=goal))
    if plan is not None:
        anchor = "goal-new" if goal else None
        return redirect(url_for("assessment.show_edit_plan", plan_id=plan.id, goal=goal or None, _anchor=anchor))
    form = OpenPlanForm(formdata=None, data={"target": request.args.get("target", ""), "goals": [goal]})
    return _new_page(person, form)


def _new_page(person: Person, form: OpenPlanForm) -> ResponseReturnValue:
    found = queries.growth_standing(person.id, today(), target=form.target.data)
    choices = offered(found.report, today())
    last = queries.find_last_closed(person.id)
    open_goals = [g for g in last.goals if goal_state(found.report, g.expectation_id) is GoalState.OPEN] if last else []
    undone = sum(action.done_at is None for goal in open_goals for action in goal.actions)
    page = render_template(
        "assessment/growth_new.html",
        person=person,
        form=form.offer((one.id, one.text) for one in choices),
        notes={one.id: one.note for one in choices},
        target=found.report.target.id if found.report else "",
        levels=levels_ahead(found),
        last=last,
        carried=carried_words(len(open_goals), undone) if open_goals else "",
        is_own=actor().person_id == person.id,
    )
    return make_response(page, form.status)


@bp.post("/people/<uuid:person_id>/growth/new")
@requires(Permission.GrowthPlan.EDIT, on=load_person)
@writes
def open_plan(person: Person) -> ResponseReturnValue:
    """Open a growth plan."""
    form = OpenPlanForm()
    plan = form.validate() and form.attempt(
        actions.open_plan,
        person,
        target=form.target.data,
        goals=form.goals.data,
        review_on=form.review_on.data,
        carries_over=form.carries_over.data,
        by=author(),
        at=now(),
    )
    if not plan:
        return _new_page(person, form)
    flash("The plan is open. Write for each goal what you want to be able to show, and what you do about it.", "good")
    return redirect(url_for("assessment.show_edit_plan", plan_id=plan.id))


# Changing ----------------------------------------------------------------------------


@bp.get("/growth/<uuid:plan_id>/edit")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
def show_edit_plan(plan: GrowthPlan) -> ResponseReturnValue:
    """Show the form of a whole plan; a closed one is shown as it is."""
    if plan.closed_at is not None:
        return redirect(url_for("assessment.show_plan", plan_id=plan.id))
    return _edit_page(plan, plan_form(plan, more=[request.args.get("goal", "")]), plan.version)


def _edit_page(plan: GrowthPlan, form: PlanForm, version: int) -> ResponseReturnValue:
    found = queries.growth_standing(plan.subject_id, today(), lineage=plan.lineage, target=plan.target_level)
    view = plan_view(plan, found, today())
    choices = offered(found.report, today(), besides=[goal.id for goal in view.goals])
    form.goals.choices = [(one.id, one.text) for one in choices]
    there = {goal.id for goal in view.goals}
    page = render_template(
        "assessment/growth_edit.html",
        person=plan.subject,
        view=view,
        form=form,
        version=version,
        fresh=[(one, field_names(one.id)) for one in choices if one.id not in there and form.has_goal(one.id)],
        notes={one.id: one.note for one in choices},
    )
    return make_response(page, form.status)


@bp.post("/growth/<uuid:plan_id>/edit")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
@writes
def change_plan(plan: GrowthPlan) -> ResponseReturnValue:
    """Save a plan; what the other one saved in between is never overwritten unseen."""
    form = plan_form(plan, is_sent=True)
    version = form.row_version()
    if not form.validate() or not form.attempt(_save, plan, form.content(), version=version):
        return _edit_page(queries.get_plan(plan.id), form, version)
    new = [step for steps in form.content().new_steps.values() for step in steps]
    is_late = any(step.due_on is not None and step.due_on < today() for step in new)
    flash("The plan is saved. The day of a new action is already past." if is_late else "The plan is saved.", "good")
    return redirect(url_for("assessment.show_plan", plan_id=plan.id))


def _save(plan: GrowthPlan, content: PlanContent, *, version: int) -> GrowthPlan:
    return actions.change_plan(plan, content, version=version, by=author(), at=now())


@bp.post("/growth/<uuid:plan_id>/done")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
@writes
def tick_action(plan: GrowthPlan) -> ResponseReturnValue:
    """Say that an action is done; the page offers to take that back."""
    action = actions.tick_action(plan, _action_id(), is_done=True, by=author(), at=now())
    undo = url_for("assessment.untick_action", plan_id=plan.id)
    said = {"text": f"Done: {action.words}", "undo": undo, "fields": [("action", str(action.id))]}
    flash(said, "good")  # type: ignore[arg-type]
    return redirect(url_for("assessment.show_plan", plan_id=plan.id))


@bp.post("/growth/<uuid:plan_id>/not-done")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
@writes
def untick_action(plan: GrowthPlan) -> ResponseReturnValue:
    """Say that an action is not done after all."""
    actions.tick_action(plan, _action_id(), is_done=False, by=author(), at=now())
    return redirect(url_for("assessment.show_plan", plan_id=plan.id))


def _action_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("action", ""))
    except ValueError as error:
        raise MissingError from error


# Closing -----------------------------------------------------------------------------


@bp.get("/growth/<uuid:plan_id>/close")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
def ask_close_plan(plan: GrowthPlan) -> ResponseReturnValue:
    """Ask whether to close a plan, and say what follows from it."""
    if plan.closed_at is not None:
        return redirect(url_for("assessment.show_plan", plan_id=plan.id))
    return render_template("assessment/growth_close.html", person=plan.subject, plan=plan)


@bp.post("/growth/<uuid:plan_id>/close")
@requires(Permission.GrowthPlan.EDIT, on=load_plan)
@writes
def close_plan(plan: GrowthPlan) -> ResponseReturnValue:
    """Close a plan; it stays readable."""
    actions.close_plan(plan, by=author(), at=now())
    flash("The plan is closed and stays readable. A new one can take over what is still open.")
    return redirect(url_for("assessment.show_growth", person_id=plan.subject_id))
