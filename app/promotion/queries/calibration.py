"""What calibration compares: the ratings of cases that are no longer blind, how far they agree, and what was said.

Nothing here asks who reads: callers pass cases whose ratings the reader may read. Which ratings count and what they
amount to is `queries.ratings`.
Source of the rules: domain specification, sections 3.4, 5.4 and 5.5.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.agreement import Agreement, Severity, bootstrap, krippendorff, severities
from app.infra.db import db, once_per_transaction
from app.people.models import Person
from app.promotion.models import CaseRemark, PacketSnapshot, PromotionCase
from app.promotion.queries.cases import rated_ids
from app.promotion.queries.ratings import Opinion, ratings_of_cases


def cases_to_compare(actor: Actor, cycle_id: uuid.UUID) -> Sequence[tuple[PromotionCase, str]]:
    """Return the cases of a cycle whose ratings somebody may read, each with its candidate, in the order of numbers."""
    rows = (
        select(PromotionCase, Person.name)
        .join(Person, Person.id == PromotionCase.subject_id)
        .where(
            PromotionCase.cycle_id == cycle_id,
            visible_to(actor, Permission.Case.READ_RATINGS, PromotionCase),
        )
        .order_by(PromotionCase.number, PromotionCase.id)
    )
    return [(case, name) for case, name in db.session.execute(rows)]


@once_per_transaction
def given_in(case_ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, list[Opinion]]:
    """Return the ratings of lifted cases by reviewer and expectation, ordered by reviewer's name; of others none."""
    return {case_id: given.opinions for case_id, given in ratings_of_cases(case_ids).items()}


@once_per_transaction
def packets_of(case_ids: frozenset[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Return the frozen packets of cases in one question; a case without one is left out."""
    rows = db.session.execute(
        select(PacketSnapshot.case_id, PacketSnapshot.content)
        .where(PacketSnapshot.case_id.in_(case_ids))
        .order_by(PacketSnapshot.case_id)
    )
    return {case_id: json.loads(content) for case_id, content in rows}


def rated_in(cases: Iterable[PromotionCase]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return the expectations that the committee rates in each case, in ladder order."""
    known = {case.id: case for case in cases}
    packets = packets_of(frozenset(known))
    return {
        case_id: tuple(packets[case_id]["rated"]) if case_id in packets else rated_ids(case_id) for case_id in known
    }


def units_of(given: Iterable[Opinion]) -> list[tuple[int, ...]]:
    """Return the values of the first ratings, one unit for each expectation of each case, in a fixed order."""
    units: dict[tuple[uuid.UUID, str], list[int]] = {}
    for one in given:
        value = one.first.rating.value_on_scale
        if value is not None:
            units.setdefault((one.case_id, one.expectation_id), []).append(value)
    return [tuple(sorted(units[key])) for key in sorted(units)]


@dataclass(frozen=True, slots=True)
class Measured:
    """How far the first ratings agree: ordinal alpha, what it rests on, and its interval (both None: undefined)."""

    agreement: Agreement
    interval: tuple[float, float] | None


def agreement_of(given: Iterable[Opinion], *, seed: int) -> Measured:
    """Return the agreement of first ratings with its interval, whose resampling is seeded so that it stays the same."""
    units = units_of(given)
    interval = bootstrap(units, seed=seed)
    return Measured(krippendorff(units), None if interval is None else (float(interval[0]), float(interval[1])))


@dataclass(frozen=True, slots=True)
class Strictness:
    """How strict one reviewer is beside the others on the same expectations."""

    reviewer_id: uuid.UUID
    reviewer: str
    severity: Severity


def strictness_of(given: Collection[Opinion]) -> list[Strictness]:
    """Return the severity of every reviewer over first ratings, in the order of names; for HR and themselves."""
    items: dict[tuple[uuid.UUID, str], dict[uuid.UUID, int]] = {}
    for one in given:
        value = one.first.rating.value_on_scale
        if value is not None:
            items.setdefault((one.case_id, one.expectation_id), {})[one.reviewer_id] = value
    found = severities((case_id, values) for (case_id, _), values in items.items())
    names = dict(sorted({one.reviewer_id: one.reviewer for one in given}.items(), key=lambda pair: pair[1].casefold()))
    return [Strictness(one, name, found.get(one, Severity(None, 0, 0))) for one, name in names.items()]


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of a case. `is_apart`: it cites nothing, and does not reach the decision."""

    author_id: uuid.UUID
    author: str
    expectation_id: str | None
    words: str
    is_apart: bool
    at: datetime


def remarks_of(case_id: uuid.UUID) -> list[Remark]:
    """Return what was said of a case, oldest first."""
    rows = db.session.execute(
        select(CaseRemark, Person.name)
        .join(Person, Person.id == CaseRemark.author_id)
        .where(CaseRemark.case_id == case_id)
        .order_by(CaseRemark.at, CaseRemark.id)
    )
    return [Remark(row.author_id, name, row.expectation_id, row.words, row.is_apart, row.at) for row, name in rows]


def by_expectation(given: Iterable[Opinion]) -> Mapping[str, list[Opinion]]:
    """Return ratings by expectation, the lowest first: what speaks against it is read first; no answer comes last."""
    found: dict[str, list[Opinion]] = {}
    for one in given:
        found.setdefault(one.expectation_id, []).append(one)
    for rows in found.values():
        rows.sort(key=lambda one: (one.latest.rating.value_on_scale is None, one.latest.rating.value_on_scale or 0))
    return found
