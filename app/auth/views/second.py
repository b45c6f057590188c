"""The steps between a right password and being in: the code of the second factor, or setting one up.

Open to anybody, like the sign-in page: what they show depends on the session being half-way in, and on nothing else.
"""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access.guard import actor, current_actor, public, requires
from app.access.permissions import Permission
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.forms import CodeForm, RecoveryForm
from app.auth.letters import Change, tell_of_change
from app.auth.models import SessionStage
from app.auth.queries import HalfSignedIn
from app.auth.views.blueprint import bp, sealer
from app.auth.views.entering import (
    STEPS,
    arrive,
    code_page,
    codes_page,
    complete,
    enrolment_page,
    half_author,
    half_signed_in,
    leave_former_session,
    new_secret,
)
from app.auth.views.sign_in import leave
from app.auth.views.throttle import attempt, throttled
from app.infra import idempotency
from app.infra.clock import now
from app.infra.templating import counted
from app.infra.unit_of_work import writes
from app.people.queries import get_person


def _elsewhere() -> ResponseReturnValue:
    """Lead to the step that is due, or home, or to the beginning."""
    half = half_signed_in()
    if half is not None:
        return redirect(url_for(STEPS[half.stage]))
    return redirect("/" if current_actor() else url_for("auth.show_sign_in"))


def _count_of_half() -> str | None:
    half = half_signed_in()
    return second_count(half.person_id) if half is not None else None


def second_count(person_id: object) -> str:
    """Return the name under which the codes that are tried for somebody are counted, apart from passwords."""
    return queries.hashed(f"second:{person_id}")


def _code_refused(words: str) -> Response:
    form = CodeForm()
    form.form_errors.append(words)
    return code_page(form, status=429)


@bp.get("/login/second")
@public
def show_second() -> ResponseReturnValue:
    """Ask for the code of the second factor."""
    if half_signed_in(SessionStage.SECOND) is None:
        return _elsewhere()
    return code_page(CodeForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/login/second")
@public
@throttled(_count_of_half, _code_refused)
@writes
def check_second() -> ResponseReturnValue:
    """Come in with a code of the app."""
    half, form = half_signed_in(SessionStage.SECOND), CodeForm()
    if half is None:
        return _elsewhere()
    if not form.validate_on_submit():
        return code_page(form, status=form.status)
    account = queries.lock_account(half.person_id)
    form.attempt(actions.use_code, account, form.one_time_code.data, sealer=sealer(), at=now())
    if form.one_time_code.errors:
        _refuse(half)
        return code_page(form, status=401)
    return _come_in(half, form)


@bp.post("/login/second/recovery")
@public
@throttled(_count_of_half, _code_refused)
@writes
def check_recovery() -> ResponseReturnValue:
    """Come in with a recovery code, which is used up."""
    half, form = half_signed_in(SessionStage.SECOND), RecoveryForm()
    if half is None:
        return _elsewhere()
    empty = CodeForm(formdata=None, next=form.next.data, carried=form.carried.data)
    if not form.validate_on_submit():
        return code_page(empty, form, form.status)
    account = queries.lock_account(half.person_id)
    form.attempt(actions.use_recovery_code, account, form.recovery_code.data, by=half_author(half), at=now())
    if form.recovery_code.errors:
        _refuse(half)
        return code_page(empty, form, 401)
    left = queries.count_recovery_codes(half.person_id)
    flash(f"You came in with a recovery code. You have {counted(left, 'code', 'codes')} left; see Your account.")
    return _come_in(half, form)


def _refuse(half: HalfSignedIn) -> None:
    actions.refuse_attempt(attempt(), Tag.SECOND_FACTOR_REFUSED, whose=half.person_id)


def _come_in(half: HalfSignedIn, form: CodeForm | RecoveryForm) -> ResponseReturnValue:
    attempt().is_right = True
    complete(half)
    return arrive(half.person_id, next_path=form.next.data, carried=form.carried.data)


@bp.get("/login/second/set-up")
@public
def show_enrolment() -> ResponseReturnValue:
    """Ask somebody whose role needs a second factor to set one up."""
    half = half_signed_in(SessionStage.ENROL)
    if half is None:
        return _elsewhere()
    return _enrolment(half, CodeForm(formdata=None, next=request.args.get("next", "")), 200)


def _enrolment(half: HalfSignedIn, form: CodeForm, status: int) -> Response:
    ground = queries.get_session(half.row_id).token_hash
    return enrolment_page(form, queries.get_account(half.person_id), get_person(half.person_id), ground, status)


def _enrolment_refused(words: str) -> Response:
    half, form = half_signed_in(SessionStage.ENROL), CodeForm()
    form.form_errors.append(words)
    return _enrolment(half, form, 429) if half else code_page(form, status=429)


@bp.post("/login/second/set-up")
@public
@throttled(_count_of_half, _enrolment_refused)
@writes
def enrol() -> ResponseReturnValue:
    """Set the second factor up with a first code, come in, and show the recovery codes."""
    half, form = half_signed_in(SessionStage.ENROL), CodeForm()
    if half is None:
        return _elsewhere()
    account, by = queries.lock_account(half.person_id), half_author(half)
    secret, code = new_secret(account, queries.get_session(half.row_id).token_hash), form.one_time_code.data or ""
    codes = None
    if form.validate():
        codes = form.attempt(actions.set_up, account, secret, code, sealer=sealer(), by=by, at=now())
    if codes is None:
        return _enrolment(half, form, form.status)
    attempt().is_right = True
    actions.end_other_sessions(half.person_id, keep=half.row_id, by=by, at=now())
    complete(half)
    tell_of_change(half.person_id, Change.FACTOR_SET, by=by, at=now())
    return codes_page(codes, next_path=form.next.data, carried=form.carried.data, title="Your second factor is set up")


@bp.post("/login/on")
@requires(Permission.Account.PROVE)
@writes
def go_on() -> ResponseReturnValue:
    """Go on after the recovery codes were kept, to where the sign-in was to lead."""
    idempotency.keep_nothing("/")
    return arrive(actor().person_id, next_path=request.form.get("next"), carried=request.form.get("carried"))


@bp.post("/login/leave")
@public
@writes
def leave_second() -> ResponseReturnValue:
    """Give up a sign-in half-way and begin anew."""
    if half_signed_in() is None:
        return _elsewhere()
    leave_former_session()
    return leave()
