"""Reminders that Belay sends by itself: three days before the due day of an assessment, and on the day after it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from app.assessment.actions import remind_when_due
from app.assessment.queries import list_to_remind
from app.infra.clock import local
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, register_kind, register_periodic

REMIND = "assessment.remind"
AT_A_TIME = 50


def _remind(work: Work) -> None:
    """Go through the assessments whose day is near or past, a few in each transaction. Twice does no harm."""
    after: uuid.UUID | None = None
    while True:
        with transaction():
            found = list_to_remind(local(work.at).date(), after=after, limit=AT_A_TIME)
            for assessment in found:
                remind_when_due(assessment, by=work.by, at=work.at)
            after = found[-1].id if found else None
        if after is None:
            return


def register() -> None:
    """Join the queue: the worker looks twice a day."""
    register_kind(REMIND, _remind, label="Remind of sides of assessments that are due", in_steps=True)
    register_periodic(REMIND, timedelta(hours=12))
