"""One's own account: password, sessions, colours."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Actor
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.addresses import safe_next
from app.auth.forms import PasswordForm
from app.auth.models import AuthSession, Theme
from app.auth.views.blueprint import author, bp, passwords
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
    actions.choose_theme(queries.get_account(actor().person_id), theme)
    return redirect(safe_next(request.form.get("next")))


@bp.get("/account")
@requires(Permission.Account.READ_SESSIONS)
def show_account() -> ResponseReturnValue:
    """Show one's own account: the sessions that are open, and the form for a new password."""
    return _account_page(actor(), PasswordForm(formdata=None))


def _account_page(who: Actor, form: PasswordForm) -> ResponseReturnValue:
    sessions = queries.list_sessions(who.person_id, now())
    page = render_template("auth/account.html", sessions=sessions, form=form, this_session=who.session_id)
    return page, form.status


@bp.post("/account/password")
@requires(Permission.Account.CHANGE_PASSWORD)
@writes
def change_password() -> ResponseReturnValue:
    """Change the password; all other sessions end."""
    who, form = actor(), PasswordForm()
    account, person = queries.get_account(who.person_id), get_person(who.person_id)
    new = {"old": form.old_password.data or "", "new": form.password.data or ""}
    if not form.validate_on_submit() or not form.attempt(
        actions.change_password, account, person, **new, passwords=passwords(), by=author(), at=now()
    ):
        return _account_page(who, form)
    actions.end_other_sessions(who.person_id, keep=who.session_id, by=author(), at=now())
    flash("Your password is changed. All your other sessions have ended.")
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
