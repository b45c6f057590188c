"""Which pages there are for somebody: found by following links from home, and each thing on them once.

Pages are first got without a browser, because that takes milliseconds. A page is worth looking at in the browser when
it is the first of its endpoint, or when something stands on it that stood on no page before: a form, a component, a
state of a component, told by the classes in the markup. Another person's page or another piece of evidence in the same
state adds nothing, and neither does a component that was looked at elsewhere: its sheet is the same.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from app.people.models import Person
from tests.access.world import Visitor as Reader
from tests.client import Page

MOST_OF_AN_ENDPOINT = 12
"""How many addresses of one endpoint are got for each person."""
MOST_OF_A_REPORT = 4
"""Of a report: its addresses differ in filters alone."""
CHECKED_OF_AN_ENDPOINT = 2
"""Of how many of them the HTML is checked for each person; it is checked too wherever something new stands."""
GOOD, MOVED = 200, 300
LADDERS = frozenset({"software-engineer", "technical-support"})

NUMBER = re.compile(r"-\d+$")
"""Which of several levels or steps it is: no difference in what has to be looked at."""

MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
TAG = re.compile(r"""<([a-z][a-z0-9]*)\b((?:"[^"]*"|'[^']*'|[^"'>])*)>""")
ATTRIBUTE = re.compile(r"""([^\s="'/>]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")

Feature = tuple[str, str]


@dataclass
class Seen:
    """What has been looked at, and how often at each endpoint; shared by the people of one company."""

    features: set[Feature] = field(default_factory=set)
    pages: Counter[str] = field(default_factory=Counter)

    def take(self, features: set[Feature]) -> bool:
        """Say whether there is something new, and remember it."""
        known = {told for _, told in self.features} | {"a page"}
        is_first = not {endpoint for endpoint, _ in features} <= {endpoint for endpoint, _ in self.features}
        is_new = is_first or not {told for _, told in features} <= known
        self.features |= features
        return is_new


@dataclass(frozen=True)
class Found:
    """A page worth looking at: its address, and a name for its screenshot."""

    address: str
    name: str


def pages_for(app: Flask, person: Person | None, seen: Seen, start: str = "/") -> Iterator[Found]:
    """Yield the pages that a person can reach from a first page and that show something new, nearest first."""
    reader = Reader(app, person)
    adapter = app.url_map.bind("127.0.0.1")
    waiting, known = deque([start]), {start}
    got: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        where = match(adapter, address)
        if where is None or got[where[0]] >= most_of(where[0]):
            continue
        answer = reader.ask("GET", address)
        if answer.mimetype != "text/html" or answer.location:
            if answer.location and answer.status_code >= MOVED:
                add(answer.location, waiting, known)
            continue
        assert answer.status_code == GOOD, f"{address} is linked and answers {answer.status_code}"
        endpoint = where[0]
        got[endpoint] += 1
        for link in LINK.findall(answer.text):
            add(unescape(link), waiting, known)
        is_new = seen.take(features_of(answer.text, adapter, endpoint, where[1]))
        if is_new or got[endpoint] <= CHECKED_OF_AN_ENDPOINT:
            # Reading a page as a browser does takes longer than making it.
            Page(answer)
        if is_new:
            seen.pages[endpoint] += 1
            yield Found(address, f"{endpoint.replace('.', '-').replace('_', '-')}-{seen.pages[endpoint]}")


def most_of(endpoint: str) -> int:
    """Return how many addresses of an endpoint are got for each person."""
    return MOST_OF_A_REPORT if endpoint.startswith("reports.") else MOST_OF_AN_ENDPOINT


def match(adapter: MapAdapter, address: str) -> tuple[str, dict[str, object]] | None:
    """Return endpoint and arguments of an address; None when nothing can be shown there."""
    try:
        endpoint, arguments = adapter.match(urlsplit(address).path, method="GET")
    except HTTPException:
        return None
    return (endpoint, dict(arguments)) if "assets" not in endpoint else None


def add(link: str, waiting: deque[str], known: set[str]) -> None:
    """Queue a link that stays in the application and has not been seen."""
    parts = urlsplit(link)
    address = parts._replace(scheme="", netloc="", fragment="").geturl()
    if link.startswith("/") and not link.startswith("//") and address not in known:
        known.add(address)
        waiting.append(address)


def features_of(text: str, adapter: MapAdapter, endpoint: str, arguments: dict[str, object]) -> set[Feature]:
    """Return what stands on a page: forms, components and their states, and which ladder it is about."""
    main = MAIN.search(text)
    assert main, f"{endpoint} has no main part"
    told = {value for value in arguments.values() if isinstance(value, str) and value in LADDERS}
    for tag, written in TAG.findall(main.group()):
        values = {name: unescape("".join(value)) for name, *value in ATTRIBUTE.findall(written)}
        told.update(NUMBER.sub("", name) for name in values.get("class", "").split())
        told.update(f"{name}={values[name]}" for name in ("data-state", "aria-invalid", "open") if values.get(name))
        if tag == "form":
            told.add(endpoint_of(adapter, values.get("action", ""), values.get("method", "get")))
    return {(endpoint, one) for one in {*told, "a page"}}


def endpoint_of(adapter: MapAdapter, action: str, method: str) -> str:
    """Return where a form is sent."""
    try:
        return adapter.match(urlsplit(action).path or "/", method=method.upper())[0]
    except HTTPException:
        return action
