"""The append-only record of who did what, chained by hashes.

Owns the tables `audit_event` and `audit_head`, the tags and their words, the check of the chain, and the page on which
people see what was done about them; the whole record stands under /admin. May use access and infra. Actions
of every feature call `audit.actions.log` in the transaction of the change; the chain is closed just before the commit.
"""

from flask import Flask

from app.access import guard
from app.audit import actions
from app.infra import unit_of_work


def register(app: Flask) -> None:
    """Join the audit: the chain runs in every commit, every refusal is recorded, and people see what is about them."""
    from app.audit.views import bp  # noqa: PLC0415 - views need the registered policy

    unit_of_work.before_commit(actions.chain_events)
    unit_of_work.after_rollback(actions.forget_waiting)
    guard.on_denied(actions.record_refusal)
    app.register_blueprint(bp)
