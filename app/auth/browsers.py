"""The name that a browser gives itself, in words that a person recognises."""

from __future__ import annotations

from functools import lru_cache

from ua_parser import parse

UNKNOWN = "Unknown browser"
PLAINER = {
    "Mobile Safari": "Safari",
    "HeadlessChrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Firefox Mobile": "Firefox",
}


@lru_cache(maxsize=500)
def name_browser(text: str) -> str:
    """Return browser and system, as far as the text tells: it is whatever the browser sent, true or not.

    >>> name_browser("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
    'Firefox on Linux'
    >>> name_browser("")
    'Unknown browser'
    """
    found = parse(text)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    browser = PLAINER.get(browser, browser)
    return " on ".join(part for part in (browser or UNKNOWN, system) if part)
