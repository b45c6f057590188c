"""A cycle: its page, drafting and changing it, its rehearsal and its calendar file."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.promotion import CycleState, Guard, Mover, may_cancel, next_move
from app.infra.clock import now, today
from app.infra.templating import counted
from app.infra.unit_of_work import writes
from app.ladders.queries import list_editions
from app.people.queries import get_person
from app.promotion.actions import cycles as actions
from app.promotion.actions.moves import may_be_early, may_chair
from app.promotion.calendar import calendar_of
from app.promotion.cycle_pages import (
    TAKES_NO_PART,
    case_lines,
    days_left,
    guards_in_words,
    heading_of,
    missing_in_words,
    outcomes_in_words,
    owed_lines,
    phases_of,
    public_days,
    step_words,
)
from app.promotion.eligibility_pages import marks_of
from app.promotion.forms.cycles import CycleForm, CycleNameForm
from app.promotion.models import PromotionCycle
from app.promotion.queries import cycles as queries
from app.promotion.queries.cases import get_case
from app.promotion.queries.chairing import mover_of
from app.promotion.queries.guards import Owed, also_asked_for, is_kept_from_any, lines_seen, missing_for
from app.promotion.queries.rehearsal import rehearse
from app.promotion.views.blueprint import author, bp, load_cycle
from app.promotion.wording import MOVE_BEFORE, MOVE_BUTTON

WHERE = {
    "days": ("promotion.show_edit_cycle", "Change the days"),
    "ladders": ("promotion.show_edit_cycle", "Choose the ladders"),
    "committee": ("promotion.show_committee", "Open the committee"),
    "eligibility": ("promotion.list_eligibility", "Open the list"),
    "people": ("people.list_people", "Open the directory"),
    "policies": ("admin.list_policies", "Open the policies"),
}
"""Where each kind of finding of the rehearsal is mended."""
MENDED_AT = {
    Guard.VERSION_PINNED: ("promotion.show_edit_cycle", "Choose the ladders"),
    Guard.COMMITTEES_NAMED: ("promotion.show_committee", "Name the committee"),
    Guard.DATES_ORDERED: ("promotion.show_edit_cycle", "Change the days"),
    Guard.ELIGIBILITY_GENERATED: ("promotion.list_eligibility", "Make the list"),
    Guard.CUT_OFF_REACHED: ("promotion.show_extend", "Bring it forward"),
    Guard.SECOND_APPROVED: ("promotion.show_approve", "Read the list"),
    Guard.EVERYBODY_TOLD: ("promotion.show_tell", "Tell"),
}
"""Where HR mends what only HR can."""
RUNNING_WHERE = {"days": ("promotion.show_extend", "Extend a day")}


@bp.get("/<uuid:cycle_id>")
@requires(Permission.Cycle.READ, on=load_cycle)
def show_cycle(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show where a cycle is; to HR and the chair also its cases, what is missing, and who owes it."""
    sees_inside = may(Permission.Cycle.READ_CASES, cycle)
    steps = queries.list_steps(cycle.id)
    values = {
        "cycle": cycle,
        "heading": heading_of(cycle, sees_inside=sees_inside),
        "left": days_left(cycle, today(), sees_inside=sees_inside),
        "phases": phases_of(cycle, [line.step for line in steps], sees_inside=sees_inside),
        "takes_nominations": cycle.state is CycleState.OPEN and may(Permission.Cycle.NOMINATE, cycle),
    }
    if not sees_inside:
        return render_template(
            "promotion/cycle_public.html", **values, days=public_days(cycle, queries.nominations_closed_on(cycle.id))
        )
    return render_template("promotion/cycle.html", **values, **_inside(cycle, steps), step_words=step_words)


