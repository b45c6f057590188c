"""The panel of a case: who reviews it, who takes no part and why; stepping aside, and recording that somebody does."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.actor import Role
from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.people.queries import get_people
from app.promotion.actions import panels as actions
from app.promotion.forms.committee import OthersRecusalForm, RecusalForm, ShortageForm
from app.promotion.models import PromotionCase
from app.promotion.panel_pages import panel_page
from app.promotion.queries import panels as queries
from app.promotion.queries.cases import get_cycle
from app.promotion.views.blueprint import author, bp, load_case


@bp.get("/cases/<uuid:case_id>/panel")
@requires(Permission.Case.READ_PANEL, on=load_case)
def show_panel(case: PromotionCase) -> ResponseReturnValue:
    """Show who reviews a case, who takes no part in it, and who could step in. Nothing is written."""
    return _panel_page(case, ShortageForm(formdata=None))


def _panel_page(case: PromotionCase, form: ShortageForm) -> ResponseReturnValue:
    is_hr, shown = actor().has_role(Role.HR), panel_page(case, actor())
    page = render_template(
        "promotion/panel.html",
        case=case,
        cycle=get_cycle(case.cycle_id),
        panel=shown,
        has_count=may(Permission.Case.READ_COUNT, case),
        is_reviewed=case.state in actions.JUDGED,
        is_open=case.state.is_before_decided,
        own_id=actor().person_id,
        may_record=is_hr or not actions.was_open(case),
        may_lack=is_hr and not case.is_incomplete and case.state in actions.JUDGED and not shown.can_be_quorate,
        form=form,
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/panel")
@requires(Permission.Case.EDIT_PANEL, on=load_case)
@writes
def settle_panel(case: PromotionCase) -> ResponseReturnValue:
    """Let the panel follow what holds today, or record that no quorum can be found for the case."""
    form = ShortageForm()
    if form.shortage.data:
        if form.validate():
            # The act returns nothing; what it refuses stands in the form.
            form.attempt(actions.record_shortage, case, form.reason.data, by=author(), at=now())
        if form.errors or form.form_errors:
            return _panel_page(case, form)
        flash(f"{case.code} goes on without being rated. It can only be deferred, or withdrawn.", "good")
        return _panel(case)
    changed = actions.settle_panel(case, by=author(), at=now())
    flash("The panel follows what holds today." if changed else "Nothing has changed: nobody else may step in.", "good")
    return _panel(case)


def _panel(case: PromotionCase) -> Response:
    return redirect(url_for("promotion.show_panel", case_id=case.id))


# Oneself -------------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/recuse")
@requires(Permission.Case.RECUSE, on=load_case)
def show_recuse(case: PromotionCase) -> ResponseReturnValue:
    """Ask whether somebody steps aside, and say what follows."""
    return _own_page(case, RecusalForm(formdata=None))


def _own_page(case: PromotionCase, form: RecusalForm) -> ResponseReturnValue:
    own_id = actor().person_id
    seat = next((seat for seat in queries.seats_of(case.id) if seat.person_id == own_id), None)
    page = render_template(
        "promotion/panel_recuse.html",
        case=case,
        cycle=get_cycle(case.cycle_id),
        candidate=get_people([case.subject_id])[case.subject_id],
        form=form,
        seat=seat,
        chairs=queries.chair_of(case) == own_id,
        deputises=queries.deputy_for(case, own_id),
        is_open=case.state.is_before_decided,
    )
    return make_response(page, form.status)


@bp.post("/cases/<uuid:case_id>/recuse")
@requires(Permission.Case.RECUSE, on=load_case)
@writes
def recuse_self(case: PromotionCase) -> ResponseReturnValue:
    """Step aside from a case."""
    form = RecusalForm()
    if not form.validate():
        return _own_page(case, form)
    actions.recuse(case, actor().person_id, form.note.data, by=author(), at=now())
    flash(f"You take no part in {case.code} any more, and see nothing of it. Who steps in is drawn by rule.", "good")
    return redirect(url_for("promotion.list_cycles"))


# Somebody else -------------------------------------------------------------------------


@bp.get("/cases/<uuid:case_id>/panel/recuse")
@requires(Permission.Case.EDIT_PANEL, on=load_case)
def show_recuse_other(case: PromotionCase) -> ResponseReturnValue:
    """Show the form that records that somebody takes no part in a case."""
    return _other_page(case, OthersRecusalForm(formdata=None))


def _other_page(case: PromotionCase, form: OthersRecusalForm) -> ResponseReturnValue:
    form.offer(_unrecused(case))
    page = render_template(
        "promotion/panel_recuse_other.html",
        case=case,
        cycle=get_cycle(case.cycle_id),
        candidate=get_people([case.subject_id])[case.subject_id],
        form=form,
        is_open=case.state.is_before_decided,
        was_open=actions.was_open(case),
        is_hr=actor().has_role(Role.HR),
    )
    return make_response(page, form.status)


def _unrecused(case: PromotionCase) -> list[tuple[uuid.UUID, str]]:
    """Return by name who has to do with a case and is not recused from it yet."""
    cycle = get_cycle(case.cycle_id)
    # Somebody in HR who looks after the case may have to step aside as well.
    asked = {row.person_id for row in queries.serving(cycle.id)} | {cycle.chair_id, cycle.deputy_id, actor().person_id}
    ids = frozenset(one for one in asked if one is not None)
    reasons, people = queries.recusals_among(case.id, ids), get_people(ids)
    free = sorted((one for one in people.values() if not reasons[one.id]), key=lambda one: (one.sort_name, str(one.id)))
    return [(one.id, one.name) for one in free]


@bp.post("/cases/<uuid:case_id>/panel/recuse")
@requires(Permission.Case.EDIT_PANEL, on=load_case)
@writes
def recuse_other(case: PromotionCase) -> ResponseReturnValue:
    """Record that somebody takes no part in a case."""
    form = OthersRecusalForm()
    form.offer(_unrecused(case))
    if not form.validate():
        return _other_page(case, form)
    person_id = uuid.UUID(form.person.data)
    form.attempt(actions.recuse, case, person_id, form.note.data, by=author(), at=now())
    if form.errors or form.form_errors:
        return _other_page(case, form)
    flash(f"{get_people([person_id])[person_id].name} takes no part in {case.code} any more.", "good")
    return _panel(case) if person_id != actor().person_id else redirect(url_for("promotion.list_cycles"))
