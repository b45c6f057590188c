"""Proving again who one is, before a weighty act: password, and code where a second factor is set up.

Source: reliability checklist, item 16.
"""

from __future__ import annotations

import uuid

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.actor import Actor
from app.access.guard import actor, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.addresses import pack_form, safe_next
from app.auth.forms import ProofForm
from app.auth.models import Account
from app.auth.passwords import NO_PASSWORD_FITS
from app.auth.views.blueprint import author, bp, passwords, sealer
from app.auth.views.entering import arrive, wants_json
from app.auth.views.throttle import attempt, throttled
from app.infra import idempotency
from app.infra.clock import now
from app.infra.errors import SECRET_FIELDS
from app.infra.unit_of_work import writes

WRONG_PASSWORD = "This is not your password."  # noqa: S105 - a sentence
ASKED = "You have not said who you are for ten minutes, and this weighs more than most."
KEPT = f"{ASKED} What you sent is kept: it waits until you have confirmed."
NOT_KEPT = f"{ASKED} Passwords and codes are not kept, so fill in that page anew afterwards."


def ask_for_proof() -> Response:
    """Answer a weighty act without a fresh proof: ask for it, and come back; a sent form is carried."""
    if request.method in {"GET", "HEAD"}:
        return make_response(redirect(url_for("auth.show_proof", next=request.full_path.rstrip("?"))))
    if wants_json():
        return make_response({"error": "Confirm that it is you first: open this page anew."}, 401)
    form = ProofForm(formdata=None)
    if SECRET_FIELDS.intersection(request.form):
        return _page(form, 401, NOT_KEPT)
    form.carried.data = pack_form(actor().person_id)
    return _page(form, 401, KEPT)


def _page(form: ProofForm, status: int, lead: str = ASKED) -> Response:
    account = queries.get_account(actor().person_id)
    page = render_template(
        "auth/proof.html",
        form=form,
        lead=lead,
        needs_code=account.totp_confirmed_at is not None,
        is_demo=is_demo_person(account),
    )
    return make_response(page, status)


def is_demo_person(account: Account) -> bool:
    """Say whether somebody came in by the demo's door, which asks for no password: none fits."""
    return "belay.demo" in current_app.extensions and account.password_hash in {None, NO_PASSWORD_FITS}


@bp.get("/login/again")
@requires(Permission.Account.PROVE)
def show_proof() -> ResponseReturnValue:
    """Ask somebody who is in to confirm that it is them."""
    return _page(ProofForm(formdata=None, next=request.args.get("next", "")), 200)


def proof_count(person_id: uuid.UUID) -> str:
    """Return the name under which the passwords that are tried inside somebody's session are counted."""
    return queries.hashed(f"proof:{person_id}")


def own_count() -> str:
    """Return the same for who is signed in."""
    return proof_count(actor().person_id)


def _with_sentence(words: str) -> Response:
    form = ProofForm()
    form.form_errors.append(words)
    return _page(form, 429)


@bp.post("/login/again")
@requires(Permission.Account.PROVE)
@throttled(own_count, _with_sentence)
@writes
def prove() -> ResponseReturnValue:
    """Take the proof, give the session a new id, and go on to what was wanted."""
    form, who = ProofForm(), actor()
    account = queries.get_account(who.person_id)
    if not form.validate_on_submit():
        return _page(form, form.status)
    if not passwords().matches(account.password_hash, form.password.data):
        actions.refuse_attempt(attempt(), Tag.PASSWORD_REFUSED, whose=who.person_id)
        form.password.errors = [WRONG_PASSWORD]
    elif account.totp_confirmed_at is not None:
        form.attempt(actions.use_code, account, form.one_time_code.data or "", sealer=sealer(), at=now())
        if form.one_time_code.errors:
            actions.refuse_attempt(attempt(), Tag.SECOND_FACTOR_REFUSED, whose=who.person_id)
    if form.errors:
        return _page(form, 401)
    attempt().is_right = True
    return proved(who, next_path=form.next.data, carried=form.carried.data)


def proved(who: Actor, *, next_path: str | None, carried: str | None) -> Response:
    """Keep the proof and go on. The answer is kept nowhere: it may hold what the person typed."""
    idempotency.keep_nothing(safe_next(next_path))
    if who.session_id is not None:
        g.session_keys.start(actions.note_proof(queries.get_session(who.session_id), by=author(), at=now()))
    return arrive(who.person_id, next_path=next_path, carried=carried, is_proof=True)
