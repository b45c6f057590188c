"""Second factors of people, and the codes that their apps show. Everything is committed."""

from __future__ import annotations

import re
from datetime import datetime

from flask import current_app
from pyotp import TOTP
from sqlalchemy import select

from app.auth import actions
from app.auth.models import Account
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.client import Client, Page
from tests.factories.people import PASSWORD, SYSTEM

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # a made-up one


def account_of(person: Person) -> Account:
    """Return the account of a person, read anew."""
    rows = select(Account).where(Account.person_id == person.id).execution_options(populate_existing=True)
    return db.session.scalars(rows).one()


def give_second_factor(person: Person, *, secret: str = SECRET, at: datetime | None = None) -> list[str]:
    """Set a second factor up, as if some time ago, and return the recovery codes."""
    with transaction():
        codes = actions.set_up(
            account_of(person),
            secret,
            code_at(at or now(), secret),
            sealer=current_app.extensions["belay.sealer"],
            by=SYSTEM,
            at=at or now(),
        )
        account_of(person).totp_last_step = 0
    return codes


def code_at(at: datetime, secret: str = SECRET) -> str:
    """Return the code that an app shows at a moment."""
    return TOTP(secret).generate_otp(int(at.timestamp()) // 30)


def secret_on(page: Page) -> str:
    """Return the secret that a page hands over to an app."""
    return "".join(page.words("p", class_="secret-key").split())


def sign_in(client: Client, person: Person, password: str = PASSWORD, **more: object) -> Page:
    """Send the sign-in page, opened anew."""
    return client.send(client.get("/login").form("/login"), email=person.email, password=password, **more)


def codes_on(page: Page) -> list[str]:
    """Return the recovery codes that a page shows."""
    return re.findall(r"<code>([^<]+)</code>", page.text)
