"""The access matrix as cells: every object × act × actor, read from `authz.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.access.company import ANONYMOUS, FIRST, SECOND, Company, canary

NAMES_OF_FILES = ("authz.yaml", "authz-promotion.yaml", "authz-mentoring.yaml", "authz-reports.yaml")
FILES = tuple(Path(__file__).with_name(name) for name in NAMES_OF_FILES)
GONE = "00000000-0000-4000-8000-000000000000"
"""The id of nothing."""
NAMED = ("subject", "stranger", "peer", "manager", "skip", "other", "former", "mentor", "former_mentor")
"""Who may stand in an address or a field, by these names."""
OUTSIDE = frozenset({ANONYMOUS, "leaver"})
"""Those for whom the way always ends at the door."""


@dataclass(frozen=True)
class Cell:
    """One actor, one act, one object (none for a page that needs none), and what must come of it."""

    row: str
    kind: str
    act: str
    name: str
    actor: str
    permission: str
    method: str
    address: str
    fields: Mapping[str, Any]
    is_allowed: bool
    answer: int
    shows: frozenset[str]

    @property
    def group(self) -> str:
        """Return the object and the act, as a test's name says them."""
        return f"{self.name}-{self.act}" if self.name else self.act

    @property
    def label(self) -> str:
        """Return the cell in words."""
        return f"{self.group}-{self.actor}"

    def at(self, company: Company, object_id: object = None) -> str:
        """Return the address, of this object or of another id."""
        return filled(self.address, self, company, object_id)

    def sent(self, company: Company, object_id: object = None) -> dict[str, Any]:
        """Return the fields of a post."""
        return {
            filled(name, self, company, object_id): [filled(one, self, company, object_id) for one in value]
            if isinstance(value, list)
            else filled(value, self, company, object_id)
            for name, value in self.fields.items()
        }


def filled(text: str, cell: Cell, company: Company, object_id: object) -> str:
    """Return a text of the file with its places filled."""
    return text.format(
        id=object_id or company.objects.get(cell.name, GONE),
        version=company.versions.get(cell.name, 0),
        first=FIRST,
        second=SECOND,
        asked=company.asked.get(cell.name, FIRST),
        digest=company.digests.get(cell.name, ""),
        goal=company.goals.get(cell.name, GONE),
        piece=company.objects["shared"],
        earlier=company.objects["told"],
        **{who: company.people[who] for who in NAMED},
    )


@cache
def rules() -> dict[str, Any]:
    """Return the files as one; each part of the others adds to that of the first."""
    first, *others = (YAML(typ="safe", pure=True).load(file) for file in FILES)
    for other in others:
        for part, found in other.items():
            if isinstance(found, list):
                first[part] += found
                continue
            known = first.setdefault(part, {})
            for name, value in found.items():
                # A kind of the first file that gets more acts keeps those that it has.
                known[name] = {**known[name], **value} if isinstance(known.get(name), dict) else value
    return first  # type: ignore[no-any-return]


def cells(*, with_inner: bool = False) -> Iterator[Cell]:
    """Return every cell of the matrix that has a request; `with_inner`: also those that the policy alone decides."""
    yield from (cell for cell in object_cells() if cell.address or with_inner)
    yield from page_cells()


def object_cells() -> Iterator[Cell]:
    """Return the cells of objects: who is not named in an act is refused."""
    known = rules()
    for kind, objects in known["objects"].items():
        for name, object_ in objects.items():
            check_names(object_, known["acts"][kind])
            for act, request in known["acts"][kind].items():
                allowed = list(object_.get("allow", {}).get(act, object_.get("may", {}).get(request["permission"], ())))
                if act in known["owners_may"][kind]:
                    allowed.append(object_["owner"])
                for actor in known["actors"]:
                    shown = object_.get("sees", {}).get(act, {}).get(actor, ())
                    sends = kind in known["asks"].get(actor, (kind,)) or is_page(known, kind, request, actor)
                    yield make_cell(
                        object_,
                        (kind, act, name, actor),
                        request if sends else {"permission": request["permission"]},
                        is_allowed=actor in allowed and actor not in OUTSIDE,
                        shows=frozenset(canary(name, part) for part in shown),
                    )


