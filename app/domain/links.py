"""When two links lead to the same place."""

from __future__ import annotations

from urllib.parse import urlsplit


def link_key(link: str) -> str:
    """Return a link as it is compared: without what two ways of writing the same address differ in.

    The place on a page stays: two comments on one pull request are two.

    >>> link_key("HTTPS://Code.Example/pulls/12/") == link_key("https://code.example/pulls/12")
    True
    >>> link_key("https://code.example/pulls/12#r1") == link_key("https://code.example/pulls/12#r2")
    False
    """
    parts = urlsplit(link)
    query = f"?{parts.query}" if parts.query else ""
    place = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}{query}{place}"
