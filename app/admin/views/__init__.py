"""Pages under /admin."""

from app.admin.views import probes
from app.admin.views.blueprint import bp

__all__ = ["bp", "probes"]
