"""Pages of sign-in and account."""

from app.auth.views import account, links, sign_in
from app.auth.views.blueprint import bp

__all__ = ["account", "bp", "links", "sign_in"]
