"""One line as somebody writes or pastes it: words for the title, and addresses of pages among the links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.evidence.links import MAX_LINKS, fault_of, visible_host
from app.evidence.models import TITLE_LENGTH

ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
LONGEST_LINE = 4000
"""Characters of a line that is read: a title and one very long link, or ten usual ones. A longer one is no line."""
AFTER_A_LINK = ".,;:!?'’…"
BRACKETS = {")": "(", "]": "[", "}": "{"}
THINGS = (
    (re.compile(r"^/(.+?)/(?:pull|pull-requests)/(\d+)"), "Pull request {1} of {0}"),
    (re.compile(r"^/(.+?)/(?:-/)?merge_requests/(\d+)"), "Merge request {1} of {0}"),
    (re.compile(r"^/(.+?)/(?:-/)?issues/(\d+)"), "Issue {1} of {0}"),
    (re.compile(r"^/(?:.*/)?browse/([A-Za-z][\w]*-\d+)$"), "Ticket {0}"),
)
"""How the usual tools name a thing in the path of its page, and what people call it."""


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What one line says: the words without the addresses, and the addresses."""

    title: str
    links: tuple[str, ...] = ()


def read_line(line: str) -> PastedLine:
    """Return the words and the links of a line. A lone link gets a title of its own, made of its host and path.

    What is no link that a piece may have stays where it stands, as words, and so does all of a line that is too long
    to be one. The work grows with the length of the line and no faster: it is done before anything is refused.

    >>> read_line("Split the ledger, see https://git.example/pay/core/pull/7.")
    PastedLine(title='Split the ledger, see', links=('https://git.example/pay/core/pull/7',))
    >>> read_line("https://git.example/pay/core/pull/7").title
    'Pull request 7 of pay/core'
    """
    if len(line) > LONGEST_LINE:
        return PastedLine(line)
    links: list[str] = []

    def take(found: re.Match[str]) -> str:
        link = _without_sentence(found.group())
        if fault_of(link) or (link not in links and len(links) == MAX_LINKS):
            return found.group()
        if link not in links:
            links.append(link)
        return " " + found.group()[len(link) :]

    words = " ".join(ADDRESS.sub(take, line).split())
    if not links:
        return PastedLine(words)
    has_words = any(char.isalnum() for char in words)
    return PastedLine(_tidy(words) if has_words else name_of(links[0]), tuple(links))


def _without_sentence(address: str) -> str:
    """Return an address without what belongs to the sentence around it: a full stop, a bracket that it did not open."""
    unopened = {last: address.count(last) - address.count(first) for last, first in BRACKETS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in AFTER_A_LINK:
            break
        end -= 1
    return address[:end]


def _tidy(words: str) -> str:
    """Return words without the brackets and signs that stood around a link."""
    words = re.sub(r"[(\[{<]\s*[)\]}>]", " ", words)
    words = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(words.split()))
    return words.strip(" .,;:–—-") or words


def name_of(link: str) -> str:
    """Return a title for a page that has none yet: what it is where its address says so, else host and path.

    >>> name_of("https://www.docs.example/design/ledger%20split/?x=1")
    'docs.example/design/ledger split'
    """
    parts = urlsplit(link)
    path = "".join(char for char in unquote(parts.path) if char.isprintable()).rstrip("/")
    for pattern, words in THINGS:
        if found := pattern.match(path):
            return words.format(*found.groups())[:TITLE_LENGTH]
    return f"{visible_host(link).removeprefix('www.')}{path}"[:TITLE_LENGTH]
