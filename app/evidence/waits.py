"""What waits for people about evidence: a question of a colleague, an answer, a setting aside.

Nothing is stored for it. Where nobody can know whether somebody has looked, a thing waits for two weeks and then rests.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.evidence import CorroborationAnswer
from app.evidence.actions.aside import ASIDE_ANSWERED, SET_ASIDE
from app.evidence.actions.corroboration import ANSWERED, ASKED
from app.evidence.models import Claim, Corroboration, Evidence, SettingAside
from app.evidence.queries.asked import is_owed
from app.evidence.queries.hrefs import page_of
from app.notices import sources
from app.notices.sources import Source, Waiting, WaitingRow, waiting_columns
from app.people.models import ManagerLink, Person
from app.people.queries.persons import holds_on

NEWS_FOR = timedelta(days=14)
NOT_ALL = (CorroborationAnswer.LIMITED, CorroborationAnswer.DECLINED)
"""Answers after which the author has something to do."""


def _since(on: date) -> datetime:
    return datetime.combine(on, time.min, UTC) - NEWS_FOR


def select_asked(on: date) -> Select[Any]:
    """Return the questions that colleagues owe an answer to."""
    author, colleague = aliased(Person), aliased(Person)
    return (
        select(
            *waiting_columns(
                ASKED,
                person_id=Corroboration.colleague_id,
                object_id=Evidence.id,
                since=Corroboration.asked_at,
                who=author.name,
                words=Evidence.title,
            )
        )
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .join(author, author.id == Evidence.subject_id)
        .join(colleague, colleague.id == Corroboration.colleague_id)
        .where(Evidence.is_shared, is_owed(), or_(colleague.left_on.is_(None), colleague.left_on > on))
    )


def select_answered(on: date) -> Select[Any]:
    """Return the answers, declined or in part, after which the author has asked nobody and left the piece as it is.

    Of several answers on a piece the newest.
    """
    other, later = aliased(Corroboration), aliased(Corroboration)
    asked_since = (
        select(other.id)
        .where(other.evidence_id == Evidence.id, other.asked_at > Corroboration.answered_at)
        .correlate(Evidence, Corroboration)
        .exists()
    )
    is_after = or_(
        later.answered_at > Corroboration.answered_at,
        and_(later.answered_at == Corroboration.answered_at, later.id > Corroboration.id),
    )
    answered_since = (
        select(later.id)
        .where(
            later.evidence_id == Evidence.id, later.outcome.in_(NOT_ALL), later.answered_at >= later.asked_at, is_after
        )
        .correlate(Evidence, Corroboration)
        .exists()
    )
    return (
        select(
            *waiting_columns(
                ANSWERED,
                person_id=Evidence.subject_id,
                object_id=Evidence.id,
                since=Corroboration.answered_at,
                who=Person.name,
                words=Evidence.title,
                code=Corroboration.outcome,
            )
        )
        .join(Evidence, Evidence.id == Corroboration.evidence_id)
        .join(Person, Person.id == Corroboration.colleague_id)
        .where(
            Evidence.is_shared,
            Corroboration.outcome.in_(NOT_ALL),
            Corroboration.answered_at >= Corroboration.asked_at,
            Corroboration.answered_at >= _since(on),
            Evidence.changed_at <= Corroboration.answered_at,
            ~asked_since,
            ~answered_since,
        )
    )


def select_set_aside(on: date) -> Select[Any]:
    """Return the shared pieces that a manager has set aside and whose author has not answered."""
    del on
    return (
        select(
            *waiting_columns(
                SET_ASIDE,
                person_id=Evidence.subject_id,
                object_id=Evidence.id,
                since=func.min(SettingAside.set_at, type_=SettingAside.set_at.type),
                who=func.min(Person.name),
                words=Evidence.title,
            )
        )
        .select_from(SettingAside)
        .join(Claim, Claim.id == SettingAside.claim_id)
        .join(Evidence, Evidence.id == Claim.evidence_id)
        .join(Person, Person.id == SettingAside.by_id)
        .where(Evidence.is_shared, SettingAside.superseded_at.is_(None), SettingAside.answered_at.is_(None))
        .group_by(Evidence.id, Evidence.subject_id, Evidence.title)
    )


def select_aside_answered(on: date) -> Select[Any]:
    """Return the answers to settings aside of the last two weeks, for the line manager of today."""
    author = aliased(Person)
    return (
        select(
            *waiting_columns(
                ASIDE_ANSWERED,
                person_id=ManagerLink.manager_id,
                object_id=Evidence.id,
                since=func.max(SettingAside.answered_at, type_=SettingAside.answered_at.type),
                who=author.name,
                words=Evidence.title,
            )
        )
        .select_from(SettingAside)
        .join(Claim, Claim.id == SettingAside.claim_id)
        .join(Evidence, Evidence.id == Claim.evidence_id)
        .join(author, author.id == Evidence.subject_id)
        .join(ManagerLink, and_(ManagerLink.person_id == Evidence.subject_id, holds_on(ManagerLink, on)))
        .where(Evidence.is_shared, SettingAside.superseded_at.is_(None), SettingAside.answered_at >= _since(on))
        .group_by(Evidence.id, ManagerLink.manager_id, author.name, Evidence.title)
    )


def _page(row: WaitingRow) -> str:
    return page_of(row.object_id)


def _say_asked(row: WaitingRow) -> Waiting:
    return Waiting(f"{row.who} asks you to confirm a piece", row.words, _page(row), "corroborate", row.since)


def _say_answered(row: WaitingRow) -> Waiting:
    said = (
        "cannot confirm a piece of yours" if row.code == CorroborationAnswer.DECLINED else "confirmed a piece in part"
    )
    return Waiting(f"{row.who} {said}", row.words, _page(row), "corroborate", row.since)


def _say_set_aside(row: WaitingRow) -> Waiting:
    return Waiting(f"{row.who} set a piece of yours aside", row.words, _page(row), "evidence", row.since)


def _say_aside_answered(row: WaitingRow) -> Waiting:
    return Waiting(f"{row.who} answered why a piece counts", row.words, _page(row), "evidence", row.since)


def register() -> None:
    """Join the inbox."""
    sources.provide(Source(ASKED, "A colleague asks you to confirm a piece", select_asked, _say_asked))
    sources.provide(Source(ANSWERED, "A colleague cannot confirm all of yours", select_answered, _say_answered))
    sources.provide(Source(SET_ASIDE, "Your manager sets a piece of yours aside", select_set_aside, _say_set_aside))
    sources.provide(
        Source(
            ASIDE_ANSWERED,
            "Somebody answers why you set a piece aside",
            select_aside_answered,
            _say_aside_answered,
            concerns=sources.leads,
        )
    )
