"""Mentorships follow the calendar and the people: the worker looks every day, and soon after somebody's leaving.

A leaving is recorded under the lock of the person, and a mentorship refers to two: to end it there could block whoever
accepts at that moment. So it is work of its own. Who leaves on a later day stays a mentor until then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.audit.actions import Author
from app.infra.clock import local
from app.infra.unit_of_work import transaction
from app.jobs.actions import queue
from app.jobs.kinds import Work, register_kind, register_periodic
from app.mentoring.actions.notes import delete_all_removed
from app.mentoring.actions.sweep import follow
from app.mentoring.models import Mentorship
from app.mentoring.queries.course import has_some_of, list_due
from app.people import hooks
from app.people.hooks import People

FOLLOW = "mentoring.follow"


def _follow(work: Work) -> None:
    """Do what the day asks, each mentorship in a transaction of its own. Twice on a day does no harm.

    Words that were taken out are deleted first: their authors were told that a day is all there is.
    """
    with transaction():
        delete_all_removed(work.at)
    with transaction():
        due = list_due(local(work.at).date())
    for mentorship_id in due:
        with transaction() as session:
            mentorship = session.get(Mentorship, mentorship_id)
            if mentorship is not None:
                follow(mentorship, at=work.at)


def _follow_leavers(people: People, by: Author, at: datetime) -> None:
    if has_some_of(people):
        queue(FOLLOW, {}, by=by, at=at)


def register() -> None:
    """Join the queue, and hear of those who leave."""
    register_kind(FOLLOW, _follow, label="Let mentorships follow the calendar", in_steps=True)
    # More often than daily, so that a day that has come is not noticed in its last hour only.
    register_periodic(FOLLOW, timedelta(hours=6))
    hooks.on_leaving(_follow_leavers)
