"""Gathering what is known of people for the rules of readiness: the same number of queries for one as for many."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, cast, null, or_, select, union_all

from app.assessment.models import Assessment, AssessmentAnswer, Side, Waiver
from app.domain.rating import GivenAnswer
from app.domain.readiness import Facts
from app.domain.readiness import Waiver as DomainWaiver
from app.evidence.queries import pieces_for_readiness
from app.infra.bulk import remembered
from app.infra.clock import local
from app.infra.db import db
from app.people.queries import held_levels_of, leaves_of

T = TypeVar("T")
Answers = dict[str, list[GivenAnswer]]


def facts_of(
    person_ids: Collection[uuid.UUID], on: date, *, titles: dict[uuid.UUID, str] | None = None
) -> dict[uuid.UUID, Facts]:
    """Return what is known of each person up to a day, in a fixed number of queries.

    Only answers of assessments that were revealed by then are read: drafts and sealed sides never leave the database.
    `titles` is filled with what the pieces are called.
    """
    ids = set(person_ids)
    if not ids:
        return {}
    spells, leaves = held_levels_of(frozenset(ids)), leaves_of(frozenset(ids))
    judged = db.session.execute(_judged(ids)).all()
    waivers = _waivers(row for row in judged if row.side is None)
    own, managers, revealed = _answers((row for row in judged if row.side is not None), on)
    pieces = pieces_for_readiness(sorted(ids), titles=titles)
    return {
        person_id: Facts(
            pieces=pieces.get(person_id, {}),
            manager_answers=managers.get(person_id, {}),
            self_answers=own.get(person_id, {}),
            waivers=waivers.get(person_id, {}),
            spells=list(spells[person_id]),
            leaves=leaves[person_id],
            revealed_on=sorted(revealed.get(person_id, ())),
        )
        for person_id in ids
    }


def _judged(ids: set[uuid.UUID]) -> Select[Any]:
    """Return one question for revealed answers and for waivers that hold, which have no side.

    A waiver gives its manager where an answer gives its author, and its two approvals where an answer gives the moments
    at which the sides were handed in. Columns, not rows of the mapper: the session may still hold a waiver as it was
    before somebody else approved it.
    """
    answers = (
        select(
            remembered(Assessment.subject_id),
            remembered(AssessmentAnswer.side),
            AssessmentAnswer.expectation_id,
            remembered(AssessmentAnswer.answer),
            remembered(AssessmentAnswer.author_id),
            remembered(Assessment.self_submitted_at),
            remembered(Assessment.manager_submitted_at),
            remembered(Assessment.submitted_on),
            Assessment.opened_at,
            Assessment.id.label("assessment_id"),
            AssessmentAnswer.id.label("row_id"),
            cast(null(), Waiver.hr_id.type).label("hr_id"),
            cast(null(), Waiver.reason.type).label("reason"),
        )
        .join(Assessment, Assessment.id == AssessmentAnswer.assessment_id)
        .where(
            Assessment.subject_id.in_(ids),
            Assessment.is_revealed,
            Assessment.submitted_on.is_not(None),
            AssessmentAnswer.answer.is_not(None),
            counts_for_its_side(),
        )
    )
    waivers = select(
        Waiver.subject_id,
        null(),
        Waiver.expectation_id,
        null(),
        Waiver.manager_id,
        Waiver.manager_approved_at,
        Waiver.hr_approved_at,
        null(),
        null(),
        null(),
        Waiver.id,
        Waiver.hr_id,
        Waiver.reason,
    ).where(Waiver.subject_id.in_(ids), Waiver.holds)
    both = union_all(answers, waivers).subquery()
    order = both.c.opened_at, both.c.assessment_id, both.c.expectation_id, both.c.row_id
    hidden = {"opened_at", "assessment_id", "row_id"}
    return select(*(column for column in both.c if column.key not in hidden)).order_by(*order)


def _waivers(rows: Iterable[Any]) -> dict[uuid.UUID, dict[str, DomainWaiver]]:
    approved: dict[uuid.UUID, dict[str, DomainWaiver]] = defaultdict(dict)
    for row in rows:
        approved[row.subject_id][row.expectation_id] = DomainWaiver(
            row.reason,
            _day(row.self_submitted_at),
            _day(row.manager_submitted_at),
            tuple(one for one in (row.author_id, row.hr_id) if one),
        )
    return approved


def _day(moment: datetime | None) -> date | None:
    return local(moment).date() if moment else None


def _answers(
    rows: Iterable[Any], on: date
) -> tuple[dict[uuid.UUID, Answers], dict[uuid.UUID, Answers], dict[uuid.UUID, set[date]]]:
    """Return the engineers' own answers and the managers', by person and expectation, and the days of the reveals.

    Answers of an assessment that is revealed later than the day are left out; that day is among those of the reveals.
    """
    own: dict[uuid.UUID, Answers] = defaultdict(lambda: defaultdict(list))
    managers: dict[uuid.UUID, Answers] = defaultdict(lambda: defaultdict(list))
    revealed: dict[uuid.UUID, set[date]] = defaultdict(set)
    days: dict[datetime, date] = {}
    for subject_id, side, expectation_id, answer, author_id, self_at, manager_at, submitted_on, *_ in rows:
        given_at = self_at if side is Side.SELF else manager_at
        if answer is None or given_at is None or submitted_on is None:
            continue
        revealed[subject_id].add(submitted_on)
        if submitted_on > on:
            continue
        given_on = days.get(given_at)
        if given_on is None:
            given_on = days[given_at] = local(given_at).date()
        given = GivenAnswer(answer, given_on, given_at, author_id)
        (own if side is Side.SELF else managers)[subject_id][expectation_id].append(given)
    return own, managers, revealed


def counts_for_its_side() -> Any:  # noqa: ANN401 - a condition of the database
    """Return the condition that an answer is by whoever submitted its side.

    No draft that a former manager left, and none of a side that was closed as “not given”.
    """
    return or_(
        and_(
            AssessmentAnswer.side == Side.SELF,
            AssessmentAnswer.author_id == Assessment.subject_id,
            Assessment.self_submitted_at.is_not(None),
        ),
        and_(AssessmentAnswer.side == Side.MANAGER, AssessmentAnswer.author_id == Assessment.manager_id),
    )
