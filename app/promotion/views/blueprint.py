"""The blueprint of promotion, and what all its views need."""

from __future__ import annotations

import uuid

from flask import Blueprint, request

from app.access.guard import actor
from app.audit.actions import Author
from app.promotion import queries
from app.promotion.case_links import case_links
from app.promotion.models import PromotionCase, PromotionCycle

bp = Blueprint("promotion", __name__, url_prefix="/promotions")
bp.add_app_template_global(case_links)


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def load_cycle(cycle_id: uuid.UUID) -> PromotionCycle:
    """Return the cycle of an address."""
    return queries.get_cycle(cycle_id)


def load_case(case_id: uuid.UUID) -> PromotionCase:
    """Return the case of an address."""
    return queries.get_case(case_id)