def _inside(cycle: PromotionCycle, steps: list[queries.StepLine]) -> dict[str, object]:
    """Return what HR and the chair see of a cycle, as far as each of them may.

    Of cases from which they are kept, nothing on the page depends: neither a count nor whether the button is live.
    """
    on, move = today(), next_move(cycle.state)
    rows = queries.list_cases(actor(), cycle.id)
    is_inside = {row.case.id: row.is_inside for row in rows}
    seen, is_kept = lines_seen(is_inside, missing_for(cycle, on)), is_kept_from_any(cycle.id, is_inside)
    beside = lines_seen(is_inside, also_asked_for(cycle, on))
    reminders = queries.last_reminders(cycle.id)
    days = {row.case.id: queries.day_for(cycle, "packets_due", row.case.id) for row in rows}
    editions = queries.pinned_of(cycle.id)
    return {
        "owed": owed_lines(seen, reminders, now=now(), link=lambda line: _mended_at(cycle, line)),
        "beside": owed_lines(beside, reminders, now=now(), link=lambda line: _mended_at(cycle, line)),
        "elsewhere": f"{TAKES_NO_PART} {_who_sees(cycle)}" if is_kept else "",
        "guards": guards_in_words(seen),
        "missing": missing_in_words(cycle, seen),
        "move": _move(cycle, seen, is_kept=is_kept),
        "before": MOVE_BEFORE[move.target] if move else "",
        "is_ready": move is not None and not seen and not is_kept,
        "steps": [line for line in steps if line.step.case_id is None or is_inside.get(line.step.case_id)],
        "cases": case_lines(cycle, rows, days),
        "outcomes": outcomes_in_words(rows),
        "marks": marks_of(editions),
        "editions": editions,
        "not_nominated": queries.count_not_nominated(cycle.id) if cycle.state is not CycleState.DRAFT else 0,
        "runs": may(Permission.Cycle.RUN, cycle),
        "can_cancel": may_cancel(cycle.state),
        "can_extend": bool(queries.days_that_move(cycle.state)),
    }


def _mended_at(cycle: PromotionCycle, line: Owed) -> tuple[str, str] | None:
    """Return where HR mends a missing thing; None for the others, and where somebody else owes it."""
    if line.guard not in MENDED_AT or not may(Permission.Cycle.RUN, cycle):
        return None
    endpoint, words = MENDED_AT[line.guard]
    if line.case_id is None:
        return words, url_for(endpoint, cycle_id=cycle.id)
    may_tell = may(Permission.Case.TELL, get_case(line.case_id))
    return (words, url_for(endpoint, case_id=line.case_id)) if may_tell else None


def _move(cycle: PromotionCycle, seen: list[Owed], *, is_kept: bool) -> dict[str, object] | None:
    """Return the next move as the reader's button; None where nothing follows by hand.

    `seen` is what the reader may see to be missing. Whoever is kept from a case may ask, and hears then.
    """
    move = next_move(cycle.state)
    if move is None or move.mover is Mover.BELAY:
        return None
    is_chairs, is_early = move.mover is Mover.CHAIR, bool(seen) and all(may_be_early(one) for one in seen)
    mine = may_chair(cycle, actor().person_id, today()) if is_chairs else may(Permission.Cycle.RUN, cycle)
    endpoint = "promotion.ask_chair_move" if is_chairs else "promotion.ask_move"
    return {
        "words": "Close nominations early" if is_early else MOVE_BUTTON[move.target],
        "href": url_for(endpoint, cycle_id=cycle.id),
        "is_mine": mine,
        "whose": _whose(cycle) if is_chairs else "HR",
        "is_live": mine and (is_early or not seen),
        "is_main": not seen,
        "is_asked": mine and is_kept and not seen,
    }


def _who_sees(cycle: PromotionCycle) -> str:
    """Return whom the reader asks about cases in which they take no part: the other who leads, by name, and HR."""
    leads = ((cycle.chair_id, "the chair"), (cycle.deputy_id, "the deputy"))
    other = next(((one, office) for one, office in leads if one and one != actor().person_id), None)
    return f"Ask {get_person(other[0]).name}, {other[1]}, or another person of HR." if other else "Ask HR."


def _whose(cycle: PromotionCycle) -> str:
    mover = mover_of(cycle, today())
    return "the deputy" if mover is not None and mover == cycle.deputy_id else "the chair"


# Drafting --------------------------------------------------------------------------------


@bp.get("/new")
@requires(Permission.Cycle.DRAFT)
def new_cycle() -> ResponseReturnValue:
    """Ask for the name of a new cycle."""
    return render_template("promotion/cycle_new.html", form=CycleNameForm(formdata=None))


