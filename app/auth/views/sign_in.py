"""Signing in and out."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, current_actor, public, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.addresses import safe_next
from app.auth.forms import SignInForm
from app.auth.models import Account
from app.auth.views.blueprint import author, bp, passwords
from app.auth.views.entering import enter, sign_in_page
from app.auth.views.throttle import attempt, throttled
from app.infra.clock import now, today
from app.infra.unit_of_work import writes
from app.people.models import Person

REFUSED = "The e-mail address or the password is not right."


@bp.get("/login")
@public
def show_sign_in() -> ResponseReturnValue:
    """Show the sign-in page; somebody who is in goes home."""
    if current_actor() is not None:
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm(formdata=None)
    form.next.data = request.args.get("next", "")
    return sign_in_page(form, 200)


def _typed_address() -> str:
    return queries.hashed(request.form.get("email", "").strip().lower())


def _with_sentence(words: str) -> Response:
    form = SignInForm()
    form.validate()
    form.form_errors.append(words)
    return sign_in_page(form, 429)


@bp.post("/login")
@public
@throttled(_typed_address, _with_sentence)
@writes
def sign_in() -> ResponseReturnValue:
    """Sign in with a password. The answer is the same for an unknown address, a wrong password, a disabled account."""
    form = SignInForm()
    if not form.validate_on_submit():
        return sign_in_page(form, form.status)
    found = queries.find_account(form.email.data)
    is_right = passwords().matches(found[0].password_hash if found else None, form.password.data)
    if not is_right or found is None or not _may_enter(found, form.password.data):
        actions.refuse_attempt(attempt(), Tag.SIGN_IN_FAILED)
        form.form_errors.append(REFUSED)
        return sign_in_page(form, 401)
    attempt().is_right = True
    actions.strengthen_hash(found[0], form.password.data, passwords())
    return enter(found[1].id, next_path=form.next.data, carried=form.carried.data)


def _may_enter(found: tuple[Account, Person], password: str) -> bool:
    """Say whether a right password opens; what was changed while it was looked at counts."""
    account, person = found
    compared = account.password_hash
    account = queries.lock_account(person.id)
    has_left = person.left_on is not None and person.left_on <= today()
    is_right = account.password_hash == compared or passwords().matches(account.password_hash, password)
    return is_right and account.disabled_at is None and not has_left


@bp.post("/logout")
@requires(Permission.Account.SIGN_OUT)
@writes
def sign_out() -> ResponseReturnValue:
    """End the session and clear what the browser keeps."""
    who = actor()
    if who.session_id is not None:
        actions.end_session(queries.get_session(who.session_id), by=author(), at=now())
    return leave()


def leave() -> Response:
    """Take the session's id away from the browser, and everything else that it keeps of ours."""
    g.session_keys.clear()
    response = make_response(redirect(url_for("auth.show_sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
