"""One-time links: the invitation, and choosing a new password. Open to anybody who holds one.

Programs open links in mail to look for harm; so getting a page changes nothing, and only the form uses the link up.
A link that does not live looks the same whatever the cause.
"""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.access.guard import public
from app.audit.actions import Author
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.letters import tell_of_new_password
from app.auth.link_forms import AskForResetForm, ChoosePasswordForm
from app.auth.models import LinkPurpose
from app.auth.queries.links import LiveLink
from app.auth.views.blueprint import bp, passwords
from app.auth.views.entering import enter
from app.auth.views.throttle import attempt, throttled
from app.domain.errors import MissingError
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.notices.transport import mail_is_on

LEADS_TO = {LinkPurpose.INVITE: "/welcome", LinkPurpose.RESET: "/"}


def _link_of_address() -> str:
    return queries.hashed((request.view_args or {})["token"])


def _waiting(words: str) -> Response:
    return _unreferred(make_response(render_template("errors/429.html", message=words)))


@bp.get("/invite/<token>")
@public
def show_invitation(token: str) -> ResponseReturnValue:
    """Show the form with which an invited person chooses a password."""
    return _link_page(LinkPurpose.INVITE, token, ChoosePasswordForm(formdata=None))


@bp.post("/invite/<token>")
@public
@throttled(_link_of_address, _waiting)
@writes
def accept_invitation(token: str) -> ResponseReturnValue:
    """Set the first password and come in."""
    return _use(LinkPurpose.INVITE, token)


@bp.get("/reset/<token>")
@public
def show_reset(token: str) -> ResponseReturnValue:
    """Show the form with which somebody chooses a new password."""
    return _link_page(LinkPurpose.RESET, token, ChoosePasswordForm(formdata=None))


@bp.post("/reset/<token>")
@public
@throttled(_link_of_address, _waiting)
@writes
def reset_password(token: str) -> ResponseReturnValue:
    """Set the new password and come in; the second factor is asked for as at every sign-in."""
    return _use(LinkPurpose.RESET, token)


def _use(purpose: LinkPurpose, token: str) -> ResponseReturnValue:
    form, moment, address = ChoosePasswordForm(), now(), request.remote_addr or ""
    if not form.validate_on_submit():
        return _link_page(purpose, token, form)
    try:
        person_id = form.attempt(
            actions.use_link, token, purpose, form.password.data, passwords=passwords(), address=address, at=moment
        )
    except MissingError:
        actions.refuse_attempt(attempt(), Tag.LINK_REFUSED)
        return _dead(purpose)
    if person_id is None:
        return _link_page(purpose, token, form)
    if purpose is LinkPurpose.RESET:
        tell_of_new_password(person_id, by=Author(person_id, address=address), at=moment)
    return _unreferred(enter(person_id, next_path=LEADS_TO[purpose], carried=None))


def _link_page(purpose: LinkPurpose, token: str, form: ChoosePasswordForm) -> Response:
    found = queries.find_link(token, purpose, now())
    if found is None:
        return _dead(purpose)
    return _unreferred(make_response(_password_page(purpose, found, form, token), form.status))


def _password_page(purpose: LinkPurpose, found: LiveLink, form: ChoosePasswordForm, token: str) -> str:
    return render_template(
        f"auth/{purpose.value}.html",
        form=form,
        name=found.person.name,
        email=found.person.email,
        token=token,
        company=current_app.config["SETTINGS"].company,
    )


def _dead(purpose: LinkPurpose) -> Response:
    page = render_template("auth/dead_link.html", is_invitation=purpose is LinkPurpose.INVITE)
    return _unreferred(make_response(page, 404))


def _unreferred(response: Response) -> Response:
    # The address holds the link: no request that the page leads to may name it, not even one to ourselves.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/reset")
@public
def show_ask_for_reset() -> ResponseReturnValue:
    """Show where somebody who has forgotten their password asks for a new one."""
    return _ask_page(AskForResetForm(formdata=None))


def _asked_address() -> str:
    return queries.hashed(f"reset:{request.form.get('email', '').strip().lower()}")


def _ask_again(words: str) -> Response:
    form = AskForResetForm()
    form.validate()
    form.form_errors.append(words)
    return _ask_page(form)


@bp.post("/reset")
@public
@throttled(_asked_address, _ask_again)
@writes
def ask_for_reset() -> ResponseReturnValue:
    """Let a link be sent. The answer is the same whether somebody has this address or not; every ask counts."""
    form = AskForResetForm()
    if not mail_is_on(current_app.config["SETTINGS"]):
        return _ask_page(form)
    if not form.validate_on_submit():
        return _ask_page(form, form.status)
    actions.refuse_attempt(attempt(), Tag.PASSWORD_RESET_ASKED)
    actions.ask_for_reset(form.email.data, by=Author(None, address=request.remote_addr or ""), at=now())
    return make_response(render_template("auth/reset_asked.html", email=form.email.data.strip()))


def _ask_page(form: AskForResetForm, status: int = 200) -> Response:
    page = render_template("auth/reset_ask.html", form=form, mail=mail_is_on(current_app.config["SETTINGS"]))
    return make_response(page, status)
