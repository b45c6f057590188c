"""Pieces of evidence: what happened, when, and which expectations it shows.

Owns the tables of evidence, its links and claims, settings aside and corroborations. May use people, ladders, audit,
access and infra. A draft is its author's alone; a shared piece can be read by those whom the policy names.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join evidence: publish who was asked about what, add the pages."""
    from app.evidence import views  # noqa: PLC0415 - views need the registered policy

    app.register_blueprint(views.bp)
