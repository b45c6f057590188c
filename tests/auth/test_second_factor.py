"""The second factor: nothing opens without it where there is one, and a code is good once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, second_factor
from app.auth.models import AuthSession, RecoveryCode, SessionStage
from app.auth.sealing import SealedError, Sealer
from app.domain.errors import NotAllowedNowError
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.factories.second_factor import (
    SECRET,
    account_of,
    code_at,
    codes_on,
    give_second_factor,
    secret_on,
    sign_in,
)

CODE = "/login/second"
RECOVERY = "/login/second/recovery"
SET_UP = "/login/second/set-up"


def tags(session) -> list[str]:
    return [event.tag for event in session.query(AuditEvent).order_by(AuditEvent.seq)]


def stages(session) -> list[SessionStage]:
    return list(session.scalars(select(AuthSession.stage).where(AuthSession.ended_at.is_(None))))


def cookie(client) -> str:
    return client.http.get_cookie("session").decoded_value


# Signing in -----------------------------------------------------------------


def test_code_is_asked_for_after_the_password_and_opens(app, session, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    page = sign_in(client, person, next="/account?x=1")
    assert page.location == "/login/second?next=/account?x%3D1"
    half = cookie(client)
    answer = client.send(client.follow(page).form(CODE), one_time_code=f" {code_at(NOW)[:3]} {code_at(NOW)[3:]} ")
    assert answer.location == "/account?x=1"
    assert client.get("/account").status == 200
    assert cookie(client) != half
    assert tags(session)[-2:] == [Tag.PASSWORD_ACCEPTED, Tag.SIGN_IN]
    assert account_of(person).last_sign_in_at == NOW
    client.http.set_cookie("session", half)
    assert client.get("/account").location.startswith("/login?")


def test_half_signed_in_opens_nothing_but_the_next_step(app, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    sign_in(client, person)
    for address in ("/", "/account", "/people/", "/login/again"):
        assert client.get(address).location.startswith(CODE)
    assert client.post("/account/theme", {"theme": "dark"}).location == CODE
    assert client.post("/logout").location == CODE
    assert client.get(SET_UP).location == CODE
    assert client.post(SET_UP, {"one_time_code": code_at(NOW)}).location == CODE
    assert client.get("/account", headers={"Accept": "application/json"}).location.startswith(CODE)
    assert client.post("/account/theme", {"theme": "dark"}, headers={"Accept": "application/json"}).status == 401


def test_half_signed_in_lasts_ten_minutes(app, clock, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    sign_in(client, person)
    clock.stand_still(NOW + timedelta(minutes=9))
    assert client.get(CODE).status == 200
    clock.stand_still(NOW + timedelta(minutes=10, seconds=1))
    assert client.get(CODE).location == "/login"


def test_somebody_half_way_in_can_begin_anew(app, session, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    page = client.follow(sign_in(client, person))
    assert client.send(page.form("/login/leave")).location == "/login"
    assert stages(session) == []
    assert client.get(CODE).location == "/login"
    sign_in(client, person)
    sign_in(client, person)
    assert stages(session) == [SessionStage.SECOND]


def test_pages_of_the_second_step_lead_elsewhere_without_a_first(app, client_for):
    nobody, somebody = client_for(None), client_for(make_person())
    for address in (CODE, SET_UP):
        assert nobody.get(address).location == "/login"
        assert somebody.get(address).location == "/"
        assert somebody.post(address, {"one_time_code": "123456"}).location == "/"
    assert somebody.post(RECOVERY, {"recovery_code": "x"}).location == "/"
    assert somebody.post("/login/leave").location == "/"


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_of_the_neighbouring_steps_is_good(app, client_for, steps, is_good):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    form = client.follow(sign_in(client, person)).form(CODE)
    answer = client.send(form, one_time_code=code_at(NOW + timedelta(seconds=30 * steps)))
    assert (answer.status == 302) is is_good


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 1000, "000\x00000"])
def test_what_is_no_code_is_refused_at_the_field(app, client_for, code):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    page = client.send(client.follow(sign_in(client, person)).form(CODE), one_time_code=code)
    assert page.status in {401, 422}
    assert page.all("input", id="one_time_code", aria_invalid="true")
    assert len(codes_on(page)) == 0


def test_code_is_good_once(app, clock, session, client_for):
    person = make_person(password=PASSWORD)
    give_second_factor(person)
    for is_first in (True, False):
        client = client_for(None)
        answer = client.send(client.follow(sign_in(client, person)).form(CODE), one_time_code=code_at(NOW))
        assert (answer.status == 302) is is_first
    assert tags(session)[-1] == Tag.SECOND_FACTOR_REFUSED
    earlier = code_at(NOW - timedelta(seconds=30))
    assert client.send(answer.form(CODE), one_time_code=earlier).status == 401
    clock.stand_still(NOW + timedelta(seconds=30))
    assert client.send(answer.form(CODE), one_time_code=code_at(NOW + timedelta(seconds=30))).status == 302


@pytest.mark.postgres
def test_of_two_with_the_same_code_at_once_one_comes_in(app, session, client_for):
    person, barrier = make_person(password=PASSWORD), Barrier(2)
    give_second_factor(person)
    forms = []
    for _ in range(2):
        client = client_for(None)
        forms.append((client, client.follow(sign_in(client, person)).form(CODE)))

    def send(pair):
        client, form = pair
        barrier.wait()
        return client.http.post(form.action, data=dict(form.with_values(one_time_code=code_at(NOW)))).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(Context().run, send, pair) for pair in forms]
        assert sorted(answer.result() for answer in answers) == [302, 401]
    session.rollback()
    assert sorted(stages(session)) == [SessionStage.FULL, SessionStage.SECOND]


def test_codes_are_throttled_apart_from_passwords(app, clock, session, client_for):
    person, client = make_person(password=PASSWORD), client_for(None)
    give_second_factor(person)
    form = client.follow(sign_in(client, person)).form(CODE)
    for _ in range(5):
        assert client.send(form, one_time_code="000000").status == 401
    page = client.send(form, one_time_code=code_at(NOW))
    assert page.status == 429
    assert int(page.headers["Retry-After"]) == 60
    assert "Try again in 1 minute" in page.words("main")
    assert client.send(page.form(RECOVERY), recovery_code="none").status == 429
    assert sign_in(client_for(None), person).location == f"{CODE}?next=/"
    assert tags(session).count(Tag.SECOND_FACTOR_REFUSED) == 5
    later = NOW + timedelta(seconds=61)
    clock.stand_still(later)
    assert client.send(form, one_time_code=code_at(later)).status == 302


def test_form_sent_on_a_dead_session_survives_the_second_step(app, clock, client_for):
    person = make_person(password=PASSWORD)
    give_second_factor(person)
    client = client_for(person)
    form = client.get("/account").form("/account/theme")
    later = NOW + timedelta(hours=9)
    clock.stand_still(later)
    page = client.send(form, theme="dark")
    step = client.send(page.form("/login"), email=person.email, password=PASSWORD)
    assert step.status == 200
    wrong = client.send(step.form(CODE), one_time_code="000000")
    answer = client.send(wrong.form(CODE), one_time_code=code_at(later))
    assert client.send(answer.form("/account/theme")).status == 302
    assert 'data-theme="dark"' in client.get("/account").text


def test_code_never_travels_with_a_form(app, clock, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(person)
    form = client.get("/account/second").form("/account/second")
    clock.stand_still(NOW + timedelta(hours=9))
    page = client.send(form, one_time_code="735912")
    assert page.status == 401
    assert "735912" not in page.text
    assert dict(page.form("/login").fields)["carried"] == ""


# Recovery codes -------------------------------------------------------------


def test_recovery_code_opens_once_and_says_how_many_are_left(app, session, client_for):
    person = make_person(password=PASSWORD)
    code = give_second_factor(person)[3]
    for is_first in (True, False):
        client = client_for(None)
        form = client.follow(sign_in(client, person)).form(RECOVERY)
        answer = client.send(form, recovery_code=f" {code.upper().replace('-', ' ')} ")
        assert (answer.status == 302) is is_first
        if is_first:
            assert "9 codes left" in client.get("/account").words("main")
    assert answer.status == 401
    assert Tag.RECOVERY_CODE_USED in tags(session)
    assert tags(session)[-1] == Tag.SECOND_FACTOR_REFUSED


def test_recovery_code_of_somebody_else_opens_nothing(app, client_for):
    mine, theirs = make_person(password=PASSWORD), make_person(password=PASSWORD)
    give_second_factor(mine)
    code, client = give_second_factor(theirs)[0], client_for(None)
    assert client.send(client.follow(sign_in(client, mine)).form(RECOVERY), recovery_code=code).status == 401


def test_recovery_codes_are_ten_and_only_hashed(app, session):
    person = make_person()
    codes = give_second_factor(person)
    assert len(set(codes)) == 10
    rows = session.scalars(select(RecoveryCode)).all()
    assert {row.code_hash for row in rows} == {second_factor.recovery_hash(person.id, code) for code in codes}
    assert not {code.replace("-", "") for code in codes} & {row.code_hash for row in rows}


# Setting up -----------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.HR, Role.ADMIN])
def test_role_that_needs_one_leads_to_setting_it_up(app, session, client_for, role):
    person, client = make_person(password=PASSWORD, roles=(role,)), client_for(None)
    page = sign_in(client, person, next="/account")
    assert page.location == f"{SET_UP}?next=/account"
    assert client.get("/").location.startswith(SET_UP)
    step = client.follow(page)
    assert client.get(SET_UP).words("p", class_="secret-key") == step.words("p", class_="secret-key")
    wrong = client.send(step.form(SET_UP), one_time_code="000000")
    assert wrong.status == 422
    assert account_of(person).totp_secret is None
    half = cookie(client)
    done = client.send(wrong.form(SET_UP), one_time_code=code_at(NOW, secret_on(wrong)))
    assert done.status == 200
    assert cookie(client) != half
    assert len(codes_on(done)) == 10
    assert client.send(done.form("/login/on")).location == "/account"
    assert "10 recovery codes left" in client.get("/account").words("main").lower()
    assert account_of(person).totp_confirmed_at == NOW
    assert tags(session)[-3:] == [Tag.SECOND_FACTOR_SET, Tag.RECOVERY_CODES_MADE, Tag.SIGN_IN]


def test_feature_may_ask_others_for_one(app, client_for, monkeypatch):
    monkeypatch.setattr(second_factor, "_checks", [])
    chair, other = make_person(password=PASSWORD), make_person(password=PASSWORD)
    second_factor.compulsory_when(lambda person_id: person_id == chair.id)
    assert sign_in(client_for(None), chair).location.startswith(SET_UP)
    assert sign_in(client_for(None), other).location == "/"


def test_full_session_without_the_compulsory_factor_opens_nothing_but_setting_it_up(app, clock, client_for):
    person = make_person(password=PASSWORD, roles=(Role.HR,))
    client = client_for(person)
    assert client.get("/admin/accounts").status == 200
    with transaction():
        account_of(person).totp_confirmed_at = None
    assert client.get("/admin/accounts").location.startswith(SET_UP)
    assert client.post("/account/theme", {"theme": "dark"}).location == SET_UP
    page = client.get(SET_UP)
    assert len(codes_on(client.send(page.form(SET_UP), one_time_code=code_at(NOW, secret_on(page))))) == 10
    assert client.get("/admin/accounts").status == 200


def test_full_session_without_the_compulsory_factor_sets_none_up_later_than_ten_minutes(app, clock, client_for):
    person = make_person(password=PASSWORD, roles=(Role.HR,))
    client = client_for(person)
    with transaction():
        account_of(person).totp_confirmed_at = None
    clock.stand_still(NOW + timedelta(minutes=11))
    assert client.get(SET_UP).location == "/login"


def test_carried_form_survives_setting_up(app, clock, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(person)
    form = client.get("/account").form("/account/theme")
    later = NOW + timedelta(hours=9)
    clock.stand_still(later)
    with transaction():
        actions.grant_role(person, Role.HR, by=SYSTEM, at=later)
    step = client.send(client.send(form, theme="dark").form("/login"), email=person.email, password=PASSWORD)
    done = client.send(step.form(SET_UP), one_time_code=code_at(later, secret_on(step)))
    again = client.send(done.form("/login/on"))
    assert client.send(again.form("/account/theme")).status == 302


def test_role_that_is_granted_asks_for_one_at_the_next_request(app, client_for):
    person = make_person(password=PASSWORD)
    client = client_for(person)
    with transaction():
        actions.grant_role(person, Role.HR, by=SYSTEM, at=NOW)
    assert client.get("/account").location.startswith("/login?")
    assert sign_in(client, person).location.startswith(SET_UP)


def test_own_second_factor_is_set_up_renewed_and_taken_off(app, clock, session, client_for):
    person = make_person(password=PASSWORD)
    client, elsewhere = client_for(person), client_for(person)
    before, page = cookie(client), client.get("/account/second")
    secret = secret_on(page)
    done = client.send(page.form("/account/second"), one_time_code=code_at(NOW, secret))
    first = codes_on(done)
    assert (done.status, len(first)) == (200, 10)
    assert cookie(client) != before
    assert elsewhere.get("/account").status == 302
    assert client.send(done.form("/login/on")).location == "/account"

    renewed = client.send(client.get("/account").form("/account/second/codes"))
    assert not set(codes_on(renewed)) & set(first)
    assert secret_on(client.get("/account/second")) != secret

    ask = client.get("/account/second/off")
    assert client.send(ask.form("/account/second/off")).location == "/account"
    assert account_of(person).totp_secret is None
    assert session.scalars(select(RecoveryCode)).all() == []
    assert sign_in(client_for(None), person).location == "/"
    for tag in (Tag.SECOND_FACTOR_SET, Tag.RECOVERY_CODES_MADE, Tag.SECOND_FACTOR_REMOVED):
        assert tag in tags(session)


def test_compulsory_one_is_replaced_and_never_taken_off(app, clock, client_for):
    person = make_person(password=PASSWORD, roles=(Role.ADMIN,))
    give_second_factor(person)
    client = client_for(person)
    assert client.get("/account/second/off").location == "/account"
    assert client.post("/account/second/off").status == 409
    page = client.get("/account/second")
    assert client.send(page.form("/account/second"), one_time_code=code_at(NOW, secret_on(page))).status == 200
    assert app.extensions["belay.sealer"].open(account_of(person).totp_secret) == secret_on(page) != SECRET


def test_codes_are_shown_once_and_kept_nowhere(app, session, client_for):
    client = client_for(make_person(password=PASSWORD))
    page = client.get("/account/second")
    done = client.send(page.form("/account/second"), one_time_code=code_at(NOW, secret_on(page)))
    stored = [row.body or "" for row in session.scalars(select(IdempotencyKey))]
    assert stored
    assert not any(code in body for code in codes_on(done) for body in stored)


def test_what_is_not_there_is_not_renewed_or_taken_off(app, client_for):
    client = client_for(make_person())
    assert client.post("/account/second/codes").status == 409
    assert client.post("/account/second/off").status == 409
    assert client.get("/account/second/off").location == "/account"


def test_administrator_resets_somebody_s_and_never_their_own(app, session, client_for):
    person, admin = make_person(password=PASSWORD, roles=(Role.HR,)), make_person(roles=(Role.ADMIN,))
    give_second_factor(person)
    client = client_for(person)
    by = Author(person.id)
    with pytest.raises(NotAllowedNowError), transaction():
        actions.reset_second_factor(account_of(person), by=by, at=NOW)
    with transaction():
        actions.reset_second_factor(account_of(person), by=Author(admin.id), at=NOW)
    assert client.get("/account").status == 302
    assert sign_in(client, person).location.startswith(SET_UP)
    assert Tag.SECOND_FACTOR_RESET in tags(session)
    with pytest.raises(NotAllowedNowError), transaction():
        actions.reset_second_factor(account_of(person), by=SYSTEM, at=NOW)


# The key of the installation ------------------------------------------------


def test_secret_lies_sealed_and_opens_with_a_former_key(app):
    person = make_person()
    give_second_factor(person)
    sealed = account_of(person).totp_secret
    assert SECRET not in sealed
    former = str(app.secret_key)
    newer = Sealer(["a-newer-key-0123456789-abcdefghijklmnop", former])
    assert newer.open(sealed) == SECRET
    assert not newer.is_newest(sealed)
    with transaction():
        actions.use_code(account_of(person), code_at(NOW), sealer=newer, at=NOW)
    assert newer.is_newest(account_of(person).totp_secret)
    with pytest.raises(SealedError):
        Sealer([former]).open(account_of(person).totp_secret)


def test_changed_key_is_said_and_a_recovery_code_still_opens(app, client_for, caplog):
    person, client = make_person(password=PASSWORD), client_for(None)
    codes = give_second_factor(person)
    with transaction():
        account_of(person).totp_secret = Sealer(["a-key-that-nobody-knows-any-more-0123456789"]).seal(SECRET)
    page = client.send(client.follow(sign_in(client, person)).form(CODE), one_time_code=code_at(NOW))
    assert page.status == 401
    assert "the key of this installation was changed" in page.words("main")
    assert "no known key opens it" in caplog.text
    assert client.send(page.form(RECOVERY), recovery_code=codes[0]).status == 302


def test_qr_code_is_drawn_with_its_quiet_zone(app, client_for):
    page = client_for(make_person()).get("/account/second")
    assert 'role="img" aria-label="QR code for your authenticator app' in page.text
    assert 'class="qr-code-ink" d="M4 4h7v1h-7z' in page.text
    assert "style=" not in page.text
