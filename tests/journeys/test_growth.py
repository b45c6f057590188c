"""An engineer turns a blocker into a goal, both write the plan, an action is ticked, and the plan is closed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.factories.assessments import make_assessment, publish
from tests.factories.people import make_person
from tests.journeys.accessibility import SCREENS
from tests.journeys.looking import keep_shot
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

DESIGN = "swe.design-significant-features"


def look(visitor: Visitor, name: str) -> None:
    """Look at the page on every screen."""
    findings = []
    for screen in SCREENS:
        visitor.show(screen)
        findings += [f"{screen} {finding}" for finding in visitor.findings()]
        keep_shot(visitor, f"growth-{name}-{screen}")
    visitor.show(SCREENS[0])
    assert not findings, "\n".join(findings)


def test_a_blocker_becomes_a_goal_with_actions_that_are_ticked(app, visit):
    edition = publish()
    tomasz = make_person("Tomasz Wieczorek")
    amara = make_person("Amara Diallo", manager=tomasz, level="L2", since=date(2025, 2, 3))
    day, answers = date(2026, 10, 20), {DESIGN: "partly_met"}
    make_assessment(amara, edition, "L3", manager=tomasz, own=answers, theirs=answers, own_on=day, theirs_on=day)

    engineer = visit(amara)
    page = engineer.page
    page.goto("/people/growth")
    look(engineer, "empty")
    page.goto(f"/people/{amara.id}/standing")
    page.get_by_role("link", name=re.compile("Work on this.*Designs significant")).click()
    expect(page.get_by_label("Designs significant new-feature implementations.")).to_be_checked()
    look(engineer, "new")
    page.get_by_label("Review day").fill("2026-12-15")
    page.get_by_role("button", name="Open the plan").click()
    page.get_by_label("What do you want to be able to show?").fill("A design that others build on")
    page.get_by_label("One more action").fill("Write the ledger design")
    page.get_by_label("By").fill("2026-11-25")
    look(engineer, "edit")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_role("main")).to_contain_text("by 25 Nov 2026")

    manager = visit(tomasz)
    manager.page.goto(f"/people/{amara.id}/growth")
    manager.page.get_by_role("link", name="Change the plan").click()
    manager.page.get_by_label("One more action").fill("Present it to Platform")
    manager.page.get_by_role("button", name="Save the plan").click()
    expect(manager.page.get_by_role("main")).to_contain_text("Write the ledger design")

    page.reload()
    page.get_by_role("button", name=re.compile("^Done.*Write the ledger design")).click()
    expect(page.get_by_role("status")).to_contain_text("Done: Write the ledger design")
    look(engineer, "plan")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("^Done.*Write the ledger design"))).to_be_visible()
    page.get_by_role("link", name="Close it").click()
    look(engineer, "close")
    page.get_by_role("button", name="Close the plan").click()
    expect(page.get_by_role("main")).to_contain_text("No plan yet")
    page.get_by_role("link", name="Towards L3").click()
    expect(page.get_by_role("main")).to_contain_text("This plan is closed")
