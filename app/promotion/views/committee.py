"""The committee of a cycle: who leads, who sits on it and up to which rank; naming people and taking them off."""

from __future__ import annotations

import uuid

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.domain.promotion import CycleState
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.notices.transport import mail_is_on
from app.people.models import Person
from app.people.queries import get_people, get_person
from app.promotion.actions import committees as actions
from app.promotion.forms.committee import ExternalForm, LeadForm, MemberForm, RankForm, RemovalForm
from app.promotion.models import CommitteeMember, PromotionCycle, ReviewRank
from app.promotion.queries import committees as queries
from app.promotion.queries.committees import Membership
from app.promotion.queries.panels import OVER, serving
from app.promotion.queries.relations import competes
from app.promotion.views.blueprint import author, bp, load_cycle


def load_membership(member_id: uuid.UUID) -> Membership:
    """Return the member of an address."""
    return queries.get_membership(member_id)


def _back(cycle: PromotionCycle) -> Response:
    return redirect(url_for("promotion.show_committee", cycle_id=cycle.id))


# The page ------------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/committee")
@requires(Permission.Cycle.READ_COMMITTEE, on=load_cycle)
def show_committee(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show who leads, who sits on the committee, and who may review which target."""
    return _page(cycle, MemberForm(formdata=None).look_for())


def _page(cycle: PromotionCycle, form: MemberForm) -> ResponseReturnValue:
    who, may_lead = actor(), may(Permission.Cycle.LEAD_COMMITTEE, cycle)
    may_name = may(Permission.Cycle.EDIT_COMMITTEE, cycle)
    is_undecided = actions.may_be_changed(cycle)
    people = get_people([*(row.person_id for row in serving(cycle.id)), *queries.leading(cycle)])
    members = queries.members_of(cycle, who, with_cases=may_name)
    page = render_template(
        "promotion/committee.html",
        cycle=cycle,
        form=form,
        members=members,
        former=queries.former_members_of(cycle.id) if may_name else [],
        targets=queries.targets_of(cycle, members),
        chair=people.get(cycle.chair_id) if cycle.chair_id else None,
        deputy=people.get(cycle.deputy_id) if cycle.deputy_id else None,
        own=queries.own_recusals_in(cycle.id, who.person_id),
        own_id=who.person_id,
        sees_cases=may_name,
        may_name=may_name and is_undecided,
        may_lead=may_lead and cycle.state not in OVER,
        may_rank=may_lead and is_undecided,
        competes=competes(who.person_id, cycle.id) and is_undecided,
    )
    return make_response(page, form.status)


@bp.post("/<uuid:cycle_id>/committee")
@requires(Permission.Cycle.EDIT_COMMITTEE, on=load_cycle)
@writes
def add_committee_member(cycle: PromotionCycle) -> ResponseReturnValue:
    """Name somebody a member."""
    form = MemberForm().look_for()
    if form.validate() and (row := form.attempt(_add, cycle, form)):
        flash(f"{get_person(row.person_id).name} sits on the committee.", "good")
        _warn_of_no_target(cycle, row)
        return _back(cycle)
    return _page(cycle, form)


def _warn_of_no_target(cycle: PromotionCycle, row: CommitteeMember) -> None:
    if why := queries.why_no_target(cycle, row.person_id):
        flash(f"{get_person(row.person_id).name} {why}.", "warn")


def _add(cycle: PromotionCycle, form: MemberForm) -> CommitteeMember:
    return actions.add_member(cycle, _chosen(form), by=author(), at=now())


def _chosen(form: MemberForm) -> Person:
    return get_person(uuid.UUID(form.person.data))


# Chair and deputy ----------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/committee/lead")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_cycle)
def show_name_lead(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the form that names the chair or the deputy."""
    role = actions.DEPUTY if request.args.get("role") == actions.DEPUTY else actions.CHAIR
    return _lead_page(cycle, LeadForm(formdata=None, data={"role": role}))


def _lead_page(cycle: PromotionCycle, form: LeadForm) -> ResponseReturnValue:
    form.look_for()
    return make_response(render_template("promotion/committee_lead.html", cycle=cycle, form=form), form.status)


@bp.post("/<uuid:cycle_id>/committee/lead")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_cycle)
@writes
def name_lead(cycle: PromotionCycle) -> ResponseReturnValue:
    """Name the chair or the deputy."""
    form = LeadForm().look_for()
    if form.validate() and (person := form.attempt(_lead, cycle, form)):
        flash(f"{person.name} is the {form.role.data}. A second factor is compulsory for them from now on.", "good")
        return _back(cycle)
    return make_response(render_template("promotion/committee_lead.html", cycle=cycle, form=form), form.status)


def _lead(cycle: PromotionCycle, form: LeadForm) -> Person:
    person = _chosen(form)
    name = actions.name_chair if form.role.data == actions.CHAIR else actions.name_deputy
    name(cycle, person, by=author(), at=now())
    return person


