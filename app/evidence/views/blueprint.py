"""The blueprint of evidence, and what all its views need."""

from __future__ import annotations

import uuid

from flask import Blueprint, request

from app.access.guard import actor
from app.audit.actions import Author
from app.evidence import queries
from app.evidence.models import Evidence
from app.people.models import Person
from app.people.queries import get_person

bp = Blueprint("evidence", __name__)


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_self() -> Person:
    """Return the signed-in person."""
    return get_person(actor().person_id)


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return get_person(person_id)


def load_piece(evidence_id: uuid.UUID) -> Evidence:
    """Return the piece of an address."""
    return queries.get_evidence(evidence_id)
