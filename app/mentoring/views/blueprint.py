"""The blueprint of mentoring, and what all its views need."""

from __future__ import annotations

import uuid

from flask import Blueprint, request

from app.access.guard import actor
from app.audit.actions import Author
from app.mentoring import queries
from app.mentoring.models import Mentorship

bp = Blueprint("mentoring", __name__, url_prefix="/mentoring")


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_mentorship(mentorship_id: uuid.UUID) -> Mentorship:
    """Return the mentorship of an address."""
    return queries.get_mentorship(mentorship_id)
