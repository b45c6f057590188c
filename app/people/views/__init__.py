"""Pages of people."""

from app.people.views import changes, directory, importing, person, records, teams, tiers
from app.people.views.blueprint import bp

__all__ = ["bp", "changes", "directory", "importing", "person", "records", "teams", "tiers"]
