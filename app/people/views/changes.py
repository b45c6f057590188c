"""What HR records of somebody from a day on: another team or manager, a level, leave, leaving and coming back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.guard import may, requires
from app.access.permissions import Permission
from app.domain.errors import NotAllowedNowError
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.templating import long_date
from app.infra.unit_of_work import writes
from app.ladders.queries import level_marks
from app.people import actions, pages, queries
from app.people.forms import NONE, LeaveForm, LeavingForm, LevelForm, MoveForm
from app.people.models import LevelSpell, Person, SpellReason
from app.people.views.blueprint import (
    author,
    bp,
    find_chosen_person,
    find_chosen_team,
    load_person,
    say_done,
    say_recorded,
)


def _back(person: Person) -> Response:
    return redirect(url_for("people.show_person", person_id=person.id))


def _page(template: str, person: Person, form: Form, **more: Any) -> ResponseReturnValue:
    entries = queries.history_of(person.id, with_leave=True)
    held = pages.now_of(entries, level_marks(), today())
    page = render_template(f"people/{template}.html", person=person, form=form, now=held, today=today(), **more)
    return make_response(page, form.status)


# Another team, another manager -----------------------------------------------------


@bp.get("/<uuid:person_id>/move")
@requires(Permission.Person.EDIT, on=load_person)
def show_move(person: Person) -> ResponseReturnValue:
    """Show the form that moves somebody."""
    team, manager = queries.find_team(person.id), queries.find_manager(person.id)
    held = {"team": str(team.id) if team else NONE, "manager": str(manager.id) if manager else NONE}
    return _page("move", person, _offer_move(person, MoveForm(formdata=None, data=held | {"from_on": today()})))


def _offer_move(person: Person, form: MoveForm) -> MoveForm:
    form.offer_teams(queries.list_teams())
    form.offer_people(queries.list_candidates(person.id), kept=queries.find_manager(person.id))
    return form


@bp.post("/<uuid:person_id>/move")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def move_person(person: Person) -> ResponseReturnValue:
    """Record another team, another manager, or both."""
    form, at = _offer_move(person, MoveForm()), queries.moment_after(person.id, now())
    if form.validate_on_submit() and (moved := form.attempt(_move, person, form, at)):
        team, manager = moved
        day = long_date(form.from_on.data)
        if team is not None:
            say_recorded(f"The team of {person.name} changes on {day}.", team.id, at)
        if manager is not None:
            say_recorded(f"The line manager of {person.name} changes on {day}.", manager.id, at)
        return _back(person)
    return _page("move", person, form)


def _move(person: Person, form: MoveForm, at: datetime) -> actions.Moved:
    return actions.move_person(
        person,
        team=find_chosen_team(form.chosen("team")),
        manager=find_chosen_person(form.chosen("manager")),
        from_on=form.from_on.data,
        by=author(),
        at=at,
    )


# A level --------------------------------------------------------------------------


@bp.get("/<uuid:person_id>/level")
@requires(Permission.Person.EDIT, on=load_person)
def show_level(person: Person) -> ResponseReturnValue:
    """Show the form that records a level."""
    spells = queries.list_spells(person.id)
    held = next((row for row in spells if row.covers(today())), None)
    # Why a level changes is for HR to say; only the first one comes with a reason, the hire.
    first = {"level": f"{held.ladder}:{held.level}"} if held else {}
    why = {} if spells else {"reason": "hire"}
    form = LevelForm(formdata=None, data=first | why | {"from_on": today()})
    return _level_page(person, form)


def _level_page(person: Person, form: LevelForm) -> ResponseReturnValue:
    form.offer_levels(level_marks())
    return _page("level", person, form, replaced=pages.replaceable(queries.list_spells(person.id), today()))


@bp.post("/<uuid:person_id>/level")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def grant_level(person: Person) -> ResponseReturnValue:
    """Record a level from a day on."""
    form, at = LevelForm(), queries.moment_after(person.id, now())
    form.offer_levels(level_marks())
    replaced = pages.replaceable(queries.list_spells(person.id), today())
    if form.validate_on_submit() and (spell := form.attempt(_grant, person, form, at)):
        said = f"{person.name} holds {spell.level} from {long_date(spell.starts_on)}."
        gone = [f" This takes the place of {one.words}." for one in replaced if one.day == spell.starts_on]
        say_recorded(said + "".join(gone), spell.id, at)
        return _back(person)
    return _level_page(person, form)


def _grant(person: Person, form: LevelForm, at: datetime) -> LevelSpell:
    ladder, level = form.chosen_level() or ("", "")
    given = {"ladder": ladder, "level": level, "from_on": form.from_on.data, "reason": SpellReason(form.reason.data)}
    actions.check_reason(person, **given)
    return actions.grant_level(person, **given, by=author(), at=at)


# Leave ----------------------------------------------------------------------------


@bp.get("/<uuid:person_id>/leave")
@requires(Permission.Person.EDIT, on=load_person)
def show_leave(person: Person) -> ResponseReturnValue:
    """Show the form that records leave."""
    return _page("leave", person, LeaveForm(formdata=None, data={"from_on": today()}))


@bp.post("/<uuid:person_id>/leave")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def record_leave(person: Person) -> ResponseReturnValue:
    """Record leave."""
    form, at = LeaveForm(), queries.moment_after(person.id, now())
    given = {"from_on": form.from_on.data, "until_on": form.until_on.data}
    if form.validate_on_submit() and (leave := form.attempt(actions.record_leave, person, **given, by=author(), at=at)):
        say_recorded(f"{person.name} is on leave from {long_date(leave.starts_on)}.", leave.id, at)
        return _back(person)
    return _page("leave", person, form)


# Leaving and coming back ----------------------------------------------------------


@bp.get("/<uuid:person_id>/leaving")
@requires(Permission.Person.EDIT, on=load_person)
def show_leaving(person: Person) -> ResponseReturnValue:
    """Show the form that records somebody's last day."""
    form = LeavingForm(formdata=None, data={"last_day": person.left_on - pages.ONE_DAY if person.left_on else None})
    return _leaving_page(person, form)


