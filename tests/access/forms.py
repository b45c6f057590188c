"""The forms that the pages of the company offer: one for each act, found by looking, as somebody who may send it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from tests.access.addresses import every_address
from tests.access.company import FIRST, SECOND
from tests.access.world import World
from tests.client import Form, Page

LOOKING = ("subject", "manager", "asked", "hr", "admin", "other", "chief", "mentor", "peer", "coordinator")


@dataclass(frozen=True)
class Offered:
    """A form on a page, and who saw it."""

    endpoint: str
    actor: str
    form: Form


_offered: dict[str, dict[str, Offered]] = {}


def offered_forms(world: World) -> dict[str, Offered]:
    """Return the first post form for each endpoint. A company is built once, and so looked through once."""
    if world.name not in _offered:
        _offered[world.name] = _look_for_forms(world)
    return dict(_offered[world.name])


def _look_for_forms(world: World) -> dict[str, Offered]:
    # Only pages that offer something new are read whole.
    adapter = world.app.url_map.bind("localhost")
    found: dict[str, Offered] = {}

    def endpoint_of(action: str) -> str:
        endpoint: str = adapter.match(action.partition("?")[0], method="POST")[0]
        return endpoint

    for actor, address in pages(world):
        got = world.visitor(actor).ask("GET", address)
        if got.status_code != 200 or got.mimetype != "text/html":
            continue
        targets = re.findall(r'(?:method="post" action|formaction|data-autosave)="([^"]+)"', got.text)
        if {endpoint_of(unescape(target)) for target in targets} <= set(found):
            continue
        for form in forms_in(Page(got)):
            found.setdefault(endpoint_of(form.action), Offered(endpoint_of(form.action), actor, form))
    return found


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Return who looks at which page; first of all those that only a query leads to."""
    yield "manager", f"/evidence/{world.company.objects['shared']}/set-aside?expectation={SECOND}"
    yield "admin", f"/admin/accounts/{world.company.people['hr']}/roles/revoke?role=hr"
    yield "subject", f"/promotions/cases/{world.company.objects['drafting_case']}/packet/exception?expectation={FIRST}"
    yield "former", f"/promotions/feedback/{world.company.objects['heard_asked']}"
    yield "hr", f"/promotions/cases/{world.company.objects['telling']}/tell"
    yield "hr", f"/promotions/cases/{world.company.objects['heard']}/feedback"
    yield "hr", f"/promotions/{world.company.objects['cycle_decided']}/approve"
    for actor in LOOKING:
        for address in every_address(world, "GET"):
            yield actor, address


def forms_in(page: Page) -> list[Form]:
    """Return the post forms of a page, and each button of them that leads elsewhere as a form of its own."""
    forms = []
    for element in page.all("form"):
        if (element.get("method") or "").lower() != "post":
            continue
        form = page.form(element.get("action"))
        forms.append(form)
        ident = element.get("id")
        others = [button.get("formaction") for button in page.all("button") if button.get("formaction")]
        if ident:
            others += [element.get("data-autosave")]
        forms += [Form(other, "post", form.fields) for other in others if other and ident]
    return forms
