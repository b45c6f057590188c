"""Pages of promotion: every address below /promotions/."""

from app.promotion.views.blueprint import bp

# Importing the modules joins their routes to the blueprint.
from app.promotion.views import cases, eligibility, feedback, nominations, ratings, review, start  # isort: skip

__all__ = ["bp", "cases", "eligibility", "feedback", "nominations", "ratings", "review", "start"]
