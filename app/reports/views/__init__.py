"""Pages of reports: the list of them, one for each question, and taking them out."""

from app.reports.views import pages
from app.reports.views.blueprint import bp

__all__ = ["bp", "pages"]
