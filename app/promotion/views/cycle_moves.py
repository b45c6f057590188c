"""What HR and the chair do with a running cycle: moving it on, extending days, reminding, cancelling."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.access.policy import can
from app.domain.errors import NotAllowedNowError
from app.domain.promotion import CycleMove, CycleState, Guard, Mover, may_cancel, next_move
from app.infra.clock import now, today
from app.infra.templating import counted, long_date
from app.infra.unit_of_work import writes
from app.promotion.actions import cycles as actions
from app.promotion.actions.moves import may_be_early, may_chair, move_cycle
from app.promotion.actions.reminders import remind_of
from app.promotion.forms.cycles import CancelForm, ExtendForm, MoveForm, RemindForm
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries import cycles as queries
from app.promotion.queries.cases import deadline_of, get_case
from app.promotion.queries.guards import Owed, also_asked_for, missing_for, owed_as_seen
from app.promotion.queries.packet_waiting import STATEMENT_DUE
from app.promotion.views.blueprint import author, bp, load_cycle
from app.promotion.wording import CYCLE_NOW, CYCLE_STATE, DEADLINE, MOVE_BUTTON, MOVE_WILL

EVERYBODY = ""


def _home(cycle: PromotionCycle) -> str:
    return url_for("promotion.show_cycle", cycle_id=cycle.id)


# Moves -----------------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/move")
@requires(Permission.Cycle.RUN, on=load_cycle)
def ask_move(cycle: PromotionCycle) -> ResponseReturnValue:
    """Ask HR before the cycle moves on, and say what that does."""
    return _question(cycle, Mover.HR)


@bp.post("/<uuid:cycle_id>/move")
@requires(Permission.Cycle.RUN, on=load_cycle)
@writes
def move(cycle: PromotionCycle) -> ResponseReturnValue:
    """Move the cycle on as HR."""
    return _move(cycle, Mover.HR)


@bp.get("/<uuid:cycle_id>/chair/move")
@requires(Permission.Cycle.CHAIR, on=load_cycle)
def ask_chair_move(cycle: PromotionCycle) -> ResponseReturnValue:
    """Ask the chair before the cycle moves on, and say what that does."""
    return _question(cycle, Mover.CHAIR)


@bp.post("/<uuid:cycle_id>/chair/move")
@requires(Permission.Cycle.CHAIR, on=load_cycle)
@writes
def chair_move(cycle: PromotionCycle) -> ResponseReturnValue:
    """Move the cycle on as its chair."""
    return _move(cycle, Mover.CHAIR)


def _offered(cycle: PromotionCycle, mover: Mover) -> CycleMove | None:
    """Return the move that follows, if it is this mover's and the reader's."""
    found = next_move(cycle.state)
    if found is None or found.mover is not mover:
        return None
    return None if mover is Mover.CHAIR and not may_chair(cycle, actor().person_id, today()) else found


def _question(cycle: PromotionCycle, mover: Mover, form: MoveForm | None = None) -> ResponseReturnValue:
    found = _offered(cycle, mover)
    if found is None:
        flash(f"There is nothing for you to move: {cycle.name} is in the phase “{CYCLE_STATE[cycle.state]}”.", "warn")
        return redirect(_home(cycle))
    # What the reader may not see keeps the question open: the answer to it says no.
    seen = owed_as_seen(actor(), cycle.id, missing_for(cycle, today()))
    missing = [line for line in seen if not may_be_early(line)]
    form = form or MoveForm(formdata=None)
    form.to.data = found.target.value
    page = render_template(
        "promotion/cycle_move.html",
        cycle=cycle,
        form=form,
        action=request.path,
        words=MOVE_BUTTON[found.target],
        will=MOVE_WILL[found.target],
        lost=_lost(cycle),
        missing=missing,
        is_early=any(may_be_early(line) for line in seen),
    )
    return make_response(page, form.status)


def _lost(cycle: PromotionCycle) -> list[Owed]:
    """Return the statements that are not in: once packets are over, nobody can hand one in any more."""
    asked = owed_as_seen(actor(), cycle.id, also_asked_for(cycle, today()))
    return [line for line in asked if line.kind == STATEMENT_DUE]


def _move(cycle: PromotionCycle, mover: Mover) -> ResponseReturnValue:
    form = MoveForm()
    wanted = form.to.data if form.to.data in set(CycleState) else None
    if not form.validate() or wanted is None:
        return _question(cycle, mover, form)
    if _offered(cycle, mover) is None or next_move(cycle.state).target is not CycleState(wanted):  # type: ignore[union-attr]
        raise NotAllowedNowError(
            f"This cycle has been moved on in the meantime: it is in the phase “{CYCLE_STATE[cycle.state]}” now."
        )
    early = any(may_be_early(line) for line in missing_for(cycle, today()))
    if early and not (form.reason.data or "").strip():
        form.reason.errors = ["Say why: everybody who could still have been nominated may ask."]
        return _question(cycle, mover, form)
    reason = (form.reason.data or "") if early else ""
    form.attempt(move_cycle, cycle, target=CycleState(wanted), reason=reason, reader=actor(), by=author(), at=now())
    if form.errors:
        return _question(cycle, mover, form)
    flash(f"{cycle.name} has moved on: {CYCLE_NOW[cycle.state]}.", "good")
    return redirect(_home(cycle))


# Extending -------------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/extend")
@requires(Permission.Cycle.RUN, on=load_cycle)
def show_extend(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the days that can still move, for all cases or for one."""
    form = ExtendForm(formdata=None)
    form.fill(cycle)
    form.case.data = request.args.get("case", EVERYBODY)
    return _extend_page(cycle, form)


