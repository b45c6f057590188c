"""The frame of every page: who is looking, in which colours, and where they can go."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for

from app.access.actor import Actor
from app.access.guard import current_actor
from app.infra.templating import NavEntry, Viewer

Groups = list[tuple[str | None, list[NavEntry]]]


def _entry(feature: str, endpoint: str, label: str, icon: str, shortcut: str | None = None) -> NavEntry:
    is_current = (request.blueprint or "") == feature
    return NavEntry(url_for(endpoint), label, icon, current=is_current, shortcut=shortcut)


def navigation() -> Groups:
    """Return where the signed-in person can go, group by group."""
    return [
        (
            None,
            [
                _entry("home", "home.show_home", "Home", "home", "g h"),
                _entry("ladders", "ladders.list_ladders", "Ladder", "ladder", "g l"),
                _entry("evidence", "evidence.list_evidence", "Evidence", "evidence", "e"),
                _entry("assessment", "assessment.list_assessments", "Assessments", "assess", "g a"),
                _entry("people", "people.list_people", "People", "people", "g p"),
            ],
        ),
    ]


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
