"""Pages of assessment: where somebody stands, the list, one side's sheet, and both sides once they are in."""

from app.assessment.views.blueprint import bp

# Importing the modules joins their routes to the blueprint.
from app.assessment.views import rounds, sheets, standing  # isort: skip

__all__ = ["bp", "rounds", "sheets", "standing"]
