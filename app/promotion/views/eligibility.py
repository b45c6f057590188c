"""The list of who could be nominated: reading it, making it, and waiving the minimum time for somebody."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.eligibility import WAIVABLE, NotEligible
from app.infra.clock import now
from app.infra.forms import clean_line
from app.infra.pagination import page_number
from app.infra.templating import counted
from app.infra.unit_of_work import writes
from app.people.queries import get_person
from app.promotion.actions import eligibility as actions
from app.promotion.eligibility_pages import filters_of, marks_of, own_words
from app.promotion.forms.nominations import WaiveForm
from app.promotion.models import Eligibility, PromotionCycle
from app.promotion.queries import eligibility as queries
from app.promotion.queries.cases import get_cycle
from app.promotion.queries.cycles import pinned_of
from app.promotion.queries.nominations import find_line, open_elsewhere
from app.promotion.views.blueprint import author, bp, load_cycle
from app.promotion.wording import NOT_ELIGIBLE, public_state

MOST_SEARCHED = 200


@bp.get("/<uuid:cycle_id>/eligibility")
@requires(Permission.Cycle.LIST_ELIGIBLE, on=load_cycle)
def list_eligibility(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the list as far as the reader may see it: HR and chair all, managers their people, everybody themselves."""
    who = actor()
    search = clean_line(request.args.get("q"))[:MOST_SEARCHED].replace("\x00", "")
    asked = request.args.get("show", "")
    shown = queries.Shown(asked) if asked in set(queries.Shown) else queries.Shown.ALL
    own = find_line(cycle.id, who.person_id)
    elsewhere = open_elsewhere(cycle, who) if may(Permission.Cycle.RUN, cycle) else []
    return render_template(
        "promotion/eligibility.html",
        cycle=cycle,
        own_id=who.person_id,
        own=own_words(own) if cycle.eligibility_listed_at else "",
        page=queries.list_lines(cycle, who, shown=shown, search=search, page=page_number(request.args.get("page"))),
        filters=filters_of(cycle, queries.count_lines(cycle, who, search), shown, search),
        shown=shown,
        search=search,
        args={"cycle_id": cycle.id} | {key: value for key, value in (("show", shown.value), ("q", search)) if value},
        marks=marks_of(pinned_of(cycle.id)),
        rules=NOT_ELIGIBLE,
        public_state=public_state,
        sees_all=may(Permission.Cycle.READ_ELIGIBILITY, cycle),
        may_list=may(Permission.Cycle.RUN, cycle) and cycle.state in {"draft", "open"},
        may_be_waived=WAIVABLE,
        may_waive=may(Permission.Cycle.RUN, cycle),
        elsewhere={one.subject_id: one.cycle for one in elsewhere},
    )


@bp.post("/<uuid:cycle_id>/eligibility")
@requires(Permission.Cycle.RUN, on=load_cycle)
@writes
def make_eligibility(cycle: PromotionCycle) -> ResponseReturnValue:
    """Make the list, or let it follow who joined and whose level was corrected since the cycle opened."""
    is_record = cycle.opened_at is not None
    added = actions.list_eligible(cycle, author(), now())
    if is_record:
        brought = f"The list is up to date; {counted(added, 'line is', 'lines are')} new."
        flash(brought if added else "Nothing has changed: nobody joined, and no level was corrected.", "good")
    else:
        flash("The list is made: everybody who works here stands on it.", "good")
    return redirect(url_for("promotion.list_eligibility", cycle_id=cycle.id))


@bp.get("/eligibility/<uuid:line_id>/waive")
@requires(Permission.Eligible.WAIVE, on=queries.get_line)
def show_waive_minimum(line: Eligibility) -> ResponseReturnValue:
    """Show the form in which HR says why a rule does not apply to somebody."""
    return _waive_page(line, WaiveForm(formdata=None))


def _waive_page(line: Eligibility, form: WaiveForm) -> ResponseReturnValue:
    if line.rule not in WAIVABLE:
        return redirect(url_for("promotion.list_eligibility", cycle_id=line.cycle_id))
    page = render_template(
        "promotion/eligibility_waive.html",
        line=line,
        rule=NOT_ELIGIBLE[NotEligible(line.rule)],
        form=form,
        person=get_person(line.subject_id),
        cycle=get_cycle(line.cycle_id),
    )
    return make_response(page, form.status)


@bp.post("/eligibility/<uuid:line_id>/waive")
@requires(Permission.Eligible.WAIVE, on=queries.get_line)
@writes
def waive_minimum(line: Eligibility) -> ResponseReturnValue:
    """Let somebody be nominated although a rule that can be waived stands against it."""
    form = WaiveForm()
    if form.validate():
        actions.waive_minimum(line, reason=form.reason.data, by=author(), at=now())
        flash(f"{get_person(line.subject_id).name} can be nominated now.", "good")
        return redirect(url_for("promotion.list_eligibility", cycle_id=line.cycle_id))
    return _waive_page(line, form)
