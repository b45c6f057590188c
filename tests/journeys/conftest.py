"""What a browser test may ask for: a served application, a browser, and people who sit at it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, sync_playwright

from app.people.models import Person
from tests.journeys.live import LiveServer, chromium, serving
from tests.journeys.visitor import Visitor

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a Chromium for the whole session; every window of it has an empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def server(app: Flask) -> Iterator[LiveServer]:
    """Serve the application on its fresh database."""
    with serving(app) as running:
        yield running


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    """Return those who are there; all windows are closed in the end, and what went wrong in one fails the test."""
    there: list[Visitor] = []
    yield there
    for visitor in there:
        visitor.context.close()
    faults = [fault for visitor in there for fault in visitor.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def visit(browser: Browser, server: LiveServer, visitors: list[Visitor]) -> Visit:
    """Return a maker of visitors, signed in as a person or as nobody."""

    def come(person: Person | None = None, **window: object) -> Visitor:
        visitor = Visitor(browser, server, **window)
        visitors.append(visitor)
        return visitor.sign_in(person) if person is not None else visitor

    return come


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in the report of a failed test where each window was, and what stood in it."""
    report = yield
    if report.failed:
        for visitor in getattr(item, "funcargs", {}).get("visitors", []):
            with suppress(Error):
                report.sections.append((f"Window at {visitor.path}", visitor.page.locator("body").inner_text()[:3000]))
    return report
