"""Reminding colleagues, by itself, of questions about evidence that they have not answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.audit.actions import Author
from app.domain.evidence import EvidenceState
from app.evidence.actions.corroboration import note_reminder
from app.evidence.models import Corroboration, Evidence
from app.evidence.queries.asked import is_owed
from app.infra.clock import local
from app.infra.db import db
from app.jobs.kinds import Work, register_kind, register_periodic
from app.people.models import Person
from app.people.queries import works_here
from app.policies.queries import value_of

KIND = "evidence.remind_asked"
TIMES = (1, 2)
"""A colleague is reminded after the days of the policy, and once more after twice as many."""
APART = timedelta(days=1)
"""Whoever was reminded by the author within this time is not reminded again."""


def remind_of_questions(*, by: Author, at: datetime) -> int:
    """Remind everybody whose answer is overdue, once for each of the two days; return how many were reminded.

    The days are those of the policy `corroboration_reminder_days`, counted from the asking. Only of shared pieces, and
    only where author and colleague work here.
    """
    days = int(value_of("corroboration_reminder_days"))
    today, author = local(at).date(), aliased(Person)
    rows = db.session.execute(
        select(Corroboration, Evidence)
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .join(Person, Person.id == Corroboration.colleague_id)
        .join(author, author.id == Evidence.subject_id)
        .where(
            Evidence.state == EvidenceState.SHARED,
            is_owed(),
            works_here(today),
            works_here(today, author),
            Corroboration.asked_at <= at - timedelta(days=days),
            or_(Corroboration.reminded_at.is_(None), Corroboration.reminded_at <= at - APART),
        )
        .order_by(Corroboration.asked_at, Corroboration.id)
        .with_for_update(of=Corroboration),
    ).all()
    due = [(row, piece) for row, piece in rows if _is_due(row, days, at)]
    for row, piece in due:
        note_reminder(piece, row, by=by, at=at)
    return len(due)


def _is_due(row: Corroboration, days: int, at: datetime) -> bool:
    moments = [moment for times in TIMES if (moment := row.asked_at + timedelta(days=days * times)) <= at]
    if not moments:
        return False
    return row.reminded_at is None or (row.reminded_at < moments[-1] and row.reminded_at <= at - APART)


def _remind(work: Work) -> None:
    remind_of_questions(by=work.by, at=work.at)


def register() -> None:
    """Join the queue: the worker reminds every day."""
    register_kind(KIND, _remind, label="Remind colleagues of questions about evidence")
    register_periodic(KIND, timedelta(days=1))
