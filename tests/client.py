"""A client that signs in, fills in forms as a browser would, and checks the HTML of every page it gets."""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

from app.auth import actions, queries
from app.auth.queries.account_list import roles_of
from app.auth.second_factor import is_compulsory_for
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people.models import Person

XHTML = "{http://www.w3.org/1999/xhtml}"
FORM_ENCODED = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """One form of a page, with the values that a browser would send."""

    action: str
    method: str
    fields: list[tuple[str, str]]

    def with_values(self, **changed: object) -> list[tuple[str, str]]:
        """Return the fields with some replaced or added; a list gives one pair for each value, None leaves it out."""
        kept = [(name, value) for name, value in self.fields if name not in changed]
        for name, value in changed.items():
            values = value if isinstance(value, list | tuple) else [value]
            kept += [(name, str(one)) for one in values if one is not None]
        return kept


class PageFaultError(AssertionError):
    """A page has faulty HTML; the message lists what and where."""


class Page:
    """A page that was got: its status, text and parsed tree."""

    def __init__(self, response: TestResponse) -> None:
        """Parse and check the HTML; anything else is kept as it is."""
        self.response = response
        self.status = response.status_code
        # A file is no text; what cannot be read in it is of no matter to a page.
        self.text = response.get_data().decode(errors="replace")
        self.headers = response.headers
        self.location = response.headers.get("Location")
        self.tree: Element | None = None
        if response.mimetype == "text/html" and self.text and not self.location:
            self.tree = check_html(self.text)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a tag with the given attributes; `class_` matches one class."""
        assert self.tree is not None, f"no page: {self.status} {self.location}"
        wanted_class = attributes.pop("class_", None)
        return [
            element
            for element in self.tree.iter(XHTML + tag)
            if all(element.get(name.replace("_", "-")) == value for name, value in attributes.items())
            and (wanted_class is None or wanted_class in (element.get("class") or "").split())
        ]

    def words(self, tag: str = "body", **attributes: str) -> str:
        """Return the words of the first such element, spaces folded."""
        found = self.all(tag, **attributes)
        assert found, f"no <{tag}> {attributes}"
        return " ".join("".join(found[0].itertext()).split())

    def form(self, action: str | None = None, *, ending: str | None = None) -> Form:
        """Return the form that is sent to an address, given whole or by its ending."""
        for element in self.all("form"):
            target = element.get("action") or ""
            if (action is None or target == action) and (ending is None or target.endswith(ending)):
                return Form(target, (element.get("method") or "get").lower(), list(_values(element)))
        raise AssertionError(f"no form for {action or ending}; there are {[f.get('action') for f in self.all('form')]}")

    def has_form(self, ending: str) -> bool:
        """Say whether a form is sent to an address with this ending."""
        return any((element.get("action") or "").endswith(ending) for element in self.all("form"))


def _values(form: Element) -> Any:
    for element in form.iter():
        tag, name = element.tag.removeprefix(XHTML), element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        if tag == "input":
            kind = element.get("type", "text")
            if kind in {"radio", "checkbox"} and element.get("checked") is None:
                continue
            if kind not in {"submit", "button", "file"}:
                yield name, element.get("value") or ("on" if kind == "checkbox" else "")
        elif tag == "textarea":
            yield name, "".join(element.itertext()).removeprefix("\n")
        elif tag == "select":
            options = list(element.iter(XHTML + "option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in chosen:
                yield name, option.get("value", "".join(option.itertext()))


def check_html(text: str) -> Element:
    """Parse a page and refuse faulty HTML, doubled ids, a missing title, and labels or references that lead nowhere."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parse(text)
    faults = [f"{position}: {code} {data}" for position, code, data in parser.errors]
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    faults += [f"id {one} stands {ids.count(one)} times" for one in {one for one in ids if ids.count(one) > 1}]
    known = set(ids)
    for element in tree.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            faults += [f"{name}={one} leads nowhere" for one in (element.get(name) or "").split() if one not in known]
        if element.get("style") or any(name.startswith("on") for name in element.attrib):
            faults.append(f"{element.tag} has an inline style or script")
    title = tree.find(f".//{XHTML}title")
    if title is None or not (title.text or "").split("·")[0].strip():
        faults.append("the page has no title")
    headings = len(list(tree.iter(XHTML + "h1")))
    if headings != 1:
        faults.append(f"the page has {headings} main headings")
    for form in tree.iter(XHTML + "form"):
        if (form.get("method") or "").lower() == "post":
            names = {element.get("name") for element in form.iter(XHTML + "input")}
            if not {"csrf_token", "idempotency_key"} <= names:
                faults.append(f"the form to {form.get('action')} lacks its token or key")
    if faults:
        raise PageFaultError("\n".join(faults))
    return tree


def open_session(person: Person) -> str:
    """Open a session and return its id. Who must have a second factor and has none gets one that no code fits."""
    with transaction():
        token = actions.open_session(person.id, address="127.0.0.1", browser="test", at=now())
        account = queries.get_account(person.id)
        if account.totp_confirmed_at is None and is_compulsory_for(person.id, roles_of([person.id])[person.id]):
            account.totp_confirmed_at = now()
    return token


class Client:
    """A visitor: signed in as a person, or as nobody."""

    def __init__(self, app: Flask, person: Person | None = None) -> None:
        """Sign in straight through the action, as the sign-in pages do after password and code were right."""
        self.app = app
        self.http = app.test_client()
        self.person = person
        if person is not None:
            self.http.set_cookie("session", f"s.{open_session(person)}")

    def _open(self, method: str, address: str, **more: Any) -> Page:
        # An empty context: the request gets an application context, a `g` and a database session of its own, as it
        # would on a server, and the test's own stay as they are but for what they had read. An answer that is written
        # while it is handed over is read inside of it.
        more.setdefault("buffered", True)
        response = Context().run(self.http.open, address, method=method, **more)
        db.session.rollback()
        return Page(response)

    def get(self, address: str, **more: Any) -> Page:
        """Get a page."""
        return self._open("GET", address, **more)

    def post(self, address: str, fields: Any = None, *, token: bool = True, **more: Any) -> Page:
        """Post fields; the session's token is added as the header that scripts use, unless it is left out."""
        headers = dict(more.pop("headers", {}))
        if token:
            headers.setdefault("X-CSRF-Token", self.token())
        return self._open("POST", address, data=_multi(fields), headers=headers, **more)

    def token(self) -> str:
        """Return the forgery token of this client's session."""
        from app.infra.csrf import token_for

        cookie = self.http.get_cookie("session")
        if cookie is None:
            self.get("/login")
            cookie = self.http.get_cookie("session")
        kind, _, rest = cookie.decoded_value.partition(".")
        key = rest.rpartition(".")[0] if kind == "a" else rest
        return token_for(key, str(self.app.secret_key))

    def send(self, form: Form, **changed: object) -> Page:
        """Send a form as it stands in its page, with some values changed."""
        fields = form.with_values(**changed)
        if form.method == "get":
            return self.get(form.action, query_string=_multi(fields))
        return self.post(form.action, fields, token=False)

    def follow(self, page: Page) -> Page:
        """Follow a redirect."""
        assert page.location, f"no redirect: {page.status}\n{page.text[:2000]}"
        return self.get(page.location)


def _multi(fields: Any) -> Any:
    if fields is None or isinstance(fields, dict):
        return fields
    gathered: dict[str, list[str]] = {}
    for name, value in fields:
        gathered.setdefault(name, []).append(value)
    return gathered
