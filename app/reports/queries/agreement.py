"""What committees gave as blind first ratings, counted by the database: how many units hold which values, and by rater.

Only what was released is counted: cases of cycles whose decisions were released by the day of the report, seats that
counted, and nobody who took no part. A seat or a recusal counts as it was written down by then, never by what holds
between people today, so that a past day says the same for ever. No single rating leaves this module.
Source of the rules: domain specification, sections 5.4 and 5.5; access matrix, rows 9 to 12.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from app.access.relations import Fact, relations
from app.domain.agreement import Kinds, Severity
from app.domain.as_of import AsOf
from app.domain.committee import CommitteeRating
from app.domain.promotion import CycleState
from app.infra.db import db
from app.ladders.queries import Edition
from app.people.models import Person
from app.people.queries import known_until
from app.promotion.models import GivenRating, PanelSeat, PromotionCase, PromotionCycle, Recusal
from app.reports.criteria import Viewer

RELEASED = (CycleState.COMMUNICATED, CycleState.APPEALS, CycleState.CLOSED)
VALUES = tuple(rating for rating in CommitteeRating if rating.value_on_scale is not None)
UNKNOWN = ""
"""Stands for a competency of no ladder that is known."""
EVERYTHING = "*"
"""Stands for all competencies together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which ratings: those known on the day of a report, of one cycle or of all, without cases the viewer is kept from.

    `reviewer_id` narrows nothing but whose severity is told: it is always computed beside the others of the case.
    """

    as_of: AsOf
    viewer: Viewer
    cycle_id: uuid.UUID | None = None
    reviewer_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class ReleasedCycle:
    """A cycle whose decisions are released, how many of its cases have ratings that count, and whom they judge."""

    id: uuid.UUID
    name: str
    on: date
    cases: int
    people: frozenset[uuid.UUID]
    versions: frozenset[uuid.UUID]
    """The ladder versions by which its cases were judged."""
    has_left_out: bool
    """Whether a case of it is left out because the viewer is its candidate, or takes no part in it."""


@dataclass(frozen=True, slots=True)
class CompetencyRatings:
    """The ratings of one competency: units by their values, and how many people were judged by two or more."""

    competency: str
    kinds: Kinds
    people: int


@dataclass(frozen=True, slots=True)
class RaterLine:
    """One reviewer with their severity."""

    person_id: uuid.UUID
    name: str
    severity: Severity


def competencies(editions: Iterable[Edition]) -> Mapping[str, tuple[str, str]]:
    """Return for each expectation its competency: a key and its name, those of the newest version that has it."""
    found: dict[str, tuple[str, str]] = {}
    for edition in editions:
        names = {one.id: one.name for one in edition.ladder.competencies}
        lineage = edition.ladder.lineage
        for one in edition.ladder.expectations:
            found[one.id] = (f"{lineage}/{one.competency}", names[one.competency])
    return found


def in_competency(expectation: Any, known: Mapping[str, tuple[str, str]]) -> ColumnElement[str]:  # noqa: ANN401 - a column
    """Return the key of the competency of the expectation in a column."""
    if not known:
        return func.coalesce(expectation, UNKNOWN)
    return case({one: key for one, (key, _) in known.items()}, value=expectation, else_=UNKNOWN)


def _was_known(as_of: AsOf, moment: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of moments
    until = known_until(as_of)
    return moment.is_not(None) if until is None else and_(moment.is_not(None), moment < until)


def _is_released(as_of: AsOf) -> ColumnElement[bool]:
    return and_(PromotionCycle.state.in_(RELEASED), PromotionCycle.communicated_on <= as_of.day)


def _kept_from(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that the viewer learns nothing of a case: it is their own, or they take no part in it."""
    relation = relations.about_objects.get(Fact.KEPT_FROM)
    if viewer.actor is None:
        return false()
    own = PromotionCase.subject_id == viewer.actor.person_id
    return own if relation is None else or_(own, PromotionCase.id.in_(relation.objects(viewer.actor.person_id)))


def _counting(asked: Asked) -> Select[Any]:
    """Return first ratings with a value that count, as rows of case, person judged, expectation, reviewer and value."""
    recused = exists().where(
        Recusal.case_id == PromotionCase.id,
        Recusal.person_id == PanelSeat.person_id,
        _was_known(asked.as_of, Recusal.at),
    )
    value = case({rating.value: rating.value_on_scale for rating in VALUES}, value=GivenRating.rating)
    return (
        select(
            PromotionCase.id.label("case_id"),
            PromotionCase.subject_id,
            PromotionCase.cycle_id,
            PromotionCase.ladder_version_id,
            GivenRating.expectation_id,
            GivenRating.reviewer_id,
            value.label("value"),
        )
        .select_from(PromotionCycle)
        .join(PromotionCase, PromotionCase.cycle_id == PromotionCycle.id)
        .join(PanelSeat, PanelSeat.case_id == PromotionCase.id)
        .join(GivenRating, GivenRating.seat_id == PanelSeat.id)
        .where(
            _is_released(asked.as_of),
            true() if asked.cycle_id is None else PromotionCycle.id == asked.cycle_id,
            PromotionCase.is_lifted,
            ~_kept_from(asked.viewer),
            ~_was_known(asked.as_of, PanelSeat.ended_at),
            ~recused,
            GivenRating.number == 1,
            GivenRating.rating.in_(VALUES),
            _was_known(asked.as_of, GivenRating.at),
        )
    )


