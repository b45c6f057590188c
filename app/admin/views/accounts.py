"""Accounts: who has one, who was invited, who has not signed in; inviting many at once."""

from __future__ import annotations

import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.admin.account_pages import (
    Selection,
    allowed,
    filter_links,
    filter_of,
    hand_overs,
    invited_words,
    is_bulk,
    shown_value,
    some_names,
)
from app.admin.views.blueprint import author, bp, sends_mail
from app.auth import actions
from app.auth.actions import Invited
from app.auth.models import LinkPurpose
from app.auth.queries.account_list import (
    AccountEntry,
    AccountState,
    count_accounts,
    list_entries,
    list_of_state,
)
from app.auth.queries.account_list import (
    list_accounts as accounts_in,
)
from app.domain.errors import NotAllowedNowError
from app.infra import idempotency
from app.infra.clock import now
from app.infra.pagination import PER_PAGE, page_number
from app.infra.single_values import take_several
from app.infra.unit_of_work import writes

take_several("person")
Accounts = Permission.Accounts


def load_selection() -> Selection:
    """Return what stands for people who are chosen in a list."""
    return Selection()


@bp.get("/accounts")
@requires(Permission.Accounts.LIST)
def list_accounts() -> ResponseReturnValue:
    """Show accounts by the name of their people, all or those that a filter or a search leaves."""
    chosen = filter_of(request.args.get("show", ""), request.args.get("q", ""))
    moment = now()
    page = accounts_in(chosen, page_number(request.args.get("page")), moment)
    counts = count_accounts(chosen.words, moment)
    return render_template(
        "admin/accounts.html",
        page=page,
        filters=filter_links(counts, chosen),
        chosen=chosen,
        show=shown_value(chosen),
        counts=counts,
        all_of_state=counts.of_state[chosen.state] if chosen.state and is_bulk(chosen.state) else 0,
        may_tick={entry.person_id for entry in allowed(actor(), Accounts.INVITE, page.rows) if entry.is_to_invite},
        sends_mail=sends_mail(),
        page_args={name: value for name, value in (("q", chosen.words), ("show", shown_value(chosen))) if value},
    )


@bp.get("/accounts/invite")
@requires(Permission.Accounts.INVITE, on=load_selection)
def ask_before_inviting(_: Selection) -> ResponseReturnValue:
    """Ask before everybody in a state is invited."""
    state, words = request.args.get("show", AccountState.NOT_INVITED.value), request.args.get("q", "")
    people = _of_state(state, words)
    return render_template(
        "admin/accounts_invite.html",
        people=people,
        names=some_names(people),
        state=state,
        words=words,
        sends_mail=sends_mail(),
    )


@bp.post("/accounts/invite")
@requires(Permission.Accounts.INVITE, on=load_selection)
@writes
def invite_people(_: Selection) -> ResponseReturnValue:
    """Put an invitation for each of the chosen people into the outbox."""
    if not sends_mail():
        flash("This installation sends no mail. Get links to hand over instead.", "warn")
        return redirect(url_for("admin.list_accounts"))
    people = allowed(actor(), Accounts.INVITE, _chosen())
    if not people:
        return _nobody_chosen()
    ids = [entry.person_id for entry in people]
    outcome = actions.invite(ids, by=author(), at=now(), mail_is_on=True)
    flash(invited_words(outcome), "good")
    return redirect(url_for("admin.list_accounts", show=AccountState.INVITED.value))


@bp.post("/accounts/links")
@requires(Permission.Accounts.COPY_LINK, on=load_selection, fresh=True)
@writes
def copy_links(_: Selection) -> ResponseReturnValue:
    """Show a link for each of the chosen people, once; somebody with a role gets none that others see."""
    refuse_where_mail_is_on()
    people, moment = allowed(actor(), Accounts.INVITE, _chosen()), now()
    if not people:
        return _nobody_chosen()
    idempotency.keep_nothing(url_for("admin.list_accounts", show=AccountState.INVITED.value))
    outcome = actions.invite([entry.person_id for entry in people], by=author(), at=moment, mail_is_on=False)
    return links_page(people, outcome, LinkPurpose.INVITE)


def refuse_where_mail_is_on() -> None:
    """Refuse to show a link that could be sent to its person instead: whoever sees one can use it."""
    if sends_mail():
        raise NotAllowedNowError("This installation sends mail, so links go to their people alone. Send one instead.")


def links_page(people: list[AccountEntry], outcome: Invited, purpose: LinkPurpose) -> ResponseReturnValue:
    """Show links once. Nothing keeps this page: not the database, and not the browser."""
    page = render_template(
        "admin/account_links.html",
        links=hand_overs(outcome.tokens, people, purpose, now()),
        by_mail_only=[entry for entry in people if entry.person_id in set(outcome.by_mail_only)],
        left_out=len(outcome.left_out),
        is_invitation=purpose is LinkPurpose.INVITE,
    )
    return make_response(page)


def _chosen() -> list[AccountEntry]:
    """Return who was ticked, or everybody in the state, and with the words, that the form names."""
    if request.form.get("everybody"):
        return _of_state(request.form["everybody"], request.form.get("q", ""))
    ids = []
    for text in request.form.getlist("person")[:PER_PAGE]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return [entry for entry in list_entries(ids, now()) if entry.is_to_invite]


def _of_state(text: str, words: str) -> list[AccountEntry]:
    state = AccountState(text) if text in set(AccountState) else None
    if state is None or not is_bulk(state):
        return []
    return allowed(actor(), Accounts.INVITE, list_of_state(state, now(), " ".join(words.split())))


def _nobody_chosen() -> ResponseReturnValue:
    flash("Nobody was chosen who can be invited. Tick one or more people first.", "warn")
    return redirect(url_for("admin.list_accounts"))
