"""The append-only record of who did what, chained by hashes.

Owns the tables `audit_event` and `audit_head`, the tags, and the check of the chain. May use access and infra. Actions
of every feature call `audit.actions.log` in the transaction of the change; the chain is closed just before the commit.
"""

from flask import Flask

from app.access import guard
from app.audit import actions
from app.infra import unit_of_work


def register(app: Flask) -> None:
    """Join the audit: the chain runs in every commit, and every refusal is recorded."""
    del app
    unit_of_work.before_commit(actions.chain_events)
    unit_of_work.after_rollback(actions.forget_waiting)
    guard.on_denied(actions.record_refusal)
