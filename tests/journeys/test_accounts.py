"""From the list of accounts to the start page: HR invites, the person chooses a password and is greeted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.access.actor import Role
from app.auth import letters
from app.cli.shipped import publish_shipped
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.models import Mail
from tests.factories.links import make_link, sending_mail
from tests.factories.people import PASSWORD, SYSTEM, make_person
from tests.journeys.accessibility import SCREENS

pytestmark = pytest.mark.browser
NEW = "four copper kettles whistle"


@pytest.fixture
def amara(app):
    """Return somebody who holds a level and has never been here."""
    with transaction():
        publish_shipped(from_on=date(2023, 1, 1), by=SYSTEM, at=datetime(2023, 1, 1, tzinfo=UTC))
    return make_person("Amara Diallo", level="L2", since=date(2025, 2, 3), is_new=True)


@pytest.fixture
def hr(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,), password=PASSWORD)


def come_in(visitor, path: str) -> None:
    """Choose a password behind a link, and arrive on the page that greets."""
    page = visitor.page
    visitor.open(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Amara Diallo")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_label("Password, once more").fill(NEW)
    page.get_by_role("button", name="Set the password and come in").click()
    expect(page.get_by_text("The levels below L2 are settled")).to_be_visible()
    page.get_by_role("button", name="Go to your start page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("held since 3 February 2025")


@pytest.mark.postgres
@pytest.mark.parametrize("scripts", [True, False])
def test_hr_hands_a_link_over_and_the_person_comes_in(visit, hr, amara, scripts):
    visitor = visit(hr, scripts=scripts)
    page = visitor.page
    visitor.open("/admin/accounts?show=not-invited")
    page.get_by_label("Choose Amara Diallo").check()
    page.get_by_role("button", name="Get links for those ticked").click()
    field = page.get_by_label("One-time link for Amara Diallo")
    link = field.input_value()
    assert page.get_by_role("button", name="Copy the link for Amara Diallo").is_visible() == scripts
    newcomer = visit(scripts=scripts)
    come_in(newcomer, link[link.index("/invite/") :])
    with newcomer.expecting(404):
        newcomer.open(link[link.index("/invite/") :])
        expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("This invitation does not work any more")
    visitor.open("/admin/accounts?show=active")
    expect(page.get_by_role("link", name="Amara Diallo")).to_be_visible()


def test_hr_invites_by_mail_and_the_letter_leads_in(app, visit, hr, amara):
    with sending_mail(app):
        visitor = visit(hr)
        visitor.open("/admin/accounts?show=not-invited")
        visitor.page.get_by_label("Choose Amara Diallo").check()
        visitor.page.get_by_role("button", name="Invite those ticked").click()
        expect(visitor.page.get_by_text("1 invitation is on its way.")).to_be_visible()
    db.session.rollback()
    with transaction():
        letter = letters.compose_invitation(db.session.scalars(select(Mail)).one())
    line = next(line for line in letter.body.splitlines() if "/invite/" in line)
    come_in(visit(width=360), line[line.index("/invite/") :])


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_pages_of_accounts_are_open_to_everybody(visit, hr, amara, screen):
    admin = make_person("Lucia Ferrandez", roles=(Role.ADMIN, Role.LADDER_EDITOR))
    visitor = visit(admin, width=screen.width, scheme=screen.scheme)
    for path in (
        "/admin/accounts",
        "/admin/accounts/invite",
        f"/admin/accounts/{hr.id}",
        f"/admin/accounts/{amara.id}/disable",
        "/welcome",
    ):
        visitor.open(path)
        visitor.check_accessible()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_pages_behind_a_link_are_open_to_everybody(visit, amara, screen):
    visitor = visit(width=screen.width, scheme=screen.scheme)
    visitor.open(make_link(amara))
    visitor.check_accessible()
    visitor.open("/reset")
    visitor.check_accessible()
