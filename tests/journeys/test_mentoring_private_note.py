"""A private note in the browser: it saves itself, says so only when it is so, and is there after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.mentoring import make_mentorship, make_session
from tests.factories.people import PASSWORD, make_person, make_team
from tests.journeys.accessibility import SCREENS

pytestmark = pytest.mark.browser

WORDS = "I was nervous about asking. Ask earlier next time."


def test_a_private_note_saves_itself_and_says_so_only_when_it_is_so(visit):
    team = make_team("Billing")
    amara = make_person("Amara Diallo", team=team, password=PASSWORD)
    session = make_session(make_mentorship(amara, make_person("Chioma Eze", team=team)))
    visitor = visit(amara, intercepting=True)
    page = visitor.open(f"/mentoring/sessions/{session.id}")
    state = page.locator(".save-state")
    expect(state).to_contain_text("Nothing saved yet")
    page.route("**/private/draft", lambda route: route.fulfill(status=503, body=""))
    page.get_by_label("Your words").fill(WORDS)
    expect(state).to_contain_text("Not saved. Your text is still here")
    page.unroute("**/private/draft")
    assert {"answered 503" in fault for fault in visitor.faults} == {True}
    visitor.faults.clear()
    expect(state).to_contain_text("Saved at", timeout=15_000)
    page.reload()
    expect(page.get_by_label("Your words")).to_have_value(WORDS)
    expect(page.get_by_text("Only you read this")).to_be_visible()
    for screen in SCREENS:
        visitor.show(screen)
        visitor.check_accessible()
