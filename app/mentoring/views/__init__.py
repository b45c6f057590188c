"""HTTP of mentoring. Each module adds its pages to the one blueprint."""

from app.mentoring.views import finding, own, pair, requests
from app.mentoring.views.blueprint import bp

__all__ = ["bp", "finding", "own", "pair", "requests"]