# From outside --------------------------------------------------------------------------


@bp.get("/<uuid:cycle_id>/committee/external")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_cycle)
def show_name_external(cycle: PromotionCycle) -> ResponseReturnValue:
    """Show the form that names a reviewer from outside."""
    return _external_page(cycle, ExternalForm(formdata=None))


def _external_page(cycle: PromotionCycle, form: ExternalForm) -> ResponseReturnValue:
    form.offer_ranks(queries.ranks_in_words())
    page = render_template("promotion/committee_external.html", cycle=cycle, form=form, sends_mail=_sends_mail())
    return make_response(page, form.status)


def _sends_mail() -> bool:
    return mail_is_on(current_app.config["SETTINGS"])


@bp.post("/<uuid:cycle_id>/committee/external")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_cycle)
@writes
def name_external(cycle: PromotionCycle) -> ResponseReturnValue:
    """Name a reviewer from outside, and invite them."""
    form = ExternalForm()
    form.offer_ranks(queries.ranks_in_words())
    if form.validate() and (row := form.attempt(_name_external, cycle, form)):
        _say_named(get_person(row.person_id))
        _warn_of_no_target(cycle, row)
        return _back(cycle)
    return _external_page(cycle, form)


def _name_external(cycle: PromotionCycle, form: ExternalForm) -> CommitteeMember:
    details = actions.Outsider(form.name.data, form.email.data, int(form.rank.data), form.reason.data)
    return actions.name_external(cycle, details, by=author(), at=now(), mail_is_on=_sends_mail())


def _say_named(person: Person) -> None:
    if _sends_mail():
        flash(f"{person.name} sits on the committee. An invitation is on its way to {person.email}.", "good")
        return
    account = url_for("admin.show_account", person_id=person.id)
    said = f"{person.name} sits on the committee. Mail is off: hand over a link from their account."
    flash({"text": said, "links": [("Open the account", account)]}, "good")  # type: ignore[arg-type]


# One member ----------------------------------------------------------------------------


@bp.get("/committee/<uuid:member_id>/remove")
@requires(Permission.Cycle.EDIT_COMMITTEE, on=load_membership)
def show_remove_member(member: Membership) -> ResponseReturnValue:
    """Ask why somebody is taken off, and say what follows."""
    return _removal_page(member, RemovalForm(formdata=None))


def _removal_page(member: Membership, form: RemovalForm) -> ResponseReturnValue:
    page = render_template("promotion/committee_remove.html", member=member, cycle=member.cycle, form=form)
    return make_response(page, form.status)


@bp.post("/committee/<uuid:member_id>/remove")
@requires(Permission.Cycle.EDIT_COMMITTEE, on=load_membership)
@writes
def remove_member(member: Membership) -> ResponseReturnValue:
    """Take somebody off the committee."""
    form, is_draft = RemovalForm(), member.cycle.state is CycleState.DRAFT
    if not form.validate() and not (is_draft and not form.reason.data):
        return _removal_page(member, form)
    actions.remove_member(member.cycle, member.person, form.reason.data, by=author(), at=now())
    followed = "" if is_draft else " Their seats ended, and substitutes were drawn by rule."
    flash(f"{member.person.name} is off the committee.{followed}", "good")
    return _back(member.cycle)


@bp.get("/committee/<uuid:member_id>/rank")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_membership)
def show_review_rank(member: Membership) -> ResponseReturnValue:
    """Show the form that says up to which rank a member off the ladder reviews."""
    live = queries.find_review_rank(member.person.id)
    data = {"rank": str(live.rank)} if live else {}
    return _rank_page(member, RankForm(formdata=None, data=data))


def _rank_page(member: Membership, form: RankForm) -> ResponseReturnValue:
    form.offer_ranks(queries.ranks_in_words())
    live = queries.find_review_rank(member.person.id)
    page = render_template("promotion/committee_rank.html", member=member, cycle=member.cycle, form=form, live=live)
    return make_response(page, form.status)


@bp.post("/committee/<uuid:member_id>/rank")
@requires(Permission.Cycle.LEAD_COMMITTEE, on=load_membership)
@writes
def set_review_rank(member: Membership) -> ResponseReturnValue:
    """Set up to which rank a member off the ladder reviews."""
    form = RankForm()
    form.offer_ranks(queries.ranks_in_words())
    if form.validate() and (row := form.attempt(_set_rank, member, form)):
        flash(f"{member.person.name} reviews up to rank {row.rank}.", "good")
        return _back(member.cycle)
    return _rank_page(member, form)


def _set_rank(member: Membership, form: RankForm) -> ReviewRank:
    return actions.set_review_rank(member.person, int(form.rank.data), form.reason.data, by=author(), at=now())
