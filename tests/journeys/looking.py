"""Looking at a page on every screen, and keeping a picture of it where somebody wants to see it.

`BELAY_SHOTS=DIR` names the folder for the pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.accessibility import SCREENS
from tests.journeys.crawl import Found
from tests.journeys.visitor import HEIGHT, Visitor


def findings_on(visitor: Visitor, found: Found, role: str) -> Iterator[str]:
    """Yield what keeps people from using a page, screen by screen."""
    visitor.show(SCREENS[0])
    visitor.open(found.address)
    for screen in SCREENS:
        visitor.show(screen)
        yield from (f"{screen} {finding}" for finding in visitor.findings())
        keep_shot(visitor, f"{role}-{found.name}-{screen}")


def keep_shot(visitor: Visitor, name: str) -> None:
    """Keep a picture of the whole page as one screen, so that sticky parts stand where they belong."""
    folder = os.environ.get("BELAY_SHOTS")
    if not folder:
        return
    page = visitor.page
    width = page.viewport_size["width"]
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(HEIGHT, tall)})
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    page.set_viewport_size({"width": width, "height": HEIGHT})
