"""Reading the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.domain.errors import MissingError
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.notices.models import Mail, MailState


def list_mail(state: MailState | None, page: int) -> Page[Mail]:
    """Return one page of the mail in a state, or of all mail, the newest first."""
    chosen = [] if state is None else [Mail.state == state]
    total = db.session.scalar(select(func.count()).select_from(Mail).where(*chosen)) or 0
    rows = db.session.scalars(
        select(Mail)
        .where(*chosen)
        .order_by(Mail.created_at.desc(), Mail.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Page(rows, page, total)


def count_mail() -> dict[MailState, int]:
    """Return how much mail is in each state; every state is there."""
    counts = dict.fromkeys(MailState, 0)
    for state, count in db.session.execute(select(Mail.state, func.count()).group_by(Mail.state)):
        counts[state] = count
    return counts


def get_mail(mail_id: uuid.UUID) -> Mail:
    """Return a mail; MissingError when there is none."""
    mail = db.session.get(Mail, mail_id)
    if mail is None:
        raise MissingError
    return mail


def whose_mail_waits(kind: str, person_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the people to whom a mail of a kind waits to be sent."""
    rows = select(Mail.person_id).where(
        Mail.kind == kind, Mail.state == MailState.QUEUED, Mail.person_id.in_(person_ids)
    )
    return set(db.session.scalars(rows))


def is_due(at: datetime) -> ColumnElement[bool]:
    """Return the condition of a mail that may be taken: it waits and its time has come, or its loan is over."""
    waits = and_(Mail.state == MailState.QUEUED, Mail.send_at <= at)
    was_left = and_(Mail.state == MailState.SENDING, Mail.lent_until < at)
    return or_(waits, was_left)


def has_due_mail(at: datetime, kinds: Sequence[str]) -> bool:
    """Say whether a mail of one of the kinds may be taken, without asking for the right to write."""
    return db.session.scalar(select(Mail.id).where(is_due(at), Mail.kind.in_(kinds)).limit(1)) is not None


def find_oldest_due(at: datetime) -> datetime | None:
    """Return since when the mail that has waited longest could have been taken; None when none waits."""
    since = case((Mail.state == MailState.QUEUED, Mail.send_at), else_=Mail.lent_until)
    first: datetime | None = db.session.scalar(select(func.min(since)).where(is_due(at)))
    return first


def list_unknown_kinds(at: datetime, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """Return the kinds of due mail that are none of those given, and how many wait of each."""
    statement = (
        select(Mail.kind, func.count())
        .where(is_due(at), Mail.kind.not_in(kinds))
        .group_by(Mail.kind)
        .order_by(Mail.kind)
    )
    return [(kind, count) for kind, count in db.session.execute(statement)]
