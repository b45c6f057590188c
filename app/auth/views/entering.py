"""The way in after a right password: straight on, to the code of the second factor, or to setting one up.

Where somebody wanted to go, and a form that they sent on a dead session, travel along from step to step.
"""

from __future__ import annotations

import uuid

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for

from app.access.guard import current_actor
from app.audit.actions import Author
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.addresses import pack_form, safe_next, unpack_form
from app.auth.forms import CodeForm, RecoveryForm, SignInForm
from app.auth.models import Account, SessionStage
from app.auth.qr import qr_code
from app.auth.queries import HalfSignedIn
from app.auth.second_factor import app_address
from app.auth.views.blueprint import sealer
from app.infra.clock import now
from app.infra.errors import SECRET_FIELDS
from app.people.models import Person
from app.people.queries import get_person

STEPS = {SessionStage.SECOND: "auth.show_second", SessionStage.ENROL: "auth.show_enrolment"}
KEPT = "What you typed is kept. Sign in again, then send it once more."
NOT_KEPT = "Sign in again. Passwords and codes are not kept, so open that page anew afterwards."


def wants_json() -> bool:
    """Say whether a script asks, which shows an error beside what was typed and needs no page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def ask_to_sign_in() -> Response:
    """Answer a request without a living session: on the way to a page to sign-in and back; a sent form is carried.

    Somebody half-way in goes to the step that is due.
    """
    half = half_signed_in()
    if request.method in {"GET", "HEAD"}:
        step = STEPS[half.stage] if half else "auth.show_sign_in"
        return make_response(redirect(url_for(step, next=request.full_path.rstrip("?"))))
    if wants_json():
        return make_response({"error": "Your session is over. Sign in again; your text is still here."}, 401)
    if half is not None:
        return make_response(redirect(url_for(STEPS[half.stage])))
    form = SignInForm(formdata=None)
    if SECRET_FIELDS.intersection(request.form):
        return sign_in_page(form, 401, NOT_KEPT)
    if g.dead_session_of is not None:
        form.carried.data = pack_form(g.dead_session_of)
    return sign_in_page(form, 401, KEPT)


def sign_in_page(form: SignInForm, status: int, notice: str = "") -> Response:
    """Return the page that asks for address and password."""
    page = render_template(
        "auth/sign_in.html",
        form=form,
        notice=notice,
        company=current_app.config["SETTINGS"].company,
        demo=current_app.extensions.get("belay.demo"),
    )
    return make_response(page, status)


def half_signed_in(stage: SessionStage | None = None) -> HalfSignedIn | None:
    """Return who is half-way in, at a stage or at any; None when nobody is."""
    half: HalfSignedIn | None = g.get("half_signed_in")
    return half if half is not None and stage in {None, half.stage} else None


def half_author(half: HalfSignedIn) -> Author:
    """Return somebody who is half-way in as the audit writes them down."""
    return Author(half.person_id, address=request.remote_addr or "")


def enter(
    person_id: uuid.UUID, *, next_path: str | None, carried: str | None, stage: SessionStage | None = None
) -> Response:
    """Open a session and go where the person wanted to go, by way of the second factor where there is one.

    A session that the browser was in ends: its id must not open anything once there is a new one. `stage` is given by
    a door that asks for no second factor, that of the demo.
    """
    leave_former_session()
    # A role that is being granted, or a second factor that is taken off, comes before this or sees the session.
    queries.lock_account(person_id)
    stage = stage or queries.next_stage(person_id)
    token = actions.open_session(
        person_id, address=request.remote_addr or "", browser=request.user_agent.string, at=now(), stage=stage
    )
    g.session_keys.start(token)
    if stage is SessionStage.FULL:
        return arrive(person_id, next_path=next_path, carried=carried)
    if unpack_form(carried or "", person_id) is None:
        return make_response(redirect(url_for(STEPS[stage], next=safe_next(next_path))))
    # A form is too long for an address: the step is shown at once, with the form inside.
    form = CodeForm(formdata=None, next=next_path, carried=carried)
    if stage is SessionStage.SECOND:
        return code_page(form)
    return enrolment_page(form, queries.get_account(person_id), get_person(person_id), queries.hashed(token))


def leave_former_session() -> None:
    """End the session that the browser carries, full or half-way."""
    who, half = current_actor(), half_signed_in()
    session_id = who.session_id if who is not None else half.row_id if half is not None else None
    if session_id is not None:
        row = queries.get_session(session_id)
        author = Author(row.person_id, address=request.remote_addr or "")
        actions.end_session(row, by=author, at=now(), tag=Tag.SESSION_ENDED)


def complete(half: HalfSignedIn) -> None:
    """Open the session of somebody who was half-way in, and give the browser its new id."""
    row = queries.get_session(half.row_id)
    g.session_keys.start(actions.complete_session(row, by=half_author(half), at=now()))


def arrive(person_id: uuid.UUID, *, next_path: str | None, carried: str | None, is_proof: bool = False) -> Response:
    """Go where the person wanted to go; a carried form is offered for sending."""
    form = unpack_form(carried or "", person_id)
    if form is not None:
        return make_response(render_template("auth/send_again.html", carried=form, is_proof=is_proof))
    return make_response(redirect(safe_next(next_path)))


def code_page(form: CodeForm, recovery: RecoveryForm | None = None, status: int = 200) -> Response:
    """Return the page that asks for the code of the app, or for a recovery code in its place."""
    other = recovery or RecoveryForm(formdata=None)
    along = [("next", form.next.data or ""), ("carried", form.carried.data or "")]
    return make_response(render_template("auth/second.html", form=form, recovery=other, along=along), status)


def enrolment_page(form: CodeForm, account: Account, person: Person, ground: str, status: int = 200) -> Response:
    """Return the page of the sign-in that sets a second factor up, for an account that must have one.

    `ground` is what the secret is made from: the hash of the session's id.
    """
    page = render_template("auth/enrol.html", form=form, name=person.name, **setting_up(account, person, ground))
    return make_response(page, status)


def setting_up(account: Account, person: Person, ground: str) -> dict[str, object]:
    """Return what a page needs to hand a secret over to an authenticator app."""
    secret = new_secret(account, ground)
    address = app_address(secret, email=person.email, company=current_app.config["SETTINGS"].company)
    return {"qr": qr_code(address), "key": [secret[start : start + 4] for start in range(0, len(secret), 4)]}


def new_secret(account: Account, ground: str) -> str:
    """Return the secret that this session offers an account."""
    return sealer().new_secret(f"{account.id}:{ground}")


def codes_page(codes: list[str], *, next_path: str | None, carried: str | None, title: str) -> Response:
    """Return the page that shows recovery codes, once."""
    along = [("next", next_path or ""), ("carried", carried or "")]
    return make_response(render_template("auth/recovery_codes.html", codes=codes, along=along, title=title))