def _leaving_page(person: Person, form: LeavingForm) -> ResponseReturnValue:
    return _page("leaving", person, form, reports=queries.list_reports(person.id))


@bp.post("/<uuid:person_id>/leaving")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def record_leaving(person: Person) -> ResponseReturnValue:
    """Record somebody's last day."""
    form, before = LeavingForm(), person.left_on
    if form.validate_on_submit():
        form.attempt(actions.let_go, person, last_day=form.last_day.data, by=author(), at=now())
        if not form.errors:
            fields = {"last_day": form.last_day.data.isoformat()}
            if before is not None:
                fields["earlier"] = (before - pages.ONE_DAY).isoformat()
            undo = url_for("people.take_back_leaving", person_id=person.id)
            say_done(f"The last day of {person.name} is {long_date(form.last_day.data)}.", undo, **fields)
            return _back(person)
    return _leaving_page(person, form)


@bp.get("/<uuid:person_id>/return")
@requires(Permission.Person.EDIT, on=load_person)
def ask_before_return(person: Person) -> ResponseReturnValue:
    """Ask whether somebody who left works here again, and say what follows."""
    if person.left_on is None:
        return _back(person)
    return _page(
        "return",
        person,
        Form(formdata=None),
        has_left=person.left_on <= today(),
        account_href=_account_href(person),
    )


def _account_href(person: Person) -> str:
    # The page of an account belongs to a feature above this one; an application may be joined without it.
    is_there = "admin.show_account" in current_app.view_functions
    return url_for("admin.show_account", person_id=person.id) if is_there and may(Permission.Accounts.LIST) else ""


@bp.post("/<uuid:person_id>/return")
@requires(Permission.Person.EDIT, on=load_person)
@writes
def take_back_leaving(person: Person) -> ResponseReturnValue:
    """Let somebody work here again; beside a last day that was just changed, let the one before it count again."""
    recorded, earlier = _day_sent("last_day"), _day_sent("earlier")
    if recorded and earlier:
        actions.restore_last_day(person, last_day=earlier, instead_of=recorded, by=author(), at=now())
        say_done(f"The last day of {person.name} is {long_date(earlier)}, as before.")
        return _back(person)
    if recorded:
        actions.check_last_day(person, recorded)
    had_left = person.left_on is not None and person.left_on <= today()
    actions.take_back_leaving(person, by=author(), at=now())
    say_done(f"{person.name} works here{'; their account needs a new invitation' if had_left else ''}.")
    return _back(person)


def _day_sent(name: str) -> date | None:
    """Return a day that the undo beside a change has sent; None where the page of the question asks."""
    sent = request.form.get(name, "")
    try:
        return date.fromisoformat(sent) if sent else None
    except ValueError:
        raise NotAllowedNowError(actions.CHANGED_SINCE) from None
