"""The days of an assessment and its end without a side: due day, reminders, closing as “not given”, calling off."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.assessment import actions, queries
from app.assessment.forms import DueForm
from app.assessment.life_pages import Acts, LifeView, life_view, whose_side
from app.assessment.models import Assessment, Side
from app.assessment.queries import Round
from app.assessment.views.blueprint import address_of, author, bp, load_assessment
from app.infra.clock import now, today
from app.infra.templating import long_date
from app.infra.unit_of_work import writes

CLOSING = {Side.SELF: Permission.Assessment.CLOSE_SELF, Side.MANAGER: Permission.Assessment.CLOSE_MANAGER}


def life_of(assessment: Assessment, found: Round) -> LifeView:
    """Return the life of an assessment as the reader sees it, with what they may do about it."""
    day, reader = today(), actor().person_id
    if not found.is_running:
        return life_view(found, (), Acts(can_set_due=False, can_remind=False, can_call_off=False), others=(), on=day)
    acts = Acts(
        can_set_due=may(Permission.Assessment.SET_DUE, assessment),
        can_remind=may(Permission.Assessment.REMIND, assessment),
        can_call_off=may(Permission.Assessment.CALL_OFF, assessment),
    )
    sides = [queries.closing_of(assessment, side, day) for side in Side if not found.is_in(side)]
    others = [one.debtor.name for one in sides if one.debtor and one.debtor.person_id != reader]
    closings = [one for one in sides if one.is_other_in and may(CLOSING[one.side], assessment)]
    return life_view(found, closings, acts, others=others, on=day)


# The due day ---------------------------------------------------------------------------


@bp.get("/assessments/<uuid:assessment_id>/due")
@requires(Permission.Assessment.SET_DUE, on=load_assessment)
def show_due(assessment: Assessment) -> ResponseReturnValue:
    """Show by when both sides are asked for, to change it."""
    form = DueForm(formdata=None)
    form.due_on.data = assessment.due_on
    return _due_page(assessment, form)


@bp.post("/assessments/<uuid:assessment_id>/due")
@requires(Permission.Assessment.SET_DUE, on=load_assessment)
@writes
def set_due(assessment: Assessment) -> ResponseReturnValue:
    """Set by when both sides are asked for."""
    form = DueForm()
    if not form.validate() or not form.attempt(actions.set_due, assessment, form.due_on.data, by=author(), at=now()):
        return _due_page(assessment, form)
    flash(f"Both sides are asked for by {long_date(form.due_on.data)} now.", "good")
    return redirect(address_of(assessment))


def _due_page(assessment: Assessment, form: DueForm) -> ResponseReturnValue:
    found = queries.get_round(actor(), assessment)
    page = render_template("assessment/due.html", form=form, round=found, on=today())
    return make_response(page, form.status)


# Reminders -----------------------------------------------------------------------------


@bp.post("/assessments/<uuid:assessment_id>/remind")
@requires(Permission.Assessment.REMIND, on=load_assessment)
@writes
def remind(assessment: Assessment) -> ResponseReturnValue:
    """Remind those who owe a side."""
    actions.remind(assessment, by=author(), at=now())
    flash("Reminded. It stands in their inbox, and goes out by mail to whoever wants that.", "good")
    return redirect(address_of(assessment))


# Closing a missing side ----------------------------------------------------------------


@bp.get("/assessments/<uuid:assessment_id>/self/close")
@requires(Permission.Assessment.CLOSE_SELF, on=load_assessment)
def ask_close_self(assessment: Assessment) -> ResponseReturnValue:
    """Ask before the engineer's missing side is closed as “not given”."""
    return _question(assessment, Side.SELF)


@bp.get("/assessments/<uuid:assessment_id>/manager/close")
@requires(Permission.Assessment.CLOSE_MANAGER, on=load_assessment)
def ask_close_manager(assessment: Assessment) -> ResponseReturnValue:
    """Ask before the manager's missing side is closed as “not given”."""
    return _question(assessment, Side.MANAGER)


@bp.post("/assessments/<uuid:assessment_id>/self/close")
@requires(Permission.Assessment.CLOSE_SELF, on=load_assessment)
@writes
def close_self(assessment: Assessment) -> ResponseReturnValue:
    """Close the engineer's missing side as “not given”; the manager's opens."""
    return _close(assessment, Side.SELF)


@bp.post("/assessments/<uuid:assessment_id>/manager/close")
@requires(Permission.Assessment.CLOSE_MANAGER, on=load_assessment)
@writes
def close_manager(assessment: Assessment) -> ResponseReturnValue:
    """Close the manager's missing side as “not given”; the engineer's opens."""
    return _close(assessment, Side.MANAGER)


def _question(assessment: Assessment, side: Side) -> ResponseReturnValue:
    found = queries.get_round(actor(), assessment)
    return render_template(
        "assessment/close_side.html",
        round=found,
        side=side.value,
        whose=whose_side(found, side),
        opening=whose_side(found, Side.MANAGER if side is Side.SELF else Side.SELF),
        lacks=queries.closing_of(assessment, side, today()).lacks,
    )


def _close(assessment: Assessment, side: Side) -> ResponseReturnValue:
    actions.close_side(assessment, side, by=author(), at=now())
    flash("Closed as “not given”. What was in is open now.", "good")
    return redirect(address_of(assessment))


# Calling off ---------------------------------------------------------------------------


@bp.get("/assessments/<uuid:assessment_id>/call-off")
@requires(Permission.Assessment.CALL_OFF, on=load_assessment)
def ask_call_off(assessment: Assessment) -> ResponseReturnValue:
    """Ask before an assessment that was opened by mistake is called off."""
    return render_template("assessment/call_off.html", round=queries.get_round(actor(), assessment))


@bp.post("/assessments/<uuid:assessment_id>/call-off")
@requires(Permission.Assessment.CALL_OFF, on=load_assessment)
@writes
def call_off(assessment: Assessment) -> ResponseReturnValue:
    """Call an assessment off before a side is in."""
    actions.call_off(assessment, by=author(), at=now())
    flash("Called off. What you had written stays yours to read.", "good")
    return redirect(address_of(assessment))
