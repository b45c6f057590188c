"""One's own account: password, sessions, colours."""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Actor
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.actions.passwords import NOT_YOURS as WRONG
from app.auth.addresses import safe_next
from app.auth.forms import PasswordForm
from app.auth.letters import tell_of_new_password
from app.auth.models import AuthSession, Theme
from app.auth.second_factor import is_compulsory_for
from app.auth.views.blueprint import author, bp, passwords
from app.auth.views.proof import own_count
from app.auth.views.throttle import attempt, throttled
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.people.queries import get_person


@bp.post("/account/theme")
@requires(Permission.Account.CHANGE_THEME)
@writes
def change_theme() -> ResponseReturnValue:
    """Keep the colours that the person has chosen, and go back to where they were."""
    choice = request.form.get("theme", "")
    theme = Theme(choice) if choice in set(Theme) else Theme.SYSTEM
    actions.choose_theme(queries.get_account(actor().person_id), theme, by=author(), at=now())
    return redirect(safe_next(request.form.get("next")))


@bp.get("/account")
@requires(Permission.Account.READ_SESSIONS)
def show_account() -> ResponseReturnValue:
    """Show one's own account: the sessions that are open, the second factor, and the form for a new password."""
    return _account_page(actor(), PasswordForm(formdata=None))


def _account_page(who: Actor, form: PasswordForm) -> Response:
    account = queries.get_account(who.person_id)
    page = render_template(
        "auth/account.html",
        sessions=queries.list_sessions(who.person_id, who.roles, now()),
        form=form,
        this_session=who.session_id,
        factor_since=account.totp_confirmed_at,
        is_compulsory=is_compulsory_for(who.person_id, who.roles),
        codes_left=queries.count_recovery_codes(who.person_id),
    )
    return make_response(page, form.status)


def _too_many_passwords(words: str) -> Response:
    form = PasswordForm()
    form.form_errors.append(words)
    return _account_page(actor(), form)


@bp.post("/account/password")
@requires(Permission.Account.CHANGE_PASSWORD)
@throttled(own_count, _too_many_passwords)
@writes
def change_password() -> ResponseReturnValue:
    """Change the password; all other sessions end."""
    who, form = actor(), PasswordForm()
    account, person = queries.get_account(who.person_id), get_person(who.person_id)
    new = {"old": form.old_password.data or "", "new": form.password.data or ""}
    if not form.validate_on_submit() or not form.attempt(
        actions.change_password, account, person, **new, passwords=passwords(), by=author(), at=now()
    ):
        if account.password_hash and WRONG in form.old_password.errors:
            actions.refuse_attempt(attempt(), Tag.PASSWORD_REFUSED, whose=who.person_id)
        return _account_page(who, form)
    attempt().is_right = True
    actions.end_other_sessions(who.person_id, keep=who.session_id, by=author(), at=now())
    tell_of_new_password(who.person_id, by=author(), at=now())
    flash("Your password is changed. All your other sessions have ended.")
    return redirect(url_for("auth.show_account"))


@bp.post("/account/sessions/end-others")
@requires(Permission.Account.READ_SESSIONS)
@writes
def end_other_sessions() -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    actions.end_other_sessions(actor().person_id, keep=actor().session_id, by=author(), at=now())
    flash("All your other sessions have ended.")
    return redirect(url_for("auth.show_account"))


def _own_session(session_id: uuid.UUID) -> AuthSession:
    return queries.get_session(session_id)


@bp.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.Account.END_SESSION, on=_own_session)
@writes
def end_session(row: AuthSession) -> ResponseReturnValue:
    """End one of one's own sessions."""
    actions.end_session(row, by=author(), at=now(), tag=Tag.SESSION_ENDED)
    flash("That session has ended.")
    return redirect(url_for("auth.show_account"))
