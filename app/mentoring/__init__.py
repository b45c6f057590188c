"""Mentoring: profiles, rounds that match the whole pool, requests, and mentorships from consent to closing.

Owns the tables of all of it. May use assessment, evidence, people, ladders, notices, jobs, audit, access and infra. The
rules stand in `domain.mentorship`, `domain.matching` and `domain.assignment`. What a pair writes is read by the pair.
"""

from flask import Flask

from app.mentoring import queries


def register(app: Flask) -> None:
    """Join mentoring: publish who mentors whom and who coordinates, and add the pages."""
    # Views need the registered policy.
    from app.mentoring import request_waits, views  # noqa: PLC0415

    queries.publish_relations()
    request_waits.register()
    app.register_blueprint(views.bp)
