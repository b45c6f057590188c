"""What the worker tidies up by itself and no feature below owns: keys of old forms, finished jobs and sent mail."""

from __future__ import annotations

from datetime import timedelta

from app.infra import idempotency
from app.infra.db import db
from app.jobs.actions import forget_finished_jobs
from app.jobs.kinds import Work, register_kind, register_periodic
from app.notices.actions import forget_sent_mail

KEPT_FOR = timedelta(days=90)


def _forget_keys(work: Work) -> None:
    idempotency.forget_old(db.session(), work.at)


def _forget_finished(work: Work) -> None:
    forget_finished_jobs(work.at - KEPT_FOR)
    forget_sent_mail(work.at - KEPT_FOR)


def register() -> None:
    """Join the queue: the worker does both by itself."""
    register_kind("admin.forget_keys", _forget_keys, label="Forget the keys of old forms")
    register_periodic("admin.forget_keys", timedelta(hours=6))
    register_kind("admin.forget_finished", _forget_finished, label="Forget jobs and mail that are done with")
    register_periodic("admin.forget_finished", timedelta(days=1))
