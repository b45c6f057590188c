"""One's own second factor: setting it up, new recovery codes, taking it off. Each asks for a fresh proof."""

from __future__ import annotations

from flask import Response, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.auth import actions, queries
from app.auth.forms import CodeForm
from app.auth.letters import Change, tell_of_change
from app.auth.models import Account, AuthSession
from app.auth.second_factor import is_compulsory_for
from app.auth.views.blueprint import author, bp, sealer
from app.auth.views.entering import codes_page, new_secret, setting_up
from app.domain.errors import NotAllowedNowError
from app.infra import idempotency
from app.infra.clock import now
from app.infra.unit_of_work import writes
from app.people.queries import get_person


def _own() -> tuple[Account, AuthSession]:
    who = actor()
    if who.session_id is None:
        raise NotAllowedNowError("This needs a session that was opened in a browser.")
    return queries.get_account(who.person_id), queries.get_session(who.session_id)


@bp.get("/account/second")
@requires(Permission.Account.SET_SECOND_FACTOR, fresh=True)
def show_set_up() -> ResponseReturnValue:
    """Show the secret for the app, and ask for a first code."""
    return _set_up_page(CodeForm(formdata=None))


def _set_up_page(form: CodeForm) -> Response:
    account, row = _own()
    page = render_template(
        "auth/set_up.html",
        form=form,
        replaces=account.totp_confirmed_at is not None,
        **setting_up(account, get_person(account.person_id), row.token_hash),
    )
    return make_response(page, form.status)


@bp.post("/account/second")
@requires(Permission.Account.SET_SECOND_FACTOR, fresh=True)
@writes
def set_up_second() -> ResponseReturnValue:
    """Set the second factor up; other sessions end, this one gets a new id, and the recovery codes are shown."""
    idempotency.keep_nothing(url_for("auth.show_account"))
    form, (account, row) = CodeForm(), _own()
    secret, code = new_secret(account, row.token_hash), form.one_time_code.data or ""
    codes = None
    if form.validate_on_submit():
        codes = form.attempt(actions.set_up, account, secret, code, sealer=sealer(), by=author(), at=now())
    if codes is None:
        return _set_up_page(form)
    _renew(row)
    tell_of_change(account.person_id, Change.FACTOR_SET, by=author(), at=now())
    return _show(codes, "Your second factor is set up")


def _renew(row: AuthSession) -> None:
    actions.end_other_sessions(row.person_id, keep=row.id, by=author(), at=now())
    g.session_keys.start(actions.renew_session(row))


def _show(codes: list[str], title: str) -> Response:
    return codes_page(codes, next_path=url_for("auth.show_account"), carried=None, title=title)


@bp.post("/account/second/codes")
@requires(Permission.Account.SET_SECOND_FACTOR, fresh=True)
@writes
def renew_recovery_codes() -> ResponseReturnValue:
    """Make ten new recovery codes; the earlier ones are worthless."""
    idempotency.keep_nothing(url_for("auth.show_account"))
    account, _ = _own()
    codes = actions.make_recovery_codes(account, by=author(), at=now())
    tell_of_change(account.person_id, Change.RECOVERY_CODES, by=author(), at=now())
    return _show(codes, "Your new recovery codes")


@bp.get("/account/second/off")
@requires(Permission.Account.SET_SECOND_FACTOR, fresh=True)
def ask_before_taking_off() -> ResponseReturnValue:
    """Ask before the second factor is taken off."""
    who, (account, _) = actor(), _own()
    if account.totp_confirmed_at is None or is_compulsory_for(who.person_id, who.roles):
        return redirect(url_for("auth.show_account"))
    return render_template("auth/take_off.html")


@bp.post("/account/second/off")
@requires(Permission.Account.SET_SECOND_FACTOR, fresh=True)
@writes
def take_off_second() -> ResponseReturnValue:
    """Take the second factor off; all other sessions end."""
    who, (account, row) = actor(), _own()
    actions.take_off(account, who.roles, keep=row.id, by=author(), at=now())
    _renew(row)
    tell_of_change(account.person_id, Change.FACTOR_OFF, by=author(), at=now())
    flash("Your second factor is off. All your other sessions have ended.")
    return redirect(url_for("auth.show_account"))
