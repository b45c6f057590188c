"""The frame of every page: who is looking, in which colours, and where they can go."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from flask import Flask, g, request, url_for

from app.access.actor import Actor
from app.access.guard import current_actor, may
from app.access.permissions import Permission
from app.infra.templating import NavEntry, Viewer

Groups = list[tuple[str | None, list[NavEntry]]]


class Place(NamedTuple):
    """One entry: where it leads, its words and icon, the permission that opens it, and the keys that go there.

    `feature` is the blueprint whose pages belong to it; an entry without one owns the pages below its own address.
    """

    endpoint: str
    label: str
    icon: str
    permission: StrEnum | None = None
    feature: str = ""
    shortcut: str | None = None
    only_for_leads: bool = False


EVERYBODYS = (
    Place("home.show_home", "Home", "home", feature="home", shortcut="g h"),
    Place("home.show_inbox", "Inbox", "clock", shortcut="g i"),
    Place("ladders.list_ladders", "Ladder", "ladder", feature="ladders", shortcut="g l"),
    Place("evidence.list_evidence", "Evidence", "evidence", Permission.Evidence.CREATE, "evidence", "g e"),
    Place("assessment.list_assessments", "Assessments", "assess", Permission.Person.LIST, "assessment", "g a"),
    Place("assessment.show_own_growth", "Growth plan", "calendar", shortcut="g d"),
    Place("promotion.list_cycles", "Promotions", "cycle", feature="promotion", shortcut="g r"),
    Place("mentoring.show_own", "Mentoring", "mentor", Permission.Mentoring.TAKE_PART, "mentoring", "g m"),
    Place("assessment.show_own_board", "Team board", "team", shortcut="g t", only_for_leads=True),
    Place("reports.list_reports", "Reports", "report", Permission.Report.LIST, "reports", "g s"),
    Place("people.list_people", "People", "people", feature="people", shortcut="g p"),
    Place("people.show_organisation", "Organisation", "org", Permission.Team.READ),
    Place("people.list_teams", "Teams", "people", Permission.Team.READ),
)
LOOKED_AFTER = (
    Place("admin.show_health", "Administration", "gauge", Permission.Admin.READ_HEALTH),
    Place("admin.list_accounts", "Accounts", "key", Permission.Accounts.LIST),
    Place("people.list_imports", "Import", "upload", Permission.Person.IMPORT),
    Place("admin.list_policies", "Policies", "sliders", Permission.Policies.LIST),
    Place("admin.list_jobs", "Jobs and mail", "queue", Permission.Admin.LIST_JOBS),
    Place("admin.list_audit", "Audit log", "log", Permission.Audit.LIST),
)
"""Pages of those who look after people and machine; each shows for those whom its permission opens it."""
BESIDE = {"/admin/mail": "admin.list_jobs"}
"""Pages that stand beside an entry and not below its address."""
SAME_PLACE = {
    "assessment.show_board": "assessment.show_own_board",
    "assessment.show_growth": "assessment.show_own_growth",
    "assessment.show_plan": "assessment.show_own_growth",
    "assessment.show_new_plan": "assessment.show_own_growth",
    "assessment.show_edit_plan": "assessment.show_own_growth",
    "assessment.ask_close_plan": "assessment.show_own_growth",
}
"""Pages about somebody that belong to the entry which shows one's own."""
NOWHERE = frozenset({"home.search", "home.show_notices", "home.choose_notices"})
"""Pages of this feature to which the frame leads beside the menu: they belong to no entry."""


def navigation() -> Groups:
    """Return where the signed-in person can go, group by group. At most one entry is the current one."""
    offered = [(title, _offered(places)) for title, places in ((None, EVERYBODYS), ("Look after", LOOKED_AFTER))]
    here = _current([place for _, places in offered for place in places])
    return [(title, [_entry(place, current=place is here) for place in places]) for title, places in offered if places]


def _offered(places: Sequence[Place]) -> list[Place]:
    who = current_actor()
    leads = who is not None and who.leads
    return [
        place
        for place in places
        if (place.permission is None or may(place.permission)) and (leads or not place.only_for_leads)
    ]


def _entry(place: Place, *, current: bool) -> NavEntry:
    return NavEntry(url_for(place.endpoint), place.label, place.icon, current=current, shortcut=place.shortcut)


def _current(places: Sequence[Place]) -> Place | None:
    """Return the entry to which the page belongs.

    An entry without a feature comes first, the longest beginning of the page's address of them; else the feature's.
    """
    path = request.path.rstrip("/")
    if request.endpoint in NOWHERE:
        return None
    if request.endpoint in SAME_PLACE:
        # Whoever is not offered the entry, as HR is no board of their own, came from somebody's page.
        wanted = (SAME_PLACE[request.endpoint], "people.list_people")
        return next((place for one in wanted for place in places if place.endpoint == one), None)
    if path in BESIDE:
        return next((place for place in places if place.endpoint == BESIDE[path]), None)
    homes = {place: url_for(place.endpoint).rstrip("/") for place in places if not place.feature}
    fitting = [place for place, home in homes.items() if path == home or path.startswith(f"{home}/")]
    if fitting:
        return max(fitting, key=lambda place: len(homes[place]))
    return next((place for place in places if place.feature and place.feature == request.blueprint), None)


def _note(who: Actor) -> str:
    if roles := sorted(role.label for role in who.roles):
        return ", ".join(roles)
    return f"Manager, {who.team}" if who.leads and who.team else who.team


def frame() -> dict[str, Any]:
    """Return what the layout of every page needs; pages without a signed-in person get an empty frame."""
    who = current_actor()
    if who is None:
        return {"nav": [], "viewer": None, "theme": "system"}
    if "frame" not in g:
        g.frame = {"nav": navigation(), "viewer": Viewer(who.name, _note(who)), "theme": who.theme or "system"}
    found: dict[str, Any] = g.frame
    return found


def register(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(frame)
