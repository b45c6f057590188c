"""Pages of reports: the list of them, one for each question, and taking them out."""

from app.reports.views import own_ratings, pages, taking
from app.reports.views.blueprint import bp

__all__ = ["bp", "own_ratings", "pages", "taking"]
