"""Signing in and out."""

from __future__ import annotations

import math
import uuid
from datetime import timedelta

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, current_actor, public, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.addresses import pack_form, safe_next, unpack_form
from app.auth.forms import SignInForm
from app.auth.models import Account
from app.auth.views.blueprint import author, bp, passwords
from app.infra.clock import now, today
from app.infra.errors import SECRET_FIELDS
from app.infra.unit_of_work import writes
from app.people.models import Person

REFUSED = "The e-mail address or the password is not right."


def _page(form: SignInForm, status: int, notice: str = "") -> Response:
    page = render_template(
        "auth/sign_in.html",
        form=form,
        notice=notice,
        company=current_app.config["SETTINGS"].company,
        demo=current_app.extensions.get("belay.demo"),
    )
    return make_response(page, status)


def ask_to_sign_in() -> Response:
    """Answer a request without a living session: on the way to a page to sign-in and back; a sent form is carried."""
    if request.method in {"GET", "HEAD"}:
        return make_response(redirect(url_for("auth.show_sign_in", next=request.full_path.rstrip("?"))))
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return make_response({"error": "Your session is over. Sign in again; your text is still here."}, 401)
    form = SignInForm(formdata=None)
    if SECRET_FIELDS.intersection(request.form):
        return _page(form, 401, "Sign in again. Passwords are not kept, so open that page anew afterwards.")
    if g.dead_session_of is not None:
        form.carried.data = pack_form(g.dead_session_of)
    return _page(form, 401, "What you typed is kept. Sign in again, then send it once more.")


@bp.get("/login")
@public
def show_sign_in() -> ResponseReturnValue:
    """Show the sign-in page; somebody who is in goes home."""
    if current_actor() is not None:
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm(formdata=None)
    form.next.data = request.args.get("next", "")
    return _page(form, 200)


@bp.post("/login")
@public
@writes
def sign_in() -> ResponseReturnValue:
    """Sign in with a password. The answer is the same for an unknown address, a wrong password, a disabled account."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, form.status)
    moment, address = now(), request.remote_addr or ""
    key = queries.hashed(form.email.data.strip().lower())
    wait = queries.delay_before_attempt(key, address, moment)
    if wait > timedelta(0):
        actions.note_failed_sign_in(key, address, moment, throttled=True)
        return _too_often(form, wait)
    found = queries.find_account(form.email.data)
    is_right = passwords().matches(found[0].password_hash if found else None, form.password.data)
    if not is_right or found is None or not _may_enter(found):
        actions.note_failed_sign_in(key, address, moment, throttled=False)
        form.form_errors.append(REFUSED)
        return _page(form, 401)
    actions.clear_failures(key)
    actions.strengthen_hash(found[0], form.password.data, passwords())
    return enter(found[1].id, next_path=form.next.data, carried=form.carried.data)


def _may_enter(found: tuple[Account, Person]) -> bool:
    account, person = found
    has_left = person.left_on is not None and person.left_on <= today()
    return account.disabled_at is None and not has_left


def _too_often(form: SignInForm, wait: timedelta) -> Response:
    seconds = math.ceil(wait.total_seconds())
    minutes = math.ceil(seconds / 60)
    form.form_errors.append(
        f"Too many attempts. Try again in {minutes} minute{'s' if minutes > 1 else ''}; others are not affected.",
    )
    response = _page(form, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def enter(person_id: uuid.UUID, *, next_path: str | None, carried: str | None) -> Response:
    """Open a session and go where the person wanted to go; a carried form is offered for sending.

    A session that the browser was in ends: its id must not open anything once there is a new one.
    """
    before = current_actor()
    if before is not None and before.session_id is not None:
        actions.end_session(queries.get_session(before.session_id), by=author(), at=now(), tag=Tag.SESSION_ENDED)
    token = actions.open_session(
        person_id,
        address=request.remote_addr or "",
        browser=request.user_agent.string,
        at=now(),
    )
    g.session_keys.start(token)
    form = unpack_form(carried or "", person_id)
    if form is not None:
        return make_response(render_template("auth/send_again.html", carried=form))
    return make_response(redirect(safe_next(next_path)))


@bp.post("/logout")
@requires(Permission.Account.SIGN_OUT)
@writes
def sign_out() -> ResponseReturnValue:
    """End the session and clear what the browser keeps."""
    who = actor()
    if who.session_id is not None:
        actions.end_session(queries.get_session(who.session_id), by=author(), at=now())
    g.session_keys.clear()
    response = make_response(redirect(url_for("auth.show_sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
