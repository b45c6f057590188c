"""Accounts, sessions, sign-in and its throttle, the second factor.

Owns the tables of accounts, roles, sessions, recovery codes, one-time links and sign-in attempts. May use people,
policies, notices, jobs, audit, access and infra. A session is a row, named by the hash of a random id in the cookie;
signing out or ending it makes the cookie worthless at once.
"""

from datetime import timedelta

from flask import Flask

from app.auth import letters, sessions
from app.auth.actions import accounts
from app.auth.actions.forgetting import forget_sign_ins
from app.auth.sealing import Sealer
from app.jobs.kinds import Work, register_kind, register_periodic
from app.people import hooks


def register(app: Flask) -> None:
    """Join sign-in: open the session before anything else, add the pages."""
    from app.auth.views import bp  # noqa: PLC0415 - views need the registered policy
    from app.auth.views.entering import ask_to_sign_in  # noqa: PLC0415 - the same
    from app.auth.views.proof import ask_for_proof  # noqa: PLC0415 - the same

    sessions.register(app)
    letters.register()
    register_kind("auth.forget_sign_ins", _forget_sign_ins, label="Forget sessions, links and attempts long past")
    register_periodic("auth.forget_sign_ins", timedelta(days=1))
    hooks.check_leaving(accounts.objections_to_leaving)
    hooks.on_leaving(accounts.close_for_leavers)
    hooks.check_address_change(accounts.objections_to_another_address)
    hooks.on_address_change(letters.follow_new_addresses)
    hooks.on_return(accounts.renew_for_returners)
    app.extensions["belay.ask_to_sign_in"] = ask_to_sign_in
    app.extensions["belay.ask_for_proof"] = ask_for_proof
    app.extensions["belay.sealer"] = Sealer([str(app.secret_key), *app.config["SECRET_KEY_FALLBACKS"]])
    app.register_blueprint(bp)


def _forget_sign_ins(work: Work) -> None:
    forget_sign_ins(work.at)
