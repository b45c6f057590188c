"""Pages of sign-in and account."""

from app.auth.views import account, sign_in
from app.auth.views.blueprint import bp

__all__ = ["account", "bp", "sign_in"]
