"""What Belay does in promotion cycles by itself, every few hours: reminders around a deadline, appeals that open."""

from __future__ import annotations

from datetime import timedelta

from app.infra.clock import local
from app.infra.unit_of_work import transaction
from app.jobs.kinds import Work, register_kind, register_periodic
from app.promotion.actions import moves, reminders
from app.promotion.models import PromotionCycle

REMIND, FOLLOW_UP = "promotion.remind", "promotion.follow_up"


def _remind(work: Work) -> None:
    """Remind in each cycle whose phase ends in three days or ended yesterday. Twice on a day does no harm."""
    with transaction():
        due = [cycle.id for cycle in reminders.list_due_cycles(local(work.at).date())]
    for cycle_id in due:
        with transaction() as session:
            cycle = session.get(PromotionCycle, cycle_id)
            if cycle is not None:
                reminders.remind_when_due(cycle, by=work.by, at=work.at)


def _follow_up(work: Work) -> None:
    """Open appeals in each cycle whose candidates have all been told."""
    with transaction():
        for cycle in reminders.list_told():
            moves.follow_up(cycle, by=work.by, at=work.at)


def register() -> None:
    """Join the queue: the worker looks twice a day."""
    register_kind(REMIND, _remind, label="Remind of what promotion cycles wait for", in_steps=True)
    register_periodic(REMIND, timedelta(hours=12))
    register_kind(FOLLOW_UP, _follow_up, label="Open appeals where all candidates are told", in_steps=True)
    register_periodic(FOLLOW_UP, timedelta(hours=12))
