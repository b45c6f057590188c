"""Pages that nobody asks for: an address that leads nowhere, a form from elsewhere, our own fault."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.access.guard import public
from tests.factories.people import make_person
from tests.journeys.accessibility import EVERY_SCREEN

pytestmark = pytest.mark.browser


def look_at(visitor, title):
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
    for screen in EVERY_SCREEN:
        visitor.show(screen)
        visitor.check_accessible()


@pytest.mark.parametrize("is_in", [True, False], ids=["signed-in", "anonymous"])
def test_an_address_that_leads_nowhere_says_so_and_where_to_go(visit, is_in):
    visitor = visit(make_person("Amara Diallo") if is_in else None)
    with visitor.expecting(404):
        visitor.open("/nowhere/at/all")
        look_at(visitor, "There is nothing here for you")


def test_an_address_that_only_takes_forms_says_so(visit):
    visitor = visit(make_person("Amara Diallo"))
    with visitor.expecting(405):
        visitor.open("/account/theme")
        look_at(visitor, "This address takes no such request")


def test_a_form_whose_token_is_not_ours_is_refused_with_what_was_typed(visit):
    visitor = visit()
    page = visitor.open("/login")
    page.evaluate("document.querySelector('[name=csrf_token]').value = 'stale'")
    page.get_by_label("E-mail").fill("amara.diallo@larkspur.example")
    with visitor.expecting(400):
        page.get_by_role("button", name="Sign in").click()
        look_at(visitor, "This could not be carried out")


def test_too_many_attempts_are_answered_at_the_door(visit):
    person = make_person("Amara Diallo")
    visitor = visit()
    page = visitor.open("/login")
    with visitor.expecting(401, 429):
        for _ in range(6):
            page.get_by_label("E-mail").fill(person.email)
            page.get_by_label("Password").fill("wrong")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("Too many attempts.")
        look_at(visitor, "Sign in to Larkspur")


def test_a_fault_of_ours_gives_a_reference_and_no_detail(app, visit, monkeypatch, caplog):
    @public
    def broken():
        raise RuntimeError("a secret detail")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "auth.show_sign_in", broken)
    visitor = visit()
    with visitor.expecting(500):
        visitor.open("/login")
        look_at(visitor, "Something broke on our side")
    assert "a secret detail" not in visitor.page.content()
    assert "a secret detail" in caplog.text
