"""Self and manager ratings against a pinned ladder version, and the readiness that follows from them.

Owns the tables of assessments, their answers and waivers. May use evidence, people, ladders, audit, access and infra.
A draft is its author's; a side that is in stays sealed for the other until both are in.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join assessments: add the pages."""
    from app.assessment import views  # noqa: PLC0415 - views need the registered policy

    app.register_blueprint(views.bp)
