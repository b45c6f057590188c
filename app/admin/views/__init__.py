"""Pages under /admin."""

from app.admin.views.blueprint import bp

__all__ = ["bp"]
