"""Reminding pairs that have not met for long, once in two weeks: the worker looks every day."""

from __future__ import annotations

from datetime import timedelta

from app.infra.clock import local
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, register_kind, register_periodic
from app.mentoring.actions.sweep import remind_silent
from app.mentoring.models import Mentorship
from app.mentoring.queries.course import list_silent

REMIND = "mentoring.remind"


def _remind(work: Work) -> None:
    """Remind each silent pair whose time it is. Twice on a day does no harm."""
    with transaction():
        silent = list_silent(local(work.at).date(), work.at)
    for mentorship_id in silent:
        with transaction() as session:
            mentorship = session.get(Mentorship, mentorship_id)
            if mentorship is not None:
                remind_silent(mentorship, at=work.at)


def register() -> None:
    """Join the queue."""
    register_kind(REMIND, _remind, label="Remind mentors and mentees who have not met for long", in_steps=True)
    register_periodic(REMIND, timedelta(days=1))
