"""Pages of assessment: where somebody stands, the list, one side's sheet, and both sides once they are in."""

from app.assessment.views.blueprint import bp

# Importing the modules joins their routes to the blueprint.
from app.assessment.views import board, closing, compare, growth, result, rounds, sheets, standing, waivers  # isort: skip

__all__ = ["board", "bp", "closing", "compare", "growth", "result", "rounds", "sheets", "standing", "waivers"]
