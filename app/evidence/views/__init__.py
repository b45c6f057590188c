"""Pages of evidence: one's own list, a piece, another person's list, and what colleagues ask."""

from app.evidence.views.blueprint import bp

# Importing the modules joins their routes to the blueprint.
from app.evidence.views import attachments, capture, importing, life, lists, voices  # isort: skip

__all__ = ["attachments", "bp", "capture", "importing", "life", "lists", "voices"]