@bp.post("/<uuid:cycle_id>/extend")
@requires(Permission.Cycle.RUN, on=load_cycle)
@writes
def extend(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show what an extension shifts; once that was looked at, extend."""
    form = ExtendForm()
    if not form.validate():
        return _extend_page(cycle, form)
    case, days = _case_of(cycle, form), form.later(actions.days_offered(cycle, today()))
    shifts = form.attempt(actions.shifted_days, cycle, days, case=case, on=today())
    if not form.errors and not (form.reason.data or "").strip():
        form.reason.errors = ["Say why: it stands in the record of the cycle."]
    if form.errors or shifts is None:
        return _extend_page(cycle, form)
    if not form.is_confirmed:
        return _shifts_page(cycle, form, case, shifts)
    form.attempt(actions.extend_deadlines, cycle, days, form.reason.data or "", case=case, by=author(), at=now())
    if form.errors:
        return _extend_page(cycle, form)
    flash(f"{counted(len(shifts), 'day is', 'days are')} moved.", "good")
    return redirect(_home(cycle))


def _case_of(cycle: PromotionCycle, form: ExtendForm) -> PromotionCase | None:
    """Return the one case of an extension; one that the reader may not look after is none that is offered."""
    text = form.case.data or EVERYBODY
    if text == EVERYBODY:
        return None
    offered = {value for value, _ in _choices(cycle)}
    if text not in offered:
        form.case.errors = ["Choose all cases, or one of this cycle that is still open."]
        return None
    return get_case(uuid.UUID(text))


def _choices(cycle: PromotionCycle) -> list[tuple[str, str]]:
    rows = queries.list_cases(actor(), cycle.id)
    cases = [
        (str(row.case.id), f"{row.name}, {row.case.code}")
        for row in rows
        if not row.case.state.is_over and can(actor(), Permission.Case.LOOK_AFTER, row.case)
    ]
    return [(EVERYBODY, "All cases"), *cases]


def _extend_page(cycle: PromotionCycle, form: ExtendForm) -> ResponseReturnValue:
    form.case.choices = _choices(cycle)
    page = render_template(
        "promotion/cycle_extend.html", cycle=cycle, form=form, names=actions.days_offered(cycle, today()), on=today()
    )
    return make_response(page, form.status)


def _shifts_page(
    cycle: PromotionCycle, form: ExtendForm, case: PromotionCase | None, shifts: Mapping[str, date]
) -> ResponseReturnValue:
    case_id = case.id if case else None
    lines = [(DEADLINE[name], deadline_of(cycle.id, name, case_id), day) for name, day in shifts.items()]
    carried = [(name, form[name].data.isoformat()) for name in form.later(actions.days_offered(cycle, today()))]
    whom = dict(_choices(cycle))[form.case.data or EVERYBODY]
    page = render_template(
        "promotion/cycle_shifts.html",
        cycle=cycle,
        lines=lines,
        whom=whom,
        reason=form.reason.data,
        carried=[*carried, ("case", form.case.data or ""), ("reason", form.reason.data), ("confirmed", "1")],
        long_date=long_date,
    )
    # Nothing is stored yet: the answer is a page, and no good one of a write.
    return make_response(page, 422)


# Reminders and cancelling ----------------------------------------------------------------


@bp.post("/<uuid:cycle_id>/remind")
@requires(Permission.Cycle.READ_CASES, on=load_cycle)
@writes
def remind_of_owed(cycle: PromotionCycle) -> ResponseReturnValue:
    """Remind those who owe one missing thing, of a case that the reader may know of."""
    form = RemindForm()
    key = (form.owed.data or "") if form.validate() else ""
    line = remind_of(cycle, key, reader=actor(), by=author(), at=now())
    whom = "the reviewers who have not handed in" if line.guard is Guard.QUORUM_REACHED else line.who
    flash(f"Reminded {whom}. It stands in the inbox, and goes out by mail to whoever wants that.", "good")
    return redirect(_home(cycle))


@bp.get("/<uuid:cycle_id>/cancel")
@requires(Permission.Cycle.RUN, on=load_cycle)
def ask_cancel_cycle(cycle: PromotionCycle) -> ResponseReturnValue:
    """Ask before a cycle is cancelled, and say what that does."""
    return _cancel_page(cycle, CancelForm(formdata=None))


@bp.post("/<uuid:cycle_id>/cancel")
@requires(Permission.Cycle.RUN, on=load_cycle)
@writes
def cancel_cycle(cycle: PromotionCycle) -> ResponseReturnValue:
    """Cancel a cycle with its open cases."""
    form = CancelForm()
    if form.validate():
        form.attempt(actions.cancel_cycle, cycle, form.reason.data or "", by=author(), at=now())
    if form.errors:
        return _cancel_page(cycle, form)
    flash(f"{cycle.name} is cancelled, and its open cases with it.", "good")
    return redirect(_home(cycle))


def _cancel_page(cycle: PromotionCycle, form: CancelForm) -> ResponseReturnValue:
    rows = queries.list_cases(actor(), cycle.id) if may(Permission.Cycle.READ_CASES, cycle) else []
    number = sum(not row.case.state.is_over for row in rows)
    page = render_template(
        "promotion/cycle_cancel.html",
        cycle=cycle,
        form=form,
        number=number,
        can_cancel=may_cancel(cycle.state),
    )
    return make_response(page, form.status)
