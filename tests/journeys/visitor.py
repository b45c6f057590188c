"""A person at a browser. What goes wrong unseen (console, policy, failed requests) is kept and fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from app.people.models import Person
from tests.client import open_session
from tests.journeys.accessibility import Screen, findings_of
from tests.journeys.live import LiveServer

WIDE, PHONE = 1440, 360
HEIGHT = 900
REFUSED = 400
# The browser says so itself when it leaves a page before everything has arrived.
LEFT = "net::ERR_ABORTED"
LONGEST_WAIT_MS = 10_000
NOTHING_ASKED = re.compile("/nothing-asks-for-this$")


class Visitor:
    """One browser window with an empty profile, and what went wrong in it."""

    def __init__(
        self,
        browser: Browser,
        server: LiveServer,
        *,
        width: int = WIDE,
        scheme: str = "light",
        scripts: bool = True,
        intercepting: bool = False,
    ) -> None:
        """Open a window. A test that answers requests itself says so here: see below."""
        self.server = server
        self.has_scripts = scripts
        self.faults: list[str] = []
        self.expected: set[int] = set()
        self._is_checking = False
        self.context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(LONGEST_WAIT_MS)
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.on("request", self._asked)
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        self.page: Page = self.context.new_page()
        if intercepting:
            # The browser begins to hand requests over with the next page it loads, not with the next request: a page
            # that is there already may still send one past the test. So it hands over from the first page on.
            self.page.route(NOTHING_ASKED, lambda route: route.continue_())

    # What goes wrong unseen --------------------------------------------------

    def _heard(self, message: ConsoleMessage) -> None:
        # The answer itself is looked at in `_answered`; axe tries inline styles, which the policy refuses.
        if self._is_checking or message.text.startswith("Failed to load resource"):
            return
        if message.type in {"error", "warning"}:
            self.faults.append(f"console, {message.type}, {self._where()}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.server.url}/"):
            self.faults.append(f"asked elsewhere, {self._where()}: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.faults.append(f"failed, {self._where()}: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= REFUSED and response.status not in self.expected:
            self.faults.append(f"answered {response.status}, {self._where()}: {response.request.method} {response.url}")

    def _where(self) -> str:
        return self.page.url.removeprefix(self.server.url)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Take answers with these statuses for granted inside the block."""
        before, self.expected = self.expected, self.expected | set(statuses)
        try:
            yield
            self._settle()
        finally:
            self.expected = before

    def _settle(self) -> None:
        """Let what the browser has already said arrive, and a page that is on its way be there as a whole."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("0")

    # What a person does ------------------------------------------------------

    def sign_in(self, person: Person) -> Visitor:
        """Be signed in, straight through the action, as the sign-in page does after the password was right."""
        token = open_session(person)
        self.context.add_cookies([{"name": "session", "value": f"s.{token}", "url": self.server.url, "httpOnly": True}])
        return self

    def open(self, address: str = "/") -> Page:
        """Open an address of the application and return the page."""
        self.page.goto(address)
        return self.page

    @property
    def words(self) -> str:
        """Return the visible words of the page's main part, spaces folded."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        """Return where the window is, without the server."""
        return self._where()

    # What a person needs -----------------------------------------------------

    def show(self, screen: Screen) -> None:
        """Look at the page on another screen, without loading it again."""
        self.page.set_viewport_size({"width": screen.width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=screen.scheme)

    def findings(self) -> list[str]:
        """Return what keeps people from using the page as it is shown now: faults found by axe, and overflow."""
        assert self.has_scripts, "axe waits for timers, which never fire in a window without scripts"
        self._settle()
        self._is_checking = True
        try:
            found = findings_of(self.page)
            self._settle()
        finally:
            self._is_checking = False
        return [f"{self._where()}: {finding}" for finding in found]

    def check_accessible(self) -> None:
        """Refuse a page on which axe finds something or which is wider than the screen."""
        found = self.findings()
        assert not found, "\n".join(found)


def exactly(text: str) -> re.Pattern[str]:
    """Return a pattern for a whole text, whatever spaces stand in it."""
    return re.compile(r"^\s*" + r"\s+".join(map(re.escape, text.split())) + r"\s*$")
