"""The inbox as a page of its own, and how one wants to hear of what comes into it."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit.actions import Author
from app.home import tasks
from app.home.blueprint import bp
from app.infra.clock import now, today
from app.infra.forms import Form
from app.infra.unit_of_work import writes
from app.notices import queries
from app.notices.actions import choose_hearing
from app.notices.models import Hearing
from app.notices.sources import Source, every_source
from app.notices.transport import mail_is_on

HEARINGS = {
    Hearing.AT_ONCE.value: "By mail at once",
    Hearing.DAILY.value: "In the daily mail",
    Hearing.NEVER.value: "Only in Belay",
}


@bp.get("/inbox")
@requires(Permission.Home.READ)
def show_inbox() -> ResponseReturnValue:
    """Show everything that waits for the signed-in person, what is due first."""
    day = today()
    waiting = [tasks.task_of(one, day) for one in queries.list_waiting(actor().person_id, day)]
    return render_template("home/inbox.html", groups=tasks.grouped(waiting), count=len(waiting))


def _concerning() -> list[Source]:
    """Return the kinds that can wait for the signed-in person, as they are today."""
    return [source for source in every_source() if source.concerns(actor())]


def _choices(source: Source) -> dict[str, str]:
    """Return how a kind can be heard of: nobody can write at once of what begins with a day."""
    left_out = {Hearing.AT_ONCE.value} if source.begins_by_itself else set()
    return {value: words for value, words in HEARINGS.items() if value not in left_out}


def _hearing_form(*, is_sent: bool) -> Any:  # noqa: ANN401 - its fields are those of the sources
    """Return the form with one field for each kind of thing that can wait for the signed-in person."""
    fields = {
        source.kind.replace(".", "-"): RadioField(source.label, choices=_choices(source), validate_choice=True)
        for source in _concerning()
    }
    form_class = type("HearingForm", (Form,), fields)
    if is_sent:
        return form_class()
    chosen = queries.hearings_of(actor().person_id)
    return form_class(formdata=None, data={kind.replace(".", "-"): one.value for kind, one in chosen.items()})


@bp.get("/account/notices")
@requires(Permission.Account.CHOOSE_NOTICES)
def show_notices() -> ResponseReturnValue:
    """Show how the signed-in person hears of each kind of thing."""
    return _notices_page(_hearing_form(is_sent=False))


def _notices_page(form: Any) -> ResponseReturnValue:  # noqa: ANN401 - the form made above
    kinds = [form[source.kind.replace(".", "-")] for source in _concerning()]
    sends = mail_is_on(current_app.config["SETTINGS"])
    return make_response(render_template("home/notices.html", form=form, kinds=kinds, mail_is_on=sends), form.status)


@bp.post("/account/notices")
@requires(Permission.Account.CHOOSE_NOTICES)
@writes
def choose_notices() -> ResponseReturnValue:
    """Keep how the signed-in person wants to hear of things."""
    form = _hearing_form(is_sent=True)
    if not form.validate_on_submit():
        return _notices_page(form)
    chosen = {source.kind: Hearing(form[source.kind.replace(".", "-")].data) for source in _concerning()}
    who = actor().person_id
    choose_hearing(who, chosen, by=Author(who, address=request.remote_addr or ""), at=now())
    flash("Kept: this is how you hear of things from now on.", "good")
    return redirect(url_for("home.show_notices"))
