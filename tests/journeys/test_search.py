"""Looking for a word with the keyboard alone: type, read what was found, open it; also on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.evidence import make_company, share_piece

pytestmark = pytest.mark.browser


@pytest.fixture
def company(app):
    company = make_company()
    share_piece(company.amara, "Heron migration", narrative="The whole herd of tables moved in one night. " * 8)
    return company


def test_words_are_looked_for_and_a_hit_is_opened_with_the_keyboard(company, visit):
    visitor = visit(company.amara)
    visitor.open("/search")
    page = visitor.page
    page.get_by_label("What are you looking for?").fill("her tables")
    expect(page.locator(".search-hit")).to_have_count(0)
    page.get_by_label("What are you looking for?").fill("tables her")
    page.keyboard.press("Enter")
    expect(page.locator(".search-hit")).to_have_count(1)
    expect(page.locator(".search-hit mark").first).to_be_visible()
    page.locator(".search-hit a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Heron migration")


def test_a_manager_finds_it_on_a_phone_and_nothing_is_cut_off(company, visit):
    visitor = visit(company.manager, width=360)
    visitor.open("/search?q=heron")
    page = visitor.page
    expect(page.locator(".search-hit")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.open(f"/people/{company.amara.id}/evidence?text=heron")
    expect(page.locator(".evidence")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_stranger_finds_nothing(company, visit):
    visitor = visit(company.stranger)
    visitor.open("/search?q=heron")
    expect(visitor.page.get_by_role("heading", name="Nothing found")).to_be_visible()
