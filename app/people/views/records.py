"""Correcting and undoing an entry of somebody's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import requires
from app.access.permissions import Permission
from app.domain.errors import NotAllowedNowError
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import actions, pages, queries
from app.people.forms import LeaveForm, LevelForm, ManagerSpellForm, TeamSpellForm, leave_out_none
from app.people.models import LevelSpell, ManagerLink, SpellReason, TeamMembership
from app.people.queries import Record, RecordKind
from app.people.views.blueprint import author, bp, find_chosen_person, load_record, say_done, say_recorded

FORMS: Mapping[RecordKind, type[Form]] = MappingProxyType(
    {
        RecordKind.LEVEL: LevelForm,
        RecordKind.TEAM: TeamSpellForm,
        RecordKind.MANAGER: ManagerSpellForm,
        RecordKind.LEAVE: LeaveForm,
    },
)


def _back(record: Record) -> ResponseReturnValue:
    return redirect(url_for("people.show_person", person_id=record.subject_id))


def _offer(record: Record, form: Any) -> Any:  # noqa: ANN401 - one of four forms
    """Offer what may be chosen, without the choice of nothing: that is not a correction but an end."""
    if isinstance(form, LevelForm):
        form.offer_levels(level_marks())
        if isinstance(record.row, LevelSpell) and record.row.reason is SpellReason.IMPORT:
            form.reason.choices = form.reason.choices | {"import": "First import"}
    elif isinstance(form, TeamSpellForm):
        form.offer_teams(queries.list_teams())
        leave_out_none(form.team)
    elif isinstance(form, ManagerSpellForm) and isinstance(record.row, ManagerLink):
        manager = queries.get_person(record.row.manager_id)
        form.offer_people(queries.list_candidates(record.subject_id), kept=manager)
        leave_out_none(form.manager)
    return form


def _stored(record: Record) -> dict[str, Any]:
    """Return what an entry says, by the names of the fields of its form."""
    row = record.row
    if isinstance(row, LevelSpell):
        return {"level": f"{row.ladder}:{row.level}", "reason": row.reason.value, "from_on": row.starts_on}
    if isinstance(row, TeamMembership):
        return {"team": str(row.team_id), "from_on": row.starts_on}
    if isinstance(row, ManagerLink):
        return {"manager": str(row.manager_id), "from_on": row.starts_on}
    return {"from_on": row.starts_on, "until_on": row.ends_on}


def _values(form: Any) -> dict[str, Any]:  # noqa: ANN401 - one of four forms
    """Return what a form says the entry should say, by the names of its columns."""
    if isinstance(form, LevelForm):
        ladder, level = form.chosen_level() or ("", "")
        return {"ladder": ladder, "level": level, "reason": SpellReason(form.reason.data)}
    if isinstance(form, TeamSpellForm):
        return {"team_id": form.chosen("team")}
    return {"manager_id": form.chosen("manager")} if isinstance(form, ManagerSpellForm) else {}


def _line(record: Record) -> pages.Line:
    names = queries.names_in([record.row])
    return pages.line_of(queries.entry_of(record.kind, record.row, names), level_marks(), today())


@bp.get("/records/<uuid:record_id>/correct")
@requires(Permission.Person.EDIT, on=load_record)
def show_correction(record: Record) -> ResponseReturnValue:
    """Show the form that corrects an entry."""
    actions.check_may_be_changed(record)
    return _correction_page(record, _offer(record, FORMS[record.kind](formdata=None, data=_stored(record))))


def _correction_page(record: Record, form: Any) -> ResponseReturnValue:  # noqa: ANN401 - one of four forms
    page = render_template("people/correct.html", record=record, person=record.person, form=form, line=_line(record))
    return make_response(page, form.status)


@bp.post("/records/<uuid:record_id>/correct")
@requires(Permission.Person.EDIT, on=load_record)
@writes
def correct_record(record: Record) -> ResponseReturnValue:
    """Correct an entry."""
    form, at = _offer(record, FORMS[record.kind]()), queries.moment_after(record.subject_id, now())
    if form.validate_on_submit() and (row := form.attempt(_correct, record, form, at)):
        say_recorded(f"The entry of {record.person.name} is corrected.", row.id, at)
        return _back(record)
    return _correction_page(record, form)


def _correct(record: Record, form: Any, at: datetime) -> queries.Row:  # noqa: ANN401 - one of four forms
    if isinstance(form, ManagerSpellForm):
        actions.check_works_on(find_chosen_person(form.chosen("manager")), form.from_on.data)
    if isinstance(form, LevelForm):
        actions.check_reason(record.person, **_values(form), from_on=form.from_on.data, besides=record.id)
    until_on: date | None = form.until_on.data if isinstance(form, LeaveForm) else None
    given = {"from_on": form.from_on.data, "until_on": until_on, "values": _values(form)}
    return actions.correct_record(record, **given, by=author(), at=at)


@bp.get("/records/<uuid:record_id>/undo")
@requires(Permission.Person.EDIT, on=load_record)
def ask_before_undoing(record: Record) -> ResponseReturnValue:
    """Ask whether to take an entry back, and show what holds afterwards."""
    actions.check_may_be_changed(record)
    plan = actions.plan_undoing(record)
    names, marks, day = queries.names_in([*plan.afterwards, record.row]), level_marks(), today()
    afterwards = [pages.line_of(queries.entry_of(record.kind, row, names), marks, day) for row in plan.afterwards]
    return render_template(
        "people/undo.html",
        record=record,
        person=record.person,
        line=_line(record),
        afterwards=afterwards,
        objection=actions.objection_to(record, plan, day),
    )


@bp.post("/records/<uuid:record_id>/undo")
@requires(Permission.Person.EDIT, on=load_record)
@writes
def undo_record(record: Record) -> ResponseReturnValue:
    """Take an entry back."""
    at = queries.moment_after(record.subject_id, now())
    actions.undo_record(record, by=author(), at=at)
    say_recorded(f"The entry of {record.person.name} is taken back.", record.id, at)
    return _back(record)


@bp.post("/records/<uuid:record_id>/revert")
@requires(Permission.Person.EDIT, on=load_record)
@writes
def revert_record(record: Record) -> ResponseReturnValue:
    """Take back the change that the page before has just told of."""
    try:
        moment = datetime.fromisoformat(request.form.get("change", ""))
    except ValueError:
        raise NotAllowedNowError(actions.CHANGED_SINCE) from None
    at = queries.moment_after(record.subject_id, now())
    actions.revert_change(record, moment, by=author(), at=at)
    say_done(f"What was recorded of {record.person.name} is as it was before.")
    return _back(record)
