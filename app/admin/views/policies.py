"""Policies: reading them, and setting one with a reason."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import may, requires
from app.access.permissions import Permission
from app.admin.forms import PolicyForm, policy_form
from app.admin.policies import GROUPS, shown_policy
from app.admin.queries import names_of
from app.admin.views.blueprint import author, bp
from app.domain.errors import MissingError
from app.domain.policies import POLICIES, PolicyDefinition
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.policies import actions, queries


def load_definition(key: str) -> PolicyDefinition:
    """Return the policy of an address."""
    if key not in POLICIES:
        raise MissingError
    return POLICIES[key]


@bp.get("/policies")
@requires(Permission.Policies.LIST)
def list_policies() -> ResponseReturnValue:
    """Show every policy: its value, and since when, by whom and why."""
    newest = queries.newest_values()
    names = names_of([row.set_by_id for row in newest.values()])
    shown = [shown_policy(definition, newest.get(key), names) for key, definition in POLICIES.items()]
    groups = [(group, [one for one in shown if one.definition.owner is group.owner]) for group in GROUPS]
    return render_template("admin/policies.html", groups=groups)


@bp.get("/policies/<key>")
@requires(Permission.Policies.LIST, on=load_definition)
def show_policy(definition: PolicyDefinition) -> ResponseReturnValue:
    """Show one policy with its history, and the form for those who may change it."""
    newest = queries.find_newest(definition.key)
    value = definition.stored(newest.value if newest else None)
    return _policy_page(definition, policy_form(definition, value=definition.text_of(value)))


def _policy_page(definition: PolicyDefinition, form: PolicyForm) -> ResponseReturnValue:
    history = queries.history_of(definition.key)
    names = names_of([row.set_by_id for row in history])
    newest = history[0] if history else None
    page = render_template(
        "admin/policy.html",
        policy=shown_policy(definition, newest, names),
        history=[shown_policy(definition, row, names) for row in history],
        form=form,
        # Whoever was refused for another fault goes on from what they had seen.
        version=form.row_version() if form.is_submitted() else (newest.number if newest else 0),
        may_change=may(Permission.Policies.CHANGE, definition),
    )
    return make_response(page, form.status)


@bp.post("/policies/<key>")
@requires(Permission.Policies.CHANGE, on=load_definition)
@writes
def set_policy(definition: PolicyDefinition) -> ResponseReturnValue:
    """Set a policy."""
    form = policy_form(definition)
    if not form.validate_on_submit():
        return _policy_page(definition, form)
    given = {"reason": form.reason.data, "seen_number": form.row_version()}
    row = form.attempt(actions.set_policy, definition, form.value.data, **given, by=author(), at=now())
    if form.errors:
        return _policy_page(definition, form)
    if row is None:
        flash(f"“{definition.title}” has that value already; nothing was changed.")
    else:
        flash(f"“{definition.title}” is set: {definition.words(definition.stored(row.value))}.", "good")
    return redirect(url_for("admin.show_policy", key=definition.key))
