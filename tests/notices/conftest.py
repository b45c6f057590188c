"""What tests of mail may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.infra.unit_of_work import transaction
from app.notices import actions, kinds, sending
from app.notices.kinds import Letter
from app.notices.models import Mail
from app.notices.transport import SmtpTransport
from config import MailServer, Settings
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person

SHORT = 0.3
SENDER = "belay@belay.example"


class Outbox:
    """An outbox with one kind of mail, and the way from it to a server on this machine."""

    def __init__(self, app: Flask) -> None:
        self.settings: Settings = replace(app.config["SETTINGS"], base_url="https://belay.example")
        self.person = make_person("Amara Diallo")
        self.composed: list[str] = []
        self.letter: Callable[[Mail], Letter | None] = lambda mail: Letter(
            self.person.name, self.person.email, "Your turn", f"There is something to do.\n{mail.payload}"
        )

    def put(self, **more: object) -> Mail:
        """Put a mail into the outbox."""
        with transaction():
            return actions.put("test.turn", self.person.id, {"n": 1}, by=SYSTEM, at=NOW, **more)

    def compose(self, mail: Mail) -> Letter | None:
        """Compose as the test says."""
        self.composed.append(str(mail.id))
        return self.letter(mail)

    def send(self, port: int, *, at=NOW, timeout: float = SHORT, **more: str) -> sending.Outcome:
        """Send what is due next to a server on a port of this machine."""
        server = MailServer("smtp", SENDER, "127.0.0.1", port, **more)
        return self.through(SmtpTransport(server, timeout=timeout), at=at)

    def through(self, transport, *, at=NOW) -> sending.Outcome:
        """Send what is due next."""
        return sending.send_next(transport, sender=SENDER, settings=self.settings, at=at)


@pytest.fixture
def outbox(app) -> Iterator[Outbox]:
    """Return an outbox that knows the kind `test.turn`."""
    before = dict(kinds._kinds)
    box = Outbox(app)
    kinds.register_kind("test.turn", box.compose, label="Your turn")
    yield box
    kinds._kinds.clear()
    kinds._kinds.update(before)
