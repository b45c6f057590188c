"""What keeps people from using a page: the rules of axe, and a page that is wider than the screen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    # Without loading style sheets a second time, which the policy refuses.
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
SHOWN_NODES = 4
AXE = Axe()
# What was looked at and found good stays in the browser: handing it over takes longer than looking.
RUN = "async (options) => (await axe.run(document, options)).violations"


@dataclass(frozen=True)
class Screen:
    """What a page is looked at on."""

    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


EVERY_SCREEN = tuple(Screen(width, scheme) for width, scheme in product((1440, 360), ("light", "dark")))
SCREENS = EVERY_SCREEN[0], EVERY_SCREEN[-1]
"""A desk by day and a phone by night: each colour and each width once. `EVERY_SCREEN` is for what everybody meets."""


def findings_of(page: Page) -> list[str]:
    """Return the findings on a page as it is shown now, one sentence each."""
    found = []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{wide} px wider than the screen: {page.evaluate(WIDEST)}")
    # Half a megabyte of script: a page that is looked at on several screens gets it once.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    for violation in page.evaluate(RUN, OPTIONS):
        nodes = violation["nodes"]
        for node in nodes[:SHOWN_NODES]:
            why = " ".join(node["failureSummary"].split())[-260:]
            found.append(f"{violation['id']} ({len(nodes)}×): {node['html'][:160]} | {why}")
    return found


WIDEST = """() => [...document.body.querySelectorAll('*')]
  .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 0.5)
  .slice(-3).map((element) => `<${element.tagName.toLowerCase()} class="${element.className}">`).join(' ')"""
