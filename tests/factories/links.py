"""One-time links, and an application that sends mail or sends none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from flask import Flask

from app.auth import actions
from app.auth.models import LinkPurpose
from app.infra.unit_of_work import transaction
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.people import SYSTEM


def make_link(person: Person, purpose: LinkPurpose = LinkPurpose.INVITE, at: datetime = NOW) -> str:
    """Return the path of a new link."""
    with transaction():
        token = actions.make_link(person.id, purpose, by=SYSTEM, at=at)
    return f"/{purpose.value}/{token}"


@contextmanager
def sending_mail(app: Flask, url: str = "smtp://mail.larkspur.example") -> Iterator[None]:
    """Let the application take it that mail can be sent; nothing is, without a worker."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, mail_url=url)
    try:
        yield
    finally:
        app.config["SETTINGS"] = settings
