"""Mentoring: profiles, rounds that match the whole pool, requests, and mentorships from consent to closing.

Owns the tables of all of it. May use assessment, evidence, people, ladders, notices, jobs, audit, access and infra. The
rules stand in `domain.mentorship`, `domain.matching` and `domain.assignment`. What a pair writes is read by the pair.
"""

from flask import Flask

from app.infra import single_values
from app.mentoring import queries
from app.mentoring.actions import coordinators, expiry, profiles, rounds
from app.people import hooks, panels


def register(app: Flask) -> None:
    """Join mentoring: publish who mentors whom and who coordinates, and add the pages."""
    # Views need the registered policy.
    from app.mentoring import course_waits, pair_waits, reminders, request_waits, sweep, views  # noqa: PLC0415
    from app.mentoring.views.of_person import link_on_person  # noqa: PLC0415

    queries.publish_relations()
    single_values.take_several("languages", "offers", "whole", "goals")
    hooks.on_leaving(profiles.opt_leavers_out)
    hooks.on_leaving(coordinators.end_of_leavers)
    panels.provide(link_on_person)
    request_waits.register()
    course_waits.register()
    pair_waits.register()
    sweep.register()
    reminders.register()
    expiry.register()
    rounds.register_jobs()
    app.register_blueprint(views.bp)
