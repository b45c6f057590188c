"""Accounts, sessions, sign-in and its throttle.

Owns the tables of accounts, roles, sessions and sign-in attempts. May use people, audit, access and infra. A session is
a row, named by the hash of a random id in the cookie; signing out or ending it makes the cookie worthless at once.
"""

from flask import Flask

from app.auth import letters, sessions
from app.auth.actions import accounts
from app.people import hooks


def register(app: Flask) -> None:
    """Join sign-in: open the session before anything else, add the pages."""
    from app.auth.views import bp  # noqa: PLC0415 - views need the registered policy
    from app.auth.views.sign_in import ask_to_sign_in  # noqa: PLC0415 - the same

    sessions.register(app)
    letters.register()
    hooks.check_leaving(accounts.objections_to_leaving)
    hooks.on_leaving(accounts.close_for_leavers)
    hooks.on_return(accounts.renew_for_returners)
    app.extensions["belay.ask_to_sign_in"] = ask_to_sign_in
    app.register_blueprint(bp)
