"""Pages of promotion: every address below /promotions/."""

from app.promotion.views.blueprint import bp

__all__ = ["bp"]