def is_page(known: Mapping[str, Any], kind: str, request: Mapping[str, Any], actor: str) -> bool:
    """Say whether an act is a page of a kind at which somebody looks without a part in it."""
    return "get" in request and kind in known["looks_at"].get(actor, ())


def page_cells() -> Iterator[Cell]:
    """Return the cells of pages that need no object: for those named, or for everybody who has signed in."""
    known = rules()
    for act, page in known["pages"].items():
        named = page.get("allow", known["signed_in"])
        for actor in known["actors"]:
            is_allowed = actor in named and actor not in OUTSIDE
            yield make_cell(page, ("page", act, "", actor), page, is_allowed=is_allowed)


def make_cell(
    place: Mapping[str, Any],
    key: tuple[str, str, str, str],
    request: Mapping[str, Any],
    *,
    is_allowed: bool,
    shows: frozenset[str] = frozenset(),
) -> Cell:
    """Return one cell."""
    kind, act, name, actor = key
    method = "POST" if "post" in request else "GET"
    usual = request.get("answer", 200 if method == "GET" else 302)
    usual = request.get("answer_to", {}).get(actor, usual)
    return Cell(
        row=place["row"],
        kind=kind,
        act=act,
        name=name,
        actor=actor,
        permission=request["permission"],
        method=method,
        address=address_in(place, act, request),
        fields=request.get("fields", {}),
        is_allowed=is_allowed,
        answer=place.get("answers", {}).get(act, usual),
        shows=shows,
    )


def address_in(place: Mapping[str, Any], act: str, request: Mapping[str, Any]) -> str:
    """Return the address of an act; none where the object lists its `requests` and this is not one of them.

    Whether it is allowed is decided by the policy all the same, for every object; a request is sent in those states in
    which the page has something to show or to refuse.
    """
    is_left_out = "requests" in place and act not in place["requests"]
    return "" if is_left_out else request.get("get") or request.get("post", "")


def check_names(object_: Mapping[str, Any], acts: Mapping[str, Any]) -> None:
    """Refuse an act or an actor that there is not: a slip of the pen must not pass for a refusal."""
    known = set(rules()["actors"])
    named = [object_.get("allow", {}), object_.get("answers", {}), object_.get("sees", {})]
    may = object_.get("may", {})
    unknown = {act for part in named for act in part} - set(acts)
    unknown |= set(object_.get("requests", ())) - set(acts)
    unknown |= set(may) - {request["permission"] for request in acts.values()}
    unknown |= {who for part in (named[0], named[2], may) for actors in part.values() for who in actors} - known
    if unknown:
        raise KeyError(f"authz.yaml names what there is not: {sorted(unknown)}")


@cache
def _cells_by_actor() -> dict[str, list[Cell]]:
    """Return the cells of objects by who asks; once, as there are tens of thousands."""
    found: dict[str, list[Cell]] = {}
    for cell in object_cells():
        found.setdefault(cell.actor, []).append(cell)
    return found


@cache
def readable_words(actor: str) -> frozenset[str]:
    """Return every planted word that an actor may find on any page."""
    own = _cells_by_actor()[actor]
    words = {word for cell in own for word in cell.shows}
    allowed = {(cell.name, cell.act) for cell in own if cell.is_allowed}
    may_read = {name if act == "read" else f"{name}:{act}" for name, act in allowed}
    extra: Mapping[str, Sequence[str]] = rules()["words_beside"]
    for place, found in extra.items():
        if place in may_read:
            words |= set(found)
    return frozenset(words)


MARKED = re.compile(r"</?(?:ins|del|mark)\b[^>]*>")


def planted_in(text: str) -> set[str]:
    """Return the planted words that a text holds, also where the page marks a part of one."""
    text = MARKED.sub("", text)
    found = set()
    start = text.find("CANARY-")
    while start >= 0:
        end = start + 7
        while end < len(text) and (text[end].isalnum() or text[end] in "-_"):
            end += 1
        found.add(text[start:end])
        start = text.find("CANARY-", end)
    return found
