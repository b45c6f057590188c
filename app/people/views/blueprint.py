"""What the pages of people share."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, flash, request, url_for

from app.access.guard import actor
from app.audit.actions import Author
from app.people import queries
from app.people.models import Person, Team

bp = Blueprint("people", __name__, url_prefix="/people")


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return queries.get_person(person_id)


def load_record(record_id: uuid.UUID) -> queries.Record:
    """Return the entry of somebody's history that an address names."""
    return queries.get_record(record_id)


def load_team(team_id: uuid.UUID) -> Team:
    """Return the team of an address."""
    return queries.get_team(team_id)


def find_chosen_person(person_id: uuid.UUID | None) -> Person | None:
    """Return the person who was chosen in a form, None for nobody."""
    return queries.get_person(person_id) if person_id else None


def find_chosen_team(team_id: uuid.UUID | None) -> Team | None:
    """Return the team that was chosen in a form, None for none."""
    return queries.get_team(team_id) if team_id else None


def say_done(text: str, undo: str = "", **fields: str) -> None:
    """Say at the head of the next page what was done.

    `undo` is the address that takes it back, by a button that also sends the fields.
    """
    said = {"text": text, "undo": undo, "fields": list(fields.items())}
    flash(said if undo else text, "good")  # type: ignore[arg-type]


def say_recorded(text: str, record_id: uuid.UUID, at: datetime) -> None:
    """Say what was recorded at a moment, with the button that takes it back."""
    say_done(text, url_for("people.revert_record", record_id=record_id), change=at.isoformat())
