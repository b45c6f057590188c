"""Nominating oneself, a report or a colleague."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.access.relations import Fact, relations
from app.infra.clock import now, today
from app.infra.forms import clean_line
from app.infra.unit_of_work import writes
from app.people.models import Person
from app.people.queries import get_person, list_reports
from app.promotion.actions.nominations import nominate as nominate_somebody
from app.promotion.eligibility_pages import own_words
from app.promotion.forms.nominations import CHOOSE, NominationForm, SelfNominationForm
from app.promotion.models import PromotionCase, PromotionCycle
from app.promotion.queries.collaborators import teams_shown
from app.promotion.queries.nominations import find_line, find_open_case, find_people, open_elsewhere
from app.promotion.start_pages import takes_nominations
from app.promotion.views.blueprint import author, bp, load_cycle

MOST_SEARCHED = 200
THANKS = "Thank you. {name} and HR read what you wrote; what follows from it is between them."
"""The one answer to a colleague's nomination, whatever the state of things."""


def _home(cycle: PromotionCycle) -> ResponseReturnValue:
    flash(f"Nominations of {cycle.name} are not open.", "warn")
    return redirect(url_for("promotion.list_cycles"))


# Oneself ------------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/nominate/self")
@requires(Permission.Cycle.NOMINATE, on=load_cycle)
def show_nominate_self(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the form in which somebody nominates themselves, or why they cannot."""
    return _self_page(cycle, SelfNominationForm(formdata=None))


def _self_page(cycle: PromotionCycle, form: SelfNominationForm) -> ResponseReturnValue:
    if not takes_nominations(cycle, today()):
        return _home(cycle)
    own = find_open_case(cycle.id, actor().person_id)
    if own is not None and form.status == 200:  # noqa: PLR2004 - nothing was sent
        return redirect(url_for("promotion.show_case", case_id=own.id))
    line = find_line(cycle.id, actor().person_id)
    form.offer(line.targets.split() if line and not line.rule else ())
    page = render_template(
        "promotion/nominate_self.html",
        cycle=cycle,
        form=form,
        says=own_words(line),
        is_eligible=line and not line.rule,
        elsewhere=open_elsewhere(cycle, actor(), actor().person_id),
    )
    return make_response(page, form.status)


@bp.post("/<uuid:cycle_id>/nominate/self")
@requires(Permission.Cycle.NOMINATE, on=load_cycle)
@writes
def nominate_self(cycle: PromotionCycle) -> ResponseReturnValue:
    """Nominate oneself, which is to accept as well."""
    form, person = SelfNominationForm(), get_person(actor().person_id)
    case = _nominate(cycle, person, form) if form.validate() else None
    if case is None:
        return _self_page(cycle, form)
    flash(f"Case {case.code} for {case.target_level} is open. You write its packet once nominations are over.", "good")
    return redirect(url_for("promotion.show_case", case_id=case.id))


def _nominate(cycle: PromotionCycle, person: Person, form: NominationForm | SelfNominationForm) -> PromotionCase | None:
    return form.attempt(
        nominate_somebody, cycle, person, words=form.words.data, by=author(), at=now(), target=form.chosen
    )


# Somebody else ------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/nominate")
@requires(Permission.Cycle.NOMINATE, on=load_cycle)
def show_nominate(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the form in which somebody nominates a report or a colleague, found by a part of the name."""
    return _form_page(cycle, NominationForm(formdata=None, person=request.args.get("person")))


def _form_page(cycle: PromotionCycle, form: NominationForm) -> ResponseReturnValue:
    if not takes_nominations(cycle, today()):
        return _home(cycle)
    search = clean_line(request.args.get("q"))[:MOST_SEARCHED].replace("\x00", "")
    found, has_more = find_people(search, form.person_id)
    if not search:
        found = {one.id: one.name for one in list_reports(actor().person_id)} | found
    form.offer_people(found)
    if search and len(found) == 1 and form.person.data is None:
        (form.person.data,) = form.person.choices
    page = render_template(
        "promotion/nominate.html",
        cycle=cycle,
        form=form,
        search=search,
        has_more=has_more,
        teams=teams_shown(actor(), found),
    )
    return make_response(page, form.status)


@bp.post("/<uuid:cycle_id>/nominate")
@requires(Permission.Cycle.NOMINATE, on=load_cycle)
@writes
def nominate(cycle: PromotionCycle) -> ResponseReturnValue:
    """Nominate a report or a colleague; a colleague's nomination has one answer, whatever the state of things."""
    form = NominationForm()
    person = _chosen(form)
    if person is None:
        return _form_page(cycle, form)
    is_told = relations.holds(Fact.MANAGES, actor().person_id, person.id) or person.id == actor().person_id
    case = _nominate(cycle, person, form)
    if form.form_errors or form.errors:
        line = find_line(cycle.id, person.id) if is_told else None
        form.offer(line.targets.split() if line and not line.rule else ())
        return _form_page(cycle, form)
    if not is_told or case is None:
        flash(THANKS.format(name=person.name), "good")
        return redirect(url_for("promotion.list_cycles"))
    flash(f"Your nomination stands with case {case.code} for {case.target_level}.", "good")
    return redirect(url_for("promotion.show_case", case_id=case.id))


def _chosen(form: NominationForm) -> Person | None:
    """Return who is nominated; None where the form does not say it, or says something else wrong."""
    is_whole = form.validate()
    key = form.person_id
    found = find_people("", key)[0] if key is not None else {}
    if key in found and is_whole:
        return get_person(key)
    if key not in found and not form.person.errors:
        form.person.errors = [CHOOSE]
    return None
