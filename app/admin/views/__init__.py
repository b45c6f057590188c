"""Pages under /admin."""

from app.admin.views import account, accounts, jobs, overview, policies, probes, record
from app.admin.views.blueprint import bp

__all__ = ["account", "accounts", "bp", "jobs", "overview", "policies", "probes", "record"]
