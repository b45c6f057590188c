"""Pages of promotion: every address below /promotions/."""

from app.promotion.views.blueprint import bp

# Importing the modules joins their routes to the blueprint.
from app.promotion.views import start  # isort: skip

__all__ = ["bp", "start"]
