"""One account: how far it has come, and what can be done about it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Role
from app.access.guard import actor, may, requires
from app.access.permissions import Permission
from app.admin.account_pages import grantable, invited_words
from app.admin.views.accounts import links_page, refuse_where_mail_is_on
from app.admin.views.blueprint import author, bp, sends_mail
from app.auth import actions, queries
from app.auth.actions import Invited
from app.auth.letters import Change, tell_of_change
from app.auth.models import LinkPurpose
from app.auth.queries.account_list import AccountEntry, count_open_sessions, get_entry, list_roles_held
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra import idempotency
from app.infra.clock import now
from app.infra.forms import Form
from app.infra.unit_of_work import writes
from app.people.queries import get_person


def load_entry(person_id: uuid.UUID) -> AccountEntry:
    """Return the person of an address, with their account."""
    return get_entry(person_id, now())


@bp.get("/accounts/<uuid:person_id>")
@requires(Permission.Accounts.READ, on=load_entry)
def show_account(entry: AccountEntry) -> ResponseReturnValue:
    """Show one account."""
    return _page(entry, Form(formdata=None))


def _page(entry: AccountEntry, form: Form) -> ResponseReturnValue:
    accounts = Permission.Accounts
    page = render_template(
        "admin/account.html",
        entry=entry,
        form=form,
        sessions=count_open_sessions(entry.person_id, now()),
        roles=list_roles_held(entry.person_id),
        grantable=grantable(entry),
        sends_mail=sends_mail(),
        is_own=entry.person_id == actor().person_id,
        allowed={permission.name.lower(): may(permission, entry) for permission in accounts},
        may_read_person=may(Permission.Person.READ, entry),
    )
    return page, form.status


@bp.post("/accounts/<uuid:person_id>/invite")
@requires(Permission.Accounts.INVITE, on=load_entry)
@writes
def invite_person(entry: AccountEntry) -> ResponseReturnValue:
    """Send an invitation, or another one."""
    if not sends_mail():
        flash("This installation sends no mail. Get a link to hand over instead.", "warn")
    else:
        outcome = actions.invite([entry.person_id], by=author(), at=now(), mail_is_on=True)
        flash(invited_words(outcome), "good" if outcome.mailed else "warn")
    return _back(entry)


@bp.post("/accounts/<uuid:person_id>/link")
@requires(Permission.Accounts.COPY_LINK, on=load_entry, fresh=True)
@writes
def copy_link(entry: AccountEntry) -> ResponseReturnValue:
    """Show a link to hand over, once: an invitation, or a link for a new password to somebody who has one."""
    refuse_where_mail_is_on()
    idempotency.keep_nothing(url_for("admin.show_account", person_id=entry.person_id))
    if entry.has_password:
        account, person = queries.get_account(entry.person_id), get_person(entry.person_id)
        token = actions.copy_reset_link(account, person, by=author(), at=now())
        return links_page([entry], Invited(tokens={entry.person_id: token}), LinkPurpose.RESET)
    outcome = actions.invite([entry.person_id], by=author(), at=now(), mail_is_on=False)
    return links_page([entry], outcome, LinkPurpose.INVITE)


@bp.post("/accounts/<uuid:person_id>/reset-link")
@requires(Permission.Accounts.COPY_LINK, on=load_entry)
@writes
def send_reset_link(entry: AccountEntry) -> ResponseReturnValue:
    """Send somebody a link for a new password."""
    if not sends_mail():
        raise NotAllowedNowError("This installation sends no mail. Get a link to hand over instead.")
    actions.mail_reset_link(queries.get_account(entry.person_id), get_person(entry.person_id), by=author(), at=now())
    flash(f"A link for a new password is on its way to {entry.email}.", "good")
    return _back(entry)


@bp.get("/accounts/<uuid:person_id>/disable")
@requires(Permission.Accounts.DISABLE, on=load_entry, fresh=True)
def ask_before_disabling(entry: AccountEntry) -> ResponseReturnValue:
    """Ask before an account is disabled."""
    return render_template("admin/account_disable.html", entry=entry)


@bp.post("/accounts/<uuid:person_id>/disable")
@requires(Permission.Accounts.DISABLE, on=load_entry, fresh=True)
@writes
def disable_account(entry: AccountEntry) -> ResponseReturnValue:
    """Disable an account."""
    account, person = queries.get_account(entry.person_id), get_person(entry.person_id)
    actions.disable_account(account, person, by=author(), at=now())
    flash(f"The account of {entry.name} is disabled. Sessions and links are dead.")
    return _back(entry)


@bp.post("/accounts/<uuid:person_id>/enable")
@requires(Permission.Accounts.DISABLE, on=load_entry, fresh=True)
@writes
def enable_account(entry: AccountEntry) -> ResponseReturnValue:
    """Enable an account again."""
    actions.enable_account(queries.get_account(entry.person_id), by=author(), at=now())
    flash(f"{entry.name} can sign in again, with the password and second factor as they were.", "good")
    return _back(entry)


@bp.post("/accounts/<uuid:person_id>/sessions/end")
@requires(Permission.Accounts.END_SESSIONS, on=load_entry, fresh=True)
@writes
def end_sessions(entry: AccountEntry) -> ResponseReturnValue:
    """End every session of somebody."""
    actions.end_other_sessions(entry.person_id, keep=None, by=author(), at=now())
    flash(f"Every session of {entry.name} has ended.")
    return _back(entry)


@bp.get("/accounts/<uuid:person_id>/second-factor/reset")
@requires(Permission.Accounts.RESET_SECOND_FACTOR, on=load_entry, fresh=True)
def ask_before_resetting(entry: AccountEntry) -> ResponseReturnValue:
    """Ask before the second factor is taken off somebody."""
    return render_template("admin/account_second_factor.html", entry=entry)


@bp.post("/accounts/<uuid:person_id>/second-factor/reset")
@requires(Permission.Accounts.RESET_SECOND_FACTOR, on=load_entry, fresh=True)
@writes
def reset_second_factor(entry: AccountEntry) -> ResponseReturnValue:
    """Take the second factor off somebody who has lost it."""
    actions.reset_second_factor(queries.get_account(entry.person_id), by=author(), at=now())
    tell_of_change(entry.person_id, Change.FACTOR_OFF, by=author(), at=now())
    flash(f"The second factor of {entry.name} is taken off. Every session of theirs has ended.")
    return _back(entry)


@bp.post("/accounts/<uuid:person_id>/roles")
@requires(Permission.Accounts.GRANT_ROLE, on=load_entry, fresh=True)
@writes
def grant_role(entry: AccountEntry) -> ResponseReturnValue:
    """Grant a role."""
    form, role = Form(), _role("grant")
    if role is None:
        form.form_errors.append("Choose the role to grant.")
        return _page(entry, form)
    if actions.grant_role(get_person(entry.person_id), role, by=author(), at=now()):
        tell_of_change(entry.person_id, Change.ROLE_GRANTED, by=author(), at=now())
    flash(f"{entry.name} now holds the role {role.label}, and signs in again before using it.", "good")
    return _back(entry)


@bp.get("/accounts/<uuid:person_id>/roles/revoke")
@requires(Permission.Accounts.GRANT_ROLE, on=load_entry, fresh=True)
def ask_before_revoking(entry: AccountEntry) -> ResponseReturnValue:
    """Ask before a role is taken away."""
    role = _role("role")
    if role is None or role not in entry.roles:
        raise MissingError
    return render_template("admin/account_revoke.html", entry=entry, role=role)


@bp.post("/accounts/<uuid:person_id>/roles/revoke")
@requires(Permission.Accounts.GRANT_ROLE, on=load_entry, fresh=True)
@writes
def revoke_role(entry: AccountEntry) -> ResponseReturnValue:
    """Take a role away."""
    role = _role("role")
    if role is None:
        raise MissingError
    actions.revoke_role(get_person(entry.person_id), role, by=author(), at=now())
    flash(f"{entry.name} no longer holds the role {role.label}. Every session of theirs has ended.")
    return _back(entry)


def _role(name: str) -> Role | None:
    text = request.values.get(name, "")
    return Role(text) if text in set(Role) else None


def _back(entry: AccountEntry) -> ResponseReturnValue:
    return redirect(url_for("admin.show_account", person_id=entry.person_id))