def list_released_cycles(asked: Asked) -> Sequence[ReleasedCycle]:
    """Return the cycles whose decisions are released, the latest first; whichever cycle is asked for.

    Those without any rating that counts are among them: what is left out of them is told as well.
    """
    rated = _counting(replace(asked, cycle_id=None)).subquery()
    left_out = exists().where(
        PromotionCase.cycle_id == PromotionCycle.id, PromotionCase.is_lifted, _kept_from(asked.viewer)
    )
    rows = db.session.execute(
        select(
            PromotionCycle.id,
            PromotionCycle.name,
            PromotionCycle.communicated_on,
            rated.c.case_id,
            rated.c.subject_id,
            rated.c.ladder_version_id,
            (literal(value=False) if asked.viewer.actor is None else left_out).label("has_left_out"),
        )
        .outerjoin(rated, rated.c.cycle_id == PromotionCycle.id)
        .where(_is_released(asked.as_of))
        .distinct()
        .order_by(PromotionCycle.communicated_on.desc(), PromotionCycle.name, PromotionCycle.id)
    )
    cycles: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        cycles[row.id].append(row)
    return [
        ReleasedCycle(
            cycle_id,
            cases[0].name,
            cast("date", cases[0].communicated_on),
            sum(row.case_id is not None for row in cases),
            frozenset(row.subject_id for row in cases if row.case_id is not None),
            frozenset(row.ladder_version_id for row in cases if row.case_id is not None),
            bool(cases[0].has_left_out),
        )
        for cycle_id, cases in cycles.items()
    ]


def _units(asked: Asked) -> Subquery:
    """Return one row for each expectation of each case that two or more rated: how many gave which value."""
    rated = _counting(asked).subquery()
    counts = [
        func.sum(case((rated.c.value == rating.value_on_scale, 1), else_=0)).label(rating.value) for rating in VALUES
    ]
    return (
        select(
            rated.c.case_id,
            rated.c.subject_id,
            rated.c.expectation_id,
            func.count().label("number"),
            func.sum(rated.c.value).label("total"),
            *counts,
        )
        .group_by(rated.c.case_id, rated.c.subject_id, rated.c.expectation_id)
        .having(func.count() > 1)
        .subquery()
    )


def list_ratings(
    asked: Asked, known: Mapping[str, tuple[str, str]]
) -> tuple[CompetencyRatings, Sequence[CompetencyRatings]]:
    """Return all ratings together and by competency, in the order of ladders; what has no unit is left out."""
    units = _units(asked)
    key = in_competency(units.c.expectation_id, known).label("competency")
    counts = [units.c[rating.value] for rating in VALUES]
    kinds: dict[str, Counter[tuple[int, ...]]] = defaultdict(Counter)
    for competency, number, *given in db.session.execute(
        select(key, func.count(), *counts).group_by(key, *counts).order_by(key, *counts)
    ):
        kinds[competency][_kind(given)] += number
    judged = func.count(distinct(units.c.subject_id))
    people = union_all(select(key, judged).group_by(key), select(literal(EVERYTHING), judged)).subquery()
    judged_in = {row[0]: row[1] for row in db.session.execute(select(people).order_by(people.c[0]))}
    order = {competency: place for place, (competency, _) in enumerate(known.values())}
    apart = [
        CompetencyRatings(one, kinds[one], judged_in[one]) for one in sorted(kinds, key=lambda one: order.get(one, -1))
    ]
    whole = sum(kinds.values(), Counter())
    return CompetencyRatings(EVERYTHING, whole, judged_in[EVERYTHING]), apart


def _kind(given: Sequence[Any]) -> tuple[int, ...]:
    """Return the values of a unit from how often each was given."""
    return tuple(value for value, often in enumerate(given) for _ in range(int(often)))


def list_severities(asked: Asked) -> Sequence[RaterLine]:
    """Return the severity of reviewers, by name; of one of them where that is asked.

    A reviewer's distance from the mean of the others on an expectation that `number` of them rated, `total` in sum, is
    (value × number − total) / (number − 1): so sums by number are exact.
    """
    rated, units = _counting(asked).subquery(), _units(asked)
    joined = and_(rated.c.case_id == units.c.case_id, rated.c.expectation_id == units.c.expectation_id)
    sums = db.session.execute(
        select(
            Person.id,
            Person.name,
            rated.c.case_id,
            units.c.number,
            func.count(),
            func.sum(rated.c.value * units.c.number - units.c.total),
        )
        .select_from(rated)
        .join(units, joined)
        .join(Person, Person.id == rated.c.reviewer_id)
        .where(true() if asked.reviewer_id is None else Person.id == asked.reviewer_id)
        .group_by(Person.id, Person.name, Person.sort_name, rated.c.case_id, units.c.number)
        .order_by(Person.sort_name, Person.id, rated.c.case_id, units.c.number)
    )
    names: dict[uuid.UUID, str] = {}
    apart: dict[uuid.UUID, Fraction] = defaultdict(Fraction)
    items: Counter[uuid.UUID] = Counter()
    cases: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for person_id, name, case_id, number, count, distance in sums:
        names[person_id] = name
        apart[person_id] += Fraction(int(distance), number - 1)
        items[person_id] += count
        cases[person_id].add(case_id)
    return [
        RaterLine(one, name, Severity(apart[one] / items[one], items[one], len(cases[one])))
        for one, name in names.items()
    ]


def has_rated(person_id: uuid.UUID) -> bool:
    """Say whether somebody has ever handed in a rating, whatever became of it."""
    # Through the seat, whose person is the reviewer: that way both tables are looked up by an index.
    seats = select(PanelSeat.id).where(PanelSeat.person_id == person_id)
    return bool(db.session.scalar(select(exists().where(GivenRating.seat_id.in_(seats)))))
