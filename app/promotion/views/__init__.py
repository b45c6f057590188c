"""Pages of promotion: every address below /promotions/."""

# Importing the modules joins their routes to the blueprint.
from app.promotion.views import (  # isort: skip
    calibration,
    cases,
    committee,
    cycle_moves,
    cycles,
    decisions,
    eligibility,
    feedback,
    nominations,
    packet,
    packet_choice,
    packet_writing,
    panel,
    ratings,
    review,
    start,
    statements,
)
from app.promotion.views.blueprint import bp

__all__ = [
    "bp",
    "calibration",
    "cases",
    "committee",
    "cycle_moves",
    "cycles",
    "decisions",
    "eligibility",
    "feedback",
    "nominations",
    "packet",
    "packet_choice",
    "packet_writing",
    "panel",
    "ratings",
    "review",
    "start",
    "statements",
]
