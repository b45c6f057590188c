"""The blueprint of assessment, who acts, and the objects of its addresses."""

from __future__ import annotations

import uuid

from flask import Blueprint, request, url_for

from app.access.guard import actor
from app.assessment import queries
from app.assessment.models import Assessment, GrowthPlan, Waiver
from app.audit.actions import Author
from app.people.models import Person
from app.people.queries import get_person

bp = Blueprint("assessment", __name__)


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_self() -> Person:
    """Return the signed-in person."""
    return get_person(actor().person_id)


def load_person(person_id: uuid.UUID) -> Person:
    """Return the person of an address."""
    return get_person(person_id)


def load_assessment(assessment_id: uuid.UUID) -> Assessment:
    """Return the assessment of an address."""
    return queries.get_assessment(assessment_id)


def load_waiver(waiver_id: uuid.UUID) -> Waiver:
    """Return the waiver of an address."""
    return queries.get_waiver(waiver_id)


def load_plan(plan_id: uuid.UUID) -> GrowthPlan:
    """Return the growth plan of an address."""
    return queries.get_plan(plan_id)


def address_of(assessment: Assessment) -> str:
    """Return the address of an assessment."""
    return url_for("assessment.show_assessment", assessment_id=assessment.id)
