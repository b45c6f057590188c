"""Pages of people."""

from app.people.views import directory, person
from app.people.views.blueprint import bp

__all__ = ["bp", "directory", "person"]
