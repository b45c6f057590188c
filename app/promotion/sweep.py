"""Panels follow what changes elsewhere: people leave, managers and levels change, somebody mentors a candidate.

Access follows at once, because it is asked of the relations themselves. What has to be written down (a seat that ends,
a substitute who is drawn) follows here, every day and soon after somebody's leaving was recorded. It is work of its own
and not part of the leaving: that holds the person's row, and a panel holds the cycle's first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_

from app.audit.actions import Author
from app.auth.second_factor import compulsory_when
from app.jobs.actions import queue
from app.jobs.kinds import Work, register_kind, register_periodic
from app.people import hooks
from app.people.hooks import People
from app.promotion.actions.panels import settle_everything
from app.promotion.models import PromotionCycle
from app.promotion.queries.panels import OVER, cycles_with

SETTLE = "promotion.settle_panels"


def register() -> None:
    """Let panels follow what changes elsewhere, and ask chairs and deputies for a second factor."""
    register_kind(SETTLE, _settle, label="Let review panels follow who may review")
    register_periodic(SETTLE, timedelta(days=1))
    hooks.on_leaving(_follow_leavers)
    compulsory_when(leads_a_committee)


def leads_a_committee(person_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of any table
    """Return the condition that somebody chairs a cycle that is not over, or is the deputy of its chair."""
    return exists().where(
        PromotionCycle.state.not_in(OVER),
        or_(PromotionCycle.chair_id == person_id, PromotionCycle.deputy_id == person_id),
    )


def _settle(work: Work) -> None:
    settle_everything(by=work.by, at=work.at)


def _follow_leavers(people: People, by: Author, at: datetime) -> None:
    if cycles_with(people):
        queue(SETTLE, {}, by=by, at=at)
