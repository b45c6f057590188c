"""The door: signing in, being refused, and what every page needs before anything else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.people import PASSWORD, make_person
from tests.journeys.accessibility import EVERY_SCREEN

pytestmark = pytest.mark.browser


def sign_in(visitor, person, password=PASSWORD):
    page = visitor.page
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.postgres
@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_leads_to_the_page_that_was_asked_for(visit, scripts):
    person = make_person("Amara Diallo", password=PASSWORD)
    visitor = visit(scripts=scripts)
    visitor.open("/account")
    sign_in(visitor, person)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your account")
    assert visitor.path == "/account"


def test_a_wrong_password_is_answered_at_the_form_which_keeps_the_address(visit):
    person = make_person("Amara Diallo", password=PASSWORD)
    visitor = visit()
    visitor.open("/login")
    with visitor.expecting(401):
        sign_in(visitor, person, "wrong")
        expect(visitor.page.get_by_role("alert")).to_contain_text("The e-mail address or the password is not right.")
    expect(visitor.page.get_by_role("alert")).to_be_focused()
    expect(visitor.page.get_by_label("E-mail")).to_have_value(person.email)


@pytest.mark.parametrize("screen", EVERY_SCREEN, ids=str)
def test_the_door_is_open_to_everybody(visit, screen):
    visitor = visit(width=screen.width, scheme=screen.scheme)
    visitor.open("/login")
    visitor.check_accessible()


def test_signing_out_ends_the_session(visit):
    visitor = visit(make_person("Amara Diallo"))
    visitor.open("/account")
    visitor.page.get_by_role("complementary").get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible()
    visitor.open("/account")
    assert visitor.path.startswith("/login?next=")
