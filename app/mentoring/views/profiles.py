"""What people say of themselves: the profile, opting in and out, whom they name, and whom they do not want."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.domain.errors import InvalidError
from app.domain.mentorship import PairSide
from app.infra import idempotency
from app.infra.clock import now, today
from app.infra.forms import clean_line
from app.infra.unit_of_work import writes
from app.mentoring.actions import profiles as actions
from app.mentoring.forms.profiles import NameForm, ProfileForm
from app.mentoring.profile_pages import ProfileSheet, sheet_of
from app.mentoring.queries.colleagues import find_colleagues
from app.mentoring.queries.profiles import list_exclusions, list_preferences
from app.mentoring.views.blueprint import author, bp
from app.mentoring.views.taking_back import carry_back, taken_back
from app.mentoring.wording import BEGUN, STOPPED
from app.people.models import Person
from app.people.queries import get_people

MOST_SEARCHED = 100


# The profile --------------------------------------------------------------------------


@bp.get("/profile")
@requires(Permission.Mentoring.TAKE_PART)
def show_profile() -> ResponseReturnValue:
    """Show all that the reader says of themselves for mentoring."""
    sheet = sheet_of(actor().person_id)
    return _profile_page(sheet, sheet.form())


def _profile_page(sheet: ProfileSheet, form: ProfileForm) -> ResponseReturnValue:
    page = render_template("mentoring/profile.html", sheet=sheet, form=form, groups=sheet.groups(form), side=PairSide)
    return make_response(page, form.status)


@bp.post("/profile")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def save_profile() -> ResponseReturnValue:
    """Store the profile, and opt the reader in or out as they say; every fault is told at once."""
    sheet = sheet_of(actor().person_id)
    form = sheet.form(is_sent=True)
    form.validate()
    form.fill_hours()
    content = form.content(sheet.in_competency)
    form.refuse(actions.faults_of(actor().person_id, content, on=today()))
    if form.errors or not form.attempt(
        actions.save_profile, content, version=form.row_version(), by=author(), at=now()
    ):
        return _profile_page(sheet, form)
    flash("Your mentoring profile is saved.", "good")
    return redirect(url_for("mentoring.show_own"))


def _side() -> PairSide:
    try:
        return PairSide(request.form.get("side", ""))
    except ValueError:
        raise NotFound from None


@bp.post("/profile/begin")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def begin() -> ResponseReturnValue:
    """Be available as a mentor, or look for one, with what the profile says; where it says too little, open it."""
    side = _side()
    try:
        since = taken_back(request.form.get("before", ""), side, actor().person_id, now())
        actions.begin(side, since=since, by=author(), at=now())
    except InvalidError as refusal:
        flash(refusal.message, "warn")
        return redirect(url_for("mentoring.show_profile"))
    flash("It is as before: your waiting time goes on." if since and side is PairSide.MENTEE else BEGUN[side], "good")
    return redirect(url_for("mentoring.show_own"))


@bp.post("/profile/stop")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def stop() -> ResponseReturnValue:
    """Be available no longer, or look for a mentor no longer; one click takes it back."""
    side = _side()
    since = actions.stop(side, by=author(), at=now())
    before = {"before": carry_back(since, side, actor().person_id, now())} if since else {}
    _flash_undo(STOPPED[side], "mentoring.begin", side=side.value, **before)
    return redirect(url_for("mentoring.show_own"))


def _flash_undo(text: str, endpoint: str, **fields: str) -> None:
    said: Any = {"text": text, "undo": url_for(endpoint), "fields": list(fields.items())}
    flash(said, "good")


# Whom one names -----------------------------------------------------------------------


def _search(words: str | None) -> str:
    return clean_line(words)[:MOST_SEARCHED].replace("\x00", "")


def _offer_people(form: NameForm, words: str | None) -> dict[str, Any]:
    """Offer whom a search for some words finds; return what the page needs to say of it."""
    search = _search(words)
    found, has_more = find_colleagues(search, actor().person_id, form.person_id)
    form.offer(found)
    if search and len(found) == 1 and form.person.data is None:
        (form.person.data,) = form.person.choices
    return {"form": form, "search": search, "has_more": has_more}


def _chosen(form: NameForm) -> Person | None:
    key = form.person_id
    person = get_people([key]).get(key) if key is not None else None
    if not form.validate() or person is None:
        form.person.errors = ["Choose somebody."]
        return None
    return person


def _posted_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("person", ""))
    except ValueError:
        raise NotFound from None


@bp.get("/profile/names")
@requires(Permission.Mentoring.TAKE_PART)
def show_names() -> ResponseReturnValue:
    """Show whom the reader would like as a mentor or as a mentee, and find others."""
    return _names_page(NameForm(formdata=None), _side_of_address())


def _side_of_address() -> PairSide:
    return PairSide.MENTOR if request.args.get("side") == PairSide.MENTOR else PairSide.MENTEE


def _names_page(form: NameForm, side: PairSide) -> ResponseReturnValue:
    named = list_preferences(actor().person_id)[side]
    page = render_template(
        "mentoring/profile_names.html",
        side=side.value,
        named=named,
        most=actions.MOST_NAMED,
        **_offer_people(form, request.args.get("q")),
    )
    return make_response(page, form.status)


@bp.post("/profile/names")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def name_somebody() -> ResponseReturnValue:
    """Name somebody as whose mentee or mentor the reader would like to be."""
    form, side = NameForm(), _side()
    person = _chosen(form)
    if person is not None:
        form.attempt(actions.prefer, person, side, by=author(), at=now())
    if person is None or form.person.errors:
        return _names_page(form, side)
    flash(f"You named {person.name}. It counts most when they name you as well.", "good")
    return redirect(url_for("mentoring.show_names", side=side.value))


@bp.post("/profile/names/remove")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def unname_somebody() -> ResponseReturnValue:
    """Take back that somebody was named."""
    side, other_id = _side(), _posted_id()
    if actions.unprefer(other_id, side, by=author(), at=now()):
        name = get_people([other_id])[other_id].name
        _flash_undo(f"{name} is no longer named.", "mentoring.name_somebody", side=side.value, person=str(other_id))
    return redirect(url_for("mentoring.show_names", side=side.value))


# Whom one does not want ---------------------------------------------------------------


@bp.get("/exclusions")
@requires(Permission.Mentoring.TAKE_PART)
def show_exclusions() -> ResponseReturnValue:
    """Show with whom the reader does not want to be paired, to the reader alone."""
    return _exclusions_page(NameForm(formdata=None))


def _exclusions_page(form: NameForm, status: int | None = None) -> ResponseReturnValue:
    named = list_exclusions(actor())
    # Not from the address: a name in it would stand in the history of the browser and in the log of every proxy.
    page = render_template("mentoring/exclusions.html", named=named, **_offer_people(form, request.form.get("q")))
    return make_response(page, status or form.status)


@bp.post("/exclusions")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def exclude_somebody() -> ResponseReturnValue:
    """Find somebody by a part of their name, or say that the reader does not want to be paired with them."""
    if "find" in request.form:
        # A page with names of colleagues is kept by no table, not even for a repeated submit.
        idempotency.keep_nothing(url_for("mentoring.show_exclusions"))
        return _exclusions_page(NameForm(formdata=None), HTTPStatus.OK)
    form = NameForm()
    person = _chosen(form)
    if person is not None:
        form.attempt(actions.exclude, person, by=author(), at=now())
    if person is None or form.person.errors:
        return _exclusions_page(form)
    _flash_undo(
        "They are on your list: you will not be paired with them. Only you know.",
        "mentoring.include_somebody",
        person=str(person.id),
    )
    return redirect(url_for("mentoring.show_exclusions"))


@bp.post("/exclusions/remove")
@requires(Permission.Mentoring.TAKE_PART)
@writes
def include_somebody() -> ResponseReturnValue:
    """Take back that the reader does not want to be paired with somebody."""
    other_id = _posted_id()
    if actions.include(other_id, by=author()):
        _flash_undo(
            "They are off your list: you may be paired with them again.",
            "mentoring.exclude_somebody",
            person=str(other_id),
        )
    return redirect(url_for("mentoring.show_exclusions"))
