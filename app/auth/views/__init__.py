"""Pages of sign-in and account."""

from app.auth.views import account, factor, links, proof, second, sign_in
from app.auth.views.blueprint import bp

__all__ = ["account", "bp", "factor", "links", "proof", "second", "sign_in"]
