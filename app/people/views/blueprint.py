"""What the pages of people share."""

from __future__ import annotations

import uuid

from flask import Blueprint

from app.people import queries
from app.people.models import Person

bp = Blueprint("people", __name__, url_prefix="/people")


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return queries.get_person(person_id)