@bp.post("/new")
@requires(Permission.Cycle.DRAFT)
@writes
def draft_cycle() -> ResponseReturnValue:
    """Draft a cycle with the ladders of today and days on weekdays."""
    form = CycleNameForm()
    drafted = form.validate() and form.attempt(actions.draft_cycle, form.name.data or "", by=author(), at=now())
    if not drafted:
        return make_response(render_template("promotion/cycle_new.html", form=form), form.status)
    flash(
        "Drafted, with the ladders of today and a proposal for each day. Nobody else sees it before it opens.", "good"
    )
    return redirect(url_for("promotion.show_edit_cycle", cycle_id=drafted.id))


@bp.get("/<uuid:cycle_id>/edit")
@requires(Permission.Cycle.RUN, on=load_cycle)
def show_edit_cycle(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show what can be changed of a cycle: all of a draft, afterwards its name."""
    form = _edit_form(cycle, is_sent=False)
    form.name.data = cycle.name
    if isinstance(form, CycleForm):
        form.fill(cycle)
        form.versions.data = [str(edition.id) for edition in queries.pinned_of(cycle.id)]
    return _edit_page(cycle, form)


@bp.post("/<uuid:cycle_id>/edit")
@requires(Permission.Cycle.RUN, on=load_cycle)
@writes
def change_cycle(cycle: PromotionCycle) -> ResponseReturnValue:
    """Change a draft, or the name of a cycle that was opened."""
    form = _edit_form(cycle, is_sent=True)
    if form.validate():
        form.attempt(
            actions.change_cycle,
            cycle,
            name=form.name.data or "",
            days=form.days if isinstance(form, CycleForm) else None,
            versions=form.version_ids if isinstance(form, CycleForm) else None,
            version=form.row_version(),
            by=author(),
            at=now(),
        )
    if form.errors:
        return _edit_page(cycle, form)
    flash("Saved.", "good")
    return redirect(url_for("promotion.show_cycle", cycle_id=cycle.id))


def _edit_form(cycle: PromotionCycle, *, is_sent: bool) -> CycleForm | CycleNameForm:
    kind = CycleForm if cycle.state is CycleState.DRAFT else CycleNameForm
    form = kind() if is_sent else kind(formdata=None)
    if isinstance(form, CycleForm):
        form.versions.choices = [
            (str(one.id), f"{one.name}{', adopted today' if one.is_adopted else ''}") for one in list_editions()
        ]
    return form


def _edit_page(cycle: PromotionCycle, form: CycleForm | CycleNameForm) -> ResponseReturnValue:
    page = render_template(
        "promotion/cycle_edit.html", cycle=cycle, form=form, is_draft=cycle.state is CycleState.DRAFT
    )
    return make_response(page, form.status)


# Rehearsal and calendar ------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/rehearsal")
@requires(Permission.Cycle.RUN, on=load_cycle)
def show_rehearsal(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show what would go wrong if the cycle ran with the people, committee and days of today."""
    found = rehearse(cycle, today())
    where = WHERE if cycle.state is CycleState.DRAFT else WHERE | RUNNING_WHERE
    stops = sum(one.stops for one in found)
    return render_template(
        "promotion/cycle_rehearsal.html",
        cycle=cycle,
        findings=[(one, *_place(where[one.where], cycle)) for one in found],
        stops=stops,
        summary=counted(len(found), "finding", "findings"),
        on=today(),
    )


def _place(where: tuple[str, str], cycle: PromotionCycle) -> tuple[str, str]:
    endpoint, words = where
    if not endpoint.startswith("promotion."):
        return url_for(endpoint), words
    return url_for(endpoint, cycle_id=cycle.id), words


@bp.get("/<uuid:cycle_id>/calendar.ics")
@requires(Permission.Cycle.READ, on=load_cycle)
def download_calendar(cycle: PromotionCycle) -> ResponseReturnValue:
    """Hand out the days of a cycle as a calendar file."""
    base = current_app.config["SETTINGS"].base_url
    content = calendar_of(
        cycle,
        address=f"{base}{url_for('promotion.show_cycle', cycle_id=cycle.id)}",
        edition=queries.count_extensions(cycle.id),
        at=now(),
    )
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="promotion-cycle.ics"'
    return response
