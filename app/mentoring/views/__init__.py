"""HTTP of mentoring. Each module adds its pages to the one blueprint."""

from app.mentoring.views import own, pair
from app.mentoring.views.blueprint import bp

__all__ = ["bp", "own", "pair"]
