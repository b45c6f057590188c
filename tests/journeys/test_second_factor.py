"""The second factor at a browser: HR sets it up, comes in with a code, and once with a recovery code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.access.actor import Role
from app.auth.models import RoleGrant
from app.infra.clock import clock as the_clock
from app.infra.clock import now
from app.infra.db import db
from app.people.models import Person
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factor import account_of, code_at, give_second_factor
from tests.journeys.accessibility import SCREENS, Screen
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import WIDE

pytestmark = pytest.mark.browser

CODE = "Code from your app"


def role_names(person: Person) -> list[str]:
    held = select(RoleGrant.role).where(RoleGrant.person_id == person.id, RoleGrant.superseded_at.is_(None))
    db.session.rollback()
    return [role.value for role in db.session.scalars(held)]


def give_password(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def secret_on(page: Page) -> str:
    return "".join(page.locator(".secret-key").inner_text().split())


def look(visitor, name: str) -> None:
    """Look at the page on every screen."""
    found = []
    for screen in SCREENS:
        visitor.show(screen)
        found += visitor.findings()
        keep_shot(visitor, f"{name}-{screen}")
    visitor.show(Screen(WIDE, "light"))
    assert not found, "\n".join(found)


def sign_out(visitor) -> None:
    visitor.open("/account")
    visitor.page.get_by_role("complementary").get_by_role("button", name="Sign out").click()


@pytest.mark.postgres
def test_hr_sets_a_second_factor_up_and_comes_in_with_it(visit, clock):
    hr = make_person("Ruth Ferreira", roles=(Role.HR,), password=PASSWORD)
    visitor = visit()
    page = visitor.open("/account")
    give_password(page, hr.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your second factor")
    look(visitor, "enrol")
    secret = secret_on(page)
    with visitor.expecting(422):
        page.get_by_label(CODE).fill("000000")
        page.get_by_role("button", name="Set it up and sign in").click()
        expect(page.get_by_role("alert")).to_be_focused()
    assert secret_on(page) == secret
    page.get_by_label(CODE).fill(code_at(now(), secret))
    page.get_by_role("button", name="Set it up and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor is set up")
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    look(visitor, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    look(visitor, "account")

    sign_out(visitor)
    the_clock.stand_still(now() + timedelta(minutes=1))
    visitor.open("/account")
    give_password(page, hr.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    look(visitor, "code")
    page.get_by_label(CODE).fill(code_at(now(), secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    sign_out(visitor)
    visitor.open("/account")
    give_password(page, hr.email)
    page.get_by_text("No phone at hand?").click()
    page.get_by_label("Recovery code").fill(codes[0].upper())
    look(visitor, "code-recovery")
    page.get_by_role("button", name="Sign in with a recovery code").click()
    expect(page.get_by_text("You have 9 codes left")).to_be_visible()

    db.session.rollback()
    assert account_of(hr).last_sign_in_at == now()


@pytest.mark.postgres
def test_granting_a_role_asks_for_proof_after_ten_minutes(visit, clock):
    admin = make_person("Ruth Ferreira", roles=(Role.ADMIN,), password=PASSWORD)
    colleague = make_person("Amara Diallo")
    give_second_factor(admin)
    visitor = visit(admin)
    page = visitor.open(f"/admin/accounts/{colleague.id}")
    the_clock.stand_still(now() + timedelta(minutes=11))
    with visitor.expecting(401):
        page.get_by_role("radio", name="HR").check()
        page.get_by_role("button", name="Grant the role").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    look(visitor, "proof")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label(CODE).fill(code_at(now()))
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is you")
    look(visitor, "send-again")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amara Diallo")
    assert role_names(colleague) == ["hr"]


@pytest.mark.parametrize("scripts", [True, False])
def test_anybody_sets_one_up_and_takes_it_off(visit, clock, scripts):
    person = make_person("Amara Diallo", password=PASSWORD)
    visitor = visit(person, scripts=scripts, width=360)
    page = visitor.open("/account")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label(CODE).fill(code_at(now(), secret_on(page)))
    if scripts:
        look(visitor, "set-up")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    page.get_by_role("link", name="Take it off").click()
    if scripts:
        look(visitor, "take-off")
    page.get_by_role("button", name="Take it off").click()
    expect(page.get_by_text("Your second factor is off.")).to_be_visible()
    db.session.rollback()
    assert account_of(person).totp_secret is None
