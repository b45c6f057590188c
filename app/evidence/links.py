"""Links as people give them: kept as text, shown with their host, never opened by the server."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from app.domain.errors import InvalidError
from app.evidence.models import LINK_LENGTH

MAX_LINKS = 10
SCHEMES = frozenset({"http", "https"})
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
FIELD = "links"


def checked_links(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the links, without empty lines and repetitions. InvalidError says which one is wrong, and why.

    Only http and https, with a host, without a user name; no sign that is invisible or changes the direction of
    writing; at most 2048 characters each and ten in all.
    """
    links = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(links) > MAX_LINKS:
        raise InvalidError(f"A piece has at most {MAX_LINKS} links; these are {len(links)}.", field=FIELD)
    for place, link in enumerate(links, 1):
        if reason := fault_of(link):
            raise InvalidError(f"Link {place}: {reason}", field=FIELD)
    return links


def fault_of(link: str) -> str:
    """Return what is wrong with a link as a sentence, an empty text when nothing is.

    >>> fault_of("https://docs.example/7"), fault_of("javascript:alert(1)")
    ('', 'write it with https:// or http:// in front.')
    """
    if len(link) > LINK_LENGTH:
        return f"it has more than {LINK_LENGTH} characters."
    if "\\" in link or any(unicodedata.category(char) in INVISIBLE for char in link):
        return "it has a space, a backslash or an invisible character; copy it again."
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no address of a page."
    faults = (
        (parts.scheme not in SCHEMES, "write it with https:// or http:// in front."),
        ("@" in parts.netloc, "take out the user name before the host; it hides where the link leads."),
        (not host or "%" in host or not ascii_host(parts), "it names no host."),
    )
    return next((sentence for is_wrong, sentence in faults if is_wrong), "")


def ascii_host(parts: SplitResult) -> str:
    """Return the host as the network knows it, so that letters of another script cannot pass for Latin ones."""
    try:
        return (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def visible_host(link: str) -> str:
    """Return the host that a page shows beside a link.

    >>> visible_host("https://docs.example/design/7?x=1")
    'docs.example'
    """
    return ascii_host(urlsplit(link))
